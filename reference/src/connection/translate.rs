//! What older peers say and hear, from and to plain frames of 3.1.
//!
//! Before 3.1 a subscription travels as a message that starts with 01 or 00, and there are no
//! groups; before 2.0 there are no subscriptions at all, and frames are laid out in another way.
//! Deliberately absent: judgement; what comes has been scanned.

use crate::wire::command::Command;
use crate::wire::frame::{self, Header};
use crate::wire::legacy::{Framing, Head};

/// First octet of the old form of a subscription.
pub(crate) const SUBSCRIBE: u8 = 1;
/// First octet of the old form of its end.
pub(crate) const CANCEL: u8 = 0;

/// Whole messages of a 1.0 peer as plain frames.
pub(crate) fn from_10(mut octets: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(octets.len());
    while let Ok(Some((head, rest))) = Framing::V10.decode(octets) {
        octets = rest;
        let Head::Frame(Header { kind, size }) = head else { continue };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some((body, rest)) = rest.split_at_checked(size) else { break };
        frame::encode(kind, body, &mut plain);
        octets = rest;
    }
    plain
}

/// What a peer before 3.1 is told instead of a command, if it can be told. A topic of 255 octets or
/// more takes the long form, the natural extension of a grammar that forgot it (23-PUBSUB-003).
pub(crate) fn to_old(command: &[u8], framing: Framing) -> Option<Vec<u8>> {
    if framing == Framing::V10 {
        return None; //= 13-CONTENT-002
    }
    match Command::decode(command, 0) {
        Ok(Command::Subscribe(topic)) => Some([&[SUBSCRIBE], topic].concat()), //= 23-PUBSUB-001
        Ok(Command::Cancel(topic)) => Some([&[CANCEL], topic].concat()),       //= 23-PUBSUB-002
        Ok(
            Command::Ready(_)
            | Command::Error(_)
            | Command::Ping { .. }
            | Command::Pong(_)
            | Command::Join(_)
            | Command::Leave(_)
            | Command::Unknown(_),
        )
        | Err(_) => None,
    }
}
