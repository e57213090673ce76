//! The pipes of this world against those of the operating system: the same octet traces over
//! loopback TCP.
//!
//! After each step, how many octets of each direction have not been read, and what a reader sees
//! behind them, is the same in both. Where a system may do this or that, [`Known`] says so.

use super::World;
use super::connection::Side;
use super::host::{Host, Life};
use super::pipe::Pipe;
use super::queue::Queue;
use crate::schedule::{Line, Schedule};
use crate::trace::{End, What};
use crate::units::{Range, Size, Span};
use socket2::SockRef;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

/// What is done by one of the sides.
#[derive(Clone, Copy, Debug)]
enum Step {
    Write(usize, usize),
    /// As much as its system takes.
    Fill(usize),
    /// From now on it does not read, or does again.
    Stall(usize),
    Flow(usize),
    /// It will write no more.
    Shut(usize),
    /// The process ends.
    Die(usize),
    /// It ends with a reset.
    Reset(usize),
}
use Step::{Die, Fill, Flow, Reset, Shut, Stall, Write as Put};

/// How the two may differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Same,
    /// A reset flushes what nobody has read, as RFC 9293 (3.10.7.4) has it; Linux keeps it for
    /// who reads before it writes. The model takes the loss that every system may have.
    ResetFlushes,
}
use Known::{ResetFlushes, Same};

/// What a side sees: octets for it that it has not read, and the end behind them.
type Seen = (u64, Option<End>);

fn traces() -> Vec<(&'static str, Vec<Step>, Known)> {
    let mut all = vec![
        ("one octet", vec![Put(0, 1)], Same),
        ("many octets", vec![Put(0, 5000)], Same),
        ("octet by octet", [Put(0, 1); 50].to_vec(), Same),
        ("both ways", vec![Put(0, 500), Put(1, 700), Put(0, 1)], Same),
        ("a process ends", vec![Die(0)], Same),
        ("it ends after its octets", vec![Put(0, 1000), Die(0)], Same),
        ("it ends with octets unread", vec![Stall(1), Put(0, 10), Die(1)], Same),
        ("it has written as well", vec![Stall(1), Put(1, 300), Put(0, 10), Die(1)], Same),
        ("half closed", vec![Shut(0)], Same),
        ("half closed after octets", vec![Put(0, 99), Shut(0)], Same),
        ("the other half goes on", vec![Put(0, 9), Shut(0), Put(1, 50), Put(1, 60)], Same),
        ("both halves", vec![Put(0, 9), Shut(0), Put(1, 50), Shut(1)], Same),
        ("written to who has ended", vec![Put(0, 9), Die(0), Put(1, 10)], Same),
        ("late reader", vec![Stall(1), Put(0, 1000), Put(0, 1000), Flow(1)], Same),
        ("late reader of who has ended", vec![Stall(1), Put(0, 1000), Die(0), Flow(1)], Same),
        ("late reader, half closed", vec![Stall(1), Put(0, 1000), Shut(0), Flow(1)], Same),
        ("full", vec![Stall(1), Fill(0)], Same),
        ("full, then read", vec![Stall(1), Fill(0), Flow(1)], Same),
        (
            "full, then read and full again",
            vec![Stall(1), Fill(0), Flow(1), Stall(1), Fill(0)],
            Same,
        ),
        ("full, and the writer ends", vec![Stall(1), Fill(0), Die(0), Flow(1)], Same),
        ("full, and the reader ends", vec![Stall(1), Fill(0), Die(1)], Same),
        ("full both ways", vec![Stall(0), Stall(1), Fill(0), Fill(1), Flow(0), Flow(1)], Same),
        ("reset at once", vec![Reset(0)], Same),
        ("reset with octets unread", vec![Stall(1), Put(0, 77), Reset(0), Flow(1)], ResetFlushes),
    ];
    for octets in [1, 9, 10, 11, 63, 64, 65, 1000] {
        all.push(("reset behind an octet", vec![Put(0, octets), Reset(0)], Same));
    }
    all
}

/// A connection of the model, without engines at its ends.
struct Model<'a> {
    world: World<'a>,
    reads: [bool; 2],
    accepted: [u64; 2],
    read: [u64; 2],
}

impl<'a> Model<'a> {
    fn new(schedule: &'a Schedule) -> Self {
        let mut world = World::new(schedule).unwrap();
        for host in [0, 1] {
            let mut host = Host::new(host, &[]);
            host.life = Life::Up;
            world.hosts.push(host);
        }
        let id = world.connection([0, 1], 0, None, 0);
        world.queue = Queue::default();
        let wire = world.wire_mut(id).unwrap();
        (wire.hosts, wire.sides) = ([0, 1], [Side::Open; 2]);
        Self { world, reads: [true; 2], accepted: [0; 2], read: [0; 2] }
    }

    fn step(&mut self, step: Step) {
        match step {
            Put(side, octets) => self.write(side, octets),
            // More than both buffers hold; whoever has no room is not asked to take it.
            Fill(side) => {
                while self.world.pipe(0, side).is_some_and(|pipe| !pipe.owes) {
                    self.write(side, 4096);
                }
            }
            Stall(side) => self.reads[side] = false,
            Flow(side) => self.reads[side] = true,
            Shut(side) => {
                self.world.pipe(0, side).into_iter().for_each(Pipe::close);
                self.world.launch(0, side);
            }
            Die(side) => self.world.sides_killed(side),
            Reset(_) => self.world.reset_both(0),
        }
        self.settle();
    }

    fn write(&mut self, side: usize, octets: usize) {
        self.world.write(0, side, vec![7; octets]);
        self.accepted[side] += octets as u64;
    }

    fn settle(&mut self) {
        loop {
            [0, 1].into_iter().for_each(|side| self.greedy(side));
            let Some((at, due)) = self.world.queue.pop() else { return };
            self.world.now = self.world.now.max(at);
            self.world.happen(due);
        }
    }

    fn greedy(&mut self, side: usize) {
        if !self.reads[side] || self.world.end_of(0, side).is_none_or(|end| end.1 == Side::Gone) {
            return;
        }
        let octets = self.world.pipe(0, 1 - side).unwrap().read(drop);
        if !octets.is_empty() {
            self.read[side] += octets.len() as u64;
            self.world.launch(0, 1 - side);
        }
        self.world.read(0, side);
    }

    fn seen(&self, side: usize) -> Seen {
        let end = self.world.trace.events.iter().rev().find_map(|event| match event.what {
            What::Closed { side: at, end, .. } if usize::from(at) == side => Some(end),
            _ => None,
        });
        (self.accepted[1 - side] - self.read[side], end)
    }
}

/// The same over loopback TCP.
struct Kernel {
    streams: [Option<TcpStream>; 2],
    reads: [bool; 2],
    accepted: [u64; 2],
    read: [u64; 2],
    ends: [Option<End>; 2],
}

impl Kernel {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        SockRef::from(&listener).set_recv_buffer_size(8 << 10).unwrap();
        let dialed = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        for stream in [&dialed, &accepted] {
            stream.set_nodelay(true).unwrap();
            SockRef::from(stream).set_send_buffer_size(8 << 10).unwrap();
        }
        Self {
            streams: [Some(dialed), Some(accepted)],
            reads: [true; 2],
            accepted: [0; 2],
            read: [0; 2],
            ends: [None; 2],
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Put(side, octets) => {
                self.streams[side].as_mut().unwrap().write_all(&vec![7; octets]).unwrap();
                self.accepted[side] += octets as u64;
            }
            Fill(side) => self.fill(side),
            Stall(side) => self.reads[side] = false,
            Flow(side) => self.reads[side] = true,
            Shut(side) => self.streams[side].as_ref().unwrap().shutdown(Shutdown::Write).unwrap(),
            Die(side) => drop(self.streams[side].take()),
            Reset(side) => {
                let stream = self.streams[side].take().unwrap();
                SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
            }
        }
    }

    fn fill(&mut self, side: usize) {
        let stream = self.streams[side].as_mut().unwrap();
        stream.set_nonblocking(true).unwrap();
        loop {
            match stream.write(&[7; 4096]) {
                Ok(octets) => self.accepted[side] += octets as u64,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("{error}"),
            }
        }
        stream.set_nonblocking(false).unwrap();
    }

    /// Reads until it has seen what the model has, and then whatever else is there already.
    fn seen(&mut self, side: usize, (unread, end): Seen) -> Seen {
        while self.reads[side] && self.ends[side].is_none() {
            let there = self.accepted[1 - side] - self.read[side];
            let wants = there > unread || end.is_some();
            let stream = self.streams[side].as_mut().unwrap();
            stream.set_nonblocking(!wants).unwrap();
            // A system that never gives it fails the test instead of hanging it.
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            match stream.read(&mut [0; 4096]) {
                Ok(0) => self.ends[side] = Some(End::Finished),
                Ok(octets) => self.read[side] += octets as u64,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                    self.ends[side] = Some(End::Reset);
                }
                Err(_) => break,
            }
            stream.set_nonblocking(false).unwrap();
        }
        (self.accepted[1 - side] - self.read[side], self.ends[side])
    }
}

fn schedule() -> Schedule {
    let mut schedule = crate::schedule::invent(1, false);
    (schedule.socket, schedule.flow) = (Vec::new(), Vec::new());
    let latency = Range { least: Span(0), most: Span::ms(3) };
    let (sndbuf, rcvbuf) = (Size(8 << 10), Size(8 << 10));
    schedule.link = Line { latency, sndbuf, rcvbuf, ..Line::default() };
    schedule
}

/// What differs between the two in one trace.
fn compare(steps: &[Step], known: Known, seed: u64) -> Result<(), String> {
    let schedule = Schedule { seed, ..schedule() };
    let (mut model, mut kernel) = (Model::new(&schedule), Kernel::new());
    // How much fits is each system's own affair.
    let fills = steps.iter().any(|step| matches!(step, Fill(_)));
    for (number, step) in steps.iter().enumerate() {
        model.step(*step);
        kernel.step(*step);
        for side in [0, 1] {
            if kernel.streams[side].is_none() {
                continue;
            }
            let (unread, end) = model.seen(side);
            let there = kernel.seen(side, (unread, end));
            let may_flush = known == ResetFlushes && end == Some(End::Reset);
            let is_same = match (fills, may_flush) {
                (_, true) => there.0 <= unread,
                (true, false) => (there.0 == 0) == (unread == 0),
                (false, false) => there.0 == unread,
            };
            // Who does not read sees no end either.
            let sees_end = !kernel.reads[side] || there.1 == end;
            if !(is_same && sees_end) {
                return Err(format!(
                    "step {number} of {steps:?}: side {side}: {:?} here, {there:?} there",
                    (unread, end)
                ));
            }
        }
    }
    Ok(())
}

#[test]
fn the_system_does_what_the_model_does() {
    let traces = traces();
    assert!(traces.len() >= 20, "{}", traces.len());
    let mut wrong = Vec::new();
    for (name, steps, known) in traces {
        for seed in 0..5 {
            wrong.extend(compare(&steps, known, seed).err().map(|why| format!("{name}: {why}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The liar of the test above: what the model does is not compared with what was not done.
#[test]
fn another_trace_is_another_result() {
    let schedule = schedule();
    let (mut model, mut kernel) = (Model::new(&schedule), Kernel::new());
    [Put(0, 10), Die(0)].into_iter().for_each(|step| model.step(step));
    [Put(0, 10), Reset(0)].into_iter().for_each(|step| kernel.step(step));
    let here = model.seen(1);
    assert_eq!(here, (0, Some(End::Finished)));
    assert_eq!(kernel.seen(1, here), (0, Some(End::Reset)));
}
