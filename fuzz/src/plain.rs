//! PLAIN, from either side: who comes in, by which steps, and what is said to the others (24).
//!
//! Octets: two of ours (which side, what the handler says), then what the peer sends after its
//! greeting. A model of six states walks along: nobody gets in but by HELLO, a handler's 200 and
//! INITIATE, or by WELCOME and READY.

use crate::command::{credentials, plain_flaw, split};
use crate::drive::{Heard, Link, end};
use crate::metadata;
use crate::mutator::Shape;
use crate::named::LIMIT;
use crate::seeds;
use zeroproof_reference::wire::zap::{Reply, Status};
use zeroproof_reference::{Config, Password, Role, Security, SocketType};

/// Two octets of ours, then frames.
pub const SHAPE: Shape = Shape::Frames { head: 2 };

const MOST: usize = 8;
const SIZE: u64 = 600;

/// What is awaited.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Hello,
    Initiate,
    Welcome,
    Ready,
    Inside,
}

/// What is to happen.
#[derive(Debug)]
struct Story {
    at: At,
    status: Status,
    asked: Option<(Vec<u8>, Vec<u8>)>,
    sent: Vec<u8>,
    end: &'static str,
}

impl Story {
    fn ends(&mut self, why: &'static str) -> bool {
        self.end = why;
        false
    }

    /// The next command; whether the handshake goes on.
    fn meets(&mut self, body: &[u8]) -> bool {
        let (name, data) = match split(body) {
            Ok(command) => command,
            Err(why) => return self.ends(why),
        };
        if let Some(why) = plain_flaw(name, data, MOST) {
            return self.ends(why);
        }
        match (self.at, name) {
            (_, b"ERROR") => self.ends("refused by peer"),
            (At::Hello, b"HELLO") => {
                let (user, password) = credentials(data).unwrap_or_default();
                self.asked = Some((user.to_vec(), password.to_vec()));
                self.decide()
            }
            (At::Initiate, b"INITIATE") => self.announced(data, "READY"),
            (At::Welcome, b"WELCOME") => {
                self.says("INITIATE", &own("ROUTER", false));
                self.at = At::Ready;
                true
            }
            (At::Ready, b"READY") => self.announced(data, ""),
            (At::Welcome | At::Ready, b"HELLO") => self.ends("24-ROLE-002"),
            _ => self.ends("37-GREETING-008"),
        }
    }

    /// The handler has been asked.
    fn decide(&mut self) -> bool {
        match self.status {
            Status::Success => self.says("WELCOME", b""),
            Status::TemporaryError => return self.ends("denied"),
            Status::Refused | Status::InternalError => {
                let reason = [b"\x03", self.status.code().as_bytes()].concat();
                self.says("ERROR", &reason);
                return self.ends("denied");
            }
        }
        self.at = At::Initiate;
        true
    }

    /// The peer says who it is; we are a ROUTER.
    fn announced(&mut self, data: &[u8], answer: &str) -> bool {
        for (name, value) in metadata::model(data, MOST).unwrap_or_default() {
            if name.eq_ignore_ascii_case(b"Socket-Type") {
                if ![&b"REQ"[..], b"DEALER", b"ROUTER"].contains(&value) {
                    if !answer.is_empty() {
                        self.says("ERROR", b"\x13Invalid-socket-type");
                    }
                    return self.ends("37-SOCKTYPE-002");
                }
            } else if name.eq_ignore_ascii_case(b"Identity") {
                if value.len() > 255 {
                    return self.ends("37-IDENT-003");
                }
                if value.first() == Some(&0) {
                    return self.ends("37-IDENT-004");
                }
            }
        }
        if !answer.is_empty() {
            self.says(answer, &own("ROUTER", true));
        }
        self.at = At::Inside;
        true
    }

    fn says(&mut self, name: &str, data: &[u8]) {
        self.sent.extend(seeds::command(name, data));
    }
}

/// What we say of ourselves: a connecter shows even an empty Identity.
fn own(socket_type: &str, binds: bool) -> Vec<u8> {
    let mut data = seeds::property("Socket-Type", socket_type.as_bytes());
    if !binds {
        data.extend(seeds::property("Identity", b""));
    }
    data
}

/// The body of a frame and what is behind it; or nothing yet, or what is wrong.
type Taken<'a> = Result<Option<(&'a [u8], &'a [u8])>, &'static str>;

/// A command frame from the front: its body and the rest; `None` for more octets.
fn take(octets: &[u8]) -> Taken<'_> {
    let Some((&flags, rest)) = octets.split_first() else { return Ok(None) };
    match flags {
        5 | 7 => return Err("37-FRAME-012"),
        8.. => return Err("37-FRAME-008"),
        _ => {}
    }
    let sized = if flags & 2 == 0 {
        rest.split_first().map(|(size, rest)| (u64::from(*size), rest))
    } else {
        rest.split_first_chunk::<8>().map(|(size, rest)| (u64::from_be_bytes(*size), rest))
    };
    let Some((size, rest)) = sized else { return Ok(None) };
    if size >> 63 == 1 {
        return Err("37-FRAME-006");
    }
    if flags & 4 == 0 {
        return Err("37-FRAME-014");
    }
    if size > SIZE {
        return Err(LIMIT);
    }
    Ok(usize::try_from(size).ok().and_then(|size| rest.split_at_checked(size)))
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let Some(([side, verdict], mut wire)) = octets.split_first_chunk::<2>() else { return };
    let serves = side & 1 == 0;
    let status = match verdict & 7 {
        0..=4 => Status::Success,
        5 => Status::TemporaryError,
        6 => Status::Refused,
        _ => Status::InternalError,
    };
    let mut link = Link::new(config(serves));
    link.feed(&seeds::greeting("PLAIN", u8::from(!serves)));
    let at = if serves { At::Hello } else { At::Welcome };
    let mut story = Story { at, status, asked: None, sent: Vec::new(), end: "" };
    if !serves {
        story.says("HELLO", b"\x03joe\x06secret");
    }
    while story.end.is_empty() && story.at != At::Inside {
        let (body, rest) = match take(wire) {
            Ok(Some(taken)) => taken,
            Ok(None) => break,
            Err(why) => {
                story.ends(why);
                break;
            }
        };
        story.meets(body);
        wire = rest;
    }
    let (_, all) = octets.split_at(2);
    let handshake = if story.at == At::Inside { all.len() - wire.len() } else { all.len() };
    link.feed(all.get(..handshake).unwrap_or_default());
    if !link.wants_octets() && link.closed.is_none() {
        link.answer(Ok(Reply::new(status)));
    }
    agree(&link, &story);
    if story.at == At::Inside {
        link.feed(wire);
        assert!(link.is_ready());
    }
}

fn config(serves: bool) -> Config {
    let role = if serves { Role::Binder } else { Role::Connecter };
    let mut config = Config::new(role, SocketType::Router);
    config.security = if serves {
        Security::PlainServer
    } else {
        let password = Password(b"secret".to_vec());
        Security::PlainClient { username: b"joe".to_vec(), password }
    };
    config.zap.handler = true;
    config.limits.max_properties = MOST;
    config.limits.max_command_size = SIZE;
    config
}

fn agree(link: &Link, story: &Story) {
    assert_eq!(link.closed.as_ref().map_or("", end), story.end, "{story:?}");
    let said = link.sent.get(64..).unwrap_or_default();
    assert_eq!(said, story.sent, "{story:?}");
    assert_eq!(link.is_ready(), story.at == At::Inside, "{story:?}");
    let asked = link.heard.iter().find_map(|heard| match heard {
        Heard::Asked(user, password) => Some((user.clone(), password.clone())),
        _ => None,
    });
    assert_eq!(asked, story.asked);
    let strays = link.messages().count();
    assert_eq!(strays, 0, "a message came in the handshake");
}
