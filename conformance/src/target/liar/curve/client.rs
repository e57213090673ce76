//! The handshake of a client, up to the tunnel; `None` is a close.

use super::{Lapse, Peer, Wire};
use crate::curve::{
    Client, Hello, Initiate, SeenReady, SeenWelcome, Tunnel, client_keys, flip, server_keys,
};
use crate::octets::{Frame, error, frame, metadata};

pub(super) async fn handshake(peer: &Peer, wire: &mut Wire) -> Option<Tunnel> {
    let server = server_keys().public();
    let client = Client { keys: client_keys(), transient: peer.transient(), server };
    let mut octets = Hello::new(&client).build(&client);
    if let (Lapse::NotACommand, Some(flags)) = (peer.lapse, octets.first_mut()) {
        *flags = 0;
    }
    wire.write(&octets).await?;
    let seen = wire.frame().await?;
    let welcome = opened(&client, &seen);
    let Some((transient, cookie)) = welcome else { return ended(peer, wire, &seen).await };
    let octets = initiate(peer, &client, &transient, &cookie);
    wire.write(&octets).await?;
    if peer.has(Lapse::Early) {
        peer.queued.notified().await;
        let mut tunnel = Tunnel::of_client(&client.transient, &transient, 2, 0);
        let early = peer.sending.borrow_mut().pop_front()?;
        wire.write(&tunnel.message(&early)).await?;
    }
    let mut seen = wire.frame().await?;
    if peer.has(Lapse::SecondWelcome) && seen.is("WELCOME") {
        wire.write(&octets).await?;
        seen = wire.frame().await?;
    }
    let Some(counter) = ready(peer, &client, &transient, &seen) else {
        return ended(peer, wire, &seen).await;
    };
    Some(Tunnel::of_client(&client.transient, &transient, 2, counter))
}

/// S' and the cookie.
fn opened(client: &Client, seen: &Frame) -> Option<([u8; 32], [u8; 96])> {
    let welcome = SeenWelcome::read(seen).filter(|_| seen.is_command())?;
    welcome.open(&client.transient, &client.server, b"WELCOME-")
}

fn initiate(peer: &Peer, client: &Client, transient: &[u8; 32], cookie: &[u8; 96]) -> Vec<u8> {
    let mut entropy = peer.entropy.borrow_mut();
    let mut initiate = Initiate::new(client, transient, cookie, &mut entropy);
    initiate.metadata = metadata(&[("Socket-Type", b"DEALER"), ("Identity", b"")]);
    match peer.lapse {
        Lapse::VouchForServer => initiate.vouch_for = client.server,
        Lapse::VouchEmpty => initiate.vouched.1 = [0; 32],
        Lapse::CookieChanged => initiate.twist = |body| flip(body, 60),
        _ => {}
    }
    initiate.build(client, transient)
}

/// The counter of a READY that is taken.
fn ready(peer: &Peer, client: &Client, transient: &[u8; 32], seen: &Frame) -> Option<u64> {
    if peer.has(Lapse::ReadyUnread) && seen.is("READY") {
        return Some(1);
    }
    let ready = SeenReady::read(seen).filter(|_| seen.is_command())?;
    let plain = ready.open(&client.transient, transient, b"CurveZMQREADY---")?;
    peer.takes(&plain).then_some(ready.counter)
}

/// Something that is no step of the handshake: the end, one way or another.
async fn ended(peer: &Peer, wire: &mut Wire, seen: &Frame) -> Option<Tunnel> {
    if seen.is("ERROR") {
        peer.refused.set(true);
        if peer.has(Lapse::ErrorIgnored) {
            while wire.frame().await.is_some() {}
        }
    } else if peer.has(Lapse::ClientError) {
        wire.write(&error("no")).await?;
    } else if peer.has(Lapse::Clear) && !seen.is_command() {
        peer.deliver(vec![seen.body.clone()]);
        wire.write(&frame(4, b"\x08INITIATE")).await?;
    }
    None
}
