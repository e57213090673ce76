//! Publish-subscribe on 3.0: subscriptions are messages that start with 01 or 00. A SUT that does
//! not step down to 3.0 is not judged.

use crate::case::Case;
use crate::cases::publishing::{Form, comes_and_goes, expect};
use crate::context::Context;
use crate::octets::greeting;
use crate::probe::Link;
use crate::socket_type::SocketType::{Pub, Sub, Xpub};
use crate::target::Need;
use crate::verdict::{Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "23/pubsub/subscription-sent",
        clauses: &["23-PUBSUB-001", "23-PUBSUB-002"],
        promise: "Toward a 3.0 peer a subscription is a message of 01 and the topic, its end one \
                  of 00 and the topic.",
        effect: "older publishers send nothing, or never stop",
        types: &[Sub],
        needs: &[Need::Subscribe],
        run: |cx| Box::pin(subscription_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/pubsub/long-topics-sent",
        clauses: &["23-PUBSUB-003"],
        promise: "Toward a 3.0 peer a long topic is sent in a frame that says its size.",
        effect: "a topic of one certain size desynchronises the connection",
        seen_in: &["zeromq/libzmq#4367"],
        reading: "The 3.0 grammar has only the short form for subscriptions. Above 254 octets of \
                  topic, strictly, there is no way to say it; the long form of a message is taken.",
        types: &[Sub],
        needs: &[Need::Subscribe],
        run: |cx| Box::pin(long_topics_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/pubsub/subscription-received",
        clauses: &["23-PUBSUB-004", "29-PUB-014", "29-XPUB-014"],
        promise: "From a 3.0 peer, a message of 01 and a topic subscribes, one of 00 and the \
                  topic cancels.",
        effect: "older subscribers get nothing, or what they no longer want",
        types: &[Pub, Xpub],
        needs: &[Need::Send],
        run: |cx| Box::pin(subscription_received(cx)),
        ..Case::BASE
    },
];

/// A connection on which the tester announced 3.0.
async fn older(cx: &mut Context) -> Result<Link, Stop> {
    let kind = cx.kind.counterpart().name().as_bytes();
    match cx.ready_as(greeting().version(3, 0), &[("Socket-Type", kind)]).await {
        Err(Stop::Fail(finding)) if finding.signature == "closed" => {
            Err(Stop::NotApplicable("a SUT that steps down to 3.0".to_owned()))
        }
        other => other,
    }
}

async fn subscription_sent(cx: &mut Context) -> Outcome {
    let mut peer = older(cx).await?;
    cx.subscribe(b"A", true).await?;
    expect(&mut peer, Form::Message, true, b"A").await?;
    cx.subscribe(b"A", false).await?;
    expect(&mut peer, Form::Message, false, b"A").await
}

async fn long_topics_sent(cx: &mut Context) -> Outcome {
    let mut peer = older(cx).await?;
    for size in [0, 253, 254, 256, 65_536, 255] {
        let topic = vec![0x41; size];
        cx.subscribe(&topic, true).await?;
        expect(&mut peer, Form::Message, true, &topic).await?;
        cx.subscribe(&topic, false).await?;
        expect(&mut peer, Form::Message, false, &topic).await?;
    }
    Ok(())
}

async fn subscription_received(cx: &mut Context) -> Outcome {
    let mut peer = older(cx).await?;
    comes_and_goes(cx, &mut peer, Form::Message).await
}
