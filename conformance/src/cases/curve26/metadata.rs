//! Metadata in a box (26-INITIATE-008 to -010, -016).

use super::SERVER;
use crate::case::Case;
use crate::context::Context;
use crate::curve::{Initiate, usual_metadata, welcomed};
use crate::octets::property;
use crate::verdict::{Finding, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/metadata/empty-name",
        clauses: &["26-INITIATE-008"],
        promise: "A property without a name, sealed in INITIATE, is refused.",
        effect: "metadata means one thing to one peer and another to the next",
        run: |cx| {
            Box::pin(async move { judged(cx, "empty-name-accepted", b"\0\0\0\0\x01x").await })
        },
        ..SERVER
    },
    Case {
        id: "26/metadata/illegal-characters",
        clauses: &["26-INITIATE-016"],
        promise: "A property name with a blank, a slash or a zero, sealed in INITIATE, is refused.",
        effect: "names reach programs that print or store them",
        run: |cx| {
            Box::pin(async move {
                for name in ["X Y", "X/Y", "X\0Y"] {
                    judged(cx, "illegal-name-accepted", &property(name, b"x")).await?;
                }
                Ok(())
            })
        },
        ..SERVER
    },
    Case {
        id: "26/metadata/size-past-the-end",
        clauses: &["26-INITIATE-010", "26-INITIATE-011"],
        promise: "A property whose value passes the end of the box is refused.",
        effect: "memory behind the box is read",
        seen_in: &["zeromq/libzmq#3558"],
        run: |cx| {
            Box::pin(async move {
                let whole = property("X-Test", b"value");
                for size in 1..whole.len() {
                    let cut = whole.get(..size).unwrap_or_default();
                    judged(cx, "cut-accepted", cut).await?;
                }
                judged(cx, "size-past-the-end", b"\x01X\xff\xff\xff\xffx").await?;
                judged(cx, "size-past-the-end", b"\x01X\x7f\xff\xff\xffx").await
            })
        },
        ..SERVER
    },
    Case {
        id: "26/metadata/large",
        clauses: &["26-INITIATE-010", "26-INITIATE-001"],
        promise: "Metadata of several kilobytes in INITIATE is read, or ends the connection.",
        effect: "a stranger writes past a buffer",
        seen_in: &["zeromq/libzmq#3558"],
        run: |cx| Box::pin(large(cx)),
        ..SERVER
    },
    Case {
        id: "26/metadata/letter-case",
        clauses: &["26-INITIATE-009"],
        promise: "The letter case of a property name carries no meaning.",
        effect: "what one peer checks the next one overlooks",
        run: |cx| Box::pin(letter_case(cx)),
        ..SERVER
    },
];

/// Whether READY follows an INITIATE with this metadata.
async fn is_taken(cx: &mut Context, metadata: Vec<u8>) -> Result<bool, Stop> {
    let (mut link, client, transient, cookie) = welcomed(cx).await?;
    let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
    initiate.metadata = metadata;
    link.write(initiate.build(&client, &transient)).await?;
    Ok(link.frame("READY or a close").await?.is_some_and(|frame| frame.is("READY")))
}

/// Metadata that is to be refused, behind what every peer takes.
async fn judged(cx: &mut Context, signature: &str, broken: &[u8]) -> Outcome {
    let metadata = [&usual_metadata(cx), broken].concat();
    if is_taken(cx, metadata).await? {
        let got = format!("READY to metadata that ends with {}", crate::octets::hex(broken));
        cx.lenient(signature, "a close or ERROR", got);
    }
    Ok(())
}

async fn large(cx: &mut Context) -> Outcome {
    for size in [256, 512, 4096] {
        let metadata = [usual_metadata(cx), property("X-Test", &vec![0x41; size])].concat();
        if !is_taken(cx, metadata).await? {
            cx.lenient("large-refused", "READY", format!("a value of {size} octets is refused"));
        }
    }
    if is_taken(cx, usual_metadata(cx)).await? {
        return Ok(());
    }
    Err(Stop::Fail(Finding::new("gone-after-large", "READY as before", "none")))
}

async fn letter_case(cx: &mut Context) -> Outcome {
    let wrong = b"PUB";
    let usual = is_taken(cx, property("Socket-Type", wrong)).await?;
    let shouted = is_taken(cx, property("SOCKET-TYPE", wrong)).await?;
    if usual == shouted {
        return Ok(());
    }
    let told = |taken| if taken { "taken" } else { "refused" };
    let got = format!("Socket-Type=PUB is {}, SOCKET-TYPE=PUB {}", told(usual), told(shouted));
    Err(Stop::Fail(Finding::new("case-sensitive", "the same for both", got)))
}
