//! Nobody to ask (27-ARCH-007). These run alone: the handler serves a whole program.

use super::{TYPES, null_ready, plain_hello};
use crate::case::{BIND, Case, Depth, Pace};
use crate::context::Context;
use crate::probe::Fate;
use crate::target::zap::Zap;
use crate::target::{Need, Setting};
use crate::verdict::{Level, Outcome};

const ABSENT: Case = Case {
    depth: Depth::Full,
    clauses: &["27-ARCH-007"],
    promise: "Without a handler nobody comes in who would have to be asked about.",
    effect: "a program that starts its handler late, or loses it, is open to everybody",
    seen_in: &["zeromq/libzmq@f44300cb"],
    types: TYPES,
    roles: BIND,
    needs: &[Need::Zap],
    pace: Pace::Exclusive,
    ..Case::BASE
};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "27/absent/under-plain",
        options: &[("plain_server", Setting::Number(1)), ("zap_domain", Setting::Zap(Zap::Absent))],
        run: |cx| Box::pin(under_plain(cx)),
        ..ABSENT
    },
    Case {
        id: "27/absent/under-null",
        level: Level::Observe,
        reading: "The RFC gives the order, and not what follows from another: who is let in is \
                  told (q32).",
        options: &[("zap_domain", Setting::Zap(Zap::Absent))],
        run: |cx| {
            Box::pin(async move {
                let mut link = null_ready(cx, b"").await?;
                let fate = link.fate().await?.fate;
                cx.info(format!("with a domain and no handler, a NULL peer finds: {fate:?}"));
                Ok(())
            })
        },
        ..ABSENT
    },
    Case {
        id: "27/absent/under-null-enforced",
        options: &[
            ("zap_domain", Setting::Zap(Zap::Absent)),
            ("zap_enforce_domain", Setting::Number(1)),
        ],
        run: |cx| Box::pin(under_null_enforced(cx)),
        ..ABSENT
    },
];

async fn under_plain(cx: &mut Context) -> Outcome {
    let mut link = plain_hello(cx, b"admin", b"secret").await?;
    let after = link.watch(|frame| frame.is("WELCOME")).await?;
    if after.fate == Fate::Serving {
        return Err(link.fail("let-in", "a refusal", "WELCOME"));
    }
    Ok(())
}

async fn under_null_enforced(cx: &mut Context) -> Outcome {
    let mut link = null_ready(cx, b"").await?;
    let after = link.fate().await?;
    if after.fate == Fate::Serving {
        return Err(link.fail("let-in", "a refusal", "a PING is answered"));
    }
    Ok(())
}
