//! Games of types that say to whom: identities, pairs and subscriptions.
//!
//! Deliberately absent: work dealt in turn, which `games` has, and replies, which `replies` has.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use zeroproof_reference::SocketType::{Dealer, Pair, Router, Xpub, Xsub};
use zeroproof_reference::{Message, Refused};

use super::games::{judge, message};
use super::world::{At, Lie, World};

const HERE: &str = "tcp://10.0.0.1:5555";
const LONG: Duration = Duration::from_secs(60);
/// Messages in each queue. A link that is cut loses the batch under way, and the binder its queue.
const HWM: usize = 3;

/// What one of several senders has sent.
pub(super) fn only(number: usize, sent: &[u8]) -> Vec<u8> {
    sent.iter().enumerate().map(|(n, count)| if n == number { *count } else { 0 }).collect()
}

/// Each lie is noticed in some game.
pub(super) fn catches(lies: &[Lie], play: impl Fn(u64, Lie) -> Result<(), String>) {
    for lie in lies {
        let noticed =
            (0..20).filter(|seed| play(*seed, *lie).is_err_and(|why| !why.contains("occasion")));
        assert_ne!(noticed.count(), 0, "{lie:?}");
    }
}

/// A ROUTER and DEALERs that it knows by name send to each other at random.
fn play_names(seed: u64, cuts: usize, lie: Option<Lie>) -> Result<(), String> {
    let mut world = World::new(seed);
    world.capacity = if lie.is_some() { 512 } else { 0 };
    let router = world.open(Router);
    world.set(router, "router_mandatory", 1);
    world.set(router, "sndhwm", 3);
    world.bind(router, HERE);
    let dealers: Vec<At> = (0..3).map(|_| world.open(Dealer)).collect();
    for (number, dealer) in dealers.iter().enumerate() {
        world.name(*dealer, &format!("N{number}"));
        world.set(*dealer, "sndhwm", 3);
        world.connect(*dealer, HERE);
    }
    world.run(LONG);
    let (mut up, mut down) = (vec![0_u8; 3], vec![0_u8; 3]);
    let (mut came_up, mut came_down) = (vec![Vec::new(); 3], vec![Vec::new(); 3]);
    let (mut left, mut has_lied) = (cuts, lie.is_none());
    for round in 0..80 {
        for number in 0..3 {
            let name = u8::try_from(number).unwrap();
            if world.chance(3) > 0 && world.send(dealers[number], message(name, up[number])).is_ok()
            {
                up[number] += 1;
            }
            let body = message(name, down[number]).with_first(format!("N{name}").as_str().into());
            match world.send(router, &body) {
                Ok(()) => down[number] += 1,
                Err(Refused::WouldBlock) => {}
                // After a cut nobody has this name until the next link is up.
                Err(Refused::Unreachable) if left < cuts => {}
                Err(refused) => return Err(refused.to_string()),
            }
        }
        if round > 20 && left > 0 && world.chance(10) == 0 {
            left -= 1;
            let links = world.links();
            links.first().copied().inspect(|link| world.sever(*link));
        }
        if let Some(lie) = lie.filter(|_| !has_lied) {
            has_lied = world.lie(lie);
        }
        let time = world.chance(30);
        world.run(Duration::from_millis(time));
        collect(&mut world, router, &dealers, &mut came_up, &mut came_down)?;
    }
    world.run(LONG);
    collect(&mut world, router, &dealers, &mut came_up, &mut came_down)?;
    if !has_lied {
        return Err("no occasion to lie".to_owned());
    }
    let lost = (cuts - left) * 2 * HWM;
    judge(&up, &came_up, cuts - left, lost)?;
    judge(&down, &came_down, cuts - left, lost)
}

fn collect(
    world: &mut World,
    router: At,
    dealers: &[At],
    up: &mut [Vec<Message>],
    down: &mut [Vec<Message>],
) -> Result<(), String> {
    for received in world.recv_all(router) {
        let (name, rest) = received.split_first();
        let (Some(rest), [b'N', digit]) = (rest, &name[..]) else { return Err("no name".into()) };
        let number = usize::from(digit - b'0');
        if rest.first().first().copied().map(usize::from) != Some(number) {
            return Err(format!("{number} has not said {rest:?}"));
        }
        up[number].push(rest);
    }
    for (number, dealer) in dealers.iter().enumerate() {
        let came = world.recv_all(*dealer);
        if let Some(stray) =
            came.iter().find(|came| came.first().first().copied().map(usize::from) != Some(number))
        {
            return Err(format!("{stray:?} was not for {number}"));
        }
        down[number].extend(came);
    }
    Ok(())
}

#[test]
fn a_router_and_its_dealers_reach_each_other_by_name() {
    for seed in 0..60 {
        let played = play_names(seed, usize::try_from(seed % 4).unwrap(), None);
        assert_eq!(played, Ok(()), "seed {seed}");
    }
    let lies = [
        Lie::DropMessage,
        Lie::SwapMessages,
        Lie::RepeatMessage,
        Lie::TearMultipart,
        Lie::Misdeliver,
    ];
    catches(&lies, |seed, lie| play_names(seed, 0, Some(lie)));
}

#[test]
fn a_name_goes_to_the_next_link_only_with_handover_or_when_it_is_free() {
    for handover in [0, 1] {
        let mut world = World::new(1);
        let (router, dealer) = (world.open(Router), world.open(Dealer));
        world.set(router, "router_mandatory", 1);
        world.set(router, "router_handover", handover);
        world.name(dealer, "N0");
        world.bind(router, HERE);
        world.connect(dealer, HERE);
        world.run(LONG);
        // The ROUTER does not hear of it: its old link only falls silent.
        let old = world.links()[0];
        world.lose_end(old, dealer);
        world.run(Duration::from_secs(1));
        world.send(router, ["N0", "whoever you are"]).unwrap();
        world.run(Duration::from_secs(1));
        let came = world.recv_all(dealer).len();
        assert_eq!(came, usize::try_from(handover).unwrap(), "handover {handover}");
        world.sever(old);
        world.run(LONG);
        world.send(router, ["N0", "you again"]).unwrap();
        world.run(LONG);
        assert_eq!(world.recv_all(dealer), [Message::from("you again")], "handover {handover}");
        assert_eq!(world.send(router, ["N1", "nobody"]), Err(Refused::Unreachable));
    }
}

/// Two PAIRs talk, and a third one would like to.
fn play_pair(seed: u64, cuts: usize, lie: Option<Lie>) -> Result<(), String> {
    let mut world = World::new(seed);
    world.capacity = if lie.is_some() { 512 } else { 0 };
    let pairs: Vec<At> = (0..3).map(|_| world.open(Pair)).collect();
    pairs.iter().for_each(|pair| world.set(*pair, "sndhwm", 3));
    world.bind(pairs[0], HERE);
    world.connect(pairs[1], HERE);
    world.run(LONG);
    // It does not ask again, or a cut might make it the first to come.
    world.set(pairs[2], "reconnect_ivl", -1);
    world.connect(pairs[2], HERE);
    world.run(LONG);
    let (mut sent, mut came) = (vec![0_u8; 3], vec![Vec::new(); 3]);
    let (mut left, mut has_lied) = (cuts, lie.is_none());
    for _ in 0..80 {
        for number in 0..3 {
            let next = message(u8::try_from(number).unwrap(), sent[number]);
            if world.send(pairs[number], next).is_ok() {
                sent[number] += 1;
            }
        }
        if let Some(lie) = lie.filter(|_| !has_lied) {
            has_lied = world.lie(lie);
        }
        if left > 0 && world.chance(20) == 0 {
            left -= 1;
            let links = world.links();
            links.first().copied().inspect(|link| world.sever(*link));
        }
        let time = world.chance(30);
        world.run(Duration::from_millis(time));
        for (number, pair) in pairs.iter().enumerate() {
            came[number].extend(world.recv_all(*pair));
        }
    }
    world.run(LONG);
    for (number, pair) in pairs.iter().enumerate() {
        came[number].extend(world.recv_all(*pair));
    }
    if !has_lied {
        return Err("no occasion to lie".to_owned());
    }
    if !came[2].is_empty() {
        return Err(format!("the third heard {:?}", came[2]));
    }
    for (speaker, listener) in [(0, 1), (1, 0)] {
        let heard = [came[listener].clone()];
        judge(&only(speaker, &sent), &heard, cuts - left, (cuts - left) * 2 * HWM)?;
    }
    Ok(())
}

#[test]
fn a_pair_talks_to_its_peer_and_to_nobody_else() {
    for seed in 0..60 {
        let played = play_pair(seed, usize::try_from(seed % 4).unwrap(), None);
        assert_eq!(played, Ok(()), "seed {seed}");
    }
    let lies = [Lie::DropMessage, Lie::SwapMessages, Lie::RepeatMessage, Lie::TearMultipart];
    catches(&lies, |seed, lie| play_pair(seed, 0, Some(lie)));
}

/// XSUBs ask and cancel at random, links are cut, and what is published is heard accordingly.
fn play_topics(seed: u64, lie: Option<Lie>) -> Result<(), String> {
    const TOPICS: [&str; 6] = ["", "a", "ab", "abc", "b", "ba"];
    let mut world = World::new(seed);
    let publisher = world.open(Xpub);
    world.bind(publisher, HERE);
    let subscribers: Vec<At> = (0..3).map(|_| world.open(Xsub)).collect();
    subscribers.iter().for_each(|sub| world.connect(*sub, HERE));
    let mut wanted: Vec<BTreeMap<&str, u8>> = vec![BTreeMap::new(); 3];
    let mut told: BTreeMap<String, i32> = BTreeMap::new();
    let mut has_lied = lie.is_none();
    for round in 0..20 {
        for (sub, wanted) in subscribers.iter().zip(&mut wanted) {
            for topic in TOPICS {
                let count = wanted.entry(topic).or_default();
                match world.chance(6) {
                    0 => {
                        *count += 1;
                        world.send(*sub, format!("\x01{topic}")).unwrap();
                    }
                    // To take back what was never asked for changes nothing.
                    1 => {
                        *count = count.saturating_sub(1);
                        world.send(*sub, format!("\0{topic}")).unwrap();
                    }
                    _ => {}
                }
            }
        }
        if round % 4 == 3 {
            let links = world.links();
            links.first().copied().inspect(|link| world.sever(*link));
        }
        world.run(LONG);
        for notice in world.recv_all(publisher) {
            let (verb, topic) = notice.first().split_at(1);
            let topic = String::from_utf8(topic.to_vec()).unwrap();
            // Of two peers the notices come in turn, so they are counted.
            *told.entry(topic).or_default() += if verb == [1] { 1 } else { -1 };
        }
        told.retain(|_, count| *count != 0);
        let is_wanted = |topic: &&str| wanted.iter().any(|own| own[topic] > 0);
        let all: BTreeSet<_> = TOPICS.into_iter().filter(is_wanted).map(str::to_owned).collect();
        if !told.keys().eq(&all) || told.values().any(|count| *count != 1) {
            return Err(format!("the publisher knows of {told:?}, not {all:?}"));
        }
        let texts: Vec<_> = TOPICS.iter().map(|topic| format!("{topic}-{round}")).collect();
        for text in &texts {
            world.send(publisher, text).unwrap();
        }
        if let Some(lie) = lie.filter(|_| !has_lied) {
            // Not the first message, which leaves alone.
            has_lied = (0..50).any(|_| {
                world.lie(lie) || {
                    world.step();
                    false
                }
            });
        }
        world.run(LONG);
        for (sub, own) in subscribers.iter().zip(&wanted) {
            let own = |text: &&String| own.iter().any(|(t, n)| *n > 0 && text.starts_with(*t));
            let due: Vec<_> = texts.iter().filter(own).map(|t| Message::from(t.as_str())).collect();
            let came = world.recv_all(*sub);
            if came != due {
                return Err(format!("{came:?} came, {due:?} was wanted"));
            }
        }
    }
    if has_lied { Ok(()) } else { Err("no occasion to lie".to_owned()) }
}

#[test]
fn publishers_know_what_is_wanted_and_subscribers_get_it_across_cuts() {
    for seed in 0..20 {
        assert_eq!(play_topics(seed, None), Ok(()), "seed {seed}");
    }
    let lies = [Lie::DropMessage, Lie::SwapMessages, Lie::RepeatMessage];
    catches(&lies, |seed, lie| play_topics(seed, Some(lie)));
}
