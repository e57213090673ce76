//! Two sockets of the adapter that are joined: what a rule about messages needs.

use serde_json::{Value, json};

use crate::adapter::Hello;
use crate::adapter::check::desk::Desk;
use crate::adapter::check::{Stop, reply};

/// Time enough for what must come: milliseconds.
pub(super) const LONG: u64 = 60_000;

/// Types that carry messages one way, the receiver first.
const ONE_WAY: [(&str, &str); 3] = [("PULL", "PUSH"), ("PAIR", "PAIR"), ("DEALER", "DEALER")];

/// A bound receiver and a connected sender, by their names.
pub(super) struct Pair {
    pub(super) receiver: String,
    pub(super) sender: String,
}

/// The types of a pair: receiver and sender.
pub(super) fn types(hello: &Hello) -> Result<(&'static str, &'static str), Stop> {
    let has = |(one, other): &(&str, &str)| hello.can.has_type(one) && hello.can.has_type(other);
    let none = || Stop::Untried("it has neither PULL and PUSH nor PAIR nor DEALER".into());
    ONE_WAY.into_iter().find(has).ok_or_else(none)
}

/// An endpoint to bind, over the transport of the adapter that is nearest to the suite's.
pub(super) fn endpoint(desk: &mut Desk, hello: &Hello) -> Result<String, Stop> {
    for role in ["bind", "connect"] {
        if !hello.can.has_role(role) {
            return Err(Stop::Untried(format!("it does not {role}, so it cannot meet itself")));
        }
    }
    match ["tcp", "inproc"].into_iter().find(|name| hello.can.has_transport(name)) {
        Some("tcp") => Ok("tcp://127.0.0.1:*".to_owned()),
        Some(_) => Ok(format!("inproc://zeroproof-{}", desk.name())),
        None => Err(Stop::Untried("it has neither tcp nor inproc".into())),
    }
}

/// A new socket of this type; its name.
pub(super) async fn open(desk: &mut Desk, kind: &str) -> Result<String, Stop> {
    let name = desk.name();
    desk.ok("open", json!({"s": name, "type": kind})).await?;
    Ok(name)
}

/// Binds a socket somewhere; the endpoint.
pub(super) async fn bind(desk: &mut Desk, name: &str) -> Result<String, Stop> {
    let hello = desk.hello().await?;
    let to = endpoint(desk, &hello)?;
    let ok = desk.ok("bind", json!({"s": name, "to": to})).await?;
    Ok(ok.get("endpoint").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// A pair of these types, the first bound.
pub(super) async fn of(desk: &mut Desk, (bound, dials): (&str, &str)) -> Result<Pair, Stop> {
    let receiver = open(desk, bound).await?;
    let endpoint = bind(desk, &receiver).await?;
    let sender = open(desk, dials).await?;
    desk.ok("connect", json!({"s": sender, "to": endpoint})).await?;
    Ok(Pair { receiver, sender })
}

/// A pair of the first types the adapter has.
pub(super) async fn new(desk: &mut Desk) -> Result<Pair, Stop> {
    let hello = desk.hello().await?;
    of(desk, types(&hello)?).await
}

/// A type of the adapter, any.
pub(super) fn any_type(hello: &Hello) -> Result<String, Stop> {
    let first = hello.can.types.first().cloned();
    first.ok_or_else(|| Stop::Untried("it claims no socket type".into()))
}

/// Posts a recv that waits long; its id.
pub(super) fn recv(desk: &mut Desk, name: &str) -> u64 {
    desk.post("recv", json!({"s": name, "within_ms": LONG}))
}

/// Sends parts as they stand in JSON.
pub(super) async fn send(desk: &mut Desk, name: &str, parts: &Value) -> Result<(), Stop> {
    let fields = json!({"s": name, "parts": parts, "within_ms": LONG});
    desk.ok("send", fields).await.map(|_| ())
}

/// What a recv that was posted brings.
pub(super) async fn received(desk: &mut Desk, id: u64) -> Result<Vec<Vec<u8>>, Stop> {
    let ok = desk.ok_of(id, "recv").await?;
    Ok(reply::parts(&ok)?)
}

/// Octets of a message for people: its parts in hex, cut.
pub(super) fn shown(parts: &[Vec<u8>]) -> String {
    let part = |octets: &Vec<u8>| match octets.len() {
        0..=16 => format!("\"{}\"", crate::octets::hex(octets)),
        many => format!("({many} octets)"),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" ")
}
