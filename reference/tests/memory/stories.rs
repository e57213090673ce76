//! Each kind of greed, and what it may cost.

use zeroproof_reference::SocketType::{Pub, Pull, Push, Rep, Router, Xpub};
use zeroproof_reference::connection::Reason;
use zeroproof_reference::limits::{ANSWERS, HANDSHAKES, SUBSCRIPTIONS};
use zeroproof_reference::pattern::Unwanted;
use zeroproof_reference::socket::Ended;
use zeroproof_reference::{Refused, Violation};

use super::peers::{Peers, turn};
use crate::session::{greeting, hex, ready};

/// A link that has met nobody, or has and is idle: its state, its timer and its buffers.
const LINK: usize = 4 << 10;
/// What is beside one link: the harness, which reports other stories meanwhile, is counted too.
const NOISE: usize = 64 << 10;

fn met(name: &str) -> Vec<u8> {
    [greeting(1), ready(name)].concat()
}

#[test]
fn a_crowd_that_never_finishes_its_handshake_costs_little_and_leaves_nothing() {
    let _turn = turn();
    const CROWD: usize = 10_000;
    // The rows: silent, and everything between nothing and a greeting that is nearly whole.
    for longest in [1, 64] {
        let mut peers = Peers::new(Rep, &[]);
        for number in 0..CROWD {
            peers.come(&greeting(1)[..number % longest]);
        }
        // The harness keeps an end for each that made room.
        let peak = peers.peak();
        assert!(peak < HANDSHAKES * LINK + CROWD * 128, "{peak} octets");
        while peers.ended.len() < CROWD {
            let before = peers.ended.len();
            peers.wait();
            assert!(peers.ended.len() > before, "{before} of them were shown out");
        }
        let timeout = Ended::Connection(Reason::HandshakeTimeout);
        let (crowded, late) = peers.ended.split_at(CROWD - HANDSHAKES);
        assert!(crowded.iter().all(|ended| *ended == Ended::Crowded));
        assert!(late.iter().all(|ended| *ended == timeout));
        peers.ended = Vec::new();
        peers.hears(zeroproof_reference::node::LinkId(1));
        // The queue of outputs, which once held an end for each, keeps its room.
        assert!(peers.kept() < CROWD * 128, "{} octets stay", peers.kept());
    }
}

#[test]
fn what_is_announced_costs_nothing_until_it_comes() {
    let _turn = turn();
    let mut peers = Peers::new(Pull, &[]);
    // The largest frame that is allowed, and the largest command.
    for header in ["02 0000000040000000", "03 0000000040000000", "06 0000000000100000"] {
        peers.mark();
        for _ in 0..1000 {
            peers.come(&[met("PUSH"), hex(header), vec![7; 100]].concat());
        }
        let each = peers.peak() / 1000;
        assert!(each < LINK + 1024, "{header}: {each} octets each");
    }
    assert_eq!(peers.ended, [], "all of it is allowed");
}

#[test]
fn a_message_without_end_costs_what_came_of_it_until_it_is_refused() {
    let _turn = turn();
    // Empty parts: two octets each, of which there may be 65,536.
    let mut peers = Peers::new(Pull, &[]);
    let link = peers.come(&met("PUSH"));
    peers.mark();
    while peers.ended.is_empty() {
        peers.says(link, &[1, 0].repeat(1000));
    }
    let refused = Violation::TooManyParts { limit: 1 << 16 };
    assert_eq!(peers.ended, [Ended::Connection(Reason::Violation(refused))]);
    // A buffer that grows is twice as long at the most, and while it moves the old one is there.
    assert!(peers.peak() < 3 * 2 * (1 << 16) + NOISE, "{} octets", peers.peak());

    // Parts of 64 KiB: what came, and no more.
    drop(peers);
    let mut peers = Peers::new(Pull, &[]);
    let link = peers.come(&met("PUSH"));
    let part = [hex("03 0000000000010000"), vec![7; 1 << 16]].concat();
    peers.mark();
    for _ in 0..256 {
        peers.says(link, &part);
    }
    assert_eq!(peers.ended, []);
    assert!(peers.peak() < 3 * 256 * part.len(), "{} octets", peers.peak());
    assert!(peers.kept() >= 256 << 16, "the count sees them");
    peers.leaves(link);
    assert!(peers.kept() < NOISE, "{} octets of it stay", peers.kept());
}

#[test]
fn floods_of_commands_cost_what_the_limits_say() {
    let _turn = turn();
    // PINGs of a peer that does not read the PONGs.
    let mut peers = Peers::new(Rep, &[]);
    let link = peers.come(&met("REQ"));
    let pings = hex("04 17 04 50494e47 0000 00*16").repeat(100);
    peers.mark();
    while peers.node.reads(link) {
        peers.says(link, &pings);
    }
    // What was let in at once is answered in full; it is kept here in a buffer that doubles, the
    // old one beside it while it moves, and what one read brings is a list of small answers first.
    assert!(peers.peak() < 4 * (ANSWERS + pings.len()), "{} octets", peers.peak());

    drop(peers);
    // SUBSCRIBEs, each to another topic: the cost that is accounted for is the one there is.
    for topic in [8, 200] {
        let mut peers = Peers::new(Pub, &[]);
        let link = peers.come(&met("SUB"));
        peers.mark();
        for number in 0..20_000_u64 {
            let mut body = [b"\x09SUBSCRIBE".to_vec(), number.to_be_bytes().to_vec()].concat();
            body.resize(10 + topic, 0);
            let size = u8::try_from(body.len()).unwrap();
            peers.says(link, &[vec![4, size], body].concat());
        }
        let (each, accounted) = (peers.kept() / 20_000, 2 * topic + 192);
        assert!(each <= accounted, "{each} octets, for which {accounted} are accounted");
        peers.leaves(link);
        assert!(peers.kept() < NOISE, "{} octets stay", peers.kept());
    }
}

#[test]
fn whoever_wants_more_topics_than_the_limit_is_not_wanted() {
    let _turn = turn();
    let mut peers = Peers::new(Pub, &[]);
    let link = peers.come(&met("SUB"));
    peers.mark();
    // Topics of nearly a MiB. Each is kept twice: for its peer, and for the match.
    for number in 0..300_u64 {
        let mut body = [b"\x09SUBSCRIBE".to_vec(), number.to_be_bytes().to_vec()].concat();
        body.resize(1_000_000, 0);
        let header = [vec![6], 1_000_000_u64.to_be_bytes().to_vec()].concat();
        peers.says(link, &[header, body].concat());
        if !peers.ended.is_empty() {
            break;
        }
    }
    assert_eq!(peers.ended, [Ended::Unwanted(Unwanted::TooManySubscriptions)]);
    // The buffer of the last one, which is too much, is there as well.
    assert!(peers.peak() < SUBSCRIPTIONS + (16 << 20), "{} octets", peers.peak());
    assert!(peers.kept() < NOISE, "{} octets stay", peers.kept());
}

#[test]
fn a_reader_that_is_too_slow_costs_two_queues_at_most() {
    let _turn = turn();
    let body = [7; 1000];
    // One queue under way, and one that waits for it; each grows by doubling.
    let most = 2 * 2 * 100 * (body.len() + 9);
    for socket_type in [Pub, Xpub, Push] {
        let mut peers = Peers::new(socket_type, &[("sndhwm", 100)]);
        let link = if socket_type == Push {
            peers.come(&met("PULL"))
        } else {
            peers.come(&[met("SUB"), hex("04 0a 09 535542534352494245")].concat())
        };
        peers.hears(link);
        peers.mark();
        let sent = (0..10_000).filter(|_| peers.send(body) == Ok(())).count();
        assert!(peers.peak() < most + LINK, "{socket_type}: {} octets", peers.peak());
        assert_eq!(sent == 10_000, socket_type != Push, "publishers drop, the others wait");
    }
}

#[test]
fn a_writer_that_is_too_fast_costs_one_queue_and_one_read() {
    let _turn = turn();
    let mut peers = Peers::new(Pull, &[("rcvhwm", 100)]);
    let link = peers.come(&met("PUSH"));
    let read = [hex("02 00000000000003e8"), vec![7; 1000]].concat().repeat(10);
    peers.mark();
    while peers.node.reads(link) {
        peers.says(link, &read);
    }
    assert!(peers.peak() < 2 * (100 * 1009 + read.len()) + NOISE, "{} octets", peers.peak());
    let received = std::iter::from_fn(|| peers.recv().ok()).count();
    assert!((100..=110).contains(&received), "{received}");
    assert_eq!(peers.recv(), Err(Refused::WouldBlock));
    assert!(peers.kept() < NOISE + read.len(), "{} octets stay", peers.kept());
}

#[test]
fn peers_that_went_leave_nothing() {
    let _turn = turn();
    for (socket_type, theirs) in
        [(Pull, "PUSH"), (Push, "PULL"), (Rep, "REQ"), (Router, "DEALER"), (Pub, "SUB")]
    {
        let mut peers = Peers::new(socket_type, &[]);
        let mut come_and_go = |count| {
            for _ in 0..count {
                let link = peers.come(&met(theirs));
                peers.hears(link);
                peers.leaves(link);
            }
            peers.ended = Vec::new();
            peers.kept()
        };
        // What is used again and again has its size by then.
        let (few, many) = (come_and_go(100), come_and_go(10_000));
        assert!(many < few + NOISE, "{socket_type:?}: {many} octets stay, not {few}");
    }
}
