//! Heartbeating: PING and PONG. This file is the table of promises; the dialogues are in `answers`
//! (what a PING brings back).
//! Absent: how an application chooses the wait (37-HB-009), which no octet shows.

mod answers;

use crate::case::{Case, Depth, Pace, RECEIVERS};
use crate::target::Need;
use crate::verdict::Level;

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
];
