//! Backward interoperability: which octets tell a 3.x SUT that its peer speaks 1.0, 2.0 or 3.x,
//! and what it then says. RFC 15 tells the same of 1.0, so its clauses are judged here as well.
//! Absent: what follows on such a connection, which the sections of RFCs 15 and 13 judge.

use crate::case::{Case, Pace, RECEIVERS};
use crate::cases::legacy;
use crate::context::Context;
use crate::octets::{frame_v1, frame_v2, greeting, hex, identity_v1, opening_v2, ready};
use crate::socket_type::SocketType::{self, Dealer, Pair, Pull, Push, Router};
use crate::target::{Need, Setting};
use crate::verdict::{Level, Outcome, Stop};

const NAMED: &[(&str, Setting)] = &[("routing_id", Setting::Text("ABCDE"))];
const SECURED: &[(&str, Setting)] = &[("plain_server", Setting::Number(1))];
/// Types that can send to a peer that has said nothing but who it is.
const TALKERS: &[SocketType] = &[Dealer, Push, Pair];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/backward/first-flight",
        clauses: &["37-BACK-001", "37-BACK2-001"],
        level: Level::Observe,
        promise: "A peer sends its whole greeting at once, or as much as detection allows.",
        effect: "two peers that both wait for more deadlock",
        reading: "64 octets are the modern form, 11 the one that detects 2.0, 10 the one that \
                  detects 1.0 as well (q01).",
        types: &[Pull, Dealer],
        pace: Pace::Quiet,
        run: |cx| Box::pin(first_flight(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/major-three",
        clauses: &["37-BACK2-003", "37-BACK1-004", "37-BACK1-008", "15-BACK-006"],
        promise: "After a signature and a version of 3 or more, the rest of the greeting follows, \
                  and then the handshake.",
        effect: "peers that send their greeting in steps, or are newer, cannot connect",
        run: |cx| Box::pin(major_three(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/version-one",
        clauses: &["37-BACK2-002", "37-BACK1-007"],
        promise: "A peer that announces version 1 is answered as 2.0: version, socket type, \
                  identity.",
        effect: "2.0 peers cannot connect",
        reading: "The version octet may be 1 or what the SUT speaks (q07).",
        run: |cx| Box::pin(version_one(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/version-two",
        clauses: &["37-BACK2-002"],
        level: Level::Observe,
        promise: "A peer that announces version 2 is answered as 2.0.",
        effect: "none known: no peer says 2",
        reading: "What becomes of version 2 is told, not judged (q05).",
        types: &[Pull, Dealer],
        pace: Pace::Quiet,
        run: |cx| Box::pin(version_two(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/identity-length",
        clauses: &["37-BACK1-001", "15-BACK-002", "15-BACK-003"],
        promise: "A signature that serves to detect 1.0 has the length of the identity plus one \
                  in its padding.",
        effect: "1.0 peers read a frame of a wrong size",
        types: &[Dealer, Router],
        options: NAMED,
        run: |cx| Box::pin(identity_length(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/one-short",
        clauses: &["37-BACK1-002", "15-BACK-004", "15-BACK-001"],
        promise: "A first octet other than FF is the length of a 1.0 identity.",
        effect: "1.0 peers cannot connect",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(one_short(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/one-long",
        clauses: &["37-BACK1-003", "15-BACK-005"],
        promise: "FF and an even tenth octet are the long length of a 1.0 identity.",
        effect: "1.0 peers cannot connect",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(one_long(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/identity-completes-signature",
        clauses: &["37-BACK1-006", "15-BACK-007"],
        promise: "Toward a 1.0 peer the identity completes the frame the signature began, and 1.0 \
                  frames follow.",
        effect: "1.0 peers read an identity that is not one, and then nonsense",
        types: TALKERS,
        needs: &[Need::Send],
        options: NAMED,
        run: |cx| Box::pin(identity_completes(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/backward/secured-refuses",
        clauses: &["37-BACK1-005"],
        promise: "A peer with a mechanism other than NULL closes on a 1.0 or 2.0 peer.",
        effect: "whoever claims to be old passes without credentials",
        types: &[Pull],
        needs: &[Need::Recv],
        options: SECURED,
        run: |cx| Box::pin(secured_refuses(cx)),
        ..Case::BASE
    },
];

async fn first_flight(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    let octets = peer.whatever_comes().await?;
    cx.info(format!("{} octets come unasked", octets.len()));
    Ok(())
}

async fn major_three(cx: &mut Context) -> Outcome {
    if cx.version < (3, 0) {
        return Err(Stop::NotApplicable("a SUT that announces 3.0".to_owned()));
    }
    let ours = greeting().build();
    let (signature, rest) = ours.split_at(10);
    let kind = cx.kind.counterpart().name().as_bytes();
    for major in [3, 4, 0x7F, 0xFF] {
        let mut peer = cx.link().await?;
        peer.write([signature, &[major]].concat()).await?;
        peer.greeting().await?;
        peer.write(rest.get(1..).unwrap_or_default()).await?;
        cx.handshake(&mut peer, &ready(&[("Socket-Type", kind)])).await?;
        peer.barrier().await?;
    }
    Ok(())
}

async fn version_one(cx: &mut Context) -> Outcome {
    let (peer, theirs) = legacy::open_v2(cx, &usual_opening(cx, 1)?).await?;
    match theirs.revision {
        0 => Err(peer.fail("version-zero", "version 1 or more", "version 0")),
        _ => Ok(()),
    }
}

async fn version_two(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(usual_opening(cx, 2)?).await?;
    let after = peer.whatever_comes().await?;
    let what = match (peer.is_closed(), after.len()) {
        (true, _) => "is refused",
        (false, 14..64) => "is answered as 2.0",
        (false, 64..) => "is answered as 3.x",
        (false, _) => "is waited on",
    };
    cx.info(format!("version 2 {what}"));
    Ok(())
}

/// A 2.0 opening of the usual counterpart, with this version octet.
fn usual_opening(cx: &Context, version: u8) -> Result<Vec<u8>, Stop> {
    let code = cx.kind.counterpart().code();
    let code = code.ok_or_else(|| Stop::NotApplicable("a socket type of 2.0".to_owned()))?;
    Ok(opening_v2(version, code, b""))
}

async fn identity_length(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting().build().get(..10).unwrap_or_default()).await?;
    let signature = legacy::octets(&mut peer, 10, "a signature").await?;
    match signature.as_slice() {
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 6, 0x7F] => Ok(()),
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F] => {
            Err(Stop::NotApplicable("a SUT that serves ZMTP 1.0".to_owned()))
        }
        other => Err(peer.fail("padding", "ff 00*7 06 7f: an identity of 5 octets", hex(other))),
    }
}

/// Opens as 1.0 with these octets, sends `hi`, and demands its delivery.
async fn served_v1(cx: &mut Context, opening: &[u8]) -> Outcome {
    let (mut peer, _) = legacy::open_v1(cx, opening).await?;
    peer.write(frame_v1(0, b"hi")).await?;
    legacy::expect_first(cx, &mut peer, "1.0", &[b"hi"]).await
}

async fn one_short(cx: &mut Context) -> Outcome {
    served_v1(cx, &identity_v1(b"")).await?;
    served_v1(cx, &identity_v1(b"BOB")).await?;
    served_v1(cx, &identity_v1(&[0x61; 253])).await
}

async fn one_long(cx: &mut Context) -> Outcome {
    served_v1(cx, &[0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0]).await?;
    served_v1(cx, b"\xFF\x00\x00\x00\x00\x00\x00\x00\x04\x00BOB").await?;
    served_v1(cx, &identity_v1(&[0x61; 254])).await
}

async fn identity_completes(cx: &mut Context) -> Outcome {
    let (mut peer, frame) = legacy::open_v1(cx, &identity_v1(b"")).await?;
    if frame.body != b"ABCDE" {
        let got = hex(&frame.body);
        return Err(peer.fail("other-identity", "an identity frame with ABCDE", got));
    }
    cx.send(&[b"hi"]).await?;
    let message = legacy::read_v1(&mut peer).await?;
    if (message.flags, message.body.as_slice()) != (0, b"hi") {
        let got = format!("flags {}, body {}", hex(&[message.flags]), hex(&message.body));
        return Err(peer.fail("other-frame", "flags 00, body 6869", got));
    }
    Ok(())
}

async fn secured_refuses(cx: &mut Context) -> Outcome {
    let push = SocketType::Push.code().unwrap_or_default();
    // The frames pass octet 64, where a 3.x greeting would end.
    let message = vec![0x61; 80];
    let openings = [
        [identity_v1(b""), frame_v1(0, &message)].concat(),
        [opening_v2(1, push, b""), frame_v2(0, &message)].concat(),
    ];
    for opening in openings {
        let mut peer = cx.link().await?;
        peer.write(opening).await?;
        let taken = legacy::delivery_or_close(cx, &mut peer).await?;
        if taken != legacy::Taken::Closed {
            let got = "its message is delivered";
            return Err(peer.fail("old-peer-accepted", "the connection is closed", got));
        }
    }
    Ok(())
}
