//! What happens when nothing comes: handshake timeout, heartbeats, time to live.

use super::link::{Pair, binder, connecter, old, said};
use core::time::Duration;
use zeroproof_reference::{Config, Heartbeat, Input, Instant, Reason, SocketType};

const PING: &[u8] = b"\x04\x07\x04PING\0\0";
const PONG: &[u8] = b"\x04\x05\x04PONG";

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A point in time, in milliseconds.
fn at(count: u64) -> Instant {
    Instant::ZERO + millis(count)
}

/// A DEALER that sends PINGs.
fn pinging(interval: u64, timeout: u64, ttl: u64) -> Config {
    let mut config = connecter(SocketType::Dealer);
    let (interval, timeout, ttl) = (Some(millis(interval)), millis(timeout), millis(ttl));
    config.heartbeat = Heartbeat { interval, timeout, ttl };
    config
}

/// Two ends that never hear each other.
fn deaf() -> Pair {
    let mut pair = Pair::apart(binder(SocketType::Rep), connecter(SocketType::Req));
    pair.is_cut = true;
    pair.settle();
    pair
}

#[test]
fn a_handshake_ends_after_its_time_and_not_a_moment_earlier() {
    let mut pair = deaf();
    pair.pass(Duration::from_secs(30) - Duration::from_nanos(1));
    assert_eq!(pair.binder.closed, None);
    pair.pass(Duration::from_nanos(1));
    for end in [&pair.binder, &pair.connecter] {
        assert_eq!(end.closed, Some((at(30_000), Reason::HandshakeTimeout)));
    }
}

#[test]
fn octets_do_not_extend_a_handshake() {
    let mut pair = deaf();
    for octet in [0xFF; 9] {
        pair.pass(millis(3_000));
        pair.binder_does(Input::Octets(&[octet]));
    }
    pair.now = at(30_000);
    pair.binder_does(Input::Octets(&[0x7F]));
    assert_eq!(pair.binder.closed, Some((at(30_000), Reason::HandshakeTimeout)));
}

#[test]
fn an_idle_link_without_heartbeats_lives_for_ever() {
    let mut pair = Pair::new(binder(SocketType::Rep), connecter(SocketType::Req));
    pair.pass(Duration::from_secs(1_000_000));
    assert_eq!((&pair.binder.closed, &pair.connecter.closed), (&None, &None));
}

#[test]
fn pings_keep_an_idle_link_alive() {
    let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 300, 0));
    pair.pass(millis(1_000));
    assert_eq!(pair.connecter.count_sent(PING), 10);
    assert_eq!(pair.binder.count_sent(PONG), 10);
    assert_eq!((&pair.binder.closed, &pair.connecter.closed), (&None, &None));
    assert_eq!((pair.binder.heard(), pair.connecter.heard()), ([].as_slice(), [].as_slice()));
}

#[test]
fn a_30_peer_is_never_pinged() {
    let mut pair = Pair::new(old(binder(SocketType::Router)), pinging(100, 300, 500));
    pair.is_cut = true;
    pair.pass(millis(100_000));
    assert!(pair.connecter.sent.iter().all(|sent| !sent.windows(4).any(|name| name == b"PING")));
    assert_eq!(pair.connecter.closed, None);
}

#[test]
fn silence_after_a_ping_ends_the_link_when_the_timeout_is_over() {
    let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 250, 0));
    pair.is_cut = true;
    pair.pass(millis(349));
    assert_eq!(pair.connecter.closed, None, "250 ms after the first PING, which came at 100 ms");
    pair.pass(millis(1));
    assert_eq!(pair.connecter.closed, Some((at(350), Reason::HeartbeatTimeout)));
    assert_eq!(pair.connecter.count_sent(PING), 3);
}

#[test]
fn octets_that_were_waiting_when_we_woke_up_late_save_the_link() {
    let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 250, 0));
    pair.is_cut = true;
    pair.pass(millis(300));
    pair.now = at(5_000);
    pair.connecter_does(Input::Octets(PONG));
    assert_eq!(pair.connecter.closed, None);
}

#[test]
fn few_pings_are_sent_without_a_pong_and_any_octet_is_a_sign_of_life() {
    let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 250, 0));
    pair.is_cut = true;
    // One slow frame, an octet at a time, and never a PONG.
    let frame = [[0x00, 50].as_slice(), &[0x61; 50]].concat();
    for octet in &frame {
        pair.pass(millis(240));
        pair.connecter_does(Input::Octets(&[*octet]));
    }
    assert_eq!(pair.connecter.heard(), [said(vec![0x61; 50])]);
    assert_eq!(pair.connecter.count_sent(PING), 3);
    let (last, silent) = (pair.now, millis(1_000));
    pair.pass(silent);
    let (when, reason) = pair.connecter.closed.clone().unwrap();
    assert_eq!(reason, Reason::HeartbeatTimeout);
    assert!(when <= last + millis(350), "an interval and a timeout after the last octet");
}

#[test]
fn pings_go_on_once_a_pong_has_come() {
    let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 10_000, 0));
    pair.is_cut = true;
    pair.pass(millis(1_000));
    assert_eq!(pair.connecter.count_sent(PING), 3);
    pair.connecter_does(Input::Octets(PONG));
    pair.pass(millis(100));
    assert_eq!(pair.connecter.count_sent(PING), 4);
}

#[test]
fn a_busy_link_sends_its_pings_too() {
    let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 300, 0));
    for count in 1..=1_000 {
        pair.now = at(count);
        pair.connecter_does(Input::Octets(b"\0\x01a"));
    }
    assert_eq!(pair.connecter.count_sent(PING), 10);
}

#[test]
fn a_ping_that_is_due_precedes_every_answer_however_octets_are_cut() {
    for size in [1, 18] {
        let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 300, 0));
        (pair.is_cut, pair.now) = (true, at(100));
        pair.connecter.sent.clear();
        for octets in [PING, PING].concat().chunks(size) {
            pair.connecter_does(Input::Octets(octets));
        }
        assert_eq!(pair.connecter.sent, [PING, PONG, PONG]);
    }
}

#[test]
fn a_ttl_is_met_to_the_nanosecond_even_where_16_bits_of_milliseconds_end() {
    for (tenths, expected) in
        [(1, 100), (655, 65_500), (656, 65_600), (700, 70_000), (65_535, 6_553_500)]
    {
        let mut pair = Pair::new(binder(SocketType::Router), connecter(SocketType::Dealer));
        let ttl = u16::to_be_bytes(tenths);
        pair.binder_does(Input::Octets(&[b"\x04\x07\x04PING", ttl.as_slice()].concat()));
        pair.pass(millis(expected) - Duration::from_nanos(1));
        assert_eq!(pair.binder.closed, None, "{tenths}");
        pair.pass(Duration::from_nanos(1));
        assert_eq!(pair.binder.closed, Some((at(expected), Reason::TtlExpired)), "{tenths}");
    }
}

#[test]
fn whatever_follows_keeps_the_promise_of_a_ttl() {
    let mut pair = Pair::new(binder(SocketType::Router), connecter(SocketType::Dealer));
    pair.binder_does(Input::Octets(b"\x04\x07\x04PING\0\x03"));
    pair.pass(millis(299));
    pair.binder_does(Input::Octets(b"\0"));
    pair.pass(Duration::from_secs(3_600));
    assert_eq!(pair.binder.closed, None);
}

#[test]
fn our_own_ttl_is_rounded_up_and_bounded() {
    for (ttl, octets) in
        [(1, [0, 1]), (100, [0, 1]), (101, [0, 2]), (65_600, [2, 0x90]), (7_000_000, [0xFF, 0xFF])]
    {
        let mut pair = Pair::new(binder(SocketType::Router), pinging(50, 300, ttl));
        pair.pass(millis(50));
        let ping = [b"\x04\x07\x04PING", octets.as_slice()].concat();
        assert_eq!(pair.connecter.count_sent(&ping), 1, "{ttl}");
    }
}

#[test]
fn a_dead_peer_is_found_by_the_ttl_it_announced() {
    let mut pair = Pair::new(binder(SocketType::Router), pinging(100, 1_000, 300));
    pair.pass(millis(1_000));
    pair.is_cut = true;
    pair.pass(millis(5_000));
    assert_eq!(pair.binder.closed, Some((at(1_300), Reason::TtlExpired)));
    assert_eq!(pair.connecter.closed, Some((at(2_100), Reason::HeartbeatTimeout)));
}

#[test]
fn unasked_pongs_are_harmless() {
    let mut pair = Pair::new(binder(SocketType::Router), connecter(SocketType::Dealer));
    pair.binder_does(Input::Octets(&[PONG, b"\0\x01a"].concat()));
    assert_eq!(pair.binder.heard(), [said("a")]);
}
