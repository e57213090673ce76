//! Octets to begin with: what a good peer says, and the golden octets of `vectors`.
//!
//! The codec here is nobody else's: ten lines that write, so that a bug of the engine does not
//! agree with itself. `examples/seeds.rs` writes the first corpora; libFuzzer does the rest.

use zeroproof_sim::chance::Chance;

/// A greeting of 3.1.
#[must_use]
pub fn greeting(mechanism: &str, as_server: u8) -> Vec<u8> {
    let mut octets = b"\xff\0\0\0\0\0\0\0\0\x7f\x03\x01".to_vec();
    octets.extend(mechanism.as_bytes());
    octets.resize(32, 0);
    octets.push(as_server);
    octets.resize(64, 0);
    octets
}

/// A frame with these flags, in the shortest form.
#[must_use]
pub fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let mut octets = match u8::try_from(body.len()) {
        Ok(size) => vec![flags & !2, size],
        Err(_) => [&[flags | 2], &(body.len() as u64).to_be_bytes()[..]].concat(),
    };
    octets.extend(body);
    octets
}

/// A command frame.
#[must_use]
pub fn command(name: &str, data: &[u8]) -> Vec<u8> {
    frame(4, &body(name, data))
}

/// The body of a command frame.
#[must_use]
pub fn body(name: &str, data: &[u8]) -> Vec<u8> {
    [&[u8::try_from(name.len()).unwrap_or(u8::MAX)], name.as_bytes(), data].concat()
}

/// A property.
#[must_use]
pub fn property(name: &str, value: &[u8]) -> Vec<u8> {
    let name_size = u8::try_from(name.len()).unwrap_or(u8::MAX);
    let value_size = u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[name_size], name.as_bytes(), &value_size, value].concat()
}

/// READY of this type.
#[must_use]
pub fn ready(socket_type: &str) -> Vec<u8> {
    command("READY", &property("Socket-Type", socket_type.as_bytes()))
}

/// The octets in pieces, the same for the same seed.
#[must_use]
pub fn cut(octets: &[u8], seed: u8) -> Vec<&[u8]> {
    let mut chance = Chance::new(seed.into());
    let mut pieces = Vec::new();
    let mut rest = octets;
    while !rest.is_empty() {
        let most = if chance.below(4) == 0 { 70 } else { 6 };
        let size = usize::try_from(chance.within(1, most)).unwrap_or(1).min(rest.len());
        let (piece, behind) = rest.split_at(size);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// The first corpus of a target: names of files, and their octets.
#[must_use]
pub fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    let golden = |groups: &[&str], before: &[u8]| -> Vec<(String, Vec<u8>)> {
        let Ok(golden) = zeroproof_vectors::golden() else { return Vec::new() };
        let wanted = golden.vectors().iter().filter(|vector| {
            groups.contains(&vector.group.as_str()) && vector.as_octets().len() <= 4096
        });
        let file = |vector: &zeroproof_vectors::Vector| {
            (vector.id.clone(), [before, vector.as_octets()].concat())
        };
        wanted.map(file).collect()
    };
    let spoken = ["frame", "ready", "error", "heartbeat", "subscription", "radio"];
    match target {
        "greeting" => golden(&["greeting", "legacy"], &[]),
        "frame" => golden(&[&spoken[..], &["plain", "curve"]].concat(), &[]),
        "command" => bodies(golden(&[&spoken[..], &["plain", "curve"]].concat(), &[])),
        "metadata" => ready_data(bodies(golden(&["ready", "plain"], &[]))),
        "legacy" => golden(&["legacy"], &[5, 0]),
        "splits" => [sessions(&[9, 0, 60, 1]), golden(&["legacy"], &[5, 8, 60, 1])].concat(),
        "differential" => [sessions(&[6, 0]), sessions(&[0, 0])].concat(),
        "plain" => plain(),
        "zap" => zap(),
        "decode" => [sessions(&[]), golden(&["legacy", "greeting", "curve"], &[])].concat(),
        "pair" | "curve" | "world" => decisions(),
        "swap" => [decisions(), golden(&["swap"], &[1])].concat(),
        "adapter-protocol" => lines(),
        "scenario-toml" => scenarios(),
        _ => Vec::new(),
    }
}

/// The bodies of command frames.
fn bodies(files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let body = |octets: &[u8]| match octets {
        [4, _, body @ ..] => Some(body.to_vec()),
        [6, _, _, _, _, _, _, _, _, body @ ..] => Some(body.to_vec()),
        _ => None,
    };
    files.into_iter().filter_map(|(name, octets)| Some((name, body(&octets)?))).collect()
}

fn ready_data(files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let data = |octets: Vec<u8>| octets.strip_prefix(b"\x05READY").map(<[u8]>::to_vec);
    files.into_iter().filter_map(|(name, octets)| Some((name, data(octets)?))).collect()
}

/// Sessions with each command and some messages, of peers that suit each type.
fn sessions(head: &[u8]) -> Vec<(String, Vec<u8>)> {
    let words: [(&str, Vec<u8>); 9] = [
        ("message", frame(0, b"hello")),
        ("parts", [frame(1, b"one"), frame(1, b""), frame(0, b"three")].concat()),
        ("long", frame(0, &[7; 300])),
        ("ping", command("PING", b"\0\x0actx")),
        ("pong", command("PONG", b"ctx")),
        ("subscribe", [command("SUBSCRIBE", b"a"), command("CANCEL", b"a")].concat()),
        ("old", [frame(0, b"\x01a"), frame(0, b"\0a")].concat()),
        ("groups", [command("JOIN", b"g"), command("LEAVE", b"g")].concat()),
        ("error", command("ERROR", b"\x03no!")),
    ];
    let types = ["PUSH", "SUB", "DEALER", "REQ", "DISH", "RADIO", "PAIR", "ROUTER"];
    let mut files = Vec::new();
    for (number, socket_type) in types.into_iter().enumerate() {
        for (word, octets) in words.iter().skip(number % 2).step_by(2) {
            let session = [head, &greeting("NULL", 0), &ready(socket_type), octets].concat();
            files.push((format!("{}-{word}", socket_type.to_lowercase()), session));
        }
    }
    files
}

fn plain() -> Vec<(String, Vec<u8>)> {
    let hello = command("HELLO", b"\x03joe\x03pwd");
    let who = property("Socket-Type", b"DEALER");
    let server = [&[0, 0][..], &hello, &command("INITIATE", &who), &frame(0, b"hi")].concat();
    let client = [&[1, 0][..], &command("WELCOME", b""), &command("READY", &who)].concat();
    let mut files = vec![("server".to_owned(), server), ("client".to_owned(), client)];
    for (name, verdict) in [("later", 5), ("refused", 6), ("failed", 7)] {
        files.push((name.to_owned(), [&[0, verdict][..], &hello].concat()));
    }
    files
}

/// A request for each mechanism, a reply for each status.
fn zap() -> Vec<(String, Vec<u8>)> {
    let parts = |parts: &[&[u8]]| {
        let part = |part: &&[u8]| [&[u8::try_from(part.len()).unwrap_or(0)], *part].concat();
        parts.iter().flat_map(part).collect::<Vec<u8>>()
    };
    let head: [&[u8]; 6] = [b"", b"1.0", b"1", b"test", b"10.0.0.1", b"BOB"];
    let who = property("X-Rank", b"admiral");
    let mut files = vec![
        ("null".to_owned(), parts(&[&head[..], &[b"NULL"]].concat())),
        ("plain".to_owned(), parts(&[&head[..], &[b"PLAIN", b"joe", b"pwd"]].concat())),
        ("curve".to_owned(), parts(&[&head[..], &[b"CURVE", &[7; 32]]].concat())),
        ("success".to_owned(), parts(&[b"", b"1.0", b"1", b"200", b"OK", b"joe", &who])),
    ];
    for code in ["300", "400", "500"] {
        let reply = parts(&[b"", b"1.0", b"1", code.as_bytes(), b"no", b"", b""]);
        files.push((code.to_owned(), reply));
    }
    files
}

/// Octets of no meaning, for targets to which they are decisions.
fn decisions() -> Vec<(String, Vec<u8>)> {
    (0..24_u64)
        .map(|number| {
            let mut chance = Chance::new(number);
            let length = 12 + 8 * number;
            let octets = (0..length).map(|_| chance.draw().to_be_bytes()[0]).collect();
            (format!("seed-{number:02}"), octets)
        })
        .collect()
}

fn lines() -> Vec<(String, Vec<u8>)> {
    let hello = concat!(
        r#"{"proto":1,"impl":{"name":"n","version":"1","language":"C"},"concurrency":2,"can":{"#,
        r#""zmtp":["3.1"],"type":["PULL"],"mech":["NULL"],"role":["bind"],"transport":["tcp"],"#,
        r#""opt":[],"op":["hello","open","bind","send","recv","close","reset","bye"]}}"#
    );
    let lines = [
        ("hello", hello),
        ("ok", "{\"id\":1,\"ok\":{}}\n{\"id\":2,\"ok\":{\"parts\":[\"00ff\"]}}\n"),
        ("err", "{\"id\":1,\"err\":{\"kind\":\"again\",\"message\":\"later\"}}\n"),
        ("event", "{\"ev\":\"connected\",\"s\":\"a\"}\n"),
        ("part", "\"00ff\"\n{\"fill\":\"ab\",\"len\":9}\n"),
        ("array", "[0,{},null,null]\n"),
        ("twice", "{\"id\":1,\"id\":2,\"ok\":{}}\n"),
    ];
    lines.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec()
}

fn scenarios() -> Vec<(String, Vec<u8>)> {
    let known = zeroproof_sim::library::LIBRARY.iter();
    let mut files: Vec<(String, Vec<u8>)> =
        known.map(|known| (known.name.to_owned(), known.text.as_bytes().to_vec())).collect();
    let schedule = zeroproof_sim::schedule::invent(7, true);
    let text = zeroproof_sim::schedule::write(&schedule, &Default::default());
    files.push(("invented".to_owned(), text.unwrap_or_default().into_bytes()));
    files
}
