//! Which socket types may meet on a 2.0 connection. A SUT that does not serve 2.0 peers is not
//! judged.

use futures_util::future::join_all;

use crate::case::{Case, Pace};
use crate::cases::legacy;
use crate::context::Context;
use crate::octets::opening_v2;
use crate::socket_type::SocketType::{self, Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// The nine types of 2.0, in the order of their codes.
const CODED: &[SocketType] = &[Pair, Pub, Sub, Req, Rep, Dealer, Router, Pull, Push];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "15/compatibility/legal-pairs",
        clauses: &["15-COMPAT-001"],
        promise: "A 2.0 peer of each type that may meet this one is served.",
        effect: "2.0 peers of a legal type cannot connect",
        types: CODED,
        pace: Pace::Quiet,
        run: |cx| Box::pin(legal_pairs(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/compatibility/illegal-pairs",
        clauses: &["15-COMPAT-001", "15-COMPAT-002"],
        level: Level::Should,
        promise: "A 2.0 peer of a type that may not meet this one is disconnected.",
        effect: "a wrong connection stays open, and nobody learns of the mistake",
        types: &[Pull, Dealer, Req, Pub],
        pace: Pace::Quiet,
        run: |cx| Box::pin(illegal_pairs(cx)),
        ..Case::BASE
    },
];

/// The codes of the types that may, or may not, meet this one.
fn codes(kind: SocketType, legal: bool) -> Vec<(SocketType, u8)> {
    let others = CODED.iter().filter(|other| kind.accepts().contains(other) == legal);
    others.filter_map(|&other| Some((other, other.code()?))).collect()
}

/// Opens as each of these types, and tells which connections are closed after one window.
async fn closed_after(
    cx: &mut Context,
    types: &[(SocketType, u8)],
) -> Result<Vec<(SocketType, bool)>, Stop> {
    let mut links = Vec::new();
    for &(kind, code) in types {
        let (link, _) = legacy::open_v2(cx, &opening_v2(1, code, b"")).await?;
        links.push((kind, link));
    }
    let waits = links.iter_mut().map(|(kind, link)| async {
        link.whatever_comes().await?;
        Ok((*kind, link.is_closed()))
    });
    join_all(waits).await.into_iter().collect()
}

async fn legal_pairs(cx: &mut Context) -> Outcome {
    // One at a time: a PAIR serves no second peer.
    for legal in codes(cx.kind, true) {
        if let Some((other, true)) = closed_after(cx, &[legal]).await?.first() {
            let expected = format!("a {other} is served");
            return Err(Stop::Fail(Finding::new(
                "legal-pair-closed",
                expected,
                "it is disconnected",
            )));
        }
    }
    Ok(())
}

async fn illegal_pairs(cx: &mut Context) -> Outcome {
    // The legal type first: a SUT without 2.0 shows itself there.
    legacy::usual_v2(cx).await?;
    let fates = closed_after(cx, &codes(cx.kind, false)).await?;
    let open: Vec<_> =
        fates.iter().filter(|(_, closed)| !closed).map(|(kind, _)| kind.name()).collect();
    if open.is_empty() {
        return Ok(());
    }
    let got = format!("left open: {}", open.join(" "));
    Err(Stop::Fail(Finding::new("illegal-pair-kept", "the connection is closed", got)))
}
