//! What older peers say and hear, from and to plain frames of 3.1.
//!
//! Before 3.1 a subscription travels as a message that starts with 01 or 00, and there are no
//! groups; before 2.0 there are no subscriptions at all, and frames are laid out in another way.
//! Deliberately absent: judgement; what comes has been scanned.

use crate::wire::batch::{Batch, Chunk};
use crate::wire::command::Command;
use crate::wire::frame::{self, Header, Kind};
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

/// Plain frames as a peer before 3.1 is to be told them.
pub(crate) fn to_old(batch: Batch, framing: Framing) -> Vec<u8> {
    let mut octets = Vec::with_capacity(batch.size());
    let mut chunk = Chunk::from(batch);
    while let Some(frame) = chunk.next_frame() {
        match frame.kind {
            Kind::Last | Kind::More => framing.encode(frame.kind, &frame.body, &mut octets),
            Kind::Command => encode_wish(&frame.body, framing, &mut octets),
        }
    }
    octets
}

/// A topic of 255 octets or more takes the long form, the natural extension of a grammar that
/// forgot it (23-PUBSUB-003).
fn encode_wish(command: &[u8], framing: Framing, octets: &mut Vec<u8>) {
    let (verb, topic) = match Command::decode(command, 0) {
        Ok(Command::Subscribe(topic)) => (SUBSCRIBE, topic), //= 23-PUBSUB-001
        Ok(Command::Cancel(topic)) => (CANCEL, topic),       //= 23-PUBSUB-002
        _ => return,
    };
    //= 13-CONTENT-002
    if framing != Framing::V10 {
        framing.encode(Kind::Last, &[&[verb], topic].concat(), octets);
    }
}
