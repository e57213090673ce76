//! Random topologies, sends, receipts and schedules, judged by what arrives.
//!
//! Every message says who sent it and its number there, and its parts follow from that: loss,
//! duplicates, inventions, wrong order and torn messages all show. Deliberately absent: a model of
//! each type, which the tests of patterns have.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use zeroproof_reference::Message;
use zeroproof_reference::SocketType::{Pub, Pull, Push, Rep, Req, Sub};

use super::world::{At, Lie, World};

const HERE: &str = "tcp://10.0.0.1:5555";

/// What a sender says: its name, a number, and so many more parts of that number.
pub(super) fn message(sender: u8, number: u8) -> Message {
    let rest = (0..number % 4).map(|part| vec![number; usize::from(part) * 30]);
    Message::new(std::iter::once(vec![sender, number]).chain(rest))
}

/// What has arrived where, in order; an error says what is wrong with it. With each cut a sender
/// and a receiver get one more link, and a link keeps order; what is received of several is mixed.
pub(super) fn judge(
    sent: &[u8],
    received: &[Vec<Message>],
    cuts: usize,
    lost: usize,
) -> Result<(), String> {
    let mut seen = BTreeMap::new();
    for (receiver, messages) in received.iter().enumerate() {
        let mut links: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        for received in messages {
            let &[sender, number] = received.first() else { return Err("no name".to_owned()) };
            if *received != message(sender, number) {
                return Err(format!("torn: {received:?}"));
            }
            if sent.get(usize::from(sender)).is_none_or(|count| number >= *count) {
                return Err(format!("invented: {sender} {number}"));
            }
            if seen.insert((sender, number), receiver).is_some() {
                return Err(format!("twice: {sender} {number}"));
            }
            // Over as few links as possible: after the highest number that is lower.
            let last = links.entry(sender).or_default();
            match last.iter_mut().filter(|before| **before < number).max() {
                Some(before) => *before = number,
                None => last.push(number),
            }
            if last.len() > cuts + 1 {
                return Err(format!("out of order at {receiver}: {sender} {number}"));
            }
        }
    }
    let all: usize = sent.iter().map(|count| usize::from(*count)).sum();
    if seen.len() + lost < all { Err(format!("{} of {all}", seen.len())) } else { Ok(()) }
}

/// A round of work: pushers, pullers, HWM, messages each, links cut, and the schedule.
fn play(game: (u8, usize, i32, u8, bool, u64), lie: Option<Lie>) -> Result<(), String> {
    let (pushers, pullers, hwm, count, cuts, seed) = game;
    let mut world = World::new(seed);
    world.capacity = if lie.is_some() { 512 } else { 0 };
    let receivers: Vec<At> = (0..pullers).map(|_| world.open(Pull)).collect();
    let senders: Vec<At> = (0..pushers).map(|_| world.open(Push)).collect();
    for (number, receiver) in receivers.iter().enumerate() {
        world.set(*receiver, "rcvhwm", hwm);
        let endpoint = format!("{HERE}{number}");
        world.bind(*receiver, &endpoint);
        for sender in &senders {
            world.set(*sender, "sndhwm", hwm);
            world.connect(*sender, &endpoint);
        }
    }
    let (mut sent, mut received) = (vec![0_u8; senders.len()], vec![Vec::new(); pullers]);
    let (mut idle, mut cut) = (0, 0);
    let mut has_lied = lie.is_none();
    while idle < 200 {
        idle += 1;
        for (number, sender) in senders.iter().enumerate() {
            let next = message(u8::try_from(number).unwrap(), sent[number]);
            if sent[number] < count && world.chance(3) > 0 && world.send(*sender, next).is_ok() {
                sent[number] += 1;
                idle = 0;
            }
        }
        if let Some(lie) = lie.filter(|_| !has_lied) {
            has_lied = world.lie(lie);
        }
        if cuts && world.chance(20) == 0 {
            let links = world.links();
            links.first().copied().inspect(|link| world.sever(*link));
            cut += 1;
        }
        let time = world.chance(30);
        world.run(Duration::from_millis(time));
        for (receiver, messages) in receivers.iter().zip(&mut received) {
            if world.chance(3) == 0
                && let Ok(message) = world.recv(*receiver)
            {
                messages.push(message);
                idle = 0;
            }
        }
    }
    world.run(Duration::from_secs(60));
    for (receiver, messages) in receivers.iter().zip(&mut received) {
        messages.extend(world.recv_all(*receiver));
    }
    if !has_lied {
        return Err("no occasion to lie".to_owned());
    }
    let complete = sent.iter().all(|sent| *sent == count);
    if !complete {
        return Err(format!("stuck: {sent:?} of {count}"));
    }
    // The batch under way, and no more: the senders have connected, and so keep their queues.
    judge(&sent, &received, cut, cut * usize::try_from(hwm).unwrap())
}

#[test]
fn work_arrives_once_whole_and_in_order() {
    let games = (1..4_u8, 1..4_usize, 1..4_i32, 1..40_u8, any::<bool>(), any::<u64>());
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let played =
        TestRunner::new(config).run(&games, |game| play(game, None).map_err(TestCaseError::fail));
    assert!(played.is_ok(), "{}", played.unwrap_err());
}

#[test]
fn every_lie_is_noticed() {
    for lie in [Lie::DropMessage, Lie::SwapMessages, Lie::RepeatMessage, Lie::TearMultipart] {
        let noticed = (0..20).filter(|seed| {
            play((1, 1, 3, 40, false, *seed), Some(lie)).is_err_and(|why| !why.contains("occasion"))
        });
        assert_ne!(noticed.count(), 0, "{lie:?}");
    }
}

/// What a liar makes of whole short messages, if there are enough.
pub(super) fn told(lie: Lie, octets: &[u8]) -> Option<Vec<u8>> {
    let mut messages = vec![Vec::new()];
    let mut rest = octets;
    while let [flags @ (0 | 1), size, body @ ..] = rest {
        let end = usize::from(*size);
        let frame = rest.get(..end + 2)?;
        messages.last_mut()?.extend_from_slice(frame);
        if *flags == 0 {
            messages.push(Vec::new());
        }
        rest = body.get(end..)?;
    }
    messages.pop();
    if messages.is_empty() || !rest.is_empty() {
        return None;
    }
    match lie {
        Lie::SwapMessages if messages.len() < 2 => return None,
        Lie::DropMessage => drop(messages.remove(0)),
        Lie::SwapMessages => messages.swap(0, 1),
        Lie::RepeatMessage => messages.insert(0, messages.first()?.clone()),
        Lie::TearMultipart => {
            let torn = messages.iter_mut().find(|message| message.first() == Some(&1))?;
            *torn.first_mut()? = 0;
        }
        Lie::Misdeliver => {}
    }
    Some(messages.concat())
}

#[test]
fn a_subscriber_gets_exactly_what_it_asked_for() {
    for seed in 0..30 {
        let mut world = World::new(seed);
        let publisher = world.open(Pub);
        world.bind(publisher, HERE);
        let topics = ["", "a", "ab", "abc", "b", "ba"];
        let mut subscribers = Vec::new();
        for _ in 0..3 {
            let sub = world.open(Sub);
            let wanted: Vec<_> = topics.into_iter().filter(|_| world.chance(4) == 0).collect();
            wanted.iter().for_each(|topic| world.subscribe(sub, topic));
            world.connect(sub, HERE);
            subscribers.push((sub, wanted));
        }
        world.run(Duration::from_secs(5));
        let texts: Vec<_> =
            (0..60).map(|number| format!("{}{number}", topics[number % topics.len()])).collect();
        for text in &texts {
            world.send(publisher, text).unwrap();
        }
        world.run(Duration::from_secs(5));
        for (sub, wanted) in subscribers {
            let naive = texts.iter().filter(|text| wanted.iter().any(|w| text.starts_with(*w)));
            let naive: Vec<_> = naive.map(|text| Message::from(text.as_str())).collect();
            assert_eq!(world.recv_all(sub), naive, "seed {seed}: {wanted:?}");
        }
    }
}

#[test]
fn requests_and_replies_stay_in_step() {
    for seed in 0..30 {
        let mut world = World::new(seed);
        let servers: Vec<_> = (0..2).map(|_| world.open(Rep)).collect();
        let clients: Vec<_> = (0..3).map(|_| world.open(Req)).collect();
        for (number, server) in servers.iter().enumerate() {
            world.bind(*server, &format!("{HERE}{number}"));
            clients.iter().for_each(|client| world.connect(*client, &format!("{HERE}{number}")));
        }
        let mut rounds = vec![0_u8; clients.len()];
        for _ in 0..200 {
            for (number, client) in clients.iter().enumerate() {
                let question = message(u8::try_from(number).unwrap(), rounds[number]);
                match world.recv(*client) {
                    Ok(reply) => {
                        let before = rounds[number] - 1;
                        assert_eq!(reply, message(u8::try_from(number).unwrap(), before));
                    }
                    Err(_) if world.send(*client, question).is_ok() => rounds[number] += 1,
                    Err(_) => {}
                }
            }
            let time = world.chance(40);
            world.run(Duration::from_millis(time));
            for server in &servers {
                if let Ok(request) = world.recv(*server) {
                    world.send(*server, request).unwrap();
                }
            }
        }
        assert!(rounds.iter().all(|rounds| *rounds > 5), "seed {seed}: {rounds:?}");
    }
}

#[test]
fn no_queue_holds_more_than_its_bound() {
    for hwm in [1, 2, 10, 100] {
        let mut world = World::new(9);
        (world.capacity, world.is_rough) = (0, false);
        let (pull, push) = (world.open(Pull), world.open(Push));
        world.set(pull, "rcvhwm", hwm);
        world.set(push, "sndhwm", hwm);
        world.bind(pull, HERE);
        world.connect(push, HERE);
        world.run(Duration::from_secs(1));
        let mut sent = 0;
        loop {
            let before = sent;
            while world.send(push, [7; 100]).is_ok() {
                sent += 1;
            }
            world.run(Duration::from_secs(1));
            if sent == before {
                break;
            }
        }
        // One queue each side, one batch under way, and what one read of 4 KiB brings beyond.
        let most = hwm * 3 + 4096 / 102 + 1;
        assert!(sent >= hwm * 2 && sent <= most, "{sent} at {hwm}");
        let mut received = 0;
        loop {
            let came = world.recv_all(pull).len();
            if came == 0 {
                break;
            }
            received += came;
            world.run(Duration::from_secs(1));
        }
        assert_eq!(received, usize::try_from(sent).unwrap());
    }
}
