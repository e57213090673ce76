//! ROUTER: messages of many peers, each behind the identity of its peer, and messages to the peer
//! that the first frame names (28-ROUTER-001 to -015).

mod full;
mod identity;
mod queues;
mod routing;

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{STEP, arrives, say, shown};
use crate::case::Case;
use crate::cases::many::{Parts, is_mark};
use crate::context::Context;
use crate::octets::{greeting, message};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::Router;
use crate::target::Need;
use crate::verdict::{Finding, Outcome, Stop};

/// The cases, by what they are about.
pub(super) const ALL: &[Case] = &[
    identity::ANNOUNCED,
    identity::UNIQUE,
    identity::TWINS,
    identity::HANDOVER,
    identity::RETURNS,
    identity::NEW_NAME,
    routing::ALL_TYPES,
    routing::FAIR,
    routing::ALL_DELIVERED,
    routing::BY_NAME,
    routing::NOBODY,
    routing::MANDATORY,
    routing::NAME_ONLY,
    full::DROPS,
    full::REFUSES,
    full::LEAVES,
    queues::SURVIVES,
    queues::DIES,
];

/// What these cases share.
const BASE: Case = Case { types: &[Router], needs: &[Need::Recv, Need::Send], ..Case::BASE };

/// A DEALER of this name; whether the SUT takes the name is not known yet.
async fn named(cx: &mut Context, name: &[u8]) -> Result<Link, Stop> {
    cx.another_as(greeting(), &[("Socket-Type", b"DEALER"), ("Identity", name)]).await
}

/// The address of a peer, as the application learns it from a message.
async fn address_of(cx: &mut Context, peer: &mut Link) -> Result<Vec<u8>, Stop> {
    let nonce = cx.entropy.nonce();
    say(peer, &[&nonce]).await?;
    let got = cx.recv().await?;
    match got.as_slice() {
        [address, body] if *body == nonce => Ok(address.clone()),
        _ => Err(peer.fail("other-delivery", "an address and the message", shown(&got))),
    }
}

/// How long a message that has been read may take to the application, before its peer gives up and
/// connects again; not a limit.
const PATIENCE: Duration = Duration::from_millis(100);

/// A peer that is served under this name: it connects again as long as the name is taken by one
/// that has gone, which the SUT may not have noticed.
async fn arrive(cx: &mut Context, name: &[u8]) -> Result<Link, Stop> {
    let began = Instant::now();
    while began.elapsed() < cx.bench().deadline {
        let mut peer = named(cx, name).await?;
        let nonce = cx.entropy.nonce();
        say(&mut peer, &[&nonce]).await?;
        let closed = peer.fate().await?.fate == Fate::Closed;
        let within = if closed { STEP } else { PATIENCE };
        while let Some(got) = cx.recv_within(within).await? {
            match got.as_slice() {
                [address, body] if *body == nonce && address == name => return Ok(peer),
                [_, body] if *body == nonce => {
                    let expected = "the peer is shown under the name it announced";
                    return Err(peer.fail("other-address", expected, shown(&got)));
                }
                _ => {}
            }
        }
    }
    let expected = "a peer is served whose name nobody has any more";
    Err(Stop::Hang(Finding::new("name-never-free", expected, "its messages are not delivered")))
}

/// Sends a mark to a name in rounds until it arrives; what arrived before it.
async fn up_to_a_mark(cx: &mut Context, peer: &mut Link, name: &[u8]) -> Result<Vec<Parts>, Stop> {
    let mark = [b"~", &cx.entropy.nonce()[..]].concat();
    let (began, mut arrived) = (Instant::now(), Vec::new());
    while began.elapsed() < cx.bench().deadline {
        // A full queue may refuse it: then the next round does.
        let _ = cx.try_send(&[name, &mark], super::NOW).await?;
        while let Ok(parts) = timeout(STEP, peer.message()).await {
            let parts = parts?;
            if parts == [&mark[..]] {
                return Ok(arrived);
            }
            arrived.push(parts);
        }
    }
    let expected = "messages for a peer arrive";
    Err(Stop::Hang(Finding::new("not-sent", expected, "none does")))
}

/// The application sends to a name, and its peer gets all of it.
async fn reaches(cx: &mut Context, peer: &mut Link, name: &[u8], data: &[&[u8]]) -> Outcome {
    cx.send(&[&[name], data].concat()).await?;
    arrives(peer, data).await
}

/// Whether these are marks only.
fn only_marks(arrived: &[Parts]) -> bool {
    arrived.iter().all(|parts| is_mark(parts))
}

/// Messages with one part, one after the other.
fn stream(bodies: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    bodies.flat_map(|body| message(&[body])).collect()
}
