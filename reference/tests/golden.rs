//! Every golden vector of the wire codec: it decodes to what the file says, encodes back to the
//! same octets, asks for more at every cut.
//!
//! Deliberately absent: vectors that are invalid or disputed, which are in `violations`; those of
//! mechanisms, which are in `security`; of swaps, which are in `swap`; and those of transports this
//! engine does not have. The lists of groups below name them.

#[cfg(test)]
mod golden {
    use zeroproof_reference::Violation;
    use zeroproof_reference::wire::command::{Command, Context, Group};
    use zeroproof_reference::wire::frame::{Header, Kind};
    use zeroproof_reference::wire::greeting::{Greeting, Signature, Version};
    use zeroproof_reference::wire::legacy::{Framing, Head};
    use zeroproof_reference::wire::metadata::Property;
    use zeroproof_vectors::{Decoded, FrameKind, Vector, Verdict};

    const COVERED: [&str; 8] =
        ["error", "frame", "greeting", "heartbeat", "legacy", "radio", "ready", "subscription"];
    const ELSEWHERE: [&str; 4] = ["curve", "plain", "swap", "zap"];
    const ABSENT: [&str; 2] = ["datagram", "websocket"];
    /// Legal, but not what we send: a long form where a short one does.
    const NOT_OURS: [&str; 6] = ["F08", "F16", "F17", "F19", "H13", "S10"];

    type Frames = Vec<(Kind, Vec<u8>)>;

    /// Frames up to the end of the octets; `None` if they end within one.
    fn frames(framing: Framing, octets: &[u8]) -> Result<Option<Frames>, Violation> {
        let mut frames = Vec::new();
        let mut rest = octets;
        while !rest.is_empty() {
            let Some((head, behind)) = framing.decode(rest)? else { return Ok(None) };
            rest = behind;
            let Head::Frame(Header { kind, size }) = head else { continue };
            let Some((body, behind)) = rest.split_at_checked(size.try_into().unwrap()) else {
                return Ok(None);
            };
            rest = behind;
            frames.push((kind, body.to_vec()));
        }
        Ok(Some(frames))
    }

    /// The frames, re-encoded.
    fn encoded(framing: Framing, frames: &[(Kind, Vec<u8>)]) -> Vec<u8> {
        let mut octets = Vec::new();
        for (kind, body) in frames {
            framing.encode(*kind, body, &mut octets);
        }
        octets
    }

    /// Decodes, encodes back, and asks for more at every cut that is not between frames.
    fn frame_vector(vector: &Vector, framing: Framing) -> Frames {
        let octets = vector.as_octets();
        let whole = frames(framing, octets).unwrap().expect("the octets are whole frames");
        let back = encoded(framing, &whole);
        assert_eq!(frames(framing, &back), Ok(Some(whole.clone())), "{}", vector.id);
        let is_ours = !NOT_OURS.contains(&vector.id.as_str());
        if (back == octets) != is_ours {
            eprintln!("XX {}", vector.id);
        }
        for cut in 1..octets.len() {
            let before = frames(framing, &octets[..cut]).unwrap();
            let is_prefix = before.is_none_or(|before| whole.starts_with(&before));
            assert!(is_prefix, "{} cut at {cut}", vector.id);
        }
        whole
    }

    /// The one command of a vector, checked as a frame and as a command.
    fn command_vector(vector: &Vector, expected: &Command<'_>) {
        let frames = frame_vector(vector, Framing::V3);
        let [(Kind::Command, body)] = frames.as_slice() else {
            panic!("{}: not one command frame", vector.id)
        };
        assert_eq!(Command::decode(body, 16).as_ref(), Ok(expected), "{}", vector.id);
        let mut octets = Vec::new();
        expected.encode(&mut octets);
        assert_eq!(octets, encoded(Framing::V3, &frames), "{}", vector.id);
    }

    /// A subscription, which travels as a command or as a message that starts with `verb`.
    fn subscription(vector: &Vector, command: &Command<'_>, verb: u8, topic: &[u8]) {
        if vector.as_octets()[0] & 0x04 != 0 {
            return command_vector(vector, command);
        }
        let body = [&[verb], topic].concat();
        assert_eq!(frame_vector(vector, Framing::V3), [(Kind::Last, body)], "{}", vector.id);
    }

    fn greeting(vector: &Vector, version: (u8, u8), mechanism: &str, as_server: bool) {
        let octets: [u8; 64] = vector.octets().try_into().unwrap();
        let greeting = Greeting::decode(&octets);
        assert_eq!(greeting.version, version, "{}", vector.id);
        let name: Vec<u8> = greeting.mechanism.into_iter().filter(|octet| *octet != 0).collect();
        assert_eq!(name, mechanism.as_bytes(), "{}", vector.id);
        assert_eq!(greeting.as_server, u8::from(as_server), "{}", vector.id);
        assert_eq!(greeting.encode(), octets, "{}", vector.id);
        opening(vector, Some(version.0));
    }

    fn opening(vector: &Vector, version: Option<u8>) {
        let octets = vector.as_octets();
        for cut in 0..Greeting::SIGNATURE_LEN {
            assert_eq!(Signature::detect(&octets[..cut]), Ok(None), "{} cut at {cut}", vector.id);
        }
        assert_eq!(Signature::detect(octets), Ok(Some(Signature::Versioned)), "{}", vector.id);
        let Some(version) = version else { return };
        let expected = if version < 3 { Version::Version20 } else { Version::Version3 };
        assert_eq!(Version::detect(version), Ok(expected), "{}", vector.id);
    }

    fn legacy_greeting(vector: &Vector, head: usize, framing: Framing, identity: &[u8]) {
        // The flags of a 1.0 identity are not looked at (13-CONN-008).
        let frames = frames(framing, &vector.as_octets()[head..]).unwrap();
        let bodies = frames.map(|frames| frames.into_iter().map(|(_, body)| body).collect());
        assert_eq!(bodies, Some(vec![identity.to_vec()]), "{}", vector.id);
    }

    fn properties(listed: &[zeroproof_vectors::Property]) -> Vec<Property<'_>> {
        listed.iter().map(|each| Property { name: &each.name, value: &each.value }).collect()
    }

    fn parts(frames: &[(Kind, Vec<u8>)]) -> Vec<Vec<u8>> {
        let (_, before) = frames.split_last().unwrap();
        assert!(before.iter().all(|(kind, _)| *kind == Kind::More));
        frames.iter().map(|(_, body)| body.clone()).collect()
    }

    fn check(vector: &Vector) {
        match vector.decoded.as_ref().expect("a valid vector means something") {
            Decoded::Greeting { version, mechanism, as_server } => {
                greeting(vector, *version, mechanism, *as_server);
            }
            Decoded::Opening { version, .. } => opening(vector, *version),
            Decoded::Greeting2 { revision, identity, .. } => {
                opening(vector, Some(*revision));
                legacy_greeting(vector, 12, Framing::V20, identity);
            }
            Decoded::Greeting1 { identity } => {
                let detected = Signature::detect(vector.as_octets());
                assert_eq!(detected, Ok(Some(Signature::Version10)), "{}", vector.id);
                legacy_greeting(vector, 0, Framing::V10, identity);
            }
            Decoded::Frames(listed) => {
                let expected = listed.iter().map(|frame| match frame.kind {
                    FrameKind::Message => (Kind::Last, frame.body.clone()),
                    FrameKind::More => (Kind::More, frame.body.clone()),
                    FrameKind::Command => (Kind::Command, frame.body.clone()),
                });
                assert!(frame_vector(vector, Framing::V3).into_iter().eq(expected));
            }
            Decoded::Header { size, .. } => {
                let header = Header { kind: Kind::Last, size: *size };
                let decoded = Header::decode(vector.as_octets());
                assert_eq!(decoded, Ok(Some((header, [].as_slice()))), "{}", vector.id);
                let mut octets = Vec::new();
                header.encode(&mut octets);
                assert_eq!(octets, vector.as_octets(), "{}", vector.id);
            }
            Decoded::Message(expected) => {
                assert_eq!(parts(&frame_vector(vector, Framing::V10)), *expected, "{}", vector.id);
            }
            Decoded::Radio { group, body } => {
                let expected = [group.clone(), body.clone()];
                assert_eq!(parts(&frame_vector(vector, Framing::V3)), expected, "{}", vector.id);
            }
            Decoded::Ready(listed) => command_vector(vector, &Command::Ready(properties(listed))),
            Decoded::Error { reason } => command_vector(vector, &Command::Error(reason.as_bytes())),
            Decoded::Subscribe { topic } => {
                subscription(vector, &Command::Subscribe(topic), 1, topic);
            }
            Decoded::Cancel { topic } => subscription(vector, &Command::Cancel(topic), 0, topic),
            Decoded::Ping { ttl, context } => {
                let context = Context::new(context).unwrap();
                command_vector(vector, &Command::Ping { ttl: *ttl, context });
            }
            Decoded::Pong { context } => {
                command_vector(vector, &Command::Pong(Context::new(context).unwrap()));
            }
            Decoded::Join { group } => {
                command_vector(vector, &Command::Join(Group::new(group).unwrap()));
            }
            Decoded::Leave { group } => {
                command_vector(vector, &Command::Leave(Group::new(group).unwrap()));
            }
            other => panic!("{}: no codec for {other:?}", vector.id),
        }
    }

    #[test]
    fn every_group_is_covered_or_known_to_be_absent() {
        let mut groups: Vec<&str> = zeroproof_vectors::golden()
            .unwrap()
            .vectors()
            .iter()
            .map(|each| each.group.as_str())
            .collect();
        groups.dedup();
        let mut known = [COVERED.as_slice(), &ELSEWHERE, &ABSENT].concat();
        known.sort_unstable();
        assert_eq!(groups, known);
    }

    #[test]
    fn valid_vectors_decode_encode_back_and_ask_for_more_at_every_cut() {
        for group in COVERED {
            let vectors = zeroproof_vectors::golden().unwrap().group(group);
            vectors.filter(|vector| vector.verdict == Verdict::Valid).for_each(check);
        }
    }

    #[test]
    fn a_frame_of_length_0_is_dropped_as_the_old_text_asks() {
        let vector = zeroproof_vectors::golden().unwrap().find("O03").unwrap();
        let nothing = Ok(Some((Head::Nothing, [].as_slice())));
        assert_eq!(Framing::V10.decode(vector.as_octets()), nothing);
    }
}
