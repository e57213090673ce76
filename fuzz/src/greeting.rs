//! The first 64 octets: which protocol a peer speaks, what is answered to each octet of it, and
//! when the link gives up (37-GREETING, 37-VERSION, 37-BACK1, 37-BACK2, 37-MECH).
//!
//! Octets: what a peer sends. The model below is the RFC's table once more, from the front.

use crate::drive::{Link, end};
use crate::mutator::Shape;
use crate::named::clause;
use zeroproof_reference::wire::greeting::{Greeting, NULL, Signature, Version};
use zeroproof_reference::{Config, Role, SocketType};

/// A greeting, and whatever follows.
pub const SHAPE: Shape = Shape::Session { head: 0 };

/// Where something is decided; octet by octet is what `splits` does.
const BORDERS: [usize; 8] = [0, 1, 9, 10, 11, 12, 63, 64];

/// Octets that a binder of 3.1 has sent, and how it ended, after these octets.
fn expected(octets: &[u8]) -> Option<(usize, &'static str)> {
    match *octets {
        [] => Some((10, "")),
        [0xFF, ref rest @ ..] if rest.len() < 9 => Some((10, "")),
        [0xFF, _, _, _, _, _, _, _, _, 0x7F, ref rest @ ..] => match *rest {
            [] => Some((11, "")),
            [0, ..] => Some((11, "37-BACK2-003")),
            // Type and an empty identity; what follows is for `legacy`.
            [1 | 2] => Some((14, "")),
            [1 | 2, ..] => None,
            [_, ..] if octets.len() < 64 => Some((64, "")),
            [_, _, ref rest @ ..] if rest.get(..20) != Some(&NULL) => Some((64, "37-MECH-014")),
            // A peer of 3.0 gets READY at once: a frame of 22 octets more than the type's name.
            [3, 0, ..] => Some((64 + 2 + 26, "")),
            [..] => Some((64, "")),
        },
        [0xFF, _, _, _, _, _, _, _, _, last, ..] if last & 1 == 1 => Some((10, "37-GREETING-002")),
        // 1.0, for `legacy`.
        [..] => None,
    }
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let octets = octets.get(..64).unwrap_or(octets);
    codec(octets);
    let mut config = Config::new(Role::Binder, SocketType::Pull);
    config.legacy = true;
    let mut link = Link::new(config);
    let mut fed = 0;
    for end_at in BORDERS {
        let so_far = octets.get(..end_at).unwrap_or(octets);
        if let Some(next) = so_far.get(fed..).filter(|next| !next.is_empty()) {
            link.feed(next);
            fed = so_far.len();
        }
        let Some((sent, why)) = expected(so_far) else { return };
        let closed = link.closed.as_ref().map_or("", end);
        assert_eq!((link.sent.len(), closed), (sent, why), "after {so_far:02x?}");
        assert_eq!(link.heard, [], "nothing is told before a handshake");
        if link.closed.is_some() {
            return;
        }
    }
}

fn codec(octets: &[u8]) {
    let mut decided = None;
    for cut in 0..=octets.len() {
        let seen = Signature::detect(octets.get(..cut).unwrap_or_default());
        let seen = seen.map_err(|violation| clause(&violation)).transpose();
        assert!(decided.is_none() || seen == decided, "another verdict at {cut} octets");
        decided = seen;
    }
    let Some(octets) = octets.first_chunk::<64>() else { return };
    let greeting = Greeting::decode(octets);
    let encoded = greeting.encode();
    for (at, (ours, theirs)) in encoded.iter().zip(octets).enumerate() {
        let expected = match at {
            0 => 0xFF,
            9 => 0x7F,
            33.. => 0,
            _ => *theirs,
        };
        assert_eq!(*ours, expected, "octet {at}");
    }
    assert_eq!(Greeting::decode(&encoded), greeting);
    let major = octets.get(10).copied().unwrap_or(0);
    let version = Version::detect(major).map_err(|violation| clause(&violation));
    let expected = match major {
        0 => Err("37-BACK2-003"),
        1 | 2 => Ok(Version::Version20),
        3.. => Ok(Version::Version3),
    };
    assert_eq!(version, expected);
}
