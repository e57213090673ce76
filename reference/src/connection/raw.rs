//! A link without ZMTP, for STREAM: what comes is what is shown, a piece a message.
//!
//! No RFC describes it; see `zmq_socket(3)`. Deliberately absent: everything else.

use crate::connection::event::{Event, Output};
use crate::message::Message;
use crate::wire::batch::{Batch, Chunk};
use crate::wire::frame::Kind;
use bytes::BytesMut;
use std::collections::VecDeque;

/// There is no handshake: the peer is there, and tells nothing of itself.
pub(super) fn start(out: &mut VecDeque<Output>) {
    out.push_back(Output::Event(Event::Ready(Box::default())));
}

/// Shows all octets that have come.
pub(super) fn show(buffer: &mut BytesMut, out: &mut VecDeque<Output>) {
    let message = Message::from(buffer.split().freeze());
    out.push_back(Output::Event(Event::Messages(Chunk::from(Batch::from(&message)))));
}

/// Sends the bodies of messages, and nothing between them.
pub(super) fn send(batch: Batch, out: &mut VecDeque<Output>) {
    let mut octets = Vec::with_capacity(batch.size());
    let mut chunk = Chunk::from(batch);
    while let Some(frame) = chunk.next_frame() {
        if frame.kind != Kind::Command {
            octets.extend_from_slice(&frame.body);
        }
    }
    if !octets.is_empty() {
        out.push_back(Output::Transmit(octets));
    }
}
