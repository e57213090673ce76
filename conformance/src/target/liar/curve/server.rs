//! The handshake of a server, up to the tunnel; `None` is a close.

use super::{Lapse, Peer, Wire};
use crate::curve::{
    Inside, Keys, Ready, SeenHello, SeenInitiate, Server, Tunnel, Welcome, flip, octets,
    server_keys,
};
use crate::octets::{Frame, metadata};

pub(super) async fn handshake(peer: &Peer, wire: &mut Wire) -> Option<Tunnel> {
    let hello = hello(peer, wire.frame().await?)?;
    let transient = peer.transient();
    let cookie = match peer.lapse {
        Lapse::SameCookie => [7; 96],
        _ => octets(&mut peer.entropy.borrow_mut()),
    };
    let server = Server { keys: server_keys(), transient, cookie };
    let known = (hello.transient, server.transient.clone());
    peer.cookies.borrow_mut().insert(cookie.to_vec(), known);
    let mut welcome = Welcome::new(&server, &hello.transient, &mut peer.entropy.borrow_mut());
    if peer.has(Lapse::SameNonce) {
        welcome.nonce = [6; 16];
    }
    let mut octets = welcome.build(&server);
    if let (Lapse::NotACommand, Some(flags)) = (peer.lapse, octets.first_mut()) {
        *flags = 0;
    }
    wire.write(&octets).await?;
    initiated(peer, wire, &hello, &server).await
}

/// A HELLO that is taken.
fn hello(peer: &Peer, mut frame: Frame) -> Option<SeenHello> {
    if peer.has(Lapse::HelloSize) {
        frame.body.resize(200, 0);
    }
    let seen = SeenHello::read(&frame).filter(|_| frame.is_command())?;
    let version = seen.version == [1, 0] || peer.has(Lapse::HelloVersion);
    let padding = seen.padding == [0; 72] || peer.has(Lapse::HelloPadding);
    let plain = seen.open(&server_keys(), b"CurveZMQHELLO---");
    let signed = match plain {
        Some(plain) => plain == [0; 64] || peer.has(Lapse::HelloPlain),
        None => peer.has(Lapse::HelloBox) || peer.has(Lapse::HelloSize),
    };
    (version && padding && signed).then_some(seen)
}

async fn initiated(
    peer: &Peer,
    wire: &mut Wire,
    hello: &SeenHello,
    server: &Server,
) -> Option<Tunnel> {
    let frame = wire.frame().await?;
    if peer.has(Lapse::Overflow) && frame.body.len() > 400 {
        peer.over.set(true);
        return None;
    }
    let seen = SeenInitiate::read(&frame).filter(|_| frame.is_command())?;
    let (client_transient, transient) = keys_of(peer, &seen, hello, server)?;
    if seen.counter <= hello.counter && !peer.has(Lapse::InitiateNonce) {
        return None;
    }
    let inside = seen.open(&transient, &client_transient, b"CurveZMQINITIATE")?;
    if !vouched(peer, &inside, &client_transient, &transient) || !peer.takes(&inside.metadata) {
        return None;
    }
    let mut ready = Ready::new(&metadata(&[("Socket-Type", b"DEALER")]));
    if peer.has(Lapse::ReadyBent) {
        ready.twist = |body| flip(body, 20);
    }
    wire.write(&ready.build(&transient, &client_transient)).await?;
    Some(Tunnel::of_server(&transient, &client_transient, 1, seen.counter))
}

/// C' and s' of the connection, by its cookie.
fn keys_of(
    peer: &Peer,
    seen: &SeenInitiate,
    hello: &SeenHello,
    server: &Server,
) -> Option<([u8; 32], Keys)> {
    let old = peer.cookies.borrow().get(&seen.cookie[..]).cloned();
    match peer.lapse {
        Lapse::OldCookie => old,
        _ if seen.cookie == server.cookie || peer.has(Lapse::AnyCookie) => {
            Some((hello.transient, server.transient.clone()))
        }
        _ => None,
    }
}

fn vouched(peer: &Peer, inside: &Inside, client_transient: &[u8; 32], transient: &Keys) -> bool {
    if peer.has(Lapse::VouchUnread) {
        return true;
    }
    let Some(vouched) = inside.open_vouch(transient, b"VOUCH---") else { return false };
    let of_client = vouched.starts_with(client_transient) || peer.has(Lapse::VouchTransient);
    let for_us = vouched.ends_with(&server_keys().public()) || peer.has(Lapse::VouchServer);
    of_client && for_us
}
