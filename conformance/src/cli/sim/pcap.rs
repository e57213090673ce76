//! A simulated run as a pcapng capture: a process is 10.0.0.N, and a connection has its own port.

use std::collections::BTreeMap;
use std::time::Duration;

use zeroproof_sim::schedule::Schedule;
use zeroproof_sim::trace::{End, Packet, Trace, What};

use crate::report::packets::{self, Connection, Flag, Packets};

/// Where whoever binds listens.
const PORT: u16 = 5555;
/// The port of the first connection's other end.
const FIRST: u32 = 10_000;
const PORTS: u32 = 50_000;

/// What happens to a connection, at its time.
enum Step<'a> {
    Up(packets::End, packets::End),
    Octets(&'a Packet),
    Over(usize, Flag),
}

/// The capture of a run that was recorded. Octets stand at the time when they were written.
///
/// # Errors
/// What the writers of packets and blocks refuse.
pub(super) fn capture(schedule: &Schedule, trace: &Trace) -> Result<Vec<u8>, String> {
    let nodes = schedule.nodes();
    let address = |socket: u16| {
        let spec = schedule.socket.get(usize::from(socket));
        let node = spec.and_then(|spec| nodes.iter().position(|node| *node == spec.node));
        let number = node.map_or(0, |node| u16::try_from(node + 1).unwrap_or(u16::MAX));
        let [group, last] = number.to_be_bytes();
        [10, 0, group, last]
    };
    let mut first = BTreeMap::new();
    for packet in trace.packets.iter().flatten() {
        first.entry(packet.connection).or_insert(packet.at);
    }
    let mut steps: Vec<(u64, u32, Step<'_>)> = Vec::new();
    let mut ends = BTreeMap::new();
    for event in &trace.events {
        match event.what {
            What::Dialed { connection, from, to } => {
                let port = u16::try_from(FIRST + connection % PORTS).unwrap_or(u16::MAX);
                ends.insert(connection, ((address(from), port), (address(to), PORT)));
            }
            What::Up { connection } => {
                let stranger = ([10, 0, 255, 255], PORT);
                let (from, to) = ends.get(&connection).copied().unwrap_or((stranger, stranger));
                // Who listens writes before the other side knows of it.
                let at = first.get(&connection).map_or(event.at, |first| event.at.min(*first));
                steps.push((at, connection, Step::Up(from, to)));
            }
            What::Closed { connection, side, end } => {
                let over = match end {
                    End::Reset | End::TimedOut => Flag::Reset,
                    _ => Flag::Fin,
                };
                steps.push((event.at, connection, Step::Over(usize::from(side), over)));
            }
            _ => {}
        }
    }
    let written = trace.packets.iter().flatten();
    steps.extend(written.map(|packet| (packet.at, packet.connection, Step::Octets(packet))));
    // What ends at the time of its last octets ends behind them.
    steps.sort_by_key(|(at, _, step)| {
        let rank = match step {
            Step::Up(..) => 0,
            Step::Octets(_) => 1,
            Step::Over(..) => 2,
        };
        (*at, rank)
    });
    packed(&steps)
}

fn packed(steps: &[(u64, u32, Step<'_>)]) -> Result<Vec<u8>, String> {
    let mut file = Packets::new()?;
    let mut links: BTreeMap<u32, Connection> = BTreeMap::new();
    for (at, connection, step) in steps {
        let at = Duration::from_nanos(*at);
        match step {
            Step::Up(from, to) => {
                links.insert(*connection, Connection::open(&mut file, at, [*from, *to])?);
            }
            Step::Octets(packet) => {
                let Some(link) = links.get_mut(connection) else { continue };
                link.send(&mut file, at, packet.side.into(), &packet.octets, None)?;
            }
            Step::Over(side, flag) => {
                let Some(link) = links.get_mut(connection) else { continue };
                link.tell(&mut file, at, *side, *flag, None)?;
            }
        }
    }
    Ok(file.into_octets())
}
