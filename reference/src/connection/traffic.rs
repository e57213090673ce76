//! Everything after the handshake: messages, subscriptions, groups, heartbeats.
//!
//! Commands are consumed here and are never shown as messages (37-CMD-006). Before 3.1
//! subscriptions travel as messages that start with 01 or 00, and there is neither PING nor JOIN;
//! a 1.0 subscriber sends none at all and gets everything.
//! Deliberately absent: who may send what to whom; that is the pattern's business.

use crate::connection::config::Config;
use crate::connection::event::{Event, Output, Reason};
use crate::connection::heartbeat::Heart;
use crate::connection::scanner::{Found, Scanner};
use crate::connection::sealed::Sealed;
use crate::connection::translate::{self, CANCEL, SUBSCRIBE};
use crate::mechanism::curve::Cipher;
use crate::message::Message;
use crate::socket_type::SocketType;
use crate::time::Instant;
use crate::violation::Violation;
use crate::wire::batch::{Batch, Chunk};
use crate::wire::command::{Command, Context, Group};
use crate::wire::frame::Kind;
use crate::wire::legacy::Framing;
use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;

/// Octets up to which messages are copied out of the read buffer.
const COPIED: usize = 8 << 10;

/// What a link speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Revision {
    /// The peer is a 1.0 peer.
    V10,
    /// The peer is a 2.0 peer.
    V20,
    /// One side, or both, is a 3.0 peer.
    V30,
    /// Both sides are 3.1 peers or newer.
    V31,
}

impl Revision {
    /// How its frames are laid out.
    pub(crate) fn framing(self) -> Framing {
        match self {
            Self::V10 => Framing::V10,
            Self::V20 => Framing::V20,
            Self::V30 | Self::V31 => Framing::V3,
        }
    }
}

/// A link whose handshake is over.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    revision: Revision,
    scanner: Scanner,
    /// Under CURVE.
    sealed: Option<Sealed>,
    heart: Heart,
}

impl Traffic {
    /// Begins where the handshake stopped reading.
    pub(crate) fn start(
        revision: Revision,
        cipher: Option<Box<Cipher>>,
        config: &Config,
        now: Instant,
        out: &mut VecDeque<Output>,
    ) -> Self {
        let pings = revision == Revision::V31; //= 37-HB-016
        if revision == Revision::V10 && config.socket_type.is_publisher() {
            //= 13-CONTENT-004
            out.push_back(Output::Event(Event::Subscribe(Vec::new())));
        }
        let scanner = Scanner::start(revision.framing());
        let sealed = cipher.map(Sealed::start);
        Self { revision, scanner, sealed, heart: Heart::start(config.heartbeat, pings, now) }
    }

    /// When to look again.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.heart.deadline()
    }

    /// Takes all that is whole out of the buffer.
    pub(crate) fn take(
        &mut self,
        buffer: &mut BytesMut,
        now: Instant,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<(), Reason> {
        let Some(sealed) = &mut self.sealed else {
            return self.take_plain(buffer, now, config, out);
        };
        let opened = sealed.open(buffer, &config.limits);
        let mut plain = core::mem::take(&mut sealed.plain);
        // What was opened before a violation comes first.
        self.take_plain(&mut plain, now, config, out)?;
        if let Some(sealed) = &mut self.sealed {
            sealed.plain = plain;
        }
        if !buffer.is_empty() {
            self.heart.handle_octets();
        }
        Ok(opened?)
    }

    fn take_plain(
        &mut self,
        buffer: &mut BytesMut,
        now: Instant,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<(), Reason> {
        while !buffer.is_empty() {
            match self.scanner.scan(buffer, &config.limits)? {
                Found::Messages { octets, messages } => {
                    let chunk = self.cut(buffer, octets, messages);
                    show(chunk, self.revision, config.socket_type, out)?;
                }
                Found::Command { header, body } => {
                    let end = header.saturating_add(body);
                    let body = buffer.get(header..end).unwrap_or_default();
                    let command = Command::decode(body, config.limits.max_properties)?;
                    self.handle_command(&command, now, config.socket_type, out)?;
                    buffer.advance(end);
                    if !buffer.is_empty() {
                        // What came behind a PING keeps its promise.
                        self.heart.handle_octets();
                    }
                }
                Found::Starved => break,
            }
        }
        Ok(())
    }

    /// Octets came, whatever they are.
    pub(crate) fn handle_octets(&mut self) {
        self.heart.handle_octets();
    }

    /// Takes whole messages out of the buffer, as plain frames.
    fn cut(&self, buffer: &mut BytesMut, octets: usize, messages: usize) -> Chunk {
        if self.revision == Revision::V10 {
            return Chunk::new(translate::from_10(&buffer.split_to(octets)).into(), messages);
        }
        // A small piece is copied out, so that it does not pin the whole buffer.
        if octets > COPIED {
            return Chunk::new(buffer.split_to(octets).freeze(), messages);
        }
        let copy = Bytes::copy_from_slice(buffer.get(..octets).unwrap_or_default());
        buffer.advance(octets);
        Chunk::new(copy, messages)
    }

    /// Sends what the application sends, if the peer can be told.
    pub(crate) fn send(&mut self, batch: Batch, out: &mut VecDeque<Output>) {
        match self.revision {
            //= 37-WIRE-001
            Revision::V31 if self.sealed.is_none() => out.push_back(Output::Send(batch)),
            Revision::V30 | Revision::V20 if self.sealed.is_none() && batch.commands() == 0 => {
                out.push_back(Output::Send(batch));
            }
            Revision::V31 | Revision::V30 | Revision::V20 | Revision::V10 => {
                self.transmit(&batch, out);
            }
        }
    }

    /// Writes frame by frame what the peer understands.
    fn transmit(&mut self, batch: &Batch, out: &mut VecDeque<Output>) {
        let Self { revision, sealed, .. } = self;
        let framing = revision.framing();
        let mut octets = Vec::with_capacity(batch.size());
        let mut say = |kind, body: &[u8]| match sealed {
            Some(sealed) => sealed.seal(kind, body, &mut octets),
            None => framing.encode(kind, body, &mut octets),
        };
        for (kind, body) in batch.frames() {
            if kind == Kind::Command && *revision != Revision::V31 {
                if let Some(old) = translate::to_old(body, framing) {
                    say(Kind::Last, &old);
                }
            } else {
                say(kind, body);
            }
        }
        if !octets.is_empty() {
            out.push_back(Output::Transmit(octets));
        }
    }

    /// Sends a command of our own.
    fn transmit_command(&mut self, command: &Command<'_>, out: &mut VecDeque<Output>) {
        let mut batch = Batch::default();
        batch.push_command(|octets| command.encode(octets));
        self.transmit(&batch, out);
    }

    /// Sends a PING when it is time.
    pub(crate) fn poll_ping(&mut self, now: Instant, out: &mut VecDeque<Output>) {
        if self.heart.poll_ping(now) {
            let ping = Command::Ping { ttl: self.heart.ttl(), context: Context::default() };
            self.transmit_command(&ping, out);
        }
    }

    /// Whether the link is dead by now, and of what.
    pub(crate) fn poll_death(&self, now: Instant) -> Option<Reason> {
        self.heart.poll_death(now)
    }

    fn handle_command(
        &mut self,
        command: &Command<'_>,
        now: Instant,
        ours: SocketType,
        out: &mut VecDeque<Output>,
    ) -> Result<(), Reason> {
        let mut tell = |event| out.push_back(Output::Event(event));
        match command {
            Command::Ready(_) => return Err(Violation::SecondReady.into()), //= 37-NULL-019
            //= 37-ERRH-002
            Command::Error(reason) => return Err(Reason::RefusedByPeer(reason.to_vec())),
            Command::Subscribe(topic) if ours.is_publisher() => {
                tell(Event::Subscribe(topic.to_vec()));
            }
            Command::Cancel(topic) if ours.is_publisher() => tell(Event::Cancel(topic.to_vec())),
            Command::Join(group) if ours == SocketType::Radio => {
                tell(Event::Join(group.octets().to_vec()));
            }
            Command::Leave(group) if ours == SocketType::Radio => {
                tell(Event::Leave(group.octets().to_vec()));
            }
            Command::Ping { ttl, context } if self.revision == Revision::V31 => {
                self.heart.handle_ping(*ttl, now);
                self.transmit_command(&Command::Pong(*context), out); //= 37-HB-004
            }
            Command::Pong(_) => self.heart.handle_pong(),
            //= 37-CMD-006
            Command::Subscribe(_)
            | Command::Cancel(_)
            | Command::Join(_)
            | Command::Leave(_)
            | Command::Ping { .. }
            | Command::Unknown(_) => {}
        }
        Ok(())
    }
}

/// Tells what came. Publishers take the old form of subscriptions on every link, as some peers
/// never learn the new one; they and a DISH look at each message.
fn show(
    mut chunk: Chunk,
    revision: Revision,
    ours: SocketType,
    out: &mut VecDeque<Output>,
) -> Result<(), Violation> {
    let takes_wishes = ours.is_publisher() && revision != Revision::V10;
    if !takes_wishes && ours != SocketType::Dish {
        out.push_back(Output::Event(Event::Messages(chunk)));
        return Ok(());
    }
    while let Some(message) = chunk.next_message() {
        //= 23-PUBSUB-004
        let event = match message.single() {
            Some([SUBSCRIBE, topic @ ..]) if takes_wishes => Event::Subscribe(topic.to_vec()),
            Some([CANCEL, topic @ ..]) if takes_wishes => Event::Cancel(topic.to_vec()),
            Some(_) | None => {
                if ours == SocketType::Dish {
                    judge_radio(&message)?;
                }
                Event::Messages(Chunk::from(Batch::from(&message)))
            }
        };
        out.push_back(Output::Event(event));
    }
    Ok(())
}

/// A message of a RADIO is a group and a body, no less and no more.
fn judge_radio(message: &Message) -> Result<(), Violation> {
    //= 37-RADIO-007
    match message.parts() {
        [group, _body] => Group::new(group).map(|_| ()),
        parts => Err(Violation::RadioFrames(parts.len())),
    }
}
