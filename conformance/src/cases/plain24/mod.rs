//! RFC 24, PLAIN. A SUT that binds is the server and one that connects the client; who may come in
//! at a server is said by its ZAP handler, which the tester plays.

mod client;
mod hello;
mod initiate;
mod order;
mod traffic;

use crate::case::{BIND, Case, Depth};
use crate::context::Context;
use crate::curve::{greeting_of, usual_metadata};
use crate::octets::{command, ready};
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::target::zap::Zap;
use crate::target::{Need, Options, Role, Setting};
use crate::verdict::Stop;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] =
    &[hello::CASES, initiate::CASES, order::CASES, client::CASES, traffic::CASES];

/// What a server needs; its handler lets everybody in unless the case says otherwise.
const SERVER: Options =
    &[("plain_server", Setting::Number(1)), ("zap_domain", Setting::Zap(Zap::Own))];
/// What a client needs.
const CLIENT: Options = &[
    ("plain_username", Setting::Text("admin")),
    ("plain_password", Setting::Text("secret")),
    ("routing_id", Setting::Text("who-I-am")),
];
/// A type that both sends and receives.
const TYPES: &[SocketType] = &[SocketType::Dealer];

/// What every case of a server has.
const SERVER_CASE: Case = Case {
    depth: Depth::Full,
    types: TYPES,
    roles: BIND,
    needs: &[Need::Zap],
    options: SERVER,
    ..Case::BASE
};

/// The data of HELLO (24-HS-002).
fn credentials(username: &[u8], password: &[u8]) -> Vec<u8> {
    let size = |octets: &[u8]| u8::try_from(octets.len()).unwrap_or(u8::MAX);
    [&[size(username)], username, &[size(password)], password].concat()
}

/// A HELLO that is in order.
fn hello() -> Vec<u8> {
    command("HELLO", &credentials(b"admin", b"secret"))
}

/// An INITIATE that is in order.
fn initiate(cx: &Context) -> Vec<u8> {
    command("INITIATE", &usual_metadata(cx))
}

/// A connection on which both have said PLAIN.
async fn greeted(cx: &mut Context) -> Result<Link, Stop> {
    let ours = greeting_of(cx, "PLAIN");
    cx.greeted_as(ours).await
}

/// A connection to a server that has said WELCOME.
async fn welcomed(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = greeted(cx).await?;
    peer.write(hello()).await?;
    peer.expect_command("WELCOME").await?;
    Ok(peer)
}

/// A connection whose handshake is done.
async fn shaken(cx: &mut Context) -> Result<Link, Stop> {
    if cx.role == Role::Bind {
        let mut peer = welcomed(cx).await?;
        peer.write(initiate(cx)).await?;
        peer.expect_command("READY").await?;
        return Ok(peer);
    }
    let mut peer = greeted(cx).await?;
    peer.expect_command("HELLO").await?;
    peer.write(command("WELCOME", b"")).await?;
    peer.expect_command("INITIATE").await?;
    peer.write(ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])).await?;
    Ok(peer)
}
