//! Random operations on nodes, chosen one by one so that a failure shrinks to the few that matter.
//!
//! PUSHs and PULLs bind, connect, undo both, send, receive, lose links and close, in any order.
//! Each call is answered as the model says; nothing is ever repeated, torn or invented. At the end
//! somebody listens everywhere: then all that was sent arrives, whatever was closed or disconnected
//! before, but for what a cut link or a closed PULL had; and whatever is closed is over.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use zeroproof_reference::Message;
use zeroproof_reference::SocketType::{Pull, Push};

use super::games::{judge, message};
use super::world::{At, Lie, World};

const LONG: Duration = Duration::from_secs(60);
const HWM: usize = 3;
const LIES: [Lie; 4] =
    [Lie::DropMessage, Lie::SwapMessages, Lie::RepeatMessage, Lie::TearMultipart];

/// Sockets are numbered: two that push, then two that pull. Endpoints are numbered as well.
#[derive(Clone, Copy, Debug)]
enum Op {
    Bind(usize, usize),
    Unbind(usize, usize),
    Connect(usize, usize),
    Disconnect(usize, usize),
    Send(usize),
    Recv(usize),
    /// One of the links that there are.
    Cut(usize),
    /// Milliseconds.
    Advance(u64),
    Close(usize),
}

/// What is known of nodes without looking.
#[derive(Clone, Debug)]
struct Model {
    seed: u64,
    bound: [Option<usize>; 3],
    connected: [[u8; 3]; 2],
    is_closed: [bool; 4],
    cuts: usize,
    /// Whether the last operation is to succeed, where that is known.
    succeeds: Option<bool>,
}

impl Model {
    fn apply(&mut self, op: Op) {
        self.succeeds = None;
        match op {
            Op::Bind(pull, endpoint) => self.bound[endpoint] = Some(pull),
            Op::Unbind(pull, endpoint) => {
                let found = self.bound[endpoint] == Some(pull) && !self.is_closed[pull];
                self.succeeds = Some(found);
                if found {
                    self.bound[endpoint] = None;
                }
            }
            Op::Connect(push, endpoint) => {
                self.succeeds = Some(!self.is_closed[push]);
                self.connected[push][endpoint] += u8::from(!self.is_closed[push]);
            }
            Op::Disconnect(push, endpoint) => {
                let found = self.connected[push][endpoint] > 0 && !self.is_closed[push];
                self.succeeds = Some(found);
                // Every connect to it, as in libzmq.
                self.connected[push][endpoint] *= u8::from(!found);
            }
            Op::Send(push) => {
                let has_nobody = self.connected[push] == [0; 3] || self.is_closed[push];
                self.succeeds = has_nobody.then_some(false);
            }
            Op::Recv(pull) => self.succeeds = self.is_closed[pull].then_some(false),
            Op::Cut(_) => self.cuts += 1,
            Op::Advance(_) => {}
            Op::Close(socket) => {
                self.is_closed[socket] = true;
                for bound in self.bound.iter_mut().filter(|bound| **bound == Some(socket)) {
                    *bound = None;
                }
            }
        }
    }

    /// Messages that may be gone: of a cut link the batch under way.
    fn lost(&self) -> usize {
        if self.is_closed[2] || self.is_closed[3] { usize::MAX / 2 } else { self.cuts * HWM }
    }
}

/// Plays against an honest network, or against the liar of this number.
struct Machine<const LIAR: usize>;

struct Played {
    world: World,
    sockets: [At; 4],
    sent: Vec<u8>,
    came: Vec<Vec<Message>>,
}

impl<const LIAR: usize> ReferenceStateMachine for Machine<LIAR> {
    type State = Model;
    type Transition = Op;

    fn init_state() -> BoxedStrategy<Model> {
        let model = |seed| Model {
            seed,
            bound: [None; 3],
            connected: [[0; 3]; 2],
            is_closed: [false; 4],
            cuts: 0,
            succeeds: None,
        };
        any::<u64>().prop_map(model).boxed()
    }

    fn transitions(_: &Model) -> BoxedStrategy<Op> {
        let (push, pull, endpoint) = (0..2_usize, 2..4_usize, 0..3_usize);
        Union::new_weighted(vec![
            (4, (pull.clone(), endpoint.clone()).prop_map(|(s, e)| Op::Bind(s, e)).boxed()),
            (2, (pull.clone(), endpoint.clone()).prop_map(|(s, e)| Op::Unbind(s, e)).boxed()),
            (4, (push.clone(), endpoint.clone()).prop_map(|(s, e)| Op::Connect(s, e)).boxed()),
            (3, (push.clone(), endpoint).prop_map(|(s, e)| Op::Disconnect(s, e)).boxed()),
            (12, push.prop_map(Op::Send).boxed()),
            (6, pull.prop_map(Op::Recv).boxed()),
            (1, (0..4_usize).prop_map(Op::Cut).boxed()),
            (8, (0..300_u64).prop_map(Op::Advance).boxed()),
            (1, (0..4_usize).prop_map(Op::Close).boxed()),
        ])
        .boxed()
    }

    fn preconditions(model: &Model, op: &Op) -> bool {
        match *op {
            // Who binds where somebody is bound is for the driver to refuse.
            Op::Bind(pull, endpoint) => model.bound[endpoint].is_none() && !model.is_closed[pull],
            Op::Connect(push, endpoint) => model.connected[push][endpoint] < 3,
            // A liar is caught when nothing excuses a loss.
            Op::Cut(_) => LIAR >= LIES.len(),
            Op::Close(socket) => LIAR >= LIES.len() || socket < 2,
            Op::Unbind(..) | Op::Disconnect(..) | Op::Send(_) | Op::Recv(_) | Op::Advance(_) => {
                true
            }
        }
    }

    fn apply(mut model: Model, op: &Op) -> Model {
        model.apply(*op);
        model
    }
}

impl<const LIAR: usize> StateMachineTest for Machine<LIAR> {
    type SystemUnderTest = Played;
    type Reference = Self;

    fn init_test(model: &Model) -> Played {
        let mut world = World::new(model.seed);
        world.capacity = if LIAR < LIES.len() { 512 } else { 0 };
        let sockets = [Push, Push, Pull, Pull].map(|socket_type| world.open(socket_type));
        for at in sockets {
            world.set(at, "sndhwm", 3);
            world.set(at, "rcvhwm", 3);
            world.set(at, "reconnect_ivl", 10);
        }
        Played { world, sockets, sent: vec![0; 2], came: vec![Vec::new(); 3] }
    }

    fn apply(mut played: Played, model: &Model, op: Op) -> Played {
        if let (Some(lie), Op::Advance(_)) = (LIES.get(LIAR), op) {
            played.world.lie(*lie);
        }
        let succeeded = played.play(op);
        assert_eq!(model.succeeds.unwrap_or(succeeded), succeeded, "{op:?}");
        assert_eq!(played.judge(usize::MAX / 2), Ok(()), "{op:?}");
        played
    }

    fn teardown(mut played: Played, model: Model) {
        let open = played.world.open(Pull);
        for endpoint in (0..3).filter(|endpoint| model.bound[*endpoint].is_none()) {
            played.world.bind(open, &name(endpoint));
        }
        let pulls = [played.sockets[2], played.sockets[3], open];
        let mut idle = 0;
        while idle < 3 {
            played.world.run(LONG);
            idle += 1;
            for (came, pull) in played.came.iter_mut().zip(pulls) {
                let more = played.world.recv_all(pull);
                idle = if more.is_empty() { idle } else { 0 };
                came.extend(more);
            }
        }
        assert_eq!(played.judge(model.lost()), Ok(()), "at the end");
        for at in played.sockets.into_iter().chain([open]) {
            played.world.close(at);
        }
        played.world.run(LONG);
        assert_eq!(played.world.closed.len(), 5, "{:?} are over", played.world.closed);
        assert_eq!(played.world.links(), []);
    }
}

fn name(endpoint: usize) -> String {
    format!("tcp://10.0.0.1:555{endpoint}")
}

impl Played {
    fn play(&mut self, op: Op) -> bool {
        let (world, sockets) = (&mut self.world, self.sockets);
        match op {
            Op::Bind(pull, endpoint) => world.bind(sockets[pull], &name(endpoint)),
            Op::Unbind(pull, endpoint) => {
                return world.with(sockets[pull], |node, socket, _| {
                    node.unbind(socket, &name(endpoint)).is_ok()
                });
            }
            Op::Connect(push, endpoint) => {
                return world.with(sockets[push], |node, socket, _| {
                    node.connect(socket, &name(endpoint)).is_ok()
                });
            }
            Op::Disconnect(push, endpoint) => {
                return world.with(sockets[push], |node, socket, now| {
                    node.disconnect(socket, &name(endpoint), now).is_ok()
                });
            }
            Op::Send(push) => {
                let next = message(u8::try_from(push).unwrap(), self.sent[push]);
                let is_sent = world.send(sockets[push], next).is_ok();
                self.sent[push] += u8::from(is_sent);
                return is_sent;
            }
            Op::Recv(pull) => {
                let received = world.recv(sockets[pull]);
                let came = received.is_ok();
                self.came[pull - 2].extend(received);
                return came;
            }
            Op::Cut(chosen) => {
                world.links().get(chosen).copied().inspect(|link| world.sever(*link));
            }
            Op::Advance(millis) => world.run(Duration::from_millis(millis)),
            Op::Close(socket) => world.close(sockets[socket]),
        }
        true
    }

    fn judge(&self, lost: usize) -> Result<(), String> {
        judge(&self.sent, &self.came, self.world.most_links().saturating_sub(1), lost)
    }
}

/// As many games as this, or until one is lost.
fn play<const LIAR: usize>(cases: u32, rng: Option<TestRng>) -> Result<(), String> {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = match rng {
        Some(rng) => TestRunner::new_with_rng(config.clone(), rng),
        None => TestRunner::new(config.clone()),
    };
    let games = Machine::<LIAR>::sequential_strategy(10..80);
    let played = runner.run(&games, |(model, ops, seen)| {
        Machine::<LIAR>::test_sequential(config.clone(), model, ops, seen);
        Ok(())
    });
    played.map_err(|error| match error {
        TestError::Fail(reason, (model, ops, _)) => {
            format!("{reason}\nseed {}: {ops:?}", model.seed)
        }
        TestError::Abort(reason) => reason.to_string(),
    })
}

#[test]
fn nodes_do_what_their_model_does_whatever_is_done_to_them() {
    let played = play::<{ usize::MAX }>(300, None);
    assert!(played.is_ok(), "{}", played.unwrap_err());
}

#[test]
fn every_liar_is_caught() {
    let caught = |play: fn(u32, Option<TestRng>) -> Result<(), String>| {
        play(300, Some(TestRng::deterministic_rng(RngAlgorithm::ChaCha))).is_err()
    };
    let caught = [caught(play::<0>), caught(play::<1>), caught(play::<2>), caught(play::<3>)];
    let escaped = LIES.iter().zip(caught).filter(|(_, caught)| !caught);
    assert_eq!(escaped.map(|(lie, _)| lie).collect::<Vec<_>>(), Vec::<&Lie>::new());
}
