//! Socket semantics: both roles, reconnects, atomic messages, order, no duplicates (37-SEM-001 to
//! -008). Absent: connecting before the peer exists (37-SEM-002), since the tester listens first;
//! messages given in pieces (37-SEM-005), since applications are driven a message at a time; and
//! the patterns (37-SEM-008), which have their own RFCs.

mod flow;
mod reconnect;
mod torn;

use tokio::time::Instant;

use crate::case::Case;
use crate::context::Context;
use crate::octets::Frame;
use crate::probe::{Fate, Link};
use crate::verdict::{Finding, Stop};

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

/// Rounds until a SUT must have noticed; a clock that is paused does not end them.
const ROUNDS: usize = 1000;

/// Lets the application send this message in rounds until message frames arrive here, and returns
/// those: the SUT may think for a while that a broken connection is alive and give it its share.
async fn first_frames(
    cx: &mut Context,
    peer: &mut Link,
    parts: &[&[u8]],
) -> Result<Vec<Frame>, Stop> {
    let began = Instant::now();
    for _ in 0..ROUNDS {
        if began.elapsed() >= cx.bench().deadline {
            break;
        }
        peer.release().await?;
        cx.send(parts).await?;
        let after = peer.fate().await?;
        let frames: Vec<Frame> =
            after.seen.into_iter().filter(|frame| !frame.is_command()).collect();
        if !frames.is_empty() {
            return Ok(frames);
        }
        if after.fate == Fate::Closed {
            return Err(peer.fail("closed", "messages", "the connection was closed"));
        }
    }
    Err(Stop::Hang(Finding::new("not-sent", "messages on the new connection", "none arrives")))
}
