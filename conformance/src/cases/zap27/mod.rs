//! RFC 27, ZAP: what a SUT asks its handler about a peer, and what it makes of the answer. The
//! handler is the tester's ([`crate::target::zap`]).

mod absent;
mod handler;
mod reply;
mod request;
mod requests;

use crate::case::{BIND, Case, Depth};
use crate::context::Context;
use crate::curve::{Initiate, greeting_of, usual_metadata, welcomed};
use crate::octets::{command, greeting, ready};
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::target::zap::Zap;
use crate::target::{Need, Options, Setting};
use crate::verdict::Stop;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] =
    &[request::CASES, requests::CASES, reply::CASES, absent::CASES, handler::CASES];

/// A type that both sends and receives.
const TYPES: &[SocketType] = &[SocketType::Dealer];

/// What every case of a server has.
const SERVER_CASE: Case = Case {
    depth: Depth::Full,
    types: TYPES,
    roles: BIND,
    needs: &[Need::Zap],
    options: PLAIN,
    ..Case::BASE
};
/// NULL with a domain.
const NULL: Options = &[("zap_domain", Setting::Zap(Zap::Own))];
/// PLAIN with a domain.
const PLAIN: Options =
    &[("plain_server", Setting::Number(1)), ("zap_domain", Setting::Zap(Zap::Own))];

/// A PLAIN client with these credentials has said HELLO, and waits.
async fn plain_hello(cx: &mut Context, username: &[u8], password: &[u8]) -> Result<Link, Stop> {
    let ours = greeting_of(cx, "PLAIN");
    let mut link = cx.greeted_as(ours).await?;
    let size = |octets: &[u8]| u8::try_from(octets.len()).unwrap_or(u8::MAX);
    let data = [&[size(username)], username, &[size(password)], password].concat();
    link.write(command("HELLO", &data)).await?;
    link.release().await?;
    Ok(link)
}

/// A NULL client has said all it has to say, and waits.
async fn null_ready(cx: &mut Context, identity: &[u8]) -> Result<Link, Stop> {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut link = cx.greeted_as(greeting()).await?;
    link.write(ready(&[("Socket-Type", kind), ("Identity", identity)])).await?;
    link.release().await?;
    Ok(link)
}

/// A CURVE client has sent INITIATE, and waits.
async fn curve_initiate(cx: &mut Context, identity: &[u8]) -> Result<Link, Stop> {
    let (mut link, client, transient, cookie) = welcomed(cx).await?;
    let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
    let property = crate::octets::property("Identity", identity);
    initiate.metadata = [usual_metadata(cx), property].concat();
    link.write(initiate.build(&client, &transient)).await?;
    link.release().await?;
    Ok(link)
}
