//! READY of a server (26-READY).

use super::SERVER;
use crate::case::Case;
use crate::context::Context;
use crate::curve::{Initiate, SeenReady, usual_metadata, welcomed};
use crate::octets::{hex, properties};
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[Case {
    id: "26/ready/form",
    clauses: &[
        "26-READY-001",
        "26-READY-002",
        "26-READY-003",
        "26-INITIATE-015",
        "26-INITIATE-016",
        "26-GEN-010",
    ],
    promise: "READY has 30 octets or more; its box, between the transient keys, holds metadata \
              that can be read to its end.",
    effect: "no client can connect",
    run: |cx| Box::pin(form(cx)),
    ..SERVER
}];

async fn form(cx: &mut Context) -> Outcome {
    let (mut link, client, transient, cookie) = welcomed(cx).await?;
    let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
    initiate.metadata = usual_metadata(cx);
    link.write(initiate.build(&client, &transient)).await?;
    let frame = link.expect_command("READY").await?;
    let seen = SeenReady::read(&frame);
    let plain = seen.and_then(|s| s.open(&client.transient, &transient, b"CurveZMQREADY---"));
    let Some(plain) = plain else {
        return Err(link.fail("box-does-not-open", "a READY that opens", hex(&frame.body)));
    };
    match properties(&plain) {
        Err(error) => Err(link.fail("metadata", "metadata to the last octet", error.to_string())),
        Ok(all) => {
            if let Some(name) = illegal_name(&all) {
                return Err(link.fail("illegal-name", "letters, digits and - _ . +", name));
            }
            if !all.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"Socket-Type")) {
                cx.lenient("no-socket-type", "a Socket-Type in READY", hex(&plain));
            }
            Ok(())
        }
    }
}

/// The first property name that RFC 26 does not allow.
pub(super) fn illegal_name(all: &[crate::octets::Property]) -> Option<String> {
    let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.+".contains(octet);
    let illegal = all.iter().find(|(name, _)| !name.iter().all(legal));
    illegal.map(|(name, _)| hex(name))
}
