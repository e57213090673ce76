//! Random operations on every type, each outcome compared with that of the model; and liars, to
//! show that the comparison can fail.
//!
//! Together the outcomes tell of fairness, order for each peer, loss, duplicates, inventions,
//! lock-step, filters and bounds: every message carries its number.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use zeroproof_reference::SocketType::{
    self, Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, Xpub, Xsub,
};
use zeroproof_reference::error::Refused;
use zeroproof_reference::socket::peers::PeerId;

use super::bench::Bench;
use super::liars::{Liar, Lie};
use super::model::{Model, Op};

const TYPES: [SocketType; 11] = [Req, Rep, Dealer, Router, Pub, Xpub, Sub, Xsub, Push, Pull, Pair];

/// Plays against the honest pattern, or against the liar of this number.
struct Machine<const LIAR: usize>;

/// The pattern, and the peers in the order they came.
struct Played {
    bench: Bench,
    peers: Vec<PeerId>,
}

impl<const LIAR: usize> ReferenceStateMachine for Machine<LIAR> {
    type State = Model;
    type Transition = Op;

    fn init_state() -> BoxedStrategy<Model> {
        let types = Lie::ALL.get(LIAR).map_or(TYPES.to_vec(), |lie| vec![lie.socket_type()]);
        (select(types), 1..4_usize).prop_map(|(kind, hwm)| Model::new(kind, hwm)).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Op> {
        let (socket_type, number) = (model.socket_type, model.messages);
        let peers = model.all_here();
        let peer = || select(if peers.is_empty() { vec![0] } else { peers.clone() });
        let topic = || select(vec!["", "a", "ab", "b"]);
        let wish =
            || (select(vec!["+", "-"]), topic()).prop_map(|(on, topic)| format!("{on}{topic}"));
        let text = || {
            (topic(), 0..4).prop_map(move |(topic, form)| match form {
                0 => format!("{topic}{number}"),
                1 => format!("|{topic}{number}"),
                2 => format!("id||{topic}{number}"),
                _ => format!("{topic}|{number}"),
            })
        };
        let sent = (0..6_usize, text()).prop_map(move |(peer, text)| {
            Op::Send(if socket_type == Router { format!("N{peer}|{text}") } else { text })
        });
        let publishes = matches!(socket_type, Pub | Xpub);
        let subscribes = matches!(socket_type, Sub | Xsub);
        Union::new_weighted(vec![
            (if peers.is_empty() { 20 } else { 1 }, Just(Op::Attach).boxed()),
            (1, peer().prop_map(Op::Detach).boxed()),
            (6, sent.boxed()),
            (6, (peer(), text()).prop_map(Op::deliver).boxed()),
            (6, Just(Op::Recv).boxed()),
            (3, peer().prop_map(Op::Take).boxed()),
            (if publishes { 6 } else { 1 }, (peer(), wish()).prop_map(Op::wish).boxed()),
            (if subscribes { 6 } else { 1 }, wish().prop_map(Op::Ask).boxed()),
            (1, Just(Op::CanSend).boxed()),
        ])
        .boxed()
    }

    fn apply(mut model: Model, op: &Op) -> Model {
        model.apply(op);
        model
    }
}

impl<const LIAR: usize> StateMachineTest for Machine<LIAR> {
    type SystemUnderTest = Played;
    type Reference = Self;

    fn init_test(model: &Model) -> Played {
        let mut bench = Bench::new(model.socket_type).hwm(model.hwm);
        if let Some(lie) = Lie::ALL.get(LIAR) {
            bench.pattern = Box::new(Liar::new(*lie, bench.pattern));
        }
        Played { bench, peers: Vec::new() }
    }

    fn apply(mut played: Played, model: &Model, op: Op) -> Played {
        let outcome = played.play(&op);
        assert_eq!(outcome, model.outcome, "{:?}: {op:?}", model.socket_type);
        played
    }
}

fn outcome<T: ToString>(result: Result<T, Refused>) -> String {
    result.map_or_else(|refused| format!("{:?}", refused.kind()), |value| value.to_string())
}

impl Played {
    /// A peer that is here.
    fn peer(&self, number: usize) -> Option<PeerId> {
        self.peers.get(number).copied().filter(|peer| self.bench.peers.is_open(*peer))
    }

    fn play(&mut self, op: &Op) -> String {
        match op {
            Op::Attach => self.attach(),
            Op::Detach(number) => {
                if let Some(peer) = self.peer(*number) {
                    self.bench.part(peer);
                }
                String::new()
            }
            Op::Send(text) => outcome(self.bench.send(text).map(|()| "ok")),
            Op::Deliver(number, text) => {
                let peer = self.peer(*number);
                peer.map_or_else(String::new, |peer| self.bench.deliver(peer, text).to_string())
            }
            Op::Recv => outcome(self.bench.recv()),
            Op::Take(number) => {
                let peer = self.peer(*number);
                peer.map_or_else(String::new, |peer| self.bench.take(peer).join(" "))
            }
            Op::Wish(number, wish) => {
                if let Some(peer) = self.peer(*number) {
                    self.bench.wish(peer, wish);
                }
                String::new()
            }
            Op::Ask(wish) if self.bench.options.socket_type == Xsub => {
                let wish = wish.replacen('+', "~", 1).replacen('-', "^", 1);
                outcome(self.bench.send(&wish).map(|()| "ok"))
            }
            Op::Ask(wish) => outcome(self.bench.ask(wish).map(|()| "ok")),
            Op::CanSend => self.bench.can_send().to_string(),
        }
    }

    fn attach(&mut self) -> String {
        let name = format!("N{}", self.peers.len());
        match self.bench.connect() {
            Ok(peer) => {
                self.bench.meet(peer, &name).unwrap();
                self.peers.push(peer);
                "ok".to_owned()
            }
            Err(unwanted) => format!("{unwanted:?}"),
        }
    }
}

/// As many games as this, or until one is lost.
fn play<const LIAR: usize>(cases: u32, rng: Option<TestRng>) -> Result<(), String> {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = match rng {
        Some(rng) => TestRunner::new_with_rng(config.clone(), rng),
        None => TestRunner::new(config.clone()),
    };
    let games = Machine::<LIAR>::sequential_strategy(10..100);
    let played = runner.run(&games, |(model, ops, seen)| {
        Machine::<LIAR>::test_sequential(config.clone(), model, ops, seen);
        Ok(())
    });
    played.map_err(|error| match error {
        TestError::Fail(reason, (model, ops, _)) => {
            format!("{reason}\n{:?}, hwm {}: {ops:#?}", model.socket_type, model.hwm)
        }
        TestError::Abort(reason) => reason.to_string(),
    })
}

#[test]
fn every_type_does_what_its_model_does() {
    const HONEST: usize = usize::MAX;
    let played = play::<HONEST>(1500, None);
    assert!(played.is_ok(), "{}", played.unwrap_err());
}

#[test]
fn every_liar_is_caught() {
    let caught = |play: fn(u32, Option<TestRng>) -> Result<(), String>| {
        play(500, Some(TestRng::deterministic_rng(RngAlgorithm::ChaCha))).is_err()
    };
    let caught = [
        caught(play::<0>),
        caught(play::<1>),
        caught(play::<2>),
        caught(play::<3>),
        caught(play::<4>),
        caught(play::<5>),
        caught(play::<6>),
        caught(play::<7>),
        caught(play::<8>),
    ];
    assert_eq!(caught.len(), Lie::ALL.len());
    let escaped = Lie::ALL.iter().zip(caught).filter(|(_, caught)| !caught);
    assert_eq!(escaped.map(|(lie, _)| lie).collect::<Vec<_>>(), Vec::<&Lie>::new());
}
