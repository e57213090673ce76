//! The life of one message: every event it occurs in, and what ended it.

use crate::analysis::{Analysis, message};
use crate::message::MessageId;
use crate::schedule::Schedule;
use crate::trace::{Trace, What};
use crate::units::Span;

/// `FLOW/NUMBER`, or `reply FLOW/NUMBER`; a flow by its name or number.
///
/// # Errors
/// Says how to write it and which flows there are.
pub fn parse_message(schedule: &Schedule, text: &str) -> Result<MessageId, String> {
    let wrong = || {
        let flows: Vec<&str> = schedule.flow.iter().map(|flow| flow.name.as_str()).collect();
        format!(
            "{text:?} names no message; write FLOW/NUMBER or \"reply FLOW/NUMBER\", of {}",
            flows.join(", ")
        )
    };
    let (rest, is_reply) = text.strip_prefix("reply ").map_or((text, false), |rest| (rest, true));
    let (flow, number) = rest.rsplit_once('/').ok_or_else(wrong)?;
    let by_name = schedule.flow.iter().position(|known| known.name == flow);
    let by_number = || flow.parse::<usize>().ok().filter(|number| *number < schedule.flow.len());
    let flow =
        by_name.or_else(by_number).and_then(|flow| u16::try_from(flow).ok()).ok_or_else(wrong)?;
    Ok(MessageId { flow, number: number.parse().map_err(|_| wrong())?, is_reply })
}

/// What happened to a message, a line each.
#[must_use]
pub fn explain(
    schedule: &Schedule,
    trace: &Trace,
    analysis: &Analysis,
    id: MessageId,
) -> Vec<String> {
    let name = |socket: usize| {
        schedule.socket.get(socket).map_or("a stranger", |socket| socket.name.as_str())
    };
    let hop = |connection: u32, side: u8| {
        let sockets =
            analysis.wires.get(connection as usize).map_or([usize::MAX; 2], |wire| wire.sockets);
        let [one, other] = sockets;
        if side == 0 { (name(one), name(other)) } else { (name(other), name(one)) }
    };
    let mut lines = Vec::new();
    for event in trace.events.iter().filter(|event| message(&event.what) == Some(id)) {
        let words = match &event.what {
            What::Sent { socket, octets, .. } => {
                format!("{} takes it from its application, {octets} octets", name((*socket).into()))
            }
            What::Refused { socket, .. } => format!("{} will not take it", name((*socket).into())),
            What::Written { connection, side, .. } => {
                let (from, to) = hop(*connection, *side);
                format!("{from} has written its last octet to {to} (connection {connection})")
            }
            What::Arrived { connection, side, .. } => {
                let (_, to) = hop(*connection, *side);
                format!("{to} has read its last octet (connection {connection})")
            }
            What::Received { socket, .. } => {
                format!("the application of {} receives it", name((*socket).into()))
            }
            _ => continue,
        };
        lines.push(format!("{:>12}  {words}", at(event.at)));
    }
    if lines.is_empty() {
        lines.push("it was never sent".to_owned());
    }
    for life in analysis.lives.iter().filter(|life| life.id == id) {
        lines.push(format!("{:>12}  for {}: {}", "end", name(life.end), life.fate));
    }
    lines
}

fn at(nanos: u64) -> String {
    format!("{:.3} ms", Span(nanos).as_secs() * 1000.0)
}
