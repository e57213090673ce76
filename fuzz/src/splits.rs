//! However octets are cut, the same comes out, and no more is allocated than came (37-FRAME-013).
//!
//! Octets: four of ours (type, switches, limits, where to cut), then what the peer sends. Whole,
//! octet by octet and in pieces: the same octets, events and end.

use crate::bounded::Bound;
use crate::choices::Choices;
use crate::drive::Link;
use crate::mutator::Shape;
use crate::seeds::cut;
use zeroproof_reference::{Config, Limits, Role, Security, SocketType};

/// Four octets of ours, then a session.
pub const SHAPE: Shape = Shape::Session { head: 4 };

/// What a link may allocate: what waits, once or twice as it grows, and what is told of it as
/// values. A message of one octet is a frame of three and a value of some words.
const BOUND: Bound = Bound { each: 160, once: 16 << 10 };

/// One side, as these octets want it.
fn config(choices: &mut Choices<'_>) -> Config {
    let socket_type = choices.pick(&SocketType::ALL).unwrap_or(SocketType::Pair);
    let switches = choices.octet();
    let role = if switches & 1 == 0 { Role::Binder } else { Role::Connecter };
    let mut config = Config::new(role, socket_type);
    config.minor = (!switches >> 1) & 1;
    config.legacy = switches & 4 == 0;
    if switches & 8 != 0 {
        config.identity = b"ME".to_vec();
    }
    if switches & 16 != 0 {
        config.security = Security::PlainServer;
        config.zap.handler = switches & 32 != 0;
    }
    let size = u64::from(choices.octet()) * 4 + 1;
    config.limits = Limits {
        max_message_size: size,
        max_message_total: size * 2,
        max_parts: 3,
        max_command_size: 300,
        max_properties: 3,
        ..Limits::default()
    };
    config
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let mut choices = Choices::new(octets);
    let config = config(&mut choices);
    let seed = choices.octet();
    let wire = choices.rest();
    let whole = BOUND.watch(wire.len(), || run(&config, &[wire]));
    for pieces in [wire.chunks(1).collect(), cut(wire, seed)] {
        let other = run(&config, &pieces);
        assert_eq!(whole.heard, other.heard, "{} pieces", pieces.len());
        assert_eq!(whole.sent, other.sent, "{} pieces", pieces.len());
        assert_eq!(whole.closed, other.closed, "{} pieces", pieces.len());
        assert_eq!(whole.deadline, other.deadline, "{} pieces", pieces.len());
    }
}

fn run(config: &Config, pieces: &[&[u8]]) -> Link {
    let mut link = Link::new(config.clone());
    pieces.iter().for_each(|piece| link.feed(piece));
    link
}
