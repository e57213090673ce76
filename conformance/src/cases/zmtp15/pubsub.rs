//! Publish-subscribe on 2.0: codes of XPUB and XSUB, and subscriptions as messages.

use crate::case::Case;
use crate::cases::legacy;
use crate::cases::publishing::{Form, comes_and_goes, expect};
use crate::context::Context;
use crate::octets::{hex, opening_v2};
use crate::socket_type::SocketType::{Pub, Sub, Xpub, Xsub};
use crate::target::Need;
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "15/pubsub/codes",
        clauses: &["15-PUBSUB-001"],
        promise: "XPUB and XSUB announce themselves as PUB and SUB.",
        effect: "2.0 peers see an unknown type and refuse it",
        reading: "The codes 09 and 0A are in no RFC; a SUT that sends them is told as lenient \
                  (q07).",
        types: &[Xpub, Xsub],
        run: |cx| Box::pin(codes(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/pubsub/subscription-sent",
        clauses: &["15-PUBSUB-002"],
        promise: "A subscription is a message of 01 and the topic, its end one of 00 and the \
                  topic.",
        effect: "2.0 publishers send nothing, or never stop",
        types: &[Sub],
        needs: &[Need::Subscribe],
        run: |cx| Box::pin(subscription_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/pubsub/subscription-received",
        clauses: &["15-PUBSUB-002", "29-PUB-014", "29-XPUB-014"],
        promise: "A message of 01 and a topic subscribes, one of 00 and the topic cancels.",
        effect: "2.0 subscribers get nothing, or what they no longer want",
        types: &[Pub, Xpub],
        needs: &[Need::Send],
        run: |cx| Box::pin(subscription_received(cx)),
        ..Case::BASE
    },
];

async fn codes(cx: &mut Context) -> Outcome {
    let code = cx.kind.counterpart().code().unwrap_or_default();
    let (peer, theirs) = legacy::open_v2(cx, &opening_v2(1, code, b"")).await?;
    let (wanted, known) = if cx.kind == Xpub { (1, 9) } else { (2, 10) };
    match theirs.code {
        code if code == wanted => Ok(()),
        code if code == known => {
            let expected = format!("the code {}", hex(&[wanted]));
            cx.lenient("code-of-its-own", &expected, hex(&[code]));
            Ok(())
        }
        code => {
            let expected = format!("the code {}", hex(&[wanted]));
            Err(peer.fail("other-code", expected, hex(&[code])))
        }
    }
}

async fn subscription_sent(cx: &mut Context) -> Outcome {
    let mut peer = legacy::usual_v2(cx).await?;
    cx.subscribe(b"A", true).await?;
    expect(&mut peer, Form::Message, true, b"A").await?;
    cx.subscribe(b"A", false).await?;
    expect(&mut peer, Form::Message, false, b"A").await
}

async fn subscription_received(cx: &mut Context) -> Outcome {
    let mut peer = legacy::usual_v2(cx).await?;
    comes_and_goes(cx, &mut peer, Form::Message).await
}
