//! Metadata: names and values in READY, as the SUT sends them and as it must take them.
//! Clauses 37-META-001, -003, -006, -008 and, since NULL carries them, 37-NULL-011 to -016.
//! Deliberately absent: metadata of PLAIN and CURVE, and what single properties mean.

use super::null::offer;
use crate::case::Case;
use crate::context::Context;
use crate::octets::{Property, command, greeting, hex, metadata, properties, property, ready};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::{Dealer, Pull, Sub};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/metadata/names-sent",
        clauses: &["37-NULL-012", "37-NULL-013", "37-META-008"],
        promise: "A peer sends property names of 1 to 255 legal characters, none of them X-.",
        effect: "strict peers refuse it, or take its properties for those of an application",
        run: |cx| Box::pin(names_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/socket-type-sent",
        clauses: &["37-META-001", "37-META-003"],
        level: Level::Should,
        promise: "A peer says its socket type.",
        effect: "the other side cannot tell whether the two can talk",
        run: |cx| Box::pin(socket_othersent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/unknown-properties",
        clauses: &["37-META-006", "37-META-008", "37-NULL-011"],
        promise: "Properties a peer does not know, in any order, do not disturb the handshake.",
        effect: "applications cannot announce anything of their own, and later versions break",
        run: |cx| Box::pin(unknown_properties(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/name-of-255-octets",
        clauses: &["37-NULL-013"],
        promise: "A property name may have 255 characters.",
        effect: "properties with long names break the handshake",
        run: |cx| Box::pin(longest_name(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/value-sizes",
        clauses: &["37-NULL-015", "37-NULL-016"],
        promise: "Values of any size, empty ones included, do not disturb the property behind \
                  them.",
        effect: "a peer that reads sizes in the wrong order or width cannot meet others",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(value_sizes(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/many-properties",
        clauses: &["37-NULL-010", "37-META-006"],
        level: Level::Should,
        promise: "A READY of a hundred properties, which takes the long form, is accepted.",
        effect: "a peer that announces much cannot connect, or overruns a fixed buffer",
        reading: "No size is named in the text: 2 KiB must not be too much for anybody.",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(many_properties(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/empty-name",
        clauses: &["37-NULL-013"],
        level: Level::Should,
        promise: "A property without a name is refused.",
        effect: "octets outside the grammar pass for metadata",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(empty_name(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/illegal-characters",
        clauses: &["37-NULL-012"],
        level: Level::Should,
        promise: "A property name with a character outside the grammar is refused.",
        effect: "octets outside the grammar pass for metadata",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(illegal_characters(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/cut-anywhere",
        clauses: &["37-NULL-005", "37-NULL-011"],
        level: Level::Should,
        promise: "Metadata that ends inside a property is refused.",
        effect: "a peer acts on a property it has only half received",
        seen_in: &["zeromq/zmq.rs#286"],
        reading: "Strict at every cut: q22 of vectors/open-questions.md.",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(cut_anywhere(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/size-past-the-end",
        clauses: &["37-NULL-015"],
        promise: "A value size larger than what is left of the body is refused.",
        effect: "a hostile peer makes this one read octets that are not there",
        seen_in: &["zeromq/zmq.rs#286"],
        reading: "Strict with and without octets behind it: q22 of vectors/open-questions.md.",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(size_past_the_end(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/letter-case-of-names",
        clauses: &["37-NULL-014", "37-META-002"],
        promise: "The letter case of a property name carries no meaning.",
        effect: "a check of the socket type can be avoided by spelling",
        reading: "Strict: q21 of vectors/open-questions.md.",
        run: |cx| Box::pin(letter_case_of_names(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/metadata/socket-type-twice",
        clauses: &["37-META-003", "37-NULL-010"],
        level: Level::Observe,
        promise: "Metadata may name a property twice.",
        effect: "peers disagree on which of the two counts",
        reading: "Not mentioned in the text: q20 of vectors/open-questions.md.",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(socket_type_twice(cx)),
        ..Case::BASE
    },
];

/// The properties of the READY the SUT sends, and the link they came on.
async fn announced(cx: &mut Context) -> Result<(Link, Vec<Property>), Stop> {
    let mut peer = cx.greeted().await?;
    let kind = cx.kind.counterpart().name().as_bytes();
    peer.write(ready(&[("Socket-Type", kind)])).await?;
    let frame = peer.expect_command("READY").await?;
    match frame.command().map(|ready| properties(ready.data)) {
        Ok(Ok(found)) => Ok((peer, found)),
        Ok(Err(error)) | Err(error) => {
            let expected = "properties to the end of the body";
            Err(peer.fail("broken-metadata", expected, error.to_string()))
        }
    }
}

/// What became of a link whose READY has this metadata.
async fn fate_of(cx: &mut Context, metadata: &[u8]) -> Result<Fate, Stop> {
    let mut peer = cx.greeted().await?;
    offer(&mut peer, &command("READY", metadata)).await
}

async fn names_sent(cx: &mut Context) -> Outcome {
    let (peer, found) = announced(cx).await?;
    let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.+".contains(octet);
    for (name, _) in found {
        if name.is_empty() || !name.iter().all(legal) {
            return Err(peer.fail("illegal-name", "letters, digits, - _ . +", hex(&name)));
        }
        if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"X-")) {
            let got = String::from_utf8_lossy(&name).into_owned();
            return Err(peer.fail("application-name", "no name that starts with X-", got));
        }
    }
    Ok(())
}

async fn socket_othersent(cx: &mut Context) -> Outcome {
    let (peer, found) = announced(cx).await?;
    if found.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"Socket-Type")) {
        return Ok(());
    }
    Err(peer.fail("no-socket-type", "a property Socket-Type", "none"))
}

async fn unknown_properties(cx: &mut Context) -> Outcome {
    let kind = ("Socket-Type", cx.kind.counterpart().name().as_bytes());
    let (one, two) = (("X-One", &b"1"[..]), ("A+b.c_d-9", &[0, 0xFF][..]));
    // Names of applications mean nothing, however much they look like those of the protocol.
    let (other, name) = (("X-Socket-Type", &b"FOO"[..]), ("X-Resource", &b"//"[..]));
    for order in [[one, two, kind], [one, kind, two], [kind, one, two], [other, kind, name]] {
        let mut peer = cx.ready_as(greeting(), &order).await?;
        peer.barrier().await?;
        peer.close().await?;
    }
    Ok(())
}

async fn longest_name(cx: &mut Context) -> Outcome {
    let name = format!("X-{}", "n".repeat(253));
    let kind = cx.kind.counterpart().name().as_bytes();
    let properties = [(name.as_str(), &b"v"[..]), ("Socket-Type", kind)];
    let mut peer = cx.ready_as(greeting(), &properties).await?;
    peer.barrier().await?;
    Ok(())
}

async fn value_sizes(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    for size in [0, 1, 3, 255, 256, 257, 1000] {
        let value = vec![0x76; size];
        let properties = [("X-Value", &value[..]), ("Socket-Type", kind)];
        let mut peer = cx.ready_as(greeting(), &properties).await?;
        peer.barrier().await?;
        peer.close().await?;
    }
    let alone = fate_of(cx, &property("Socket-Type", b"FOO")).await?;
    for size in [0, 3, 256] {
        let value = property("X-Value", &vec![0x76; size]);
        let block = [value, property("Socket-Type", b"FOO")].concat();
        if fate_of(cx, &block).await? != alone {
            let expected = "a wrong Socket-Type is treated as it is without a value in front";
            let got = format!("not so behind a value of {size} octets");
            return Err(Stop::Fail(Finding::new("type-lost", expected, got)));
        }
    }
    Ok(())
}

async fn many_properties(cx: &mut Context) -> Outcome {
    let mut block = property("Socket-Type", cx.kind.counterpart().name().as_bytes());
    for number in 0..100 {
        block.extend(property(&format!("X-Many-{number:02}"), b"property"));
    }
    let mut peer = cx.greeted().await?;
    cx.handshake(&mut peer, &command("READY", &block)).await?;
    peer.barrier().await?;
    Ok(())
}

async fn empty_name(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let kind = property("Socket-Type", kind);
    let nameless = property("", b"v");
    for block in [[&kind[..], &nameless].concat(), [&nameless[..], &kind].concat()] {
        if fate_of(cx, &block).await? != Fate::Closed {
            cx.lenient("empty-name-accepted", "the connection is closed", "it stays open");
        }
    }
    Ok(())
}

async fn illegal_characters(cx: &mut Context) -> Outcome {
    let kind = property("Socket-Type", cx.kind.counterpart().name().as_bytes());
    for octet in [0, b' ', b'/', b':', b'=', b'@', 0x7F, 0xFF] {
        // Built by hand: a name need not be text here.
        let named = [&[3, b'A', octet, b'B'][..], &[0, 0, 0, 1], b"v"].concat();
        if fate_of(cx, &[&kind[..], &named].concat()).await? != Fate::Closed {
            cx.lenient("illegal-name-accepted", "the connection is closed", "it stays open");
        }
    }
    Ok(())
}

async fn cut_anywhere(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let whole = metadata(&[("Socket-Type", kind), ("X-Last", b"value")]);
    let first = property("Socket-Type", kind).len();
    let mut accepted = Vec::new();
    for cut in (1..whole.len()).filter(|&cut| cut != first) {
        let block = whole.get(..cut).unwrap_or_default();
        if fate_of(cx, block).await? != Fate::Closed {
            accepted.push(if cut < first { cut } else { cut - first });
        }
    }
    if accepted.is_empty() {
        return Ok(());
    }
    let got = format!("it stays open when a property ends after these octets: {accepted:?}");
    cx.lenient("cut-accepted", "the connection is closed", got);
    Ok(())
}

async fn size_past_the_end(cx: &mut Context) -> Outcome {
    let kind = property("Socket-Type", cx.kind.counterpart().name().as_bytes());
    let expected = "the connection is closed";
    for size in [2_u32, 0x100, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] {
        let bare = [&kind[..], &[3, b'X', b'-', b'L'], &size.to_be_bytes()].concat();
        let mut peer = cx.greeted().await?;
        let metadata = [&bare[..], b"v"].concat();
        if offer(&mut peer, &command("READY", &metadata)).await? != Fate::Closed {
            let got = "it stays open with one octet behind the size";
            return Err(peer.fail("octets-beyond-the-body", expected, got));
        }
        if fate_of(cx, &bare).await? != Fate::Closed {
            cx.lenient("size-past-the-end", expected, "it stays open with nothing behind the size");
        }
    }
    Ok(())
}

async fn letter_case_of_names(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    for spelling in ["SOCKET-TYPE", "socket-type", "sOCKET-tYPE"] {
        let mut peer = cx.greeted().await?;
        if offer(&mut peer, &ready(&[(spelling, kind)])).await? == Fate::Closed {
            let got = format!("{spelling} with a type it may meet closes the connection");
            return Err(peer.fail("spelling-refused", "the handshake succeeds", got));
        }
    }
    // No socket may meet a type of this name.
    for spelling in ["Socket-Type", "SOCKET-TYPE", "socket-type", "sOCKET-tYPE"] {
        let mut peer = cx.greeted().await?;
        if offer(&mut peer, &ready(&[(spelling, b"FOO")])).await? == Fate::Closed {
            continue;
        }
        if spelling == "Socket-Type" {
            return Err(Stop::NotApplicable("a SUT that refuses unknown types".to_owned()));
        }
        let expected = "the connection is closed, as with the usual spelling";
        return Err(peer.fail("case-sensitive", expected, format!("{spelling} is ignored")));
    }
    Ok(())
}

async fn socket_type_twice(cx: &mut Context) -> Outcome {
    let good = ("Socket-Type", cx.kind.counterpart().name().as_bytes());
    let bad = ("Socket-Type", &b"FOO"[..]);
    let pairs = [("equal", [good, good]), ("bad last", [good, bad]), ("bad first", [bad, good])];
    for (name, pair) in pairs {
        let reaction = match fate_of(cx, &metadata(&pair)).await? {
            Fate::Serving => "accepted",
            Fate::Closed => "refused",
            Fate::Silent => "neither accepted nor refused",
        };
        cx.info(format!("{name}: {reaction}"));
    }
    Ok(())
}
