//! Heartbeating: PING, PONG and the times they set. This file is the table of promises; the
//! dialogues are in `answers` (what a PING brings back) and `timers`.
//! Absent: how an application chooses the wait (37-HB-009), which no octet shows.

mod answers;
mod timers;

use crate::case::{CONNECT, Case, Depth, Pace, RECEIVERS};
use crate::socket_type::SocketType::{self, Dealer, Pub, Pull, Router, Sub};
use crate::target::{Need, Setting};
use crate::verdict::Level;

/// For promises about time: a few types, since each instance waits.
const TIMED: &[SocketType] = &[Pull, Dealer, Sub, Pub, Router];

/// A timeout no dialogue reaches: PINGs go unanswered without an end.
const HELD: (&str, Setting) = ("heartbeat_timeout", Setting::Number(60_000));

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/heartbeat/pong-repeats-context",
        clauses: &["37-HB-004", "37-HB-006", "37-HB-002"],
        promise: "A PING with 0 to 16 octets of context is answered by one PONG that is the \
                  context and nothing else.",
        effect: "the other side believes the connection is dead and drops it",
        run: |cx| Box::pin(answers::pong_repeats_context(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/context-too-long",
        clauses: &["37-HB-005"],
        promise: "A context of more than 16 octets is never sent back whole: the connection is \
                  closed.",
        effect: "an unbounded echo serves as an amplifier",
        reading: "The RFC bounds the sender. Strict: a longer context is outside the grammar, and \
                  the connection ends. Otherwise a PONG cut to 16 octets, or none, is told as \
                  lenient; an echo of more is a PONG nobody may send.",
        run: |cx| Box::pin(answers::context_too_long(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/before-handshake",
        clauses: &["37-HB-001"],
        level: Level::Observe,
        promise: "A PING in place of the first command of the handshake is refused.",
        effect: "peers that are not authenticated get answers",
        pace: Pace::Quiet,
        run: |cx| Box::pin(answers::before_handshake(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/pong-without-ping",
        clauses: &["37-HB-015"],
        promise: "A PONG nobody asked for changes nothing.",
        effect: "a late answer costs the connection",
        run: |cx| Box::pin(answers::pong_without_ping(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/between-messages",
        clauses: &["37-HB-017", "37-HB-004"],
        promise: "PING and PONG between messages leave the messages as they are.",
        effect: "heartbeats lose or split messages",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(answers::between_messages(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/many-pings",
        clauses: &["37-HB-004"],
        promise: "PINGs that arrive together are each answered, in order.",
        effect: "a busy peer looks dead",
        reading: "A PONG per PING is asked for. A SUT that lets the last of several waiting PINGs \
                  speak for all is told as lenient.",
        depth: Depth::Full,
        run: |cx| Box::pin(answers::many_pings(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/ping-cut-short",
        clauses: &["37-HB-007"],
        promise: "A PING that ends before its TTL does brings back no octet that was not sent.",
        effect: "memory of the process leaks to whoever asks",
        types: &[Pull, Dealer, Sub],
        depth: Depth::Full,
        discreet: true,
        run: |cx| Box::pin(answers::ping_cut_short(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/pings-within-grammar",
        clauses: &["37-HB-002", "37-HB-005"],
        promise: "The PINGs a peer sends have a TTL and at most 16 octets of context.",
        effect: "strict peers close the connection",
        types: TIMED,
        options: &[("heartbeat_ivl", Setting::Number(20)), HELD],
        run: |cx| Box::pin(timers::pings_within_grammar(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/ttl-in-tenths",
        clauses: &["37-HB-003"],
        promise: "A TTL is sent in tenths of a second, in network order.",
        effect: "the other side gives up far too early or never",
        types: TIMED,
        options: &[
            ("heartbeat_ivl", Setting::Number(20)),
            ("heartbeat_ttl", Setting::Number(500)),
            HELD,
        ],
        run: |cx| Box::pin(timers::ttl_in_tenths(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/no-ping-in-handshake",
        clauses: &["37-HB-001"],
        promise: "No PING is sent before the handshake is complete.",
        effect: "strict peers refuse the handshake",
        types: TIMED,
        options: &[("heartbeat_ivl", Setting::Number(2)), HELD],
        pace: Pace::Quiet,
        run: |cx| Box::pin(timers::no_ping_in_handshake(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/no-ping-to-older",
        clauses: &["37-HB-016"],
        promise: "A peer that announced 3.0 gets no PING.",
        effect: "older peers see an unknown command, and never answer it",
        reading: "PING is not in the grammar of 3.0, whose receivers are told to ignore unknown \
                  commands; so a PING to one is told as lenient.",
        types: TIMED,
        options: &[("heartbeat_ivl", Setting::Number(2)), HELD],
        pace: Pace::Quiet,
        run: |cx| Box::pin(timers::no_ping_to_older(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/long-ttl",
        clauses: &["37-HB-003"],
        promise: "A TTL of zero sets no timer, and one of 720.9 s does not end at once.",
        effect: "connections with a long TTL are dropped within milliseconds",
        types: &[Pull, Dealer, Sub],
        seen_in: &["zeromq/libzmq#4226"],
        reading: "7209 tenths are 720900 ms, of which 4 are left in 16 bits.",
        pace: Pace::Quiet,
        run: |cx| Box::pin(timers::long_ttl(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/ttl-ends",
        clauses: &["37-HB-013"],
        level: Level::Should,
        promise: "After a PING with a TTL and then silence, the connection is closed, not before \
                  the TTL is over.",
        effect: "dead peers stay, or live ones are dropped",
        types: TIMED,
        depth: Depth::Full,
        run: |cx| Box::pin(timers::ttl_ends(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/silence-ends",
        clauses: &["37-HB-012", "37-HB-008"],
        level: Level::Should,
        promise: "A peer that answers no PING is given up, not before the timeout is over.",
        effect: "dead peers stay, or live ones are dropped",
        types: TIMED,
        options: &[
            ("heartbeat_ivl", Setting::Number(10)),
            ("heartbeat_timeout", Setting::Number(100)),
        ],
        depth: Depth::Full,
        run: |cx| Box::pin(timers::silence_ends(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/traffic-keeps-alive",
        clauses: &["37-HB-010"],
        level: Level::Should,
        promise: "Any traffic is a sign of life, not only PONG.",
        effect: "a peer that is busy sending is taken for dead",
        types: &[Pull, Dealer],
        options: &[
            ("heartbeat_ivl", Setting::Number(10)),
            ("heartbeat_timeout", Setting::Number(150)),
        ],
        depth: Depth::Full,
        run: |cx| Box::pin(timers::traffic_keeps_alive(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/few-pings",
        clauses: &["37-HB-011"],
        level: Level::Should,
        promise: "While no answer comes, only a few PINGs are sent.",
        effect: "a slow peer finds a pile of PINGs to answer",
        types: &[Pull, Dealer],
        options: &[("heartbeat_ivl", Setting::Number(2)), HELD],
        depth: Depth::Full,
        pace: Pace::Quiet,
        run: |cx| Box::pin(timers::few_pings(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/heartbeat/comes-back",
        clauses: &["37-HB-014"],
        level: Level::Should,
        promise: "A connecting peer that has given up a silent connection opens a new one.",
        effect: "one network fault ends the conversation for good",
        types: &[Pull, Dealer, Sub],
        roles: CONNECT,
        options: &[
            ("heartbeat_ivl", Setting::Number(10)),
            ("heartbeat_timeout", Setting::Number(50)),
            ("reconnect_ivl", Setting::Number(10)),
        ],
        depth: Depth::Full,
        run: |cx| Box::pin(timers::comes_back(cx)),
        ..Case::BASE
    },
];
