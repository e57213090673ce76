//! Two engines, joined by a pipe that cuts where it likes: what is sent comes, once and in order.
//!
//! Octets: who they are, then what happens: messages, subscriptions, octets on their way, time.
//! In the end everything on its way arrives, and so does everything that was sent (37-MSG-001).

use crate::choices::Choices;
use crate::drive::{Heard, Link};
use crate::mutator::Shape;
use core::time::Duration;
use zeroproof_reference::{
    Config, Heartbeat, Input, Message, Password, Role, Security, SocketType,
};

/// Decisions.
pub const SHAPE: Shape = Shape::Choices;

/// Who meets whom: which of the two may send messages, and whether the second subscribes.
const MEETINGS: [(SocketType, SocketType, bool, bool); 9] = [
    (SocketType::Pair, SocketType::Pair, true, true),
    (SocketType::Push, SocketType::Pull, true, false),
    (SocketType::Dealer, SocketType::Router, true, true),
    (SocketType::Req, SocketType::Rep, true, true),
    (SocketType::Router, SocketType::Router, true, true),
    (SocketType::Pub, SocketType::Sub, true, false),
    (SocketType::Xpub, SocketType::Xsub, true, false),
    (SocketType::Radio, SocketType::Dish, true, false),
    (SocketType::Channel, SocketType::Channel, true, true),
];

/// One side, what it may do, and what it has done.
struct Side {
    link: Link,
    socket_type: SocketType,
    sends: bool,
    /// Whether one of the two is of 3.0, to which no group can be told.
    is_old: bool,
    /// Its octets that have left for the other side.
    left: usize,
    said: Vec<Heard>,
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let mut choices = Choices::new(octets);
    let Some((one, other, one_sends, other_sends)) = choices.pick(&MEETINGS) else { return };
    let switches = choices.octet();
    let mut sides =
        [side(one, switches, one_sends, true), side(other, switches, other_sends, false)];
    for _ in 0..64 {
        if choices.is_over() {
            break;
        }
        step(&mut choices, &mut sides);
    }
    settle(&mut sides);
    let [one, other] = &sides;
    for (from, to) in [(one, other), (other, one)] {
        assert_eq!(from.link.closed, None, "nobody did anything wrong");
        assert!(from.link.is_ready(), "both are there");
        let told = |heard: &&Heard| !matches!(heard, Heard::Ready(_) | Heard::Asked(..));
        let heard = to.link.heard.iter().filter(told);
        assert!(heard.eq(&from.said), "{:?} is not {:?}", to.link.heard, from.said);
    }
}

fn side(socket_type: SocketType, switches: u8, sends: bool, is_first: bool) -> Side {
    let binds = is_first == (switches & 1 == 0);
    let role = if binds { Role::Binder } else { Role::Connecter };
    let mut config = Config::new(role, socket_type);
    let is_old = switches & 6 == if is_first { 2 } else { 4 };
    config.minor = u8::from(!is_old);
    if switches & 8 != 0 {
        config.identity = if is_first { b"one".to_vec() } else { b"other".to_vec() };
    }
    if switches & 16 != 0 {
        config.security = if is_first {
            Security::PlainServer
        } else {
            let password = Password(b"secret".to_vec());
            Security::PlainClient { username: b"joe".to_vec(), password }
        };
        // Without a handler nobody could judge the password.
        config.zap.handler = true;
    }
    if switches & 32 != 0 {
        let second = Duration::from_secs(1);
        config.heartbeat =
            Heartbeat { interval: Some(second / 100), timeout: second * 60, ttl: second * 60 };
    }
    let is_old = matches!(switches & 6, 2 | 4);
    Side { link: Link::new(config), socket_type, sends, is_old, left: 0, said: Vec::new() }
}

fn step(choices: &mut Choices<'_>, sides: &mut [Side; 2]) {
    let what = choices.octet();
    let [one, other] = sides;
    let (near, far) = if what & 1 == 0 { (one, other) } else { (other, one) };
    match what >> 1 & 7 {
        0..=2 if near.sends => say(choices, near),
        3 => wish(choices, near),
        4 | 5 => {
            let most = usize::from(choices.octet()) + 1;
            deliver(near, far, most);
        }
        6 => {
            let later = Duration::from_millis(choices.below(20) as u64);
            for side in sides {
                side.link.now = side.link.now + later;
                side.link.handle(Input::Timeout);
            }
        }
        _ => deliver(near, far, usize::MAX),
    }
}

/// A message of the kind that this side may send.
fn say(choices: &mut Choices<'_>, side: &mut Side) {
    let parts = choices.below(4) + 1;
    let mut parts: Vec<Vec<u8>> = (0..parts).map(|_| body(choices)).collect();
    if side.socket_type == SocketType::Radio {
        parts.truncate(1);
        parts.insert(0, b"group".to_vec());
    }
    side.link.handle(Input::Message(Message::new(parts.clone())));
    side.said.push(Heard::Message(parts));
}

/// Sizes around the borders of headers and copies; the octets tell one message from the next.
fn body(choices: &mut Choices<'_>) -> Vec<u8> {
    const SIZES: [usize; 12] = [0, 1, 2, 5, 69, 70, 71, 253, 254, 255, 256, 4096];
    let size = match choices.octet() {
        large @ 0xFE.. => usize::from(large) + 0xFF02,
        small => SIZES.get(usize::from(small) % SIZES.len()).copied().unwrap_or(0),
    };
    let fill = choices.octet();
    let mut body = vec![fill; size];
    if let Some(last) = body.last_mut() {
        *last = choices.octet();
    }
    body
}

/// What a subscriber or a DISH tells the other side.
fn wish(choices: &mut Choices<'_>, side: &mut Side) {
    let wants = choices.flag();
    let length = choices.below(20);
    let topic = choices.take(length).to_vec();
    match side.socket_type {
        SocketType::Sub | SocketType::Xsub => {
            side.said.push(Heard::Topic(wants, topic.clone()));
            side.link.handle(if wants { Input::Subscribe(topic) } else { Input::Cancel(topic) });
        }
        SocketType::Dish if !topic.contains(&0) && !side.is_old => {
            side.said.push(Heard::Group(wants, topic.clone()));
            side.link.handle(if wants { Input::Join(topic) } else { Input::Leave(topic) });
        }
        _ => {}
    }
}

/// At most so many octets of one side come to the other.
fn deliver(from: &mut Side, to: &mut Side, most: usize) {
    let waiting = from.link.sent.get(from.left..).unwrap_or_default();
    let piece = waiting.get(..most).unwrap_or(waiting);
    if piece.is_empty() || !to.link.wants_octets() {
        return;
    }
    from.left += piece.len();
    let piece = piece.to_vec();
    to.link.feed(&piece);
    if to.link.closed.is_none() && !to.link.wants_octets() {
        let success = zeroproof_reference::wire::zap::Status::Success;
        to.link.answer(Ok(zeroproof_reference::wire::zap::Reply::new(success)));
    }
}

/// All that is on its way arrives.
fn settle(sides: &mut [Side; 2]) {
    let [one, other] = sides;
    for _ in 0..64 {
        deliver(one, other, usize::MAX);
        deliver(other, one, usize::MAX);
        if one.left == one.link.sent.len() && other.left == other.link.sent.len() {
            return;
        }
    }
    assert_eq!((one.left, other.left), (one.link.sent.len(), other.link.sent.len()), "no end");
}
