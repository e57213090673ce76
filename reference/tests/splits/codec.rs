//! Round trips of every codec, and octets nobody meant.

use proptest::collection::vec;
use proptest::prelude::*;
use zeroproof_reference::wire::command::{Body, Command, Context, Group};
use zeroproof_reference::wire::frame::{Header, Kind};
use zeroproof_reference::wire::greeting::{Greeting, Signature, Version};
use zeroproof_reference::wire::legacy::{Framing, Head};
use zeroproof_reference::wire::metadata::{self, Property};
use zeroproof_reference::wire::reader::Reader;
use zeroproof_reference::{Message, SocketType, Subscriptions, message};

fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

/// The one command in these octets; they hold nothing else.
fn command_of(octets: &[u8]) -> Command<'_> {
    let (header, body) = Header::decode(octets).unwrap().unwrap();
    assert_eq!(header, Header { kind: Kind::Command, size: body.len() as u64 });
    Command::decode(body, 64).unwrap()
}

fn survives(command: &Command<'_>) {
    let mut octets = Vec::new();
    command.encode(&mut octets);
    assert_eq!(command_of(&octets), *command);
}

proptest! {
    #[test]
    fn headers(kind in prop_oneof![Just(Kind::Last), Just(Kind::More), Just(Kind::Command)],
               size in prop_oneof![0..70_000_u64, 0..1_u64 << 63],
               behind in octets(4)) {
        let mut octets = Vec::new();
        Header { kind, size }.encode(&mut octets);
        for cut in 0..octets.len() {
            prop_assert_eq!(Header::decode(&octets[..cut]), Ok(None));
        }
        octets.extend(&behind);
        let decoded = Header::decode(&octets);
        prop_assert_eq!(decoded, Ok(Some((Header { kind, size }, behind.as_slice()))));
    }

    #[test]
    fn frames_of_every_version(more in any::<bool>(), body in octets(600)) {
        let kind = if more { Kind::More } else { Kind::Last };
        for framing in [Framing::V10, Framing::V20, Framing::V3] {
            let mut octets = Vec::new();
            framing.encode(kind, &body, &mut octets);
            let head = Head::Frame(Header { kind, size: body.len() as u64 });
            prop_assert_eq!(framing.decode(&octets), Ok(Some((head, body.as_slice()))));
            let header_len = octets.len() - body.len();
            for cut in 0..header_len {
                prop_assert_eq!(framing.decode(&octets[..cut]), Ok(None));
            }
        }
    }

    #[test]
    fn greetings(padding: [u8; 8], version: (u8, u8), mechanism: [u8; 20], as_server: u8) {
        let greeting = Greeting { padding, version, mechanism, as_server };
        prop_assert_eq!(Greeting::decode(&greeting.encode()), greeting);
    }

    #[test]
    fn commands(topic in octets(600), ttl: u16, context in octets(17), reason in octets(256),
                group in vec(1..=u8::MAX, 0..256)) {
        let (context, group) = (Context::new(&context).unwrap(), Group::new(&group).unwrap());
        for command in [Command::Subscribe(&topic), Command::Cancel(&topic),
                        Command::Error(&reason), Command::Ping { ttl, context },
                        Command::Pong(context), Command::Join(group), Command::Leave(group)] {
            survives(&command);
        }
    }

    #[test]
    fn unknown_commands(name in "[A-Za-z]{1,255}", data in octets(300)) {
        prop_assume!(Command::decode(&[&[name.len() as u8], name.as_bytes()].concat(), 1)
            .is_ok_and(|command| matches!(command, Command::Unknown(_))));
        survives(&Command::Unknown(Body { name: &name, data: &data }));
    }

    #[test]
    fn metadata_of_any_properties(listed in vec(("[A-Za-z0-9._+-]{1,255}", octets(300)), 0..9)) {
        let properties: Vec<Property<'_>> =
            listed.iter().map(|(name, value)| Property { name, value }).collect();
        survives(&Command::Ready(properties.clone()));
        let mut octets = Vec::new();
        metadata::encode(&properties, &mut octets);
        let mut whole = vec![0];
        for property in &properties {
            whole.push(whole[whole.len() - 1] + 5 + property.name.len() + property.value.len());
        }
        for cut in 0..octets.len() {
            let is_whole = whole.contains(&cut);
            prop_assert_eq!(metadata::decode(&octets[..cut], 9).is_ok(), is_whole, "{}", cut);
        }
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in octets(300)) {
        for framing in [Framing::V10, Framing::V20, Framing::V3] {
            let _ = framing.decode(&octets);
        }
        let _ = Signature::detect(&octets);
        let _ = Version::detect(octets.first().copied().unwrap_or(0));
        let _ = Command::decode(&octets, 3);
        let _ = metadata::decode(&octets, 3);
        let mut reader = Reader::new(&octets);
        while reader.octet().is_some() && reader.array::<3>().is_some() {}
        prop_assert!(reader.rest().len() < 3 || reader.is_empty());
    }

    #[test]
    fn subscriptions_are_a_list_of_prefixes(
        steps in vec((any::<bool>(), vec(0..2_u8, 0..4)), 0..40), topic in vec(0..2_u8, 0..6)
    ) {
        let (mut counted, mut list) = (Subscriptions::new(), Vec::new());
        for (subscribes, prefix) in steps {
            let held = list.iter().filter(|held| **held == prefix).count();
            if subscribes {
                prop_assert_eq!(counted.subscribe(&prefix), held == 0);
                list.push(prefix);
            } else {
                prop_assert_eq!(counted.cancel(&prefix), held == 1);
                if let Some(index) = list.iter().position(|held| *held == prefix) {
                    list.remove(index);
                }
            }
        }
        let wanted = list.iter().any(|prefix| topic.starts_with(prefix));
        prop_assert_eq!(counted.matches(&topic), wanted);
        prop_assert_eq!(counted.is_empty(), list.is_empty());
        list.sort_by_key(|prefix| (prefix.len(), prefix.clone()));
        list.dedup();
        prop_assert!(counted.prefixes().eq(list.iter().map(Vec::as_slice)));
    }

    #[test]
    fn messages_keep_their_parts(parts in vec(octets(20), 0..5)) {
        let whole = Message::new(parts.clone());
        let parts = if parts.is_empty() { vec![Vec::new()] } else { parts };
        let expected: Vec<_> = parts.iter().cloned().map(message::Body::from).collect();
        prop_assert_eq!(whole.parts(), expected.as_slice());
        prop_assert!(expected.iter().zip(&parts).all(|(body, part)| body[..] == part[..]));
        let single = if let [only] = parts.as_slice() { Some(only.as_slice()) } else { None };
        prop_assert_eq!(whole.single(), single);
        prop_assert_eq!(whole.into_parts(), expected);
    }
}

#[test]
fn socket_type_names_are_read_as_written() {
    for socket_type in SocketType::ALL {
        let name = socket_type.name();
        assert_eq!(SocketType::parse(name.as_bytes()), Some(socket_type));
        assert_eq!(SocketType::parse(name.to_lowercase().as_bytes()), None);
        assert_eq!(SocketType::parse(&name.as_bytes()[..name.len() - 1]), None);
    }
}

#[test]
fn socket_types_accept_each_other_or_neither() {
    for ours in SocketType::ALL {
        assert!(SocketType::ALL.into_iter().any(|theirs| ours.accepts(theirs)), "{ours}");
        for theirs in SocketType::ALL {
            assert_eq!(ours.accepts(theirs), theirs.accepts(ours), "{ours} {theirs}");
        }
    }
}
