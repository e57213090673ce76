//! CURVE with somebody in the middle, who drops, repeats, swaps, bends, reflects and invents (26).
//!
//! Octets: at which stage of the handshake it begins, then what happens. Whatever is done to it,
//! nobody hears a part that was not said, or one twice, or one before another that was said first;
//! whoever is let in is who it says it is. If nothing was done, everything comes.

use crate::choices::Choices;
use crate::drive::{Heard, Link};
use crate::mutator::Shape;
use std::sync::LazyLock;
use zeroproof_reference::wire::zap::{Reply, Status};
use zeroproof_reference::{
    Config, Entropy, Input, KeyPair, Message, Role, SecretKey, Security, SocketType,
};

/// Decisions.
pub const SHAPE: Shape = Shape::Choices;

const CLIENT: [u8; 32] = [4; 32];
const SERVER: [u8; 32] = [3; 32];

/// Both sides, and the octets of each that are on their way.
#[derive(Clone)]
struct Middle {
    /// The client and the server.
    links: [Link; 2],
    /// Octets that each has sent and somebody has taken off the wire.
    taken: [usize; 2],
    /// What each said, part by part.
    said: [Vec<Vec<u8>>; 2],
    /// Frames that passed.
    seen: Vec<Vec<u8>>,
    is_honest: bool,
}

/// The handshake, flight by flight: what costs most is done once.
static STAGES: LazyLock<Vec<Middle>> = LazyLock::new(|| {
    let links = [Link::new(config(false)), Link::new(config(true))];
    let (taken, said) = ([0, 0], [Vec::new(), Vec::new()]);
    let mut middle = Middle { links, taken, said, seen: Vec::new(), is_honest: true };
    let mut stages = vec![middle.clone()];
    for flight in 0..10 {
        middle.pass_all(flight & 1);
        stages.push(middle.clone());
    }
    stages
});

fn config(serves: bool) -> Config {
    let (role, socket_type) = if serves {
        (Role::Binder, SocketType::Router)
    } else {
        (Role::Connecter, SocketType::Dealer)
    };
    let mut config = Config::new(role, socket_type);
    config.entropy = Entropy::new(&[if serves { 5 } else { 6 }; Entropy::LEN]);
    config.security = if serves {
        Security::CurveServer { keys: KeyPair::new(SecretKey(SERVER)) }
    } else {
        let server = KeyPair::new(SecretKey(SERVER)).public();
        Security::CurveClient { keys: KeyPair::new(SecretKey(CLIENT)), server }
    };
    config.identity = if serves { b"server".to_vec() } else { b"client".to_vec() };
    config.zap.handler = serves;
    config.limits.max_message_size = 4096;
    config
}

impl Middle {
    fn link(&mut self, side: usize) -> Option<&mut Link> {
        self.links.get_mut(side & 1)
    }

    /// Somebody hears these octets.
    fn tell(&mut self, side: usize, octets: &[u8]) {
        let Some(link) = self.link(side) else { return };
        link.feed(octets);
        if link.closed.is_none() && !link.wants_octets() {
            link.answer(Ok(Reply::new(Status::Success)));
        }
    }

    /// The next frame of a side, off the wire; greetings as they come.
    fn next(&mut self, side: usize) -> Option<Vec<u8>> {
        let at = self.taken.get(side & 1).copied()?;
        let waiting = self.links.get(side & 1)?.sent.get(at..)?;
        let length = if at < 64 {
            waiting.len().min(64 - at)
        } else {
            let size = match waiting {
                [0..=1 | 4..=5, size, ..] => usize::from(*size) + 2,
                [_, size @ ..] => {
                    usize::try_from(u64::from_be_bytes(*size.first_chunk()?)).ok()? + 9
                }
                [] => 0,
            };
            size.min(waiting.len())
        };
        let frame = waiting.get(..length).filter(|frame| !frame.is_empty())?.to_vec();
        if let Some(taken) = self.taken.get_mut(side & 1) {
            *taken += length;
        }
        Some(frame)
    }

    fn pass_all(&mut self, side: usize) {
        while let Some(frame) = self.next(side) {
            self.tell(side + 1, &frame);
            self.seen.push(frame);
        }
    }

    /// A message of so many parts, each of which there is once.
    fn say(&mut self, side: usize, choices: &mut Choices<'_>) {
        let parts = choices.below(3) + 1;
        let mut bodies = Vec::new();
        for _ in 0..parts {
            let Some(said) = self.said.get_mut(side & 1) else { return };
            let size = usize::from(choices.octet());
            let number = u8::try_from(said.len()).unwrap_or(u8::MAX);
            let body = [&[side as u8 & 1, number][..], &vec![7; size]].concat();
            said.push(body.clone());
            bodies.push(body);
        }
        if let Some(link) = self.link(side) {
            link.handle(Input::Message(Message::new(bodies)));
        }
    }

    /// What somebody in the middle does with the next frame of a side.
    fn meddle(&mut self, side: usize, how: u8, choices: &mut Choices<'_>) {
        let Some(mut frame) = self.next(side) else { return };
        self.seen.push(frame.clone());
        self.is_honest = false;
        match how {
            0 => return,
            1 => self.tell(side + 1, &frame),
            2 => {
                let Some(second) = self.next(side) else { return };
                self.tell(side + 1, &second);
            }
            3 => {
                let at = usize::from(choices.number()) % frame.len().max(1);
                let bit = 1 << choices.below(8);
                frame.get_mut(at).into_iter().for_each(|octet| *octet ^= bit);
            }
            4 => {
                let old = self.seen.get(choices.below(self.seen.len())).cloned();
                frame = old.unwrap_or_default();
            }
            5 => {
                self.tell(side, &frame);
                return;
            }
            6 => frame.truncate(usize::from(choices.number()) % frame.len().max(1)),
            _ => {
                let length = choices.below(60);
                frame.extend(choices.take(length));
            }
        }
        self.tell(side + 1, &frame);
    }

    /// What must be true, whatever was done.
    fn judge(&self) {
        for (side, link) in self.links.iter().enumerate() {
            let Some(mut said) = self.said.get((side + 1) & 1).map(|said| said.iter()) else {
                return;
            };
            for part in link.messages().flatten() {
                let comes = said.any(|known| known == part);
                assert!(comes, "{part:02x?} was not said, or not after what came before");
            }
            let theirs: &[u8] = if side == 0 { b"server" } else { b"client" };
            let key = KeyPair::new(SecretKey(CLIENT)).public().0;
            for heard in &link.heard {
                match heard {
                    Heard::Ready(peer) => assert_eq!(peer.identity, theirs),
                    Heard::Asked(asked, _) => assert_eq!(*asked, key, "another key gets in"),
                    Heard::Message(_) | Heard::Topic(..) | Heard::Group(..) => {}
                }
            }
        }
    }
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let mut choices = Choices::new(octets);
    let Some(mut middle) = STAGES.get(choices.below(STAGES.len())).cloned() else { return };
    for _ in 0..24 {
        if choices.is_over() {
            break;
        }
        let what = choices.octet();
        let side = usize::from(what & 1);
        match what >> 1 & 15 {
            0..=3 => middle.say(side, &mut choices),
            4..=7 => middle.pass_all(side),
            8..=14 => middle.meddle(side, what >> 5, &mut choices),
            _ => {
                let length = usize::from(choices.octet());
                middle.is_honest = false;
                middle.tell(side, choices.take(length));
            }
        }
    }
    for flight in 0..14 {
        middle.pass_all(flight & 1);
    }
    middle.judge();
    if middle.is_honest {
        for (link, said) in middle.links.iter().zip(middle.said.iter().rev()) {
            assert_eq!(link.closed, None, "nobody did anything wrong");
            let heard: Vec<_> = link.messages().flatten().collect();
            assert!(heard.into_iter().eq(said), "not all of it came");
        }
    }
}
