//! Everything after the handshake: messages, subscriptions, groups, heartbeats.
//!
//! Commands are consumed here and are never shown as messages (37-CMD-006). Before 3.1
//! subscriptions travel as messages that start with 01 or 00, and there is neither PING nor JOIN;
//! a 1.0 subscriber sends none at all and gets everything.
//! Deliberately absent: who may send what to whom; that is the pattern's business.

use crate::connection::assembler::{Assembler, Expect, Unit};
use crate::connection::config::Config;
use crate::connection::event::{Event, Output, Reason};
use crate::connection::heartbeat::Heart;
use crate::message::Message;
use crate::socket_type::SocketType;
use crate::time::Instant;
use crate::violation::Violation;
use crate::wire::command::{Command, Context, Group};
use crate::wire::frame::Kind;
use crate::wire::legacy::Framing;
use std::collections::VecDeque;

const SUBSCRIBE: u8 = 1;
const CANCEL: u8 = 0;

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

/// What our application sends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outgoing {
    /// To the peer's application.
    Message(Message),
    /// To the peer, a publisher.
    Subscribe(Vec<u8>),
    /// To the peer, a publisher.
    Cancel(Vec<u8>),
    /// To the peer, a RADIO.
    Join(Vec<u8>),
    /// To the peer, a RADIO.
    Leave(Vec<u8>),
}

/// A link whose handshake is over.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    revision: Revision,
    assembler: Assembler,
    heart: Heart,
}

impl Traffic {
    /// Begins; the assembler continues where the handshake stopped reading.
    pub(crate) fn start(
        revision: Revision,
        assembler: Assembler,
        config: &Config,
        now: Instant,
        out: &mut VecDeque<Output>,
    ) -> Self {
        let pings = revision == Revision::V31; //= 37-HB-016
        if revision == Revision::V10 && config.socket_type.is_publisher() {
            //= 13-CONTENT-004
            out.push_back(Output::Event(Event::Subscribe(Vec::new())));
        }
        Self { revision, assembler, heart: Heart::start(config.heartbeat, pings, now) }
    }

    /// When to look again.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.heart.deadline()
    }

    /// Moves on through `octets`, up to the end of one frame or message.
    pub(crate) fn take(
        &mut self,
        octets: &mut &[u8],
        now: Instant,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<(), Reason> {
        if !octets.is_empty() {
            self.heart.handle_octets();
        }
        match self.assembler.take(octets, Expect::Traffic, &config.limits)? {
            None => Ok(()),
            Some(Unit::Message(message)) => {
                out.push_back(Output::Event(self.meaning(message, config.socket_type)?));
                Ok(())
            }
            Some(Unit::Identity(_)) => Ok(()),
            Some(Unit::Command(body)) => {
                let command = Command::decode(&body, config.limits.max_properties)?;
                self.handle_command(&command, now, config.socket_type, out)
            }
        }
    }

    /// Sends what the application sends, if the peer can be told.
    pub(crate) fn send(&self, outgoing: &Outgoing, out: &mut VecDeque<Output>) {
        let mut octets = Vec::new();
        match (outgoing, self.revision) {
            (Outgoing::Message(message), revision) => {
                encode_message(message, revision.framing(), &mut octets);
            }
            //= 37-PUBSUB-002
            (Outgoing::Subscribe(topic), Revision::V31) => {
                Command::Subscribe(topic).encode(&mut octets);
            }
            //= 37-PUBSUB-003
            (Outgoing::Cancel(topic), Revision::V31) => Command::Cancel(topic).encode(&mut octets),
            //= 23-PUBSUB-001
            (Outgoing::Subscribe(topic), Revision::V30 | Revision::V20) => {
                encode_subscription(SUBSCRIBE, topic, &mut octets);
            }
            //= 23-PUBSUB-002
            (Outgoing::Cancel(topic), Revision::V30 | Revision::V20) => {
                encode_subscription(CANCEL, topic, &mut octets);
            }
            //= 13-CONTENT-002
            (Outgoing::Subscribe(_) | Outgoing::Cancel(_), Revision::V10) => {}
            //= 37-RADIO-002
            (Outgoing::Join(group), Revision::V31) => {
                if let Ok(group) = Group::new(group) {
                    Command::Join(group).encode(&mut octets);
                }
            }
            //= 37-RADIO-003
            (Outgoing::Leave(group), Revision::V31) => {
                if let Ok(group) = Group::new(group) {
                    Command::Leave(group).encode(&mut octets);
                }
            }
            (
                Outgoing::Join(_) | Outgoing::Leave(_),
                Revision::V10 | Revision::V20 | Revision::V30,
            ) => {}
        }
        if !octets.is_empty() {
            out.push_back(Output::Transmit(octets));
        }
    }

    /// Sends a PING when it is time.
    pub(crate) fn poll_ping(&mut self, now: Instant, out: &mut VecDeque<Output>) {
        if self.heart.poll_ping(now) {
            let ping = Command::Ping { ttl: self.heart.ttl(), context: Context::default() };
            transmit(&ping, out);
        }
    }

    /// Whether the link is dead by now, and of what.
    pub(crate) fn poll_death(&self, now: Instant) -> Option<Reason> {
        self.heart.poll_death(now)
    }

    /// What a message means to a socket of this type: publishers take the old form of
    /// subscriptions on every link, as some peers never learn the new one.
    fn meaning(&self, message: Message, ours: SocketType) -> Result<Event, Violation> {
        //= 23-PUBSUB-004
        if ours.is_publisher() && self.revision != Revision::V10 {
            match message.single() {
                Some([SUBSCRIBE, topic @ ..]) => return Ok(Event::Subscribe(topic.to_vec())),
                Some([CANCEL, topic @ ..]) => return Ok(Event::Cancel(topic.to_vec())),
                Some(_) | None => {}
            }
        }
        if ours == SocketType::Dish {
            judge_radio(&message)?;
        }
        Ok(Event::Message(message))
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
                transmit(&Command::Pong(*context), out); //= 37-HB-004
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

/// A message of a RADIO is a group and a body, no less and no more.
fn judge_radio(message: &Message) -> Result<(), Violation> {
    //= 37-RADIO-007
    match message.parts() {
        [group, _body] => Group::new(group).map(|_| ()),
        parts => Err(Violation::RadioFrames(parts.len())),
    }
}

/// All frames of a message, so that nothing can come between them.
fn encode_message(message: &Message, framing: Framing, octets: &mut Vec<u8>) {
    //= 37-MSG-001
    let Some((last, before)) = message.parts().split_last() else { return };
    for part in before {
        framing.encode(Kind::More, part, octets);
    }
    framing.encode(Kind::Last, last, octets);
}

/// The form before 3.1, the same in 2.0 and 3.0. A topic of 255 octets or more takes the long
/// form, the natural extension of a grammar that forgot it (23-PUBSUB-003).
fn encode_subscription(verb: u8, topic: &[u8], octets: &mut Vec<u8>) {
    let mut body = vec![verb];
    body.extend_from_slice(topic);
    Framing::V3.encode(Kind::Last, &body, octets);
}

fn transmit(command: &Command<'_>, out: &mut VecDeque<Output>) {
    let mut octets = Vec::new();
    command.encode(&mut octets);
    out.push_back(Output::Transmit(octets));
}
