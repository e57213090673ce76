//! Versions in 3.0: whatever is not older is spoken to as 3.0.
//! Clause 23-VERSION-001, for a SUT that announces 3.0. Deliberately absent: older peers, which RFC
//! 37 describes as well.

use crate::case::Case;
use crate::context::Context;
use crate::octets::{greeting, ready};
use crate::verdict::{Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[Case {
    id: "23/version/later-ones",
    clauses: &["23-VERSION-001"],
    promise: "A 3.0 peer takes a greeting of any version from 3.0 on.",
    effect: "peers that are newer cannot connect",
    run: |cx| Box::pin(later_ones(cx)),
    ..Case::BASE
}];

async fn later_ones(cx: &mut Context) -> Outcome {
    if cx.minor != 0 {
        return Err(Stop::NotApplicable("a SUT that announces 3.0".to_owned()));
    }
    let kind = cx.kind.counterpart().name().as_bytes();
    for (major, minor) in [(3, 0), (3, 1), (3, 255), (4, 0), (255, 0)] {
        let mut peer = cx.greeted_as(greeting().version(major, minor)).await?;
        cx.handshake(&mut peer, &ready(&[("Socket-Type", kind)])).await?;
        peer.close().await?;
    }
    Ok(())
}
