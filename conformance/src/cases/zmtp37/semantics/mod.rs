//! Socket semantics: both roles, reconnects, atomic messages, order, no duplicates (37-SEM-001 to
//! -008). Absent: connecting before the peer exists (37-SEM-002), since the tester listens first;
//! messages given in pieces (37-SEM-005), since applications are driven a message at a time; and
//! the patterns (37-SEM-008), which have their own RFCs.

mod flow;
mod reconnect;
mod torn;

use crate::case::Case;
use crate::context::Context;
use crate::octets::{greeting, ready};
use crate::probe::Link;
use crate::target::Role;
use crate::verdict::Stop;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    flow::BOTH_ROLES,
    flow::ORDER_RECEIVED,
    flow::ORDER_SENT,
    reconnect::AFTER_CLOSE,
    reconnect::NO_DUPLICATES,
    torn::RECEIVED,
    torn::SENT,
];

/// Another connection to the socket of this case, its handshake done: a new one to a SUT that
/// binds, the one it comes back with if it connects. A SUT that binds has taken the tester's READY
/// then, and so counts the connection among those it can send to.
async fn again(cx: &mut Context) -> Result<Link, Stop> {
    if cx.role == Role::Bind {
        let mut peer = cx.ready().await?;
        peer.fate().await?;
        return Ok(peer);
    }
    let socket = cx.socket().await?;
    let mut peer = cx.link_to(&socket).await?;
    peer.write(greeting().build()).await?;
    peer.greeting().await?;
    let kind = cx.kind.counterpart().name().as_bytes();
    cx.handshake(&mut peer, &ready(&[("Socket-Type", kind)])).await?;
    Ok(peer)
}
