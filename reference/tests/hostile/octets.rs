//! What a hostile peer may write, against a node whose other peer is asked again each time.
//!
//! Deliberately absent: transports, and crowds of such peers.

use zeroproof_reference::connection::Reason;
use zeroproof_reference::limits::ANSWERS;
use zeroproof_reference::node::{Input, LinkId, Node, Output, SocketId};
use zeroproof_reference::pattern::Unwanted;
use zeroproof_reference::socket::{Ended, ListenerId};
use zeroproof_reference::{Instant, Message, SocketType, Violation};

use crate::session::{greeting, hex, ready};

const HERE: &str = "tcp://10.0.0.1:5555";
const GOOD: LinkId = LinkId(1);
const BAD: LinkId = LinkId(2);
/// Between two steps of the stories here.
const TICK: u64 = 1_000_000;

/// A socket with a well-behaved peer and a hostile one.
struct Victim {
    node: Node,
    socket: SocketId,
    listener: ListenerId,
    now: u64,
    ended: Option<Ended>,
    /// What was transmitted to the hostile peer, and to the other.
    transmitted: [usize; 2],
    deadline: Option<Instant>,
}

impl Victim {
    fn new(socket_type: SocketType, options: &[(&str, i32)]) -> Self {
        let mut node = Node::new(1);
        let socket = node.open(socket_type).unwrap();
        for (name, value) in options {
            node.set(socket, name, *value).unwrap();
        }
        let listener = node.bind(socket, HERE).unwrap();
        let (ended, deadline) = (None, None);
        let mut victim =
            Self { node, socket, listener, now: 0, ended, transmitted: [0, 0], deadline };
        victim.come(GOOD);
        let peer = socket_type.peers_name();
        victim.octets(GOOD, &[greeting(1), ready(peer)].concat());
        victim.come(BAD);
        victim
    }

    fn come(&mut self, link: LinkId) {
        let (socket, listener) = (self.socket, self.listener);
        self.input(Input::Accepted { socket, listener, link });
    }

    fn octets(&mut self, link: LinkId, octets: &[u8]) {
        self.input(Input::Octets { link, octets });
    }

    /// The hostile peer never reads: only what goes to the other is written.
    fn input(&mut self, input: Input<'_>) {
        self.now += TICK;
        let now = Instant::from_nanos(self.now);
        self.node.handle_input(now, input);
        loop {
            match self.node.poll_output(now) {
                Output::Transmit { link, octets } => {
                    self.transmitted[usize::from(link == GOOD)] += octets.len();
                    if link == GOOD || self.transmitted[0] < 200 {
                        self.node.handle_input(now, Input::Written { link });
                    }
                }
                Output::Close { link, ended } => {
                    assert_eq!(link, BAD, "the other peer stays: {ended:?}");
                    self.ended = Some(ended);
                }
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return;
                }
                Output::Dial { .. }
                | Output::Read { .. }
                | Output::Authenticate { .. }
                | Output::Ready { .. }
                | Output::Closed { .. } => {}
            }
        }
    }

    /// The other peer, a REQ, asks and is answered.
    fn serves(&mut self) -> bool {
        self.octets(GOOD, &hex("01 00 00 02 6869"));
        let before = self.transmitted[1];
        let request = self.node.recv(self.socket);
        let answered = self.node.send(self.socket, "hello").is_ok();
        self.input(Input::Timeout);
        request == Ok(Message::from("hi")) && answered && self.transmitted[1] > before
    }
}

/// Who may talk to a type, for the tests here.
trait Counterpart {
    fn peers_name(self) -> &'static str;
}

impl Counterpart for SocketType {
    fn peers_name(self) -> &'static str {
        match self {
            Self::Rep => "REQ",
            Self::Pull => "PUSH",
            Self::Xpub => "SUB",
            other => other.name(),
        }
    }
}

/// Octets after a good handshake.
fn after(octets: &str) -> Vec<u8> {
    [greeting(1), ready("REQ"), hex(octets)].concat()
}

fn reason(victim: &Victim) -> Option<&Violation> {
    match &victim.ended {
        Some(Ended::Connection(Reason::Violation(violation))) => Some(violation),
        _ => None,
    }
}

#[test]
fn each_kind_of_wrong_octets_is_refused_by_name_and_others_are_served() {
    let rows: Vec<(Vec<u8>, Violation)> = vec![
        (hex("ff 00*8 7d"), Violation::SignatureEnd(0x7d)),
        ([greeting(1), hex("00 02 6869")].concat(), Violation::MessageInHandshake),
        (
            [greeting(1), hex("06 4000000000000000")].concat(),
            Violation::CommandTooLarge { size: 1 << 62, limit: 1 << 20 },
        ),
        (after("02 4000000000000000"), Violation::FrameTooLarge { size: 1 << 62, limit: 1000 }),
        (after("02 00000000000003e9"), Violation::FrameTooLarge { size: 1001, limit: 1000 }),
        (after("02 8000000000000000"), Violation::SizeBeyondGrammar(1 << 63)),
        (
            after("06 0000000000100001"),
            Violation::CommandTooLarge { size: (1 << 20) + 1, limit: 1 << 20 },
        ),
        (after("08 00"), Violation::ReservedFlags(8)),
        (after("05 00"), Violation::CommandWithMore),
        (after("01 00 04 00"), Violation::CommandInsideMessage),
        ([greeting(1), ready("REQ"), ready("REQ")].concat(), Violation::SecondReady),
        (after("04 18 04 50494e47 0000 00*17"), Violation::ContextTooLong(17)),
        (endless_parts(), Violation::TooManyParts { limit: 1 << 16 }),
        (metadata_flood(), Violation::TooManyProperties { limit: 1 << 10 }),
    ];
    for (octets, violation) in rows {
        for size in [1, 7, 100, octets.len()] {
            // Short ones are cut everywhere; the long ones would only take long.
            if size < 100 && octets.len() > 1000 {
                continue;
            }
            let mut victim = Victim::new(SocketType::Rep, &[("maxmsgsize", 1000)]);
            assert!(victim.serves(), "before {violation}");
            for chunk in octets.chunks(size) {
                victim.octets(BAD, chunk);
                if victim.ended.is_some() {
                    break;
                }
            }
            assert_eq!(reason(&victim), Some(&violation), "in pieces of {size}");
            assert!(victim.serves(), "after {violation}");
        }
    }
}

fn endless_parts() -> Vec<u8> {
    [after(""), [1, 0].repeat((1 << 16) + 1)].concat()
}

fn metadata_flood() -> Vec<u8> {
    let body = [b"\x05READY".to_vec(), b"\x01a\0\0\0\0".repeat((1 << 10) + 1)].concat();
    let size = u64::try_from(body.len()).unwrap().to_be_bytes();
    [greeting(1), vec![6], size.to_vec(), body].concat()
}

#[test]
fn nothing_is_read_from_a_peer_that_asks_and_never_listens() {
    let mut victim = Victim::new(SocketType::Rep, &[]);
    victim.octets(BAD, &after(""));
    let ping = hex("04 17 04 50494e47 0000 00*16");
    let mut given = 0;
    while victim.node.reads(BAD) {
        victim.octets(BAD, &ping.repeat(100));
        given += 1;
        assert!(given < 1000, "it is never told to wait");
    }
    assert!(victim.transmitted[0] < ANSWERS + 4096, "{} octets wait", victim.transmitted[0]);
    assert!(victim.ended.is_none(), "it is slow, which is no crime");
    assert!(victim.serves());
}

#[test]
fn floods_wait_outside_when_nobody_receives() {
    let subscribe =
        |number: u32| [hex("04 0e 09 535542534352494245"), number.to_be_bytes().to_vec()];
    let rows: [(SocketType, &str, Vec<u8>); 2] =
        [(SocketType::Pull, "PUSH", hex("00 04 01020304")), (SocketType::Xpub, "SUB", Vec::new())];
    for (socket_type, name, message) in rows {
        let mut victim = Victim::new(socket_type, &[("rcvhwm", 100)]);
        victim.octets(BAD, &[greeting(1), ready(name)].concat());
        let mut given = 0_u32;
        while victim.node.reads(BAD) {
            let octets =
                if message.is_empty() { subscribe(given).concat() } else { message.clone() };
            victim.octets(BAD, &octets);
            given += 1;
            assert!(given <= 100, "{socket_type}: it is never told to wait");
        }
        assert_eq!(given, 100, "{socket_type}");
        assert!(victim.node.recv(victim.socket).is_ok());
    }
}

#[test]
fn whoever_does_not_finish_the_handshake_is_shown_out_in_time() {
    let whole = [greeting(1), ready("REQ")].concat();
    for length in [0, 1, 9, 10, 11, 12, 63, 64, 65, whole.len() - 1] {
        let mut victim = Victim::new(SocketType::Rep, &[("handshake_ivl", 1000)]);
        for octet in &whole[..length] {
            victim.octets(BAD, &[*octet]);
        }
        let deadline = victim.deadline.expect("it is not waited for for ever");
        assert!(victim.serves());
        assert_eq!(victim.ended, None);
        victim.now = deadline.as_nanos();
        victim.input(Input::Timeout);
        let timeout = Ended::Connection(Reason::HandshakeTimeout);
        assert_eq!(victim.ended, Some(timeout), "after {length} octets");
        assert!(victim.serves());
    }
}

#[test]
fn a_second_peer_of_a_pair_is_not_wanted() {
    let mut victim = Victim::new(SocketType::Pair, &[]);
    victim.octets(BAD, &[greeting(1), ready("PAIR")].concat());
    assert_eq!(victim.ended, Some(Ended::Unwanted(Unwanted::OneTooMany)));
}
