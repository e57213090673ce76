//! "bench": the loops of an adapter's own, if it has them. Each rule has a process of its own,
//! since their sockets live as long as it.

use serde_json::{Map, Value, json};

use super::pair;
use super::requests::nowhere;
use crate::adapter::ErrorKind::{Again, Refused, Unsupported};
use crate::adapter::check::desk::Desk;
use crate::adapter::check::{Stop, Tried};

/// Messages of each work, measured and before.
const COUNT: u64 = 1_000;
const WARM_UP: u64 = 100;
const SIZE: u64 = 64;

/// A new process that has the op, and an endpoint for it.
async fn begin(desk: &mut Desk, types: [&str; 2]) -> Result<String, Stop> {
    let hello = desk.hello().await?;
    if !hello.can.has_op("bench") {
        return Err(Stop::Untried("it has no op bench".into()));
    }
    if let Some(kind) = types.into_iter().find(|kind| !hello.can.has_type(kind)) {
        return Err(Stop::Untried(format!("it has no {kind}")));
    }
    desk.start().await?;
    match pair::endpoint(desk, &hello)? {
        // Both sides are told a port, so it cannot be any.
        tcp if tcp.starts_with("tcp") => {
            nowhere().await.map_err(|error| desk.broken(format!("cannot listen: {error}")))
        }
        inproc => Ok(inproc),
    }
}

fn order(work: &str, kind: &str, end: (&str, &str), within_ms: u64) -> Value {
    let (role, to) = end;
    json!({"work": work, "type": kind, role: to, "size": SIZE, "count": COUNT,
        "warm_up": WARM_UP, "within_ms": within_ms})
}

/// Both sides of a work; what the binding and the connecting one answer.
async fn both(
    desk: &mut Desk,
    binds: (&str, &str),
    dials: (&str, &str),
) -> Result<[Map<String, Value>; 2], Stop> {
    let to = begin(desk, [binds.1, dials.1]).await?;
    let first = desk.post("bench", order(binds.0, binds.1, ("bind", &to), pair::LONG));
    if !desk.is_ready(first).await? {
        return Err(desk.broken("it answers before it is ready"));
    }
    let second = desk.post("bench", order(dials.0, dials.1, ("connect", &to), pair::LONG));
    let (first, second) = (desk.ok_of(first, "bench").await?, desk.ok_of(second, "bench").await?);
    desk.drop_process();
    for ok in [&first, &second] {
        let number = |name: &str| ok.get(name).and_then(Value::as_u64).unwrap_or(0);
        let all = COUNT + WARM_UP;
        if (number("messages"), number("octets")) != (all, all * SIZE) || number("ns") == 0 {
            let ok = Value::Object(ok.clone());
            return Err(desk.broken(format!("of {all} messages of {SIZE} octets it tells {ok}")));
        }
    }
    Ok([first, second])
}

pub(super) async fn delivers(desk: &mut Desk) -> Tried {
    both(desk, ("receive", "PULL"), ("send", "PUSH")).await.map(|_| ())
}

pub(super) async fn round_trips(desk: &mut Desk) -> Tried {
    let [_, asked] = both(desk, ("echo", "REP"), ("ask", "REQ")).await?;
    let trips = asked.get("trips").cloned().unwrap_or_default();
    let trip = |name: &str| trips.get(name).and_then(Value::as_u64);
    let all: Option<Vec<u64>> = ["p50", "p99", "p999", "max"].into_iter().map(trip).collect();
    match all {
        Some(all) if all.is_sorted() && all.first() > Some(&0) => Ok(()),
        _ => Err(desk.broken(format!("{trips} are no percentiles of round trips"))),
    }
}

pub(super) async fn in_vain(desk: &mut Desk) -> Tried {
    let to = begin(desk, ["PULL", "PULL"]).await?;
    desk.refused("bench", order("receive", "PULL", ("bind", &to), 50), &[Again]).await?;
    for (name, value) in
        [("bind", json!(to)), ("size", json!(-1)), ("count", json!(0)), ("work", json!("juggle"))]
    {
        let mut bad = order("receive", "PULL", ("connect", &to), 50);
        bad.as_object_mut().map(|fields| fields.insert(name.to_owned(), value));
        desk.refused("bench", bad, &[Refused, Unsupported]).await?;
    }
    desk.drop_process();
    Ok(())
}
