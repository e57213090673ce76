//! O3: the rules of the patterns that show from outside (28, 29, 30).

use super::{Breach, Case};
use crate::analysis::topology;
use crate::schedule::Then;
use crate::trace::What;
use crate::units::Span;

pub(super) const ID: &str = "O3-pattern";

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let mut awaited: Vec<Option<u32>> = vec![None; case.schedule.flow.len()];
    // Requesters with a life before this one: a ROUTER that dials keeps the name of whom it has
    // dialled (28-ROUTER-003), so that a late reply reaches the next life, which only a correlated
    // request can tell apart.
    let mut reborn = vec![false; case.schedule.flow.len()];
    for (number, event) in (0_u32..).zip(&case.trace.events) {
        let at = Span(event.at);
        let mut wrong = |what: String| {
            breaches.push(Breach {
                oracle: ID,
                what: format!("{at}: {what}"),
                event: Some(number),
            });
        };
        match &event.what {
            //= 29-SUB: only what begins with a prefix that was asked for.
            What::Unasked { socket, message } => {
                let name = case.name(usize::from(*socket));
                wrong(format!("{name} received message {message}, whose topic it never asked for"));
            }
            //= 29-PUB-013, 29-XPUB-011: a full subscriber holds nobody up, unless it is asked for.
            What::Blocked { socket, message } if never_waits(case, usize::from(*socket)) => {
                let name = case.name(usize::from(*socket));
                wrong(format!("{name} had no room for message {message}, and a publisher drops"));
            }
            What::Sent { socket, message, .. }
                if !message.is_reply && is_requester(case, usize::from(*socket)) =>
            {
                set(&mut awaited, message.flow, Some(message.number));
            }
            // A relaxed REQ takes the reply until it sends the next request; a new one never does.
            What::GaveUp { message, .. } if reopens(case, message.flow) => {
                set(&mut awaited, message.flow, None);
                set(&mut reborn, message.flow, true);
            }
            What::Died { node, .. } => {
                for flow in flows_of(case, usize::from(*node)) {
                    set(&mut awaited, flow, None);
                    set(&mut reborn, flow, true);
                }
            }
            What::Received { socket, message } => {
                let Some(ways) = case.analysis.ways.get(usize::from(message.flow)) else {
                    continue;
                };
                let (_, expected) = topology::expected(case.schedule, ways, *message);
                let at = usize::from(*socket);
                let is_on = expected.iter().any(|way| way.iter().any(|(_, to)| *to == at));
                let name = case.name(at);
                if !is_on {
                    wrong(format!("{name} received message {message}, which is for somebody else"));
                }
                //= 28-REQ: only the reply to the request that is out.
                if message.is_reply && is_requester(case, at) {
                    let flow = usize::from(message.flow);
                    let out = awaited.get(flow).copied().flatten();
                    let may_be_late =
                        reborn.get(flow) == Some(&true) && !case.is_set(at, "req_correlate");
                    if out != Some(message.number) && !may_be_late {
                        wrong(format!("{name} received {message}, and waits for {out:?}"));
                    }
                    set(&mut awaited, message.flow, None);
                }
            }
            _ => {}
        }
    }
}

/// The flows that a process sends.
fn flows_of(case: Case<'_>, node: usize) -> Vec<u16> {
    let nodes = case.schedule.nodes();
    let is_on = |from: &str| {
        let socket = case.schedule.socket_named(from);
        socket.is_some_and(|(_, socket)| nodes.get(node) == Some(&socket.node.as_str()))
    };
    let flows = (0_u16..).zip(&case.schedule.flow);
    flows.filter(|(_, flow)| is_on(&flow.from)).map(|(number, _)| number).collect()
}

fn reopens(case: Case<'_>, flow: u16) -> bool {
    let flow = case.schedule.flow.get(usize::from(flow));
    flow.is_some_and(|flow| flow.then == Then::Reopen)
}

/// A publisher that may not wait for its subscribers.
fn never_waits(case: Case<'_>, socket: usize) -> bool {
    let spec = case.schedule.socket.get(socket);
    spec.is_some_and(|spec| spec.kind.is_publisher()) && !case.is_set(socket, "xpub_nodrop")
}

fn is_requester(case: Case<'_>, socket: usize) -> bool {
    let spec = case.schedule.socket.get(socket);
    spec.is_some_and(|spec| spec.kind == zeroproof_reference::SocketType::Req)
}

fn set<T>(slots: &mut [T], flow: u16, value: T) {
    if let Some(slot) = slots.get_mut(usize::from(flow)) {
        *slot = value;
    }
}
