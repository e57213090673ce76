//! Authentication and Confidentiality: one mechanism a greeting, compared over all 20 octets, and
//! the commands a handshake is made of (37-MECH-001 to -014).
//!
//! Absent: the dialogues of PLAIN and CURVE themselves, and what is inside a READY (`null`,
//! `metadata`).

use crate::case::{ANY, Case};
use crate::context::Context;
use crate::octets::{Greeting, LONG, greeting, hex, ready, title};
use crate::probe::Fate;
use crate::socket_type::SocketType;
use crate::split::Split;
use crate::target::{Need, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// One of each kind of traffic, where each instance makes many connections.
const FEW: &[SocketType] =
    &[SocketType::Pull, SocketType::Dealer, SocketType::Sub, SocketType::Router];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/mechanism/offered",
        clauses: &["37-MECH-001"],
        level: Level::Observe,
        promise: "A peer offers the mechanism of its choice.",
        effect: "it can talk to peers of the same mechanism only",
        types: FEW,
        run: |cx| Box::pin(offered(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/public-name",
        clauses: &["37-MECH-006"],
        level: Level::Should,
        promise: "A public mechanism name is made of A-Z and digits, with - or _ inside only.",
        effect: "the name cannot be registered, and may clash with another",
        run: |cx| Box::pin(public_name(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/other-name",
        clauses: &["37-MECH-003", "37-MECH-014"],
        promise: "A peer that announces another mechanism is disconnected.",
        effect: "a peer without credentials, or of unknown security, is served",
        seen_in: &["zeromq/libzmq#1190"],
        types: FEW,
        run: |cx| Box::pin(other_name(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/every-octet-counts",
        clauses: &["37-MECH-002", "37-MECH-014"],
        promise: "A mechanism field that differs in any one of its 20 octets ends the connection.",
        effect: "names with the same start are taken for the same mechanism",
        types: FEW,
        run: |cx| Box::pin(every_octet_counts(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/full-greeting-on-mismatch",
        clauses: &["37-MECH-013"],
        promise: "A peer that read a full greeting sends its own, even if the mechanisms differ.",
        effect: "the other side cannot tell a wrong mechanism from a broken network",
        reading: "The text binds every peer; that an early close hides only the reason makes a \
                  short greeting lenient.",
        types: FEW,
        run: |cx| Box::pin(full_greeting_on_mismatch(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/no-negotiation",
        clauses: &["37-MECH-007"],
        promise: "A socket announces the same mechanism on every connection, whatever it is asked.",
        effect: "an attacker chooses the security of a connection",
        seen_in: &["zeromq/libzmq#1190"],
        types: FEW,
        run: |cx| Box::pin(no_negotiation(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/no-downgrade-to-null",
        clauses: &["37-MECH-008", "37-MECH-014"],
        promise: "A socket set up for PLAIN gives no usable connection to a peer that offers NULL.",
        effect: "anyone gets in without a password",
        seen_in: &["zeromq/libzmq#1190"],
        types: FEW,
        options: &[("plain_server", Setting::Number(1))],
        run: |cx| Box::pin(no_downgrade_to_null(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/doubled-command",
        clauses: &["37-MECH-009"],
        promise: "A handshake command after the end of the handshake is not a second handshake.",
        effect: "a peer can change its metadata after it was checked",
        reading: "Strict: close. Otherwise a peer that ignores it is told as lenient.",
        types: ANY,
        run: |cx| Box::pin(doubled_command(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/dropped-command",
        clauses: &["37-MECH-009"],
        promise: "Without its last handshake command a connection carries no traffic.",
        effect: "peers that said nothing about themselves are served",
        run: |cx| Box::pin(dropped_command(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/short-commands",
        clauses: &["37-MECH-010"],
        level: Level::Should,
        promise: "Commands of up to 255 octets are sent in the short form.",
        effect: "seven octets more a command, and peers that expect the short form are confused",
        run: |cx| Box::pin(short_commands(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/mechanism/long-commands",
        clauses: &["37-MECH-011"],
        level: Level::Should,
        promise: "A command of 256 octets or more is sent in the long form, flags 06.",
        effect: "subscriptions to long topics break the connection",
        seen_in: &["zeromq/libzmq#4367"],
        types: &[SocketType::Sub],
        needs: &[Need::Subscribe],
        run: |cx| Box::pin(long_commands(cx)),
        ..Case::BASE
    },
];

fn usual_ready(cx: &Context) -> Vec<u8> {
    ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

async fn offered(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting().build()).await?;
    let name = peer.greeting().await?.mechanism_name();
    cx.info(format!("the SUT offers {name}"));
    Ok(())
}

async fn public_name(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting().build()).await?;
    let name = peer.greeting().await?.mechanism_name();
    let alphanumeric = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let inner = name.chars().all(|c| alphanumeric(c) || matches!(c, '-' | '_'));
    let ends = name.starts_with(alphanumeric) && name.ends_with(alphanumeric);
    if inner && ends {
        return Ok(());
    }
    Err(peer.fail("mechanism-name", "A-Z 0-9, and - or _ between them", name))
}

/// A peer with this greeting that goes on as if all were well: it must be disconnected.
async fn must_be_refused(cx: &mut Context, ours: Greeting) -> Outcome {
    let field = ours.build();
    let field = hex(field.get(12..32).unwrap_or_default());
    let mut peer = cx.link().await?;
    peer.write(ours.build()).await?;
    // The greeting of the SUT may come in full, in part or not at all before the end.
    if peer.octets(64, "the end of the connection").await?.is_none() {
        return Ok(());
    }
    peer.write(usual_ready(cx)).await?;
    let after = peer.fate().await?;
    let got = match after.fate {
        Fate::Closed => return Ok(()),
        Fate::Serving => "a PING behind READY is answered",
        Fate::Silent => "the connection stays open",
    };
    let expected = format!("mechanism {field} ends the connection");
    Err(peer.fail("other-mechanism-accepted", expected, got))
}

async fn other_name(cx: &mut Context) -> Outcome {
    let names = [
        "PLAIN",
        "CURVE",
        "GSSAPI",
        "null",
        "Null",
        "NULLX",
        "NUL",
        "XNULL",
        "X-TEST",
        "",
        "ABCDEFGHIJKLMNOPQRST",
    ];
    for name in names {
        must_be_refused(cx, greeting().mechanism(name)).await?;
    }
    Ok(())
}

async fn every_octet_counts(cx: &mut Context) -> Outcome {
    let ours = greeting().build();
    for offset in 12..32 {
        let octet = ours.get(offset).copied().unwrap_or_default();
        must_be_refused(cx, greeting().octet(offset, octet ^ 0x20)).await?;
    }
    must_be_refused(cx, greeting().octets_at(12, &[0x20; 20]).octets_at(12, b"NULL")).await
}

async fn full_greeting_on_mismatch(cx: &mut Context) -> Outcome {
    // In pieces the SUT may have answered the first ones before it sees the mechanism: a race.
    if matches!(cx.bench().split, Split::Bytes | Split::Random(_)) {
        return Err(Stop::NotApplicable("a greeting in one segment".to_owned()));
    }
    let mut peer = cx.link().await?;
    // Nothing behind the greeting: unread octets could make the close a reset that eats data.
    peer.write(greeting().mechanism("X-TEST").build()).await?;
    if peer.octets(64, "a greeting of 64 octets").await?.is_none() {
        let got = "the connection is closed before octet 64";
        cx.lenient("short-greeting-on-mismatch", "a full greeting, then the end", got);
    }
    Ok(())
}

async fn no_negotiation(cx: &mut Context) -> Outcome {
    let mut first = None;
    for name in ["NULL", "PLAIN", "NULL", "CURVE", "X-TEST", "NULL"] {
        let mut peer = cx.link().await?;
        peer.write(greeting().mechanism(name).build()).await?;
        let Some(octets) = peer.octets(64, "a greeting, or the end").await? else { continue };
        let seen = octets.get(12..32).unwrap_or_default().to_vec();
        let usual = first.get_or_insert_with(|| seen.clone());
        if *usual != seen {
            let expected = format!("always mechanism {}", hex(usual));
            return Err(peer.fail("mechanism-changes", expected, hex(&seen)));
        }
    }
    if first.is_some() {
        return Ok(());
    }
    let finding = Finding::new("no-greeting", "a greeting of 64 octets", "none on any connection");
    Err(Stop::Fail(finding))
}

async fn no_downgrade_to_null(cx: &mut Context) -> Outcome {
    must_be_refused(cx, greeting()).await
}

async fn doubled_command(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write(usual_ready(cx)).await?;
    let after = peer.fate().await?;
    if after.has("READY") {
        return Err(peer.fail("second-handshake", "no second handshake", "READY is answered"));
    }
    if after.fate != Fate::Closed {
        let got = "the connection goes on";
        cx.lenient("second-ready-ignored", "the connection is closed", got);
    }
    Ok(())
}

async fn dropped_command(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    // The PING of fate() is a command of traffic in place of READY.
    let after = peer.fate().await?;
    if after.fate == Fate::Serving {
        let got = "a PING is answered with PONG";
        return Err(peer.fail("handshake-skipped", "no traffic without READY", got));
    }
    Ok(())
}

async fn short_commands(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    let mut seen = Vec::new();
    if cx.role == crate::target::Role::Bind {
        peer.write(usual_ready(cx)).await?;
    }
    seen.push(peer.expect_command("READY").await?);
    if cx.role == crate::target::Role::Connect {
        peer.write(usual_ready(cx)).await?;
    }
    seen.extend(peer.fate().await?.seen);
    for frame in seen.iter().filter(|frame| frame.is_command()) {
        if frame.is_long() && frame.body.len() <= 255 {
            return Err(peer.fail("long-form", "flags 04, one size octet", title(frame)));
        }
    }
    Ok(())
}

async fn long_commands(cx: &mut Context) -> Outcome {
    // The name takes ten octets: bodies of 255, 256 and 310 octets.
    let topics = [vec![0x54; 245], vec![0x54; 246], vec![0x54; 300]];
    if cx.minor == 0 {
        return Err(Stop::NotApplicable("a SUT of version 3.1: 3.0 has no SUBSCRIBE".to_owned()));
    }
    let mut peer = cx.ready().await?;
    for topic in topics {
        cx.subscribe(&topic, true).await?;
        let frame = peer.expect_command("SUBSCRIBE").await?;
        let long = frame.body.len() > 255;
        if frame.is_long() != long || !frame.body.ends_with(&topic) {
            let expected = format!("flags {:02x}", if long { 0x04 | LONG } else { 0x04 });
            return Err(peer.fail("size-form", expected, format!("flags {:02x}", frame.flags)));
        }
    }
    Ok(())
}
