//! The NULL mechanism: READY one way, READY the other way, and what breaks it.

use crate::case::Case;
use crate::context::Context;
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[Case {
    id: "37/null/handshake",
    clauses: &["37-NULL-003", "37-NULL-007"],
    promise: "A connecting peer sends READY, a binding peer answers READY with READY.",
    effect: "nobody can talk to this peer",
    sanity: true,
    run: |cx| Box::pin(handshake(cx)),
    ..Case::BASE
}];

async fn handshake(cx: &mut Context) -> Outcome {
    cx.ready().await?;
    Ok(())
}
