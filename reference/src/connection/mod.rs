//! One peer link: octets in; octets, messages and events out.
//!
//! ```text
//! Handshake --READY exchanged--> Traffic
//! either    --violation, ERROR, timeout, end of transport--> Closed
//! ```
//!
//! Mutate once with [`Connection::handle_input`], drain with [`Connection::poll_output`] until
//! [`Output::Wait`], mutate again. How octets are cut into inputs changes nothing in the outputs.
//! Deliberately absent: other peers, queues with bounds of their own, and reconnecting.

mod assembler;
mod config;
mod event;
mod handshake;
mod heartbeat;
mod opening;
mod traffic;

pub use config::{Config, Heartbeat, Misconfigured, Role};
pub use event::{Event, Input, Output, PeerInfo, Reason};

use crate::time::Instant;
use handshake::{Established, Handshake};
use std::collections::VecDeque;
use traffic::{Outgoing, Traffic};

/// One link with one peer.
#[derive(Clone, Debug)]
pub struct Connection {
    config: Config,
    phase: Phase,
    out: VecDeque<Output>,
}

#[derive(Clone, Debug)]
enum Phase {
    Handshake {
        handshake: Handshake,
        deadline: Instant,
        /// What the application sent too early (37-NULL-009). Its owner bounds it.
        waiting: Vec<Outgoing>,
    },
    Traffic(Traffic),
    Closed,
}

impl Connection {
    /// A link over a transport that has just been established. Its first output is our signature;
    /// or, if the configuration cannot be used, the close.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let mut out = VecDeque::new();
        if let Err(misconfigured) = config.check() {
            out.push_back(Output::Close(Reason::Misconfigured(misconfigured)));
            return Self { config, phase: Phase::Closed, out };
        }
        let handshake = Handshake::start(&config, &mut out);
        let deadline = now + config.limits.handshake_timeout;
        let phase = Phase::Handshake { handshake, deadline, waiting: Vec::new() };
        Self { config, phase, out }
    }

    /// Takes one input. Once closed, nothing has any effect.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        if let Err(reason) = self.try_input(now, input) {
            self.phase = Phase::Closed;
            self.out.push_back(Output::Close(reason));
        }
    }

    /// The next thing to do; [`Output::Wait`] when there is none.
    pub fn poll_output(&mut self) -> Output {
        self.out.pop_front().unwrap_or_else(|| Output::Wait(self.deadline()))
    }

    fn deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Handshake { deadline, .. } => Some(*deadline),
            Phase::Traffic(traffic) => traffic.deadline(),
            Phase::Closed => None,
        }
    }

    fn try_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), Reason> {
        if matches!(self.phase, Phase::Closed) {
            return Ok(());
        }
        if matches!(input, Input::PeerClosed) {
            return Err(Reason::PeerClosed);
        }
        self.handle_time(now, matches!(input, Input::Timeout))?;
        // A busy link may never see a Timeout, yet its peer may count on our PINGs. They come
        // first, so that their place does not depend on how the octets of this input are cut.
        if let Phase::Traffic(traffic) = &mut self.phase {
            traffic.poll_ping(now, &mut self.out);
        }
        match input {
            Input::Octets(octets) => self.handle_octets(now, octets)?,
            Input::Message(message) => self.send(Outgoing::Message(message)),
            Input::Subscribe(topic) => self.send(Outgoing::Subscribe(topic)),
            Input::Cancel(topic) => self.send(Outgoing::Cancel(topic)),
            Input::Join(group) => self.send(Outgoing::Join(group)),
            Input::Leave(group) => self.send(Outgoing::Leave(group)),
            Input::PeerClosed | Input::Timeout => {}
        }
        Ok(())
    }

    /// The handshake has an end, whatever keeps coming in; silence ends only when the driver has
    /// found nothing to read, or a late wake-up would kill a link whose octets are waiting.
    fn handle_time(&self, now: Instant, idle: bool) -> Result<(), Reason> {
        match &self.phase {
            Phase::Handshake { deadline, .. } if now >= *deadline => Err(Reason::HandshakeTimeout),
            Phase::Traffic(traffic) if idle => traffic.poll_death(now).map_or(Ok(()), Err),
            Phase::Handshake { .. } | Phase::Traffic(_) | Phase::Closed => Ok(()),
        }
    }

    fn handle_octets(&mut self, now: Instant, mut octets: &[u8]) -> Result<(), Reason> {
        let Self { config, phase, out } = self;
        while !octets.is_empty() {
            match phase {
                Phase::Handshake { handshake, waiting, .. } => {
                    let Some(established) = handshake.take(&mut octets, config, out)? else {
                        continue;
                    };
                    let Established { revision, peer, assembler } = established;
                    out.push_back(Output::Event(Event::Ready(peer)));
                    let traffic = Traffic::start(revision, assembler, config, now, out);
                    for outgoing in waiting.drain(..) {
                        traffic.send(&outgoing, out);
                    }
                    *phase = Phase::Traffic(traffic);
                }
                Phase::Traffic(traffic) => traffic.take(&mut octets, now, config, out)?,
                Phase::Closed => return Ok(()),
            }
        }
        Ok(())
    }

    fn send(&mut self, outgoing: Outgoing) {
        match &mut self.phase {
            Phase::Handshake { waiting, .. } => waiting.push(outgoing),
            Phase::Traffic(traffic) => traffic.send(&outgoing, &mut self.out),
            Phase::Closed => {}
        }
    }
}
