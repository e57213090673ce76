//! The meaning of every golden vector, written out again, is among the forms its octets may have.
//!
//! A second opinion on `decoded`: the encoder here knows the grammar and not the octets. It offers
//! every form (short and long, command and legacy message, 1.0 and later), and the octets have to
//! be one of them. Absent: boxes of CURVE, whose plain text needs the cipher to be checked.

use zeroproof_vectors::{Decoded, FrameKind, Property, SwapRecord, golden};

#[test]
fn meanings_encode_to_the_octets() {
    for vector in golden().unwrap().vectors() {
        let Some(decoded) = &vector.decoded else { continue };
        if let Decoded::Curve { command, plain } = decoded {
            curve(&vector.id, command, plain, vector.as_octets());
            continue;
        }
        let forms = forms(decoded);
        let octets = comparable(decoded, vector.octets());
        assert!(forms.contains(&octets), "{}: {decoded:?}\n{octets:02x?}", vector.id);
    }
}

/// The octets of a greeting without those that carry no meaning: padding, filler, and the part of
/// the last octet of the signature that detection does not look at.
fn comparable(decoded: &Decoded, mut octets: Vec<u8>) -> Vec<u8> {
    if matches!(decoded, Decoded::Greeting { .. }) {
        octets[1..9].fill(0);
        octets[9] |= 0x7f;
        octets[33..64].fill(0);
    }
    if matches!(decoded, Decoded::Greeting2 { .. }) {
        octets[1..9].fill(0);
    }
    octets
}

fn forms(decoded: &Decoded) -> Vec<Vec<u8>> {
    match decoded {
        Decoded::Greeting { version, mechanism, as_server } => {
            vec![greeting(*version, mechanism, *as_server)]
        }
        Decoded::Opening { padding, version } => {
            let version: &[u8] = version.as_ref().map_or(&[], std::slice::from_ref);
            vec![[&[0xff], &padding.to_be_bytes()[..], &[0x7f], version].concat()]
        }
        Decoded::Greeting2 { revision, socket_type, identity } => {
            let head = [&[0xff], &[0; 8][..], &[0x7f, *revision, *socket_type]].concat();
            frame(0x00, identity).into_iter().map(|frame| [&head[..], &frame].concat()).collect()
        }
        Decoded::Greeting1 { identity } => {
            let flags = [0x00, 0xff];
            flags.iter().flat_map(|&flags| old_frame(flags, identity)).collect()
        }
        Decoded::Header { kind, size } => {
            vec![[&[flags_of(*kind) | 0x02], &size.to_be_bytes()[..]].concat()]
        }
        Decoded::Frames(list) => sequences(list.iter().map(|each| (each.kind, &each.body[..]))),
        Decoded::Message(parts) => message(parts),
        Decoded::Radio { group, body } => {
            let datagram = [&[octet(group.len())], &group[..], body].concat();
            let mut forms = sequences([(FrameKind::More, &group[..]), (FrameKind::Message, body)]);
            forms.push(datagram);
            forms
        }
        Decoded::Segment { number, first, salt, records } => {
            let numbers = [*number, *first, *salt];
            let records = records.iter().flat_map(|each| record(*salt, each));
            vec![head(b"ZPSWAP", numbers).into_iter().chain(records).collect()]
        }
        Decoded::Position { generation, position, salt } => {
            vec![head(b"ZPSPOS", [*generation, *position, *salt])]
        }
        Decoded::WebSocket { masked, flags, body } => websocket(*masked, *flags, body),
        Decoded::Subscribe { topic } => subscription("SUBSCRIBE", 1, topic),
        Decoded::Cancel { topic } => subscription("CANCEL", 0, topic),
        Decoded::Ready(_)
        | Decoded::Initiate(_)
        | Decoded::Error { .. }
        | Decoded::Ping { .. }
        | Decoded::Pong { .. }
        | Decoded::Hello { .. }
        | Decoded::Welcome
        | Decoded::Join { .. }
        | Decoded::Leave { .. }
        | Decoded::Curve { .. } => {
            let (name, data) = command(decoded);
            [name.to_owned(), name.to_lowercase()].iter().flat_map(|n| named(n, &data)).collect()
        }
    }
}

/// Bit by bit, as the polynomial is defined.
fn crc32c(octets: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ if sum & 1 == 1 { 0x82f6_3b78 } else { 0 };
    !octets.iter().fold(!0, |sum, octet| (0..8).fold(sum ^ u32::from(*octet), step))
}

fn head(name: &[u8; 6], numbers: [u64; 3]) -> Vec<u8> {
    let mut octets = [&name[..], &[0, 1]].concat();
    octets.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
    octets.extend(crc32c(&octets).to_be_bytes());
    octets
}

fn record(salt: u64, SwapRecord { sequence, unsynced, parts }: &SwapRecord) -> Vec<u8> {
    let frames = parts.iter().enumerate().flat_map(|(at, part)| {
        let kind = if at + 1 < parts.len() { FrameKind::More } else { FrameKind::Message };
        frame(flags_of(kind), part).swap_remove(0)
    });
    let frames: Vec<u8> = frames.collect();
    let length = u32::try_from(frames.len()).unwrap().to_be_bytes();
    let rest = [&length[..], &sequence.to_be_bytes(), &unsynced.to_be_bytes(), &frames].concat();
    let sum = crc32c(&[&salt.to_be_bytes()[..], &rest].concat());
    [&sum.to_be_bytes()[..], &rest].concat()
}

/// Name and data of the decoded values that are one command.
fn command(decoded: &Decoded) -> (&'static str, Vec<u8>) {
    match decoded {
        Decoded::Ready(list) => ("READY", properties(list)),
        Decoded::Initiate(list) => ("INITIATE", properties(list)),
        Decoded::Error { reason } => ("ERROR", counted(reason.as_bytes())),
        Decoded::Ping { ttl, context } => ("PING", [&ttl.to_be_bytes(), &context[..]].concat()),
        Decoded::Pong { context } => ("PONG", context.clone()),
        Decoded::Hello { username, password } => {
            ("HELLO", [counted(username.as_bytes()), counted(password.as_bytes())].concat())
        }
        Decoded::Welcome => ("WELCOME", Vec::new()),
        Decoded::Join { group } => ("JOIN", group.clone()),
        Decoded::Leave { group } => ("LEAVE", group.clone()),
        other => panic!("{other:?} is no single command"),
    }
}

fn greeting(version: (u8, u8), mechanism: &str, as_server: bool) -> Vec<u8> {
    let mut octets = vec![0; 64];
    octets[0] = 0xff;
    octets[9] = 0x7f;
    octets[10] = version.0;
    octets[11] = version.1;
    octets[12..12 + mechanism.len()].copy_from_slice(mechanism.as_bytes());
    octets[32] = u8::from(as_server);
    octets
}

fn subscription(name: &str, legacy: u8, topic: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = frame(0x00, &[&[legacy], topic].concat());
    forms.extend(named(name, topic));
    forms.extend(named(&name.to_lowercase(), topic));
    forms
}

fn properties(list: &[Property]) -> Vec<u8> {
    let mut octets = Vec::new();
    for Property { name, value } in list {
        octets.extend(counted(name.as_bytes()));
        octets.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        octets.extend(value);
    }
    octets
}

fn named(name: &str, data: &[u8]) -> Vec<Vec<u8>> {
    frame(0x04, &[&counted(name.as_bytes()), data].concat())
}

fn counted(octets: &[u8]) -> Vec<u8> {
    [&[octet(octets.len())], octets].concat()
}

fn octet(length: usize) -> u8 {
    u8::try_from(length).unwrap()
}

/// A frame of 2.0 or later: in long form, and in short form if it fits.
fn frame(flags: u8, body: &[u8]) -> Vec<Vec<u8>> {
    let long = [&[flags | 0x02], &(body.len() as u64).to_be_bytes()[..], body].concat();
    match u8::try_from(body.len()) {
        Ok(size) => vec![[&[flags, size], body].concat(), long],
        Err(_) => vec![long],
    }
}

/// A frame of 1.0, whose length counts the flags octet.
fn old_frame(flags: u8, body: &[u8]) -> Vec<Vec<u8>> {
    let length = body.len() + 1;
    let long = [&[0xff], &(length as u64).to_be_bytes()[..], &[flags], body].concat();
    match u8::try_from(length) {
        Ok(length) if length < 0xff => vec![[&[length, flags], body].concat(), long],
        Ok(_) | Err(_) => vec![long],
    }
}

fn flags_of(kind: FrameKind) -> u8 {
    match kind {
        FrameKind::Message => 0x00,
        FrameKind::More => 0x01,
        FrameKind::Command => 0x04,
    }
}

/// Every way to write these frames one after the other.
fn sequences<'a>(frames: impl IntoIterator<Item = (FrameKind, &'a [u8])>) -> Vec<Vec<u8>> {
    let each = frames.into_iter().map(|(kind, body)| frame(flags_of(kind), body));
    each.fold(vec![Vec::new()], |heads, tails| product(&heads, &tails))
}

fn message(parts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let last = parts.len() - 1;
    let kind = |at: usize| if at == last { FrameKind::Message } else { FrameKind::More };
    let old = parts.iter().enumerate().map(|(at, part)| {
        // Reserved bits of 1.0 carry no meaning.
        let flags = u8::from(at != last);
        [old_frame(flags, part), old_frame(flags | 0xfe, part)].concat()
    });
    let mut forms = old.fold(vec![Vec::new()], |heads, tails| product(&heads, &tails));
    // All short: the long forms of a ZAP request would be thousands.
    let short = parts.iter().enumerate().map(|(at, part)| frame(flags_of(kind(at)), part));
    forms.push(short.filter_map(|forms| forms.into_iter().next()).flatten().collect());
    forms
}

fn product(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Vec<Vec<u8>> {
    heads.iter().flat_map(|head| tails.iter().map(move |tail| [&head[..], tail].concat())).collect()
}

/// One binary WebSocket message, whole or in two fragments of which the first has two octets.
fn websocket(masked: bool, flags: u8, body: &[u8]) -> Vec<Vec<u8>> {
    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let payload = [&[flags], body].concat();
    let part = |opcode: u8, payload: &[u8]| {
        let size = match payload.len() {
            size @ 0..=125 => vec![octet(size)],
            size @ 126..=0xffff => {
                [&[126], &u16::try_from(size).unwrap().to_be_bytes()[..]].concat()
            }
            size => [&[127], &(size as u64).to_be_bytes()[..]].concat(),
        };
        let mut octets = [&[opcode], &size[..]].concat();
        if masked {
            octets[1] |= 0x80;
            octets.extend(MASK);
            octets
                .extend(payload.iter().zip(MASK.iter().cycle()).map(|(octet, mask)| octet ^ mask));
        } else {
            octets.extend(payload);
        }
        octets
    };
    let mut forms = vec![part(0x82, &payload)];
    if let Some((first, second)) = payload.split_at_checked(2) {
        forms.push([part(0x02, first), part(0x80, second)].concat());
    }
    forms
}

/// What can be said of a box without opening it: where it stands and how long it is.
fn curve(id: &str, command: &str, plain: &[u8], octets: &[u8]) {
    const TAG: usize = 16;
    let clear = match command {
        "HELLO" => 2 + 72 + 32 + 8,
        "WELCOME" => 16,
        "INITIATE" => 96 + 8,
        "READY" | "MESSAGE" => 8,
        other => panic!("{id}: {other}"),
    };
    let head = if octets[0] & 0x02 == 0 { 2 } else { 9 };
    assert!(octets[head..].starts_with(&counted(command.as_bytes())), "{id}");
    let boxed = octets.len() - head - 1 - command.len() - clear;
    assert_eq!(boxed, plain.len() + TAG, "{id}");
}
