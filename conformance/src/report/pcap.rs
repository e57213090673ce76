//! The octets of a result as a pcapng capture, for tools that dissect ZMTP. The SUT is 127.0.0.2,
//! the tester 127.0.0.1, whoever binds has port 5555. Notes stand as comments of packets.
//! Deliberately absent: what was really below TCP.

use std::time::Duration;

use super::json::{CaseReport, Dir};
use super::packets::{Connection, Flag, Packets};

/// Where whoever binds listens.
const PORT: u16 = 5555;
/// The port of the first connection's other end.
const FIRST: u16 = 40_000;
const TESTER: [u8; 4] = [127, 0, 0, 1];
const SUT: [u8; 4] = [127, 0, 0, 2];

/// The name of the file of a result: id and axes, with no character that a shell or a file system
/// minds.
pub fn file_name(case: &CaseReport) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '-' };
    let name: String = format!("{}.{}", case.id, case.axes).chars().map(safe).collect();
    format!("{}.pcapng", name.trim_start_matches('.'))
}

/// The capture.
///
/// # Errors
/// What the writers of packets and blocks refuse.
pub fn capture(case: &CaseReport) -> Result<Vec<u8>, String> {
    let mut packets = Packets::new()?;
    let mut links: Vec<Option<Connection>> = Vec::new();
    let sut_binds = case.axes.role == "bind";
    for step in &case.steps {
        let at = Duration::from_micros(step.t_us);
        let number = step.connection.min(usize::from(u16::MAX - FIRST));
        if links.len() <= number {
            links.resize_with(number + 1, || None);
        }
        let Some(slot) = links.get_mut(number) else { continue };
        let link = match slot {
            Some(link) => link,
            None => {
                let port = FIRST.saturating_add(u16::try_from(number).unwrap_or(u16::MAX));
                let (dials, binds) = if sut_binds { (TESTER, SUT) } else { (SUT, TESTER) };
                let ends = [(dials, port), (binds, PORT)];
                slot.insert(Connection::open(&mut packets, at, ends)?)
            }
        };
        // Side 0 has dialled.
        let side = usize::from((step.dir == Dir::Sent) != sut_binds);
        let octets = step.step().octets;
        let note = step.note.as_deref();
        link.send(&mut packets, at, side, &octets, note)?;
        match note {
            Some(closed) if closed.starts_with("closed") => {
                let note = octets.is_empty().then_some(closed);
                link.tell(&mut packets, at, side, Flag::Fin, note)?;
            }
            Some(note) if octets.is_empty() => {
                link.tell(&mut packets, at, side, Flag::Ack, Some(note))?;
            }
            _ => {}
        }
    }
    Ok(packets.into_octets())
}
