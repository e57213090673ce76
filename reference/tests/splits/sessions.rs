//! One stream of octets, cut in three ways.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use zeroproof_reference::wire::batch::{Batch, Chunk};
use zeroproof_reference::wire::command::{Body, Command, Context, Group};
use zeroproof_reference::wire::frame::Kind;
use zeroproof_reference::wire::legacy::Framing;
use zeroproof_reference::wire::metadata::Property;
use zeroproof_reference::{
    Config, Connection, Event, Input, Instant, Limits, Output, Role, SocketType,
};

/// What a peer opens with, by framing; the last octets of the first two end a greeting.
const OPENINGS: [(&[u8], Framing); 5] = [
    (b"\xff\0\0\0\0\0\0\0\0\x7f\x03\x01NULL", Framing::V3),
    (b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", Framing::V3),
    (b"\xff\0\0\0\0\0\0\0\0\x7f\x01\x05\0\x03BOB", Framing::V20),
    (b"\x04\0BOB", Framing::V10),
    (b"\xff\0\0\0\0\0\0\0\x04\0BOB", Framing::V10),
];

/// Everything that came out, the last wait included.
fn drain(connection: &mut Connection, outputs: &mut Vec<Output>) -> Output {
    loop {
        match connection.poll_output() {
            wait @ Output::Wait(_) => return wait,
            // How messages are bundled does depend on the cuts; what they are does not.
            Output::Event(Event::Messages(mut chunk)) => {
                let messages = core::iter::from_fn(|| chunk.next_message());
                let singly = messages.map(|message| Chunk::from(Batch::from(&message)));
                outputs.extend(singly.map(|chunk| Output::Event(Event::Messages(chunk))));
            }
            output => outputs.push(output),
        }
    }
}

fn run<'a>(config: &Config, pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Output>, Output) {
    let mut connection = Connection::new(config.clone(), Instant::ZERO);
    let mut outputs = Vec::new();
    let mut wait = drain(&mut connection, &mut outputs);
    for piece in pieces {
        connection.handle_input(Instant::ZERO, Input::Octets(piece));
        wait = drain(&mut connection, &mut outputs);
    }
    (outputs, wait)
}

/// Whole, octet by octet and in these pieces; nothing comes after a close.
fn judge(config: &Config, octets: &[u8], cuts: &[Index]) -> Result<(), TestCaseError> {
    let whole = run(config, core::iter::once(octets));
    prop_assert_eq!(&run(config, octets.chunks(1)), &whole, "octet by octet");
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
    ends.extend([0, octets.len()]);
    ends.sort_unstable();
    let pieces = ends.windows(2).map(|ends| &octets[ends[0]..ends[1]]);
    prop_assert_eq!(&run(config, pieces), &whole, "in pieces");
    let (outputs, wait) = whole;
    if let Some(close) = outputs.iter().position(|output| matches!(output, Output::Close(_))) {
        prop_assert_eq!(close, outputs.len() - 1, "something came after the close");
        prop_assert_eq!(wait, Output::Wait(None));
    }
    Ok(())
}

fn config() -> impl Strategy<Value = Config> {
    let types = select(SocketType::ALL.as_slice());
    (types, any::<bool>(), 0..=1_u8, any::<bool>(), 1..400_u64).prop_map(
        |(socket_type, binds, minor, legacy, size)| {
            let role = if binds { Role::Binder } else { Role::Connecter };
            let mut config = Config::new(role, socket_type);
            (config.minor, config.legacy) = (minor, legacy);
            config.identity = b"ME".to_vec();
            config.limits = Limits {
                max_message_size: size,
                max_message_total: size * 2,
                max_parts: 3,
                max_command_size: 300,
                max_properties: 3,
                ..Limits::default()
            };
            config
        },
    )
}

/// A frame that may come during traffic; commands only where there are commands.
fn frame(framing: Framing) -> impl Strategy<Value = Vec<u8>> {
    let body = || vec(any::<u8>(), 0..24);
    let message = move |kind| {
        body().prop_map(move |body| {
            let mut octets = Vec::new();
            framing.encode(kind, &body, &mut octets);
            octets
        })
    };
    let command =
        (0..8_u8, any::<u16>(), vec(1..=u8::MAX, 0..17)).prop_map(move |(which, ttl, data)| {
            let (context, group) = (Context::new(&data).unwrap(), Group::new(&data).unwrap());
            let mut octets = Vec::new();
            match which {
                _ if framing != Framing::V3 => return octets,
                0 => Command::Subscribe(&data),
                1 => Command::Cancel(&data),
                2 => Command::Ping { ttl, context },
                3 => Command::Pong(context),
                4 => Command::Join(group),
                5 => Command::Leave(group),
                6 => Command::Error(&data),
                _ => Command::Unknown(Body { name: "VENDOR", data: &data }),
            }
            .encode(&mut octets);
            octets
        });
    prop_oneof![4 => message(Kind::Last), 2 => message(Kind::More), 4 => command]
}

/// A session as a well-behaved peer, of a type that may not suit us, would hold it.
fn session(ours: SocketType) -> impl Strategy<Value = Vec<u8>> {
    let suitable: Vec<SocketType> =
        SocketType::ALL.into_iter().filter(|theirs| ours.accepts(*theirs)).collect();
    let theirs = prop_oneof![9 => select(suitable), 1 => select(SocketType::ALL.as_slice())];
    (0..OPENINGS.len(), theirs).prop_flat_map(|(index, theirs)| {
        let (opening, framing) = OPENINGS[index];
        let mut octets = opening.to_vec();
        if framing == Framing::V3 {
            octets.resize(64, 0);
            let value = theirs.name().as_bytes();
            Command::Ready(vec![Property { name: "Socket-Type", value }]).encode(&mut octets);
        }
        vec(frame(framing), 0..12)
            .prop_map(move |frames| [octets.clone(), frames.concat()].concat())
    })
}

/// One thing that goes wrong on the way.
#[derive(Clone, Debug)]
enum Mutation {
    Set(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let octet = prop_oneof![any::<u8>(), select([0, 1, 2, 4, 5, 6, 8, 0x7F, 0xFF].as_slice())];
    prop_oneof![
        (any::<Index>(), octet.clone()).prop_map(|(at, octet)| Mutation::Set(at, octet)),
        (any::<Index>(), octet).prop_map(|(at, octet)| Mutation::Insert(at, octet)),
        any::<Index>().prop_map(Mutation::Remove),
        any::<Index>().prop_map(Mutation::Repeat),
    ]
}

fn mutate(octets: &mut Vec<u8>, mutations: &[Mutation]) {
    for mutation in mutations {
        let len = octets.len();
        match mutation {
            _ if len == 0 => {}
            Mutation::Set(at, octet) => octets[at.index(len)] = *octet,
            Mutation::Insert(at, octet) => octets.insert(at.index(len), *octet),
            Mutation::Remove(at) => drop(octets.remove(at.index(len))),
            Mutation::Repeat(at) => octets.extend_from_within(at.index(len)..),
        }
    }
}

fn configured_session() -> impl Strategy<Value = (Config, Vec<u8>)> {
    config().prop_flat_map(|config| {
        let session = session(config.socket_type);
        (Just(config), session)
    })
}

proptest! {
    #[test]
    fn of_legal_sessions((config, octets) in configured_session(),
                         cuts in vec(any::<Index>(), 0..9)) {
        judge(&config, &octets, &cuts)?;
    }

    #[test]
    fn of_mutated_sessions((config, mut octets) in configured_session(),
                           mutations in vec(mutation(), 1..4),
                           cuts in vec(any::<Index>(), 0..9)) {
        mutate(&mut octets, &mutations);
        judge(&config, &octets, &cuts)?;
    }

    #[test]
    fn of_arbitrary_octets(config in config(), octets in vec(any::<u8>(), 0..300),
                           cuts in vec(any::<Index>(), 0..9)) {
        judge(&config, &octets, &cuts)?;
    }
}

/// The generator is worth nothing if its sessions never get anywhere.
#[test]
fn most_legal_sessions_reach_traffic() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reached = 0;
    for _ in 0..200 {
        let tree = configured_session().new_tree(&mut runner).unwrap();
        let (config, octets) = proptest::strategy::ValueTree::current(&tree);
        let (outputs, _) = run(&config, core::iter::once(octets.as_slice()));
        let count = outputs.iter().filter(|output| matches!(output, Output::Event(_))).count();
        reached += u32::from(count > 1);
    }
    assert!(reached > 60, "only {reached} of 200");
}
