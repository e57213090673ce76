//! One peer link: octets in; octets, messages and events out.
//!
//! ```text
//! Handshake --both sides ready--> Traffic
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
mod raw;
mod scanner;
mod sealed;
mod traffic;
mod translate;

pub use config::{Config, Heartbeat, Misconfigured, Role};
pub use event::{Event, Input, Output, PeerInfo, Reason};

use crate::mechanism::Entropy;
use crate::socket_type::SocketType;
use crate::time::Instant;
use crate::wire::batch::Batch;
use crate::wire::command::{Command, Group};
use crate::wire::zap;
use bytes::{Buf, BytesMut};
use handshake::{Established, Handshake};
use std::collections::VecDeque;
use traffic::Traffic;

/// One link with one peer.
#[derive(Clone, Debug)]
pub struct Connection {
    config: Config,
    phase: Phase,
    /// What came and was not taken yet: the end of it is half a frame or half a message.
    incoming: BytesMut,
    out: VecDeque<Output>,
}

#[derive(Clone, Debug)]
enum Phase {
    Handshake {
        handshake: Handshake,
        deadline: Instant,
        /// What the application sent too early (37-NULL-009). Its owner bounds it.
        waiting: Batch,
    },
    Traffic(Traffic),
    /// No ZMTP at all, for a STREAM.
    Raw,
    Closed,
}

impl Connection {
    /// A link over a transport that has just been established. Its first output is our signature;
    /// or, if the configuration cannot be used, the close.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let (incoming, mut out) = (BytesMut::new(), VecDeque::new());
        if let Err(misconfigured) = config.check() {
            out.push_back(Output::Close(Reason::Misconfigured(misconfigured)));
            return Self { config, phase: Phase::Closed, incoming, out };
        }
        if config.socket_type == SocketType::Stream {
            raw::start(&mut out);
            return Self { config, phase: Phase::Raw, incoming, out };
        }
        let handshake = Handshake::start(&config, &mut out);
        let deadline = now + config.limits.handshake_timeout.min(config.security.patience());
        let phase = Phase::Handshake { handshake, deadline, waiting: Batch::default() };
        Self { config, phase, incoming, out }
    }

    /// Where a driver reads to, behind what is there, before it gives [`Input::Read`].
    pub fn buffer(&mut self) -> &mut BytesMut {
        &mut self.incoming
    }

    /// Takes one input. Once closed, nothing has any effect.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        if let Err(reason) = self.try_input(now, input) {
            self.phase = Phase::Closed;
            self.out.push_back(Output::Close(reason));
        }
    }

    /// Whether octets of the peer are of any use now. If not, stop reading: they would only lie
    /// there until the ZAP handler has decided.
    #[must_use]
    pub fn wants_octets(&self) -> bool {
        match &self.phase {
            Phase::Handshake { handshake, .. } => !handshake.is_asking(),
            Phase::Traffic(_) | Phase::Raw => true,
            Phase::Closed => false,
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
            Phase::Raw | Phase::Closed => None,
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
            Input::Octets(octets) => {
                self.incoming.extend_from_slice(octets);
                self.handle_read(now)?;
            }
            Input::Read => self.handle_read(now)?,
            Input::Message(message) => self.send(Batch::from(&message)),
            Input::Batch(batch) => self.send(batch),
            Input::Subscribe(topic) => self.tell(&Command::Subscribe(&topic)),
            Input::Cancel(topic) => self.tell(&Command::Cancel(&topic)),
            Input::Join(group) => {
                if let Ok(group) = Group::new(&group) {
                    self.tell(&Command::Join(group));
                }
            }
            Input::Leave(group) => {
                if let Ok(group) = Group::new(&group) {
                    self.tell(&Command::Leave(group));
                }
            }
            Input::Verdict(verdict) => self.handle_verdict(now, verdict)?,
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
            Phase::Handshake { .. } | Phase::Traffic(_) | Phase::Raw | Phase::Closed => Ok(()),
        }
    }

    fn handle_read(&mut self, now: Instant) -> Result<(), Reason> {
        let Self { config, phase, incoming, out, .. } = self;
        if let Phase::Handshake { handshake, .. } = phase {
            let mut octets = &incoming[..];
            let established = handshake.take(&mut octets, config, out);
            let used = incoming.len().saturating_sub(octets.len());
            incoming.advance(used);
            match established? {
                Some(established) => self.establish(established, now),
                None => return Ok(()),
            }
        }
        let Self { config, phase, incoming, out } = self;
        if let Phase::Traffic(traffic) = phase
            && !incoming.is_empty()
        {
            traffic.handle_octets();
            traffic.take(incoming, now, config, out)?;
        } else if matches!(phase, Phase::Raw) && !incoming.is_empty() {
            raw::show(incoming, out);
        }
        Ok(())
    }

    /// What came while the handler was thinking is taken now.
    fn handle_verdict(
        &mut self,
        now: Instant,
        verdict: Result<zap::Reply, zap::Malformed>,
    ) -> Result<(), Reason> {
        let Self { config, phase: Phase::Handshake { handshake, .. }, out, .. } = self else {
            return Ok(());
        };
        if let Some(established) = handshake.handle_verdict(verdict, config, out)? {
            self.establish(established, now);
        }
        self.handle_read(now)
    }

    fn establish(&mut self, established: Established, now: Instant) {
        let Established { revision, peer, cipher } = established;
        let Self { config, phase, out, .. } = self;
        out.push_back(Output::Event(Event::Ready(Box::new(peer))));
        let mut traffic = Traffic::start(revision, cipher, config, now, out);
        if let Phase::Handshake { waiting, .. } = phase
            && !waiting.is_empty()
        {
            traffic.send(core::mem::take(waiting), out);
        }
        *phase = Phase::Traffic(traffic);
        config.entropy = Entropy::default(); //= 26-HELLO-006, 26-HELLO-007
    }

    fn tell(&mut self, command: &Command<'_>) {
        let mut batch = Batch::default();
        batch.push_command(|octets| command.encode(octets));
        self.send(batch);
    }

    fn send(&mut self, batch: Batch) {
        match &mut self.phase {
            Phase::Handshake { waiting, .. } => waiting.append(&batch),
            Phase::Traffic(traffic) => traffic.send(batch, &mut self.out),
            Phase::Raw => raw::send(batch, &mut self.out),
            Phase::Closed => {}
        }
    }
}
