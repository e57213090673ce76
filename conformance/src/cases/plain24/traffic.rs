//! Behind the handshake everything is in clear (24-HS-016).

use super::{CLIENT, SERVER, TYPES, shaken};
use crate::case::{BIND, CONNECT, Case};
use crate::context::Context;
use crate::octets::{hex, message};
use crate::target::Need;
use crate::verdict::Outcome;

const TRAFFIC: Case = Case {
    clauses: &["24-HS-016"],
    promise: "Behind the handshake messages are ordinary frames, both ways.",
    effect: "peers that agreed on a password understand nothing",
    types: TYPES,
    run: |cx| Box::pin(both_ways(cx)),
    ..Case::BASE
};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "24/traffic/of-a-server",
        roles: BIND,
        needs: &[Need::Zap, Need::Recv, Need::Send],
        options: SERVER,
        ..TRAFFIC
    },
    Case {
        id: "24/traffic/of-a-client",
        roles: CONNECT,
        needs: &[Need::Recv, Need::Send],
        options: CLIENT,
        ..TRAFFIC
    },
];

async fn both_ways(cx: &mut Context) -> Outcome {
    let parts = [b"one".to_vec(), Vec::new(), vec![0x42; 300]];
    let mut peer = shaken(cx).await?;
    peer.write(message(&parts)).await?;
    peer.release().await?;
    cx.expect_delivery(&parts).await?;
    let sent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    cx.send(&sent).await?;
    for (at, part) in parts.iter().enumerate() {
        let seen = peer.frame("a part of the message").await?;
        let last = at + 1 == parts.len();
        match seen {
            Some(frame) if frame.body == *part && frame.has_more() != last => {}
            Some(frame) => return Err(peer.fail("other-frame", hex(part), hex(&frame.octets()))),
            None => return Err(peer.fail("closed", "a message", "the connection was closed")),
        }
    }
    Ok(())
}
