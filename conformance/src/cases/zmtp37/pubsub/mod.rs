//! Publish-subscribe on 3.1: SUBSCRIBE and CANCEL, and what a publisher makes of them. This file
//! is the table of promises; the dialogues are in `publisher` and `subscriber`.
//! Absent: the form in which an XSUB subscribes, which is in the section on RFC 29.

mod publisher;
mod subscriber;

use crate::case::{Case, Depth};
use crate::socket_type::SocketType::{self, Pub, Sub, Xpub, Xsub};
use crate::target::Need;
use crate::verdict::Level;

const PUBLISHERS: &[SocketType] = &[Pub, Xpub];

/// What the cases on publishers share.
const PUBLISHER: Case = Case { types: PUBLISHERS, needs: &[Need::Send], minor: 1, ..Case::BASE };
/// What the cases on subscribers share.
const SUBSCRIBER: Case = Case { types: &[Sub], needs: &[Need::Subscribe], minor: 1, ..Case::BASE };

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/pubsub/filter-at-publisher",
        clauses: &["37-PUBSUB-001", "37-PUBSUB-004"],
        promise: "A publisher sends a peer only what matches its subscriptions.",
        effect: "every subscriber pays for all traffic, or misses its own",
        run: |cx| Box::pin(publisher::filter(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/subscribe-and-cancel",
        clauses: &["37-PUBSUB-004", "29-PUB-014", "29-XPUB-014"],
        promise: "SUBSCRIBE starts and CANCEL ends the flow of a topic.",
        effect: "subscribers get nothing, or what they no longer want",
        run: |cx| Box::pin(publisher::subscribe_and_cancel(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/prefix-match",
        clauses: &["37-PUBSUB-006"],
        promise: "A subscription matches what starts with it, octet by octet, and nothing else.",
        effect: "subscribers miss messages, or get those of others",
        run: |cx| Box::pin(publisher::prefix(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/match-all",
        clauses: &["37-PUBSUB-007"],
        promise: "An empty subscription matches every message, the empty one included.",
        effect: "subscribers to everything miss something",
        run: |cx| Box::pin(publisher::match_all(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/one-copy",
        clauses: &["37-PUBSUB-008"],
        promise: "A message that matches several subscriptions of a peer is sent once.",
        effect: "subscribers see messages twice",
        run: |cx| Box::pin(publisher::one_copy(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/publisher-counts",
        clauses: &["37-PUBSUB-009"],
        promise: "Two equal subscriptions need two cancellations before the topic ends.",
        effect: "a device that subscribes for two clients loses the topic when one leaves",
        reading: "Subscriptions are not idempotent, so a publisher counts them. One that keeps a \
                  set, and ends the topic at the first CANCEL, is told as lenient; one that never \
                  ends it fails.",
        run: |cx| Box::pin(publisher::counts(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/cancel-unknown",
        clauses: &["37-PUBSUB-010"],
        promise: "A CANCEL without its SUBSCRIBE is no debt: a later SUBSCRIBE works.",
        effect: "a subscriber waits for ever",
        reading: "The RFC does not say so; it follows from counting. A close is told, not judged.",
        run: |cx| Box::pin(publisher::cancel_unknown(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/topics-received",
        clauses: &["37-PUBSUB-005", "37-PUBSUB-006"],
        promise: "A publisher takes topics of any octets and any size, and compares all of them.",
        effect: "long or binary topics match nothing or too much",
        depth: Depth::Full,
        run: |cx| Box::pin(publisher::topics(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/message-form-received",
        clauses: &["37-PUBSUB-004"],
        level: Level::Observe,
        promise: "On a 3.1 connection only commands subscribe.",
        effect: "data that starts with 01 changes subscriptions",
        reading: "3.0 subscribes with messages, and 3.1 does not say what to make of one.",
        run: |cx| Box::pin(publisher::message_form(cx)),
        ..PUBLISHER
    },
    Case {
        id: "37/pubsub/subscribe-sent",
        clauses: &["37-PUBSUB-002"],
        promise: "A subscriber subscribes with SUBSCRIBE and the topic.",
        effect: "publishers send nothing",
        run: |cx| Box::pin(subscriber::subscribe_sent(cx)),
        ..SUBSCRIBER
    },
    Case {
        id: "37/pubsub/standing-subscription",
        clauses: &["37-PUBSUB-002"],
        promise: "What the application subscribed to before is sent to a new peer.",
        effect: "publishers that come later send nothing",
        run: |cx| Box::pin(subscriber::standing(cx)),
        ..SUBSCRIBER
    },
    Case {
        id: "37/pubsub/cancel-sent",
        clauses: &["37-PUBSUB-003"],
        promise: "A subscriber ends a subscription with CANCEL and the topic.",
        effect: "publishers go on sending what nobody reads",
        run: |cx| Box::pin(subscriber::cancel_sent(cx)),
        ..SUBSCRIBER
    },
    Case {
        id: "37/pubsub/topics-sent",
        clauses: &["37-PUBSUB-005"],
        promise: "Topics of any octets and any size are sent whole, in frames that say their size.",
        effect: "a long topic desynchronises the connection",
        seen_in: &["zeromq/libzmq#4367"],
        run: |cx| Box::pin(subscriber::topics_sent(cx)),
        ..SUBSCRIBER
    },
    Case {
        id: "37/pubsub/subscriber-counts",
        clauses: &["37-PUBSUB-011"],
        promise: "A subscriber sends as many CANCEL as SUBSCRIBE, and none too many while its \
                  application wants the topic.",
        effect: "publishers that count never end a topic, or end it too early",
        reading: "A surplus of SUBSCRIBE after the last unsubscription is told as lenient: it is \
                  harmless where the publisher keeps a set.",
        types: &[Sub, Xsub],
        run: |cx| Box::pin(subscriber::counts(cx)),
        ..SUBSCRIBER
    },
];
