//! Two codecs of this repository, one verdict: what the tester's own parser makes of a session, and
//! what the engine does with it.
//!
//! Octets: two of ours (type, switches), then what a NULL peer sends. From the tester's parser
//! alone it is told what is delivered, what is answered, and whether the link stays open; the
//! engine must come to the same, and whatever it sends must be legal to that parser. The two share
//! no code.
//!
//! Tolerances, each with its reason: the tester's reader knows the form of octets only, so letters
//! of names, the limits of PING, JOIN and ERROR, and what a type may be, stand below.

use crate::choices::Choices;
use crate::drive::{Heard, Link};
use crate::mutator::Shape;
use zeroproof_conformance::octets::{
    Command, Frame, GREETING_SIZE, LONG, Property, SeenGreeting, properties, take_frame,
};
use zeroproof_reference::{Config, Role, SocketType};

/// Two octets of ours, then a session.
pub const SHAPE: Shape = Shape::Session { head: 2 };

const TYPES: [SocketType; 8] = [
    SocketType::Pull,
    SocketType::Pub,
    SocketType::Router,
    SocketType::Rep,
    SocketType::Dish,
    SocketType::Radio,
    SocketType::Pair,
    SocketType::Xpub,
];

/// The largest frame that the tester's reader takes.
const LARGEST: u64 = 64 << 20;

/// What comes of a session.
#[derive(Debug, Default, PartialEq)]
struct Story {
    is_ready: bool,
    heard: Vec<Heard>,
    pongs: Vec<Vec<u8>>,
    is_refused: bool,
    is_closed: bool,
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let mut choices = Choices::new(octets);
    let Some(ours) = choices.pick(&TYPES) else { return };
    let role = if choices.flag() { Role::Connecter } else { Role::Binder };
    let wire = choices.rest();
    let Some(expected) = Reader::new(ours, wire).story() else { return };
    let mut config = Config::new(role, ours);
    config.limits.max_message_size = LARGEST;
    config.limits.max_message_total = u64::MAX;
    config.limits.max_command_size = LARGEST;
    config.limits.max_parts = usize::MAX;
    config.limits.max_properties = usize::MAX;
    let mut link = Link::new(config);
    link.feed(wire);
    assert_eq!(told(link), expected);
}

/// What the engine did, its octets read by the tester's parser.
fn told(link: Link) -> Story {
    let mut story = Story { is_closed: link.closed.is_some(), ..Story::default() };
    let mut rest = link.sent.get(GREETING_SIZE..).unwrap_or_default();
    while !rest.is_empty() {
        let taken = take_frame(rest);
        let Ok(Some((frame, used))) = taken else {
            assert!(matches!(taken, Ok(Some(_))), "illegal octets of ours: {rest:02x?}");
            break;
        };
        assert!(frame.is_command(), "nobody sent a message");
        let command = frame.command();
        assert!(command.is_ok(), "a command without a name");
        match command.map(|command| (command.name, command.data)) {
            Ok((b"PONG", data)) => story.pongs.push(data.to_vec()),
            Ok((b"ERROR", _)) => story.is_refused = true,
            Ok((b"READY", data)) => assert!(properties(data).is_ok(), "{data:02x?}"),
            other => assert!(other.is_err(), "we never send {other:?}"),
        }
        rest = rest.get(used..).unwrap_or_default();
    }
    for heard in link.heard {
        match heard {
            Heard::Ready(_) => story.is_ready = true,
            heard => story.heard.push(heard),
        }
    }
    story
}

/// The tester's parser, walked over a session.
struct Reader<'a> {
    ours: SocketType,
    rest: &'a [u8],
    story: Story,
    parts: Vec<Vec<u8>>,
    is_31: bool,
}

/// Whether the session goes on.
type Goes = Result<(), ()>;

impl<'a> Reader<'a> {
    fn new(ours: SocketType, rest: &'a [u8]) -> Self {
        Self { ours, rest, story: Story::default(), parts: Vec::new(), is_31: true }
    }

    /// The whole of it; `None` where a peer is older than 3.0, which the tester only writes.
    fn story(mut self) -> Option<Story> {
        match (self.rest.first(), self.rest.get(9), self.rest.get(10)) {
            (Some(0xFF), Some(0x7F), Some(1 | 2)) => return None,
            (Some(0xFF), Some(0x7F) | None, _) | (None, ..) => {}
            (Some(0xFF), Some(last), _) if last & 1 == 1 => {}
            (Some(_), ..) => return None,
        }
        if self.greeting().and_then(|()| self.frames()).is_err() {
            self.story.is_closed = true;
        }
        Some(self.story)
    }

    fn greeting(&mut self) -> Goes {
        if self.rest.get(9).is_some_and(|last| *last != 0x7F) || self.rest.get(10) == Some(&0) {
            return Err(());
        }
        let Some((greeting, rest)) = self.rest.split_first_chunk::<GREETING_SIZE>() else {
            self.rest = &[];
            return Ok(());
        };
        self.rest = rest;
        let seen = SeenGreeting(*greeting);
        self.is_31 = seen.version() != (3, 0);
        let is_null = seen.mechanism_name() == "NULL";
        let is_padded = seen.mechanism().iter().skip(4).all(|octet| *octet == 0);
        if is_null && is_padded { Ok(()) } else { Err(()) }
    }

    fn frames(&mut self) -> Goes {
        while !self.rest.is_empty() {
            self.header()?;
            let Some((frame, used)) = take_frame(self.rest).map_err(|_| ())? else { return Ok(()) };
            self.rest = self.rest.get(used..).unwrap_or_default();
            match (self.story.is_ready, frame.is_command()) {
                (false, true) => self.handshake(&command(&frame)?)?,
                (false, false) => return Err(()),
                (true, true) => self.command(&command(&frame)?)?,
                (true, false) => self.message(frame)?,
            }
        }
        Ok(())
    }

    /// A header in the wrong place is wrong before its body has come.
    fn header(&self) -> Goes {
        let Some((&flags, rest)) = self.rest.split_first() else { return Ok(()) };
        let is_whole = rest.len() >= if flags & LONG == 0 { 1 } else { 8 };
        let is_command = flags & 4 != 0;
        let is_misplaced =
            if self.story.is_ready { is_command && !self.parts.is_empty() } else { !is_command };
        if is_whole && is_misplaced { Err(()) } else { Ok(()) }
    }

    fn handshake(&mut self, command: &Command<'_>) -> Goes {
        if command.name != b"READY" {
            return Err(());
        }
        let metadata = metadata(command.data)?;
        for (name, value) in metadata {
            if name.eq_ignore_ascii_case(b"Socket-Type") {
                let theirs =
                    SocketType::ALL.into_iter().find(|known| known.name().as_bytes() == value);
                if !theirs.is_some_and(|theirs| self.ours.accepts(theirs)) {
                    self.story.is_refused = true;
                    return Err(());
                }
            } else if name.eq_ignore_ascii_case(b"Identity")
                && (value.len() > 255 || value.first() == Some(&0))
            {
                return Err(());
            }
        }
        self.story.is_ready = true;
        Ok(())
    }

    fn command(&mut self, command: &Command<'_>) -> Goes {
        let data = command.data;
        let publishes = matches!(self.ours, SocketType::Pub | SocketType::Xpub);
        let radiates = self.ours == SocketType::Radio;
        match command.name {
            b"READY" | b"ERROR" => return Err(()),
            b"PING" if !(2..=18).contains(&data.len()) => return Err(()),
            b"PONG" if data.len() > 16 => return Err(()),
            b"JOIN" | b"LEAVE" if data.len() > 255 || data.contains(&0) => return Err(()),
            b"PING" if self.is_31 => {
                self.story.pongs.push(data.get(2..).unwrap_or_default().to_vec());
            }
            b"SUBSCRIBE" if publishes => self.story.heard.push(Heard::Topic(true, data.to_vec())),
            b"CANCEL" if publishes => self.story.heard.push(Heard::Topic(false, data.to_vec())),
            b"JOIN" if radiates => self.story.heard.push(Heard::Group(true, data.to_vec())),
            b"LEAVE" if radiates => self.story.heard.push(Heard::Group(false, data.to_vec())),
            _ => {}
        }
        Ok(())
    }

    fn message(&mut self, frame: Frame) -> Goes {
        let has_more = frame.has_more();
        self.parts.push(frame.body);
        if has_more {
            return Ok(());
        }
        let parts = core::mem::take(&mut self.parts);
        let publishes = matches!(self.ours, SocketType::Pub | SocketType::Xpub);
        let wish = match parts.as_slice() {
            [single] if publishes => single.split_first().filter(|(verb, _)| **verb < 2),
            _ => None,
        };
        if let Some((verb, topic)) = wish {
            self.story.heard.push(Heard::Topic(*verb == 1, topic.to_vec()));
            return Ok(());
        }
        if self.ours == SocketType::Dish {
            let [group, _body] = parts.as_slice() else { return Err(()) };
            if group.len() > 255 || group.contains(&0) {
                return Err(());
            }
        }
        self.story.heard.push(Heard::Message(parts));
        Ok(())
    }
}

/// The command in a frame, its name of letters.
fn command(frame: &Frame) -> Result<Command<'_>, ()> {
    let command = frame.command().map_err(|_| ())?;
    if command.name.iter().all(u8::is_ascii_alphabetic) { Ok(command) } else { Err(()) }
}

/// Metadata, its names of the characters they may have and its values below 2^31 octets.
fn metadata(data: &[u8]) -> Result<Vec<Property>, ()> {
    let found = properties(data).map_err(|_| ())?;
    let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.+".contains(octet);
    if found.iter().all(|(name, _)| name.iter().all(legal)) { Ok(found) } else { Err(()) }
}
