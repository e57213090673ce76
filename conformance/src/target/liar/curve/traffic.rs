//! MESSAGE both ways, until something is wrong.

use super::{Lapse, Peer, Wire};
use crate::curve::{COMMAND_FLAG, MORE_FLAG, Plain, Tunnel};
use crate::octets::{Frame, MORE, error, frame};

pub(super) async fn run(peer: &Peer, wire: &mut Wire, mut tunnel: Tunnel) {
    let mut parts = Vec::new();
    if peer.has(Lapse::SentPrefix) {
        tunnel.ours = tunnel.theirs;
    }
    loop {
        let waiting = peer.sending.borrow_mut().pop_front();
        if let Some(message) = waiting {
            if wire.write(&said(peer, &mut tunnel, &message)).await.is_none() {
                return;
            }
            continue;
        }
        tokio::select! {
            biased;
            () = peer.queued.notified() => {}
            seen = wire.frame() => {
                let Some(seen) = seen else { return };
                if heard(peer, wire, &mut tunnel, &mut parts, seen).await.is_none() {
                    return;
                }
            }
        }
    }
}

/// A message as it is sent.
fn said(peer: &Peer, tunnel: &mut Tunnel, message: &[Vec<u8>]) -> Vec<u8> {
    let last = message.len().saturating_sub(1);
    let parts = message.iter().enumerate().map(|(at, part)| {
        let flags = if at < last { MORE_FLAG } else { 0 };
        let size = if peer.has(Lapse::Cut) { part.len().min(300) } else { part.len() };
        let body = tunnel.body(flags, part.get(..size).unwrap_or_default());
        if peer.has(Lapse::SentNonce) {
            tunnel.counter -= 1;
        }
        let outside = peer.has(Lapse::SentMoreOutside) && flags != 0;
        frame(if outside { MORE } else { 0 }, &body)
    });
    parts.flatten().collect::<Vec<u8>>()
}

/// Takes a frame; `None` ends the connection.
async fn heard(
    peer: &Peer,
    wire: &mut Wire,
    tunnel: &mut Tunnel,
    parts: &mut Vec<Vec<u8>>,
    mut seen: Frame,
) -> Option<()> {
    if peer.has(Lapse::MoreOutside) {
        seen.flags &= !MORE;
    }
    if peer.has(Lapse::Replay) {
        tunnel.last = 0;
    }
    let is_clear = !seen.body.starts_with(b"\x07MESSAGE");
    match tunnel.open(&seen) {
        Ok(plain) => taken(peer, wire, tunnel, parts, plain).await,
        Err(_) if peer.has(Lapse::Clear) && is_clear => {
            peer.deliver(vec![seen.body]);
            Some(())
        }
        Err(_) if peer.has(Lapse::Skips) => Some(()),
        Err(_) => {
            if peer.has(Lapse::ErrorToMessage) {
                wire.write(&error("no")).await?;
            }
            None
        }
    }
}

/// What a box held.
async fn taken(
    peer: &Peer,
    wire: &mut Wire,
    tunnel: &mut Tunnel,
    parts: &mut Vec<Vec<u8>>,
    plain: Plain,
) -> Option<()> {
    if plain.flags & !(MORE_FLAG | COMMAND_FLAG) != 0 && !peer.has(Lapse::Flags) {
        return None;
    }
    if plain.flags & COMMAND_FLAG != 0 {
        if plain.is("PING") && !peer.has(Lapse::NoPong) {
            let context = plain.payload.get(7..).unwrap_or_default();
            let pong = tunnel.frame(COMMAND_FLAG, &[b"\x04PONG", context].concat());
            wire.write(&pong).await?;
        }
        return Some(());
    }
    parts.push(plain.payload);
    if plain.flags & MORE_FLAG == 0 {
        let mut message = std::mem::take(parts);
        if peer.has(Lapse::Cut) {
            message.iter_mut().for_each(|part| part.truncate(300));
        }
        peer.deliver(message);
    }
    Some(())
}
