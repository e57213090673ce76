//! Every state against every input: the snapshot beside this file is our reading of the RFC.
//!
//! A line is `input: outcome`; `nothing` means that the input was taken without any output.
//! Deliberately absent: time, which is in `pair`.

#[cfg(test)]
mod session;

#[cfg(test)]
mod matrix {
    use super::session::{Session, greeting, hex, ready};
    use zeroproof_reference::wire::command::Command;
    use zeroproof_reference::wire::frame::{Header, Kind};
    use zeroproof_reference::{Config, Event, Input, Instant, Message, Output, Role, SocketType};

    type Octets = [(&'static str, &'static str)];

    /// How a peer may begin.
    const OPENINGS: &Octets = &[
        ("FF", "ff"),
        ("signature", "ff 00*8 7f"),
        ("signature, padding not zero", "ff 0102030405060708 7f"),
        ("signature ending in 01", "ff 00*8 01"),
        ("greeting 3.1", "ff 00*8 7f 0301 4e554c4c 00*48"),
        ("greeting 3.0", "ff 00*8 7f 0300 4e554c4c 00*48"),
        ("greeting 3.9", "ff 00*8 7f 0309 4e554c4c 00*48"),
        ("greeting 4.0", "ff 00*8 7f 0400 4e554c4c 00*48"),
        ("greeting FF.FF", "ff 00*8 7f ffff 4e554c4c 00*48"),
        ("greeting as-server 7, filler FF", "ff 00*8 7f 0301 4e554c4c 00*16 07 ff*31"),
        ("greeting PLAIN", "ff 00*8 7f 0301 504c41494e 00*47"),
        ("greeting NULL2", "ff 00*8 7f 0301 4e554c4c32 00*47"),
        ("greeting 2.0 of a DEALER BOB", "ff 00*8 7f 01 05 0003 424f42"),
        ("greeting 2.0 of a PULL", "ff 00*8 7f 01 07 0000"),
        ("greeting 2.0, revision 2", "ff 00*8 7f 02 05 0000"),
        ("greeting, version 0", "ff 00*8 7f 00"),
        ("greeting 1.0, anonymous", "01 00"),
        ("greeting 1.0, BOB", "04 00 424f42"),
        ("greeting 1.0, BOB in long form", "ff 00*7 04 00 424f42"),
    ];

    /// Frames that may follow.
    const FRAMES: &Octets = &[
        ("FF", "ff"),
        ("READY", "0406 055245414459"),
        ("READY in a message frame", "0006 055245414459"),
        ("READY with MORE", "0506 055245414459"),
        ("READY of a DEALER", "041c 055245414459 0b536f636b65742d54797065 00000006 4445414c4552"),
        ("READY of a PUB", "0419 055245414459 0b536f636b65742d54797065 00000003 505542"),
        ("READY of a sub", "0419 055245414459 0b736f636b65742d74797065 00000003 737562"),
        ("READY of a SUB", "0419 055245414459 0b534f434b45542d54595045 00000003 535542"),
        ("READY with Identity BOB", "0416 055245414459 084944454e54495459 00000003 424f42"),
        ("ERROR no", "0409 054552524f52 02 6e6f"),
        ("message a", "0001 61"),
        ("message in long form", "02 00*7 01 61"),
        ("message a, b", "0101 61 0001 62"),
        ("frame with MORE", "0101 61"),
        ("message 01 A", "0002 0141"),
        ("message 00 A", "0002 0041"),
        ("SUBSCRIBE A", "040b 09535542534352494245 41"),
        ("CANCEL A", "0408 0643414e43454c 41"),
        ("JOIN A", "0406 044a4f494e 41"),
        ("PING 10 s, LOL", "040a 0450494e47 0064 4c4f4c"),
        ("command of somebody else", "0405 0456454e44"),
    ];

    /// The same for 1.0, which has messages and nothing else.
    const FRAMES_10: &Octets = &[
        ("message hi", "03 00 6869"),
        ("message hi in long form", "ff 00*7 03 00 6869"),
        ("message hi, flags FE", "03 fe 6869"),
        ("empty message", "01 00"),
        ("message a, b", "02 01 61 02 00 62"),
        ("frame with MORE", "02 01 61"),
        ("message 01 A", "03 00 0141"),
        ("length 0", "00"),
        ("length 0 in long form", "ff 00*8"),
        ("length 0, then hi", "00 ff 00*8 03 00 6869"),
        ("length 2^64-1", "ff ff*8 00"),
    ];

    /// What our own side may do at any time.
    fn ours() -> Vec<(&'static str, Input<'static>)> {
        vec![
            ("we send a message", Input::Message(Message::from("a"))),
            ("we subscribe", Input::Subscribe(b"A".to_vec())),
            ("we cancel", Input::Cancel(b"A".to_vec())),
            ("we join", Input::Join(b"A".to_vec())),
            ("we leave", Input::Leave(b"A".to_vec())),
            ("timeout too early", Input::Timeout),
            ("transport ends", Input::PeerClosed),
        ]
    }

    fn command(octets: &[u8]) -> Option<String> {
        let (Header { kind: Kind::Command, size }, body) = Header::decode(octets).ok()?? else {
            return None;
        };
        if u64::try_from(body.len()).unwrap() != size {
            return None;
        }
        let command = Command::decode(body, 16).unwrap();
        let data = &body[1 + command.name().len()..];
        Some(format!("send {} {}", command.name(), data.escape_ascii()))
    }

    fn event(event: &Event) -> String {
        match event {
            Event::Ready(peer) => {
                let socket_type = peer.socket_type.map_or("unknown type", SocketType::name);
                let identity = peer.identity.escape_ascii();
                format!("ready {}.{} {socket_type} [{identity}]", peer.version.0, peer.version.1)
            }
            Event::Messages(chunk) => {
                let mut chunk = chunk.clone();
                let all = core::iter::from_fn(|| chunk.next_message()).map(|message| {
                    let parts = message.parts().iter().map(|part| part.escape_ascii().to_string());
                    format!("message [{}]", parts.collect::<Vec<_>>().join(", "))
                });
                all.collect::<Vec<_>>().join("; ")
            }
            Event::Subscribe(topic) => format!("subscribe [{}]", topic.escape_ascii()),
            Event::Cancel(topic) => format!("cancel [{}]", topic.escape_ascii()),
            Event::Join(group) => format!("join [{}]", group.escape_ascii()),
            Event::Leave(group) => format!("leave [{}]", group.escape_ascii()),
            Event::Authenticate(request) => format!("ask {}", request.credentials.mechanism()),
        }
    }

    fn outcome(outputs: &[Output]) -> String {
        let said = outputs.iter().filter_map(|output| match output {
            Output::Transmit(octets) => Some(
                command(octets)
                    .unwrap_or_else(|| format!("send {}", zeroproof_vectors::hex::encode(octets))),
            ),
            Output::Send(batch) => {
                let octets = batch.pieces().collect::<Vec<_>>().concat();
                Some(
                    command(&octets).unwrap_or_else(|| {
                        format!("send {}", zeroproof_vectors::hex::encode(&octets))
                    }),
                )
            }
            Output::Event(known) => Some(event(known)),
            Output::Close(reason) => Some(format!("CLOSE, {reason}")),
            Output::Wait(_) => None,
        });
        let said = said.map(|text| text.trim_end().to_owned()).collect::<Vec<_>>();
        if said.is_empty() { "nothing".to_owned() } else { said.join("; ") }
    }

    fn row(text: &mut String, name: &str, session: &mut Session, input: Input<'_>) {
        session.connection.handle_input(Instant::ZERO, input);
        text.push_str(&format!("  {name}: {}\n", outcome(&session.drain())));
    }

    /// All rows of one state.
    fn state(title: &str, config: &Config, before: &[u8]) -> String {
        let inputs = match before {
            [] => OPENINGS,
            [0xFF, ..] => FRAMES,
            _ => FRAMES_10,
        };
        let mut text = format!("{title}\n");
        for (name, octets) in inputs {
            let mut session = Session::new(config.clone());
            session.feed(before);
            row(&mut text, name, &mut session, Input::Octets(&hex(octets)));
        }
        for (name, input) in ours() {
            let mut session = Session::new(config.clone());
            session.feed(before);
            row(&mut text, name, &mut session, input);
        }
        text
    }

    fn config(role: Role, socket_type: SocketType, minor: u8) -> Config {
        let mut config = Config::new(role, socket_type);
        config.minor = minor;
        config
    }

    #[test]
    fn opening() {
        let mut router = Config::new(Role::Binder, SocketType::Router);
        router.identity = b"ME".to_vec();
        let client = Config::new(Role::Connecter, SocketType::Client);
        let states = [
            state("ROUTER named ME, signature awaited", &router, &[]),
            state("CLIENT, signature awaited", &client, &[]),
        ];
        insta::assert_snapshot!(states.join("\n"));
    }

    #[test]
    fn handshake() {
        let states = [
            (Role::Binder, 1, 1),
            (Role::Connecter, 1, 1),
            (Role::Binder, 1, 0),
            (Role::Binder, 0, 1),
        ]
        .map(|(role, ours, theirs)| {
            let title = format!("ROUTER 3.{ours}, {role:?}, READY of a 3.{theirs} peer awaited");
            state(&title, &config(role, SocketType::Router, ours), &greeting(theirs))
        });
        insta::assert_snapshot!(states.join("\n"));
    }

    #[test]
    fn traffic() {
        let after = |minor, socket_type| [greeting(minor), ready(socket_type)].concat();
        let dealer = config(Role::Connecter, SocketType::Dealer, 1);
        let xpub = config(Role::Binder, SocketType::Xpub, 1);
        let radio = config(Role::Binder, SocketType::Radio, 1);
        let inside = [after(1, "ROUTER"), hex("0101 61")].concat();
        let states = [
            state("DEALER, 3.1 link", &dealer, &after(1, "ROUTER")),
            state("DEALER, 3.1 link, inside a message", &dealer, &inside),
            state("DEALER, 3.0 link", &dealer, &after(0, "ROUTER")),
            state("XPUB, 3.1 link", &xpub, &after(1, "SUB")),
            state("XPUB, 3.0 link", &xpub, &after(0, "SUB")),
            state("RADIO, 3.1 link", &radio, &after(1, "DISH")),
        ];
        insta::assert_snapshot!(states.join("\n"));
    }

    #[test]
    fn older_traffic() {
        let router = config(Role::Binder, SocketType::Router, 1);
        let xpub = config(Role::Binder, SocketType::Xpub, 1);
        let xsub = config(Role::Binder, SocketType::Xsub, 1);
        let states = [
            state("ROUTER, 2.0 link", &router, &hex("ff 00*8 7f 01 05 0000")),
            state("XPUB, 2.0 link", &xpub, &hex("ff 00*8 7f 01 02 0000")),
            state("XSUB, 2.0 link", &xsub, &hex("ff 00*8 7f 01 01 0000")),
            state("ROUTER, 1.0 link", &router, &hex("0100")),
            state("XPUB, 1.0 link", &xpub, &hex("0100")),
        ];
        let publishes_all = Session::new(xpub).feed(&hex("0100"));
        assert!(publishes_all.contains(&Output::Event(Event::Subscribe(Vec::new()))));
        insta::assert_snapshot!(states.join("\n"));
    }

    #[test]
    fn nothing_has_any_effect_once_closed() {
        let router = config(Role::Binder, SocketType::Router, 1);
        let text = state("", &router, &[greeting(1), hex("80")].concat());
        let quiet = text.lines().skip(1).all(|line| line.ends_with(": nothing"));
        assert!(quiet, "{text}");
    }
}
