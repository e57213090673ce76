//! XPUB: a publisher whose application hears who wants what, and hears messages of subscribers.

use crate::case::{BIND, Case, Depth};
use crate::cases::many::{again, received_unchanged};
use crate::cases::publishing::Form;
use crate::cases::queues;
use crate::context::Context;
use crate::octets::{MORE, frame, greeting, hex, message};
use crate::probe::Link;
use crate::socket_type::SocketType::Xpub;
use crate::target::{Need, Options, Setting};
use crate::verdict::{Level, Outcome, Stop};

/// What these cases share.
const BASE: Case = Case { types: &[Xpub], needs: &[Need::Recv], ..Case::BASE };

const VERBOSE: Options = &[("xpub_verbose", Setting::Number(1))];
const VERBOSER: Options = &[("xpub_verboser", Setting::Number(1))];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "29/xpub/subscriptions-delivered",
        clauses: &["29-XPUB-015"],
        promise: "The application receives each new subscription as 01 and the topic, and its end \
                  as 00 and the topic.",
        effect: "a broker does not pass on what its subscribers want",
        run: |cx| Box::pin(delivered(cx, Form::of(cx))),
        ..BASE
    },
    Case {
        id: "29/xpub/older-subscriptions-delivered",
        clauses: &["29-XPUB-014", "29-XPUB-015"],
        promise: "Subscriptions of 3.0 peers, which are messages, are delivered as those of 3.1.",
        effect: "a broker does not pass on what its older subscribers want",
        seen_in: &["paddor/omq.rs@83ada89"],
        run: |cx| Box::pin(delivered(cx, Form::Message)),
        ..BASE
    },
    Case {
        id: "29/xpub/messages-delivered",
        clauses: &["29-XPUB-013"],
        promise: "Messages of subscribers, of 1 to 5 frames, are delivered octet by octet as they \
                  were sent.",
        effect: "what clients send upstream is lost, or takes the broker down",
        seen_in: &["zeromq/libzmq#3656"],
        reading: "Frames that start with 00 or 01 are left out: they may subscribe (q39).",
        run: |cx| Box::pin(received_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "29/xpub/later-frames-are-data",
        clauses: &["29-XPUB-013"],
        promise: "Of a message only the first frame can be a subscription: a later one that starts \
                  with 01 is delivered with its message.",
        effect: "messages with binary parts are torn, and subscribe to nonsense",
        seen_in: &["zeromq/libzmq#3733"],
        reading: "In 3.0 a subscription is a message of one frame; libzmq reads each frame of a \
                  message as one unless `only_first_subscribe` is set, told as lenient.",
        run: |cx| Box::pin(later_frames(cx)),
        ..BASE
    },
    Case {
        id: "29/xpub/vanished-subscriber",
        clauses: &["29-XPUB-017"],
        promise: "When a subscriber vanishes, the application receives the end of each of its \
                  subscriptions, once.",
        effect: "a broker subscribes upstream for ever to what nobody wants",
        roles: BIND,
        run: |cx| Box::pin(vanished(cx)),
        ..BASE
    },
    Case {
        id: "29/xpub/identical-subscriptions",
        clauses: &["29-XPUB-016"],
        level: Level::Observe,
        promise: "The same subscription of two peers is delivered once or twice, as configured.",
        effect: "none",
        roles: BIND,
        run: |cx| Box::pin(identical(cx)),
        ..BASE
    },
    Case {
        id: "29/xpub/verbose",
        clauses: &["29-XPUB-016", "LZ-OPT-008"],
        level: Level::Should,
        promise: "With xpub_verbose the same subscription of a second peer is delivered too, and \
                  its end when the last of them ends it.",
        effect: "last-value caches do not see who joins late",
        seen_in: &["zeromq/libzmq#1478"],
        roles: BIND,
        options: VERBOSE,
        run: |cx| Box::pin(verbose(cx, 1)),
        ..BASE
    },
    Case {
        id: "29/xpub/verboser",
        clauses: &["29-XPUB-016", "LZ-OPT-008"],
        level: Level::Should,
        promise: "With xpub_verboser each subscription and each end of one is delivered.",
        effect: "whoever counts subscribers counts wrong",
        seen_in: &["zeromq/libzmq#1478"],
        roles: BIND,
        options: VERBOSER,
        run: |cx| Box::pin(verbose(cx, 2)),
        ..BASE
    },
    Case {
        id: "29/xpub/fair",
        clauses: &["29-XPUB-002", "29-XPUB-012"],
        promise: "The one message of a subscriber does not wait behind all those of another.",
        effect: "one chatty client silences the others",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(queues::fair(cx)),
        ..BASE
    },
];

/// The next delivery must be this wish.
async fn expect_wish(cx: &mut Context, on: bool, topic: &[u8]) -> Outcome {
    cx.expect_delivery(&[[&[u8::from(on)], topic].concat()]).await
}

async fn delivered(cx: &mut Context, form: Form) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = match form {
        Form::Command => cx.ready().await?,
        Form::Message => {
            match cx.ready_as(greeting().version(3, 0), &[("Socket-Type", kind)]).await {
                Err(Stop::Fail(finding)) if finding.signature == "closed" => {
                    return Err(Stop::NotApplicable("a SUT that steps down to 3.0".to_owned()));
                }
                other => other?,
            }
        }
    };
    let long = [b'x'; 300];
    for topic in [&b"A"[..], b"", b"\x01\0", &long] {
        for on in [true, false] {
            peer.write(if on { form.subscribe(topic) } else { form.cancel(topic) }).await?;
            peer.release().await?;
            expect_wish(cx, on, topic).await?;
        }
    }
    Ok(())
}

async fn later_frames(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    let parts = [&b"x"[..], b"\x01A", b"\0B", b"y"];
    peer.write([message(&parts), message(&[b"end"])].concat()).await?;
    peer.release().await?;
    let got = cx.recv().await?;
    if got == parts {
        return cx.expect_delivery(&[b"end"]).await;
    }
    // Whatever was made of the frames, nothing may be lost of what follows.
    let mut next = got.clone();
    let mut deliveries = 1;
    while next != [b"end"] {
        next = cx.recv().await?;
        deliveries += 1;
        if deliveries > 5 {
            return Err(peer.fail("invented", "at most 5 deliveries", "more"));
        }
    }
    let shown: Vec<_> = got.iter().map(|part| hex(part)).collect();
    let expected = "x, 01 A, 00 B and y are delivered as one message";
    cx.lenient("later-frame-subscribes", expected, format!("[{}] comes first", shown.join(" ")));
    Ok(())
}

async fn vanished(cx: &mut Context) -> Outcome {
    let form = Form::of(cx);
    for orderly in [true, false] {
        let mut peer = again(cx).await?;
        // A frame that begins and never ends goes with its connection.
        let topics = [form.subscribe(b"A"), form.subscribe(b"B")].concat();
        peer.write([topics, frame(MORE, b"torn")].concat()).await?;
        peer.release().await?;
        expect_wish(cx, true, b"A").await?;
        expect_wish(cx, true, b"B").await?;
        if orderly {
            peer.close().await?;
        } else {
            drop(peer);
        }
        let mut got = [cx.recv().await?, cx.recv().await?];
        got.sort();
        if got != [[b"\0A"], [b"\0B"]] {
            let shown: Vec<_> = got.iter().map(|parts| hex(&parts.concat())).collect();
            let finding = "the ends of A and B, once each";
            return Err(fail("other-delivery", finding, shown.join(" ")));
        }
    }
    let mut peer = again(cx).await?;
    peer.write(form.subscribe(b"C")).await?;
    peer.release().await?;
    expect_wish(cx, true, b"C").await
}

fn fail(signature: &str, expected: &str, got: String) -> Stop {
    Stop::Fail(crate::verdict::Finding::new(signature, expected, got))
}

/// Deliveries of a subscription to `A` that both peers make, up to another one.
async fn twice(cx: &mut Context, first: &mut Link, second: &mut Link) -> Result<usize, Stop> {
    let form = Form::of(cx);
    first.write(form.subscribe(b"A")).await?;
    first.release().await?;
    expect_wish(cx, true, b"A").await?;
    second.write([form.subscribe(b"A"), form.subscribe(b"end")].concat()).await?;
    second.release().await?;
    count(cx, &[b"\x01A"], b"\x01end").await
}

/// Deliveries of a message of one part, up to another one.
async fn count(cx: &mut Context, wanted: &[&[u8]], end: &[u8]) -> Result<usize, Stop> {
    let mut count = 0;
    loop {
        let got = cx.recv().await?;
        if got == [end] {
            return Ok(count);
        }
        if got != wanted {
            let expected = "subscriptions as they were made";
            return Err(fail("other-delivery", expected, hex(&got.concat())));
        }
        count += 1;
    }
}

async fn identical(cx: &mut Context) -> Outcome {
    let (mut first, mut second) = (again(cx).await?, again(cx).await?);
    let more = twice(cx, &mut first, &mut second).await?;
    cx.info(match more {
        0 => "the same subscription of a second peer is not delivered",
        _ => "the same subscription of a second peer is delivered too",
    });
    Ok(())
}

/// `ends` of the two subscriptions are delivered when both peers take them back.
async fn verbose(cx: &mut Context, ends: usize) -> Outcome {
    let (mut first, mut second) = (again(cx).await?, again(cx).await?);
    let more = twice(cx, &mut first, &mut second).await?;
    if more != 1 {
        let expected = "the second subscription to A is delivered too, once";
        return Err(fail("not-verbose", expected, format!("{more} times")));
    }
    let form = Form::of(cx);
    first.write(form.cancel(b"A")).await?;
    first.fate().await?;
    second.write([form.cancel(b"A"), form.cancel(b"end")].concat()).await?;
    second.release().await?;
    let seen = count(cx, &[b"\0A"], b"\0end").await?;
    if seen == ends {
        return Ok(());
    }
    let expected = format!("{ends} ends of A are delivered");
    Err(fail("other-ends", &expected, format!("{seen}")))
}
