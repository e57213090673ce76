//! Peers that do not read: what a ROUTER does with messages for them (28-ROUTER-002, -005, -014,
//! -015).

use tokio::time::Instant;

use super::{BASE, arrive, reaches, up_to_a_mark};
use crate::adapter::ErrorKind;
use crate::case::{BIND, Case, Depth};
use crate::cases::many::{TOO_MANY, borrowed, is_mark, large, number_of, numbered};
use crate::cases::reqrep28::{NOW, STEP, returned};
use crate::context::Context;
use crate::probe::Link;
use crate::target::{Options, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// A queue that two messages fill.
const SHORTEST: Options = &[("sndhwm", Setting::Number(2))];
/// The same, and what does not fit is refused.
const REFUSING: Options =
    &[("router_mandatory", Setting::Number(1)), ("sndhwm", Setting::Number(2))];

/// More than fits is dropped.
pub(super) const DROPS: Case = Case {
    id: "28/router/full-peer",
    clauses: &["28-ROUTER-002", "28-ROUTER-005", "28-ROUTER-014", "28-ROUTER-015"],
    promise: "Sends to a peer that does not read return, others are served meanwhile, and the \
              stalled one gets whole messages in order, less those that did not fit.",
    effect: "one stalled client stops a server",
    reading: "That the queue has a limit at all is a SHOULD: none is noted.",
    roles: BIND,
    options: SHORTEST,
    depth: Depth::Full,
    run: |cx| Box::pin(drops(cx)),
    ..BASE
};

/// More than fits is refused.
pub(super) const REFUSES: Case = Case {
    id: "28/router/full-peer-refused",
    clauses: &["28-ROUTER-002", "28-ROUTER-005", "28-ROUTER-014"],
    level: Level::Should,
    promise: "With router_mandatory, a send to a peer with a full queue is refused, and that peer \
              gets all that was not, each once and in order.",
    effect: "applications that asked to be told of lost messages are not",
    seen_in: &["zeromq/netmq@30095a72"],
    reading: "The option is no part of the RFC, which leaves the choice to a configuration.",
    roles: BIND,
    options: REFUSING,
    run: |cx| Box::pin(refuses(cx)),
    ..BASE
};

/// A full peer goes.
pub(super) const LEAVES: Case = Case {
    id: "28/router/full-peer-leaves",
    clauses: &["28-ROUTER-015"],
    promise: "When a peer with a full queue goes, sends to it are refused as those to a stranger.",
    effect: "one client that dies stops a server for ever",
    seen_in: &["zeromq/libzmq#4665", "zeromq/libzmq@a73d5cd6"],
    reading: "The option is no part of the RFC, which leaves the choice to a configuration.",
    roles: BIND,
    options: REFUSING,
    run: |cx| Box::pin(leaves(cx)),
    ..BASE
};

/// The numbers of messages, which rise; marks aside.
fn rising(peer: &Link, arrived: &[Vec<Vec<u8>>], size: usize) -> Result<Vec<usize>, Stop> {
    let messages = arrived.iter().filter(|parts| !is_mark(parts));
    let numbers: Option<Vec<usize>> = messages.map(|parts| number_of(parts, size)).collect();
    match numbers {
        Some(numbers) if numbers.is_sorted_by(|a, b| a < b) => Ok(numbers),
        Some(numbers) => {
            let expected = "messages in order, each once";
            Err(peer.fail("out-of-order", expected, format!("{numbers:?}")))
        }
        None => Err(peer.fail("torn", "messages as they were sent, whole", "others")),
    }
}

async fn drops(cx: &mut Context) -> Outcome {
    let (size, deadline) = (large(cx), cx.bench().deadline);
    let (stalled_name, reading_name) = (cx.entropy.nonce(), cx.entropy.nonce());
    let mut stalled = arrive(cx, &stalled_name).await?;
    let mut reading = arrive(cx, &reading_name).await?;
    for number in 0..TOO_MANY {
        let parts = numbered(number, size);
        let parts = [&[&stalled_name[..]], &borrowed(&parts)[..]].concat();
        let answer = cx.try_send(&parts, deadline).await?;
        returned("a send to a peer that does not read", &answer)?;
        reaches(cx, &mut reading, &reading_name, &[b"for you"]).await?;
    }
    let arrived = up_to_a_mark(cx, &mut stalled, &stalled_name).await?;
    if rising(&stalled, &arrived, size)?.len() == TOO_MANY {
        let got = format!("{TOO_MANY} large messages wait for a peer that does not read");
        cx.lenient("no-limit", "messages are dropped past the limit of the queue", got);
    }
    Ok(())
}

/// Sends large messages to a peer that does not read until one is refused; how many were taken.
async fn fill(cx: &mut Context, name: &[u8], size: usize) -> Result<usize, Stop> {
    for number in 0..TOO_MANY {
        let parts = numbered(number, size);
        let parts = [&[name], &borrowed(&parts)[..]].concat();
        if cx.try_send(&parts, NOW).await?.is_err() {
            return Ok(number);
        }
    }
    Ok(TOO_MANY)
}

async fn refuses(cx: &mut Context) -> Outcome {
    let size = large(cx);
    let (stalled_name, reading_name) = (cx.entropy.nonce(), cx.entropy.nonce());
    let mut stalled = arrive(cx, &stalled_name).await?;
    let mut reading = arrive(cx, &reading_name).await?;
    let taken = fill(cx, &stalled_name, size).await?;
    if taken == TOO_MANY {
        let got = format!("{TOO_MANY} large messages are taken for a peer that does not read");
        return Err(stalled.fail("not-refused", "a send to a full queue is refused", got));
    }
    reaches(cx, &mut reading, &reading_name, &[b"for you"]).await?;
    let arrived = up_to_a_mark(cx, &mut stalled, &stalled_name).await?;
    let numbers = rising(&stalled, &arrived, size)?;
    if numbers.iter().copied().eq(0..taken) {
        return Ok(());
    }
    let expected = format!("the {taken} messages that were taken");
    Err(stalled.fail("lost", expected, format!("{numbers:?}")))
}

async fn leaves(cx: &mut Context) -> Outcome {
    let (size, name) = (large(cx), cx.entropy.nonce());
    let stalled = arrive(cx, &name).await?;
    fill(cx, &name, size).await?;
    drop(stalled);
    refused_once_gone(cx, &name).await?;
    let name = cx.entropy.nonce();
    let mut next = arrive(cx, &name).await?;
    reaches(cx, &mut next, &name, &[b"for you"]).await
}

/// Sends to a peer that has gone are refused, in a way that is not "wait", once the SUT noticed.
pub(super) async fn refused_once_gone(cx: &mut Context, name: &[u8]) -> Outcome {
    let began = Instant::now();
    while began.elapsed() < cx.bench().deadline {
        if let Err(ErrorKind::Refused | ErrorKind::State) =
            cx.try_send(&[name, b"are you there"], NOW).await?
        {
            return Ok(());
        }
        // Nothing is to come: the SUT gets the time to notice.
        cx.recv_within(STEP).await?;
    }
    let expected = "sends to a peer that has gone are refused as those to a stranger";
    Err(Stop::Hang(Finding::new("never-refused", expected, "they are taken, or wait")))
}
