//! HELLO toward a server (26-HELLO).

use super::SERVER;
use crate::case::Case;
use crate::context::Context;
use crate::curve::{Client, Hello, Keys, flip, greeting_of, refused};
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/hello/bent",
        clauses: &[
            "26-HELLO-002",
            "26-HELLO-003",
            "26-HELLO-008",
            "26-HELLO-010",
            "26-GEN-009",
            "26-GEN-010",
            "26-ERROR-002",
        ],
        promise: "A HELLO with one wrong field gets no WELCOME.",
        effect: "whoever does not know the server's key gets past the first step",
        run: |cx| Box::pin(bent(cx)),
        ..SERVER
    },
    Case {
        id: "26/hello/padding",
        clauses: &["26-HELLO-004", "26-HELLO-010"],
        promise: "A HELLO whose padding is not zero is refused.",
        effect: "the octets that are to stay free are used for something",
        run: |cx| Box::pin(padding(cx)),
        ..SERVER
    },
    Case {
        id: "26/hello/signature-box",
        clauses: &["26-HELLO-009", "26-HELLO-010"],
        promise: "A HELLO whose box holds anything but 64 zeros is refused.",
        effect: "a box from another protocol passes for a HELLO",
        run: |cx| Box::pin(signature_box(cx)),
        ..SERVER
    },
];

/// What is wrong, and how to make it so.
type Row = (&'static str, fn(&mut Hello));

/// One fault each.
const ROWS: &[Row] = &[
    ("HELLO of 199 octets", |hello| hello.twist = |body| body.truncate(199)),
    ("HELLO of 201 octets", |hello| hello.twist = |body| body.push(0)),
    ("HELLO of 6 octets", |hello| hello.twist = |body| body.truncate(6)),
    ("version 1.1", |hello| hello.version = [1, 1]),
    ("version 2.0", |hello| hello.version = [2, 0]),
    ("version 0.0", |hello| hello.version = [0, 0]),
    ("another name", |hello| hello.twist = |body| flip(body, 3)),
    ("another C' than that of the box", |hello| hello.twist = |body| flip(body, 80)),
    ("another nonce than that of the box", |hello| hello.twist = |body| flip(body, 119)),
    ("a changed tag", |hello| hello.twist = |body| flip(body, 120)),
    ("a changed box", |hello| hello.twist = |body| flip(body, 199)),
    ("the prefix of INITIATE", |hello| hello.prefix = *b"CurveZMQINITIATE"),
    ("a prefix in another letter case", |hello| hello.prefix = *b"CurveZMQhello---"),
    ("a box for another server", |hello| hello.server = Keys::new([9; 32]).public()),
    ("C' of zeros", |hello| hello.transient = [0; 32]),
];

/// A HELLO with this fault; it must not be answered with WELCOME.
async fn refuses(cx: &mut Context, (what, bend): Row) -> Outcome {
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let client = Client::new(&mut cx.entropy);
    let mut hello = Hello::new(&client);
    bend(&mut hello);
    link.write(hello.build(&client)).await?;
    refused(&mut link, what).await?;
    Ok(())
}

async fn bent(cx: &mut Context) -> Outcome {
    for row in ROWS {
        refuses(cx, *row).await?;
    }
    Ok(())
}

async fn padding(cx: &mut Context) -> Outcome {
    refuses(cx, ("padding that starts with 01", |hello| hello.padding[0] = 1)).await?;
    refuses(cx, ("padding that ends with 01", |hello| hello.padding[71] = 1)).await
}

async fn signature_box(cx: &mut Context) -> Outcome {
    refuses(cx, ("a box of 64 ones", |hello| hello.plain = vec![1; 64])).await?;
    refuses(
        cx,
        ("a box that ends with 01", |hello| {
            hello.plain = [&[0; 63][..], &[1]].concat();
        }),
    )
    .await
}
