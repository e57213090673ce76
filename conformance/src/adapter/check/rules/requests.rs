//! "Requests and replies": what each op takes and answers.

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::pair::{self, LONG, any_type, bind, open, received, recv, send, shown};
use crate::adapter::ErrorKind::{self, Again, Refused, State, Unsupported};
use crate::adapter::check::desk::Desk;
use crate::adapter::check::{Stop, Tried};

/// The largest id: what every JSON library reads exactly.
const LARGEST: u64 = (1 << 53) - 1;

pub(super) async fn one_reply(desk: &mut Desk) -> Tried {
    let kind = any_type(&desk.hello().await?)?;
    for (number, id) in [LARGEST, (1 << 31) + 7, (1 << 31) + 3].into_iter().enumerate() {
        let line = json!({"id": id, "op": "open", "s": format!("id{number}"), "type": kind});
        desk.write_request(id, "open", &line.to_string());
        desk.ok_of(id, "open").await?;
    }
    // Many at once: every one is answered, whoever is first.
    let ids: Vec<u64> = (0..100).map(|_| desk.post("xyzzy", json!({}))).collect();
    for id in ids {
        let _ = desk.reply(id).await?;
    }
    Ok(())
}

pub(super) async fn fields(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let transports = ["tcp", "inproc"].into_iter().filter(|name| hello.can.has_transport(name));
    if !hello.can.has_role("bind") {
        return Err(Stop::Untried("it does not bind".into()));
    }
    let kind = any_type(&hello)?;
    for transport in transports {
        let tos = match transport {
            "tcp" => vec!["tcp://127.0.0.1:*".to_owned(), "tcp://127.0.0.1:0".to_owned()],
            _ => vec![format!("inproc://zeroproof-{}", desk.name())],
        };
        for to in tos {
            let name = open(desk, &kind).await?;
            let ok = desk.ok("bind", json!({"s": name, "to": to})).await?;
            let endpoint = ok.get("endpoint").and_then(Value::as_str).unwrap_or_default();
            if transport == "tcp" {
                listens(endpoint)
                    .await
                    .map_err(|why| desk.broken(format!("bind to {to}: {why}")))?;
            } else if endpoint != to {
                return Err(desk.broken(format!("bind to {to} answered {endpoint}")));
            }
            desk.ok("close", json!({"s": name})).await?;
        }
    }
    Ok(())
}

/// Whether somebody can really connect to the endpoint of a bind.
async fn listens(endpoint: &str) -> Result<(), String> {
    let address = endpoint.strip_prefix("tcp://");
    let address = address.and_then(|address| address.parse::<std::net::SocketAddr>().ok());
    let address = address.filter(|address| address.port() != 0);
    let address = address.ok_or_else(|| format!("`{endpoint}` is no real tcp endpoint"))?;
    let dialed = TcpStream::connect(address).await;
    dialed.map(drop).map_err(|error| format!("nobody listens at `{endpoint}`: {error}"))
}

pub(super) async fn names(desk: &mut Desk) -> Tried {
    let kind = any_type(&desk.hello().await?)?;
    for name in ["a", "a b/c", "a", "'\"{}\\", "A"] {
        desk.ok("open", json!({"s": name, "type": kind})).await?;
        desk.ok("close", json!({"s": name})).await?;
    }
    let name = desk.name();
    let other = format!("{name}-other");
    desk.ok("open", json!({"s": name, "type": kind})).await?;
    desk.ok("open", json!({"s": other, "type": kind})).await?;
    desk.ok("close", json!({"s": name})).await?;
    desk.ok("open", json!({"s": name, "type": kind})).await?;
    desk.refused("close", json!({"s": "never"}), &[State]).await?;
    desk.ok("close", json!({"s": other})).await.map(|_| ())
}

pub(super) async fn envelope(desk: &mut Desk) -> Tried {
    let can = desk.hello().await?.can;
    let mut tried = false;
    if can.has_type("ROUTER") && can.has_type("DEALER") && can.has_opt("routing_id") {
        let router = open(desk, "ROUTER").await?;
        let endpoint = bind(desk, &router).await?;
        let dealer = desk.name();
        let options = json!({"routing_id": {"hex": "7a70"}});
        desk.ok("open", json!({"s": dealer, "type": "DEALER", "opt": options})).await?;
        desk.ok("connect", json!({"s": dealer, "to": endpoint})).await?;
        exchange(desk, (&dealer, &router), json!(["01"]), &[b"zp", b"\x01"]).await?;
        exchange(desk, (&router, &dealer), json!(["7a70", "02"]), &[b"\x02"]).await?;
        tried = true;
    }
    if can.has_type("REQ") && can.has_type("REP") {
        let pair = pair::of(desk, ("REP", "REQ")).await?;
        exchange(desk, (&pair.sender, &pair.receiver), json!(["03"]), &[b"\x03"]).await?;
        exchange(desk, (&pair.receiver, &pair.sender), json!(["04"]), &[b"\x04"]).await?;
        tried = true;
    }
    let why = "it has neither ROUTER, DEALER and routing_id nor REQ and REP";
    if tried { Ok(()) } else { Err(Stop::Untried(why.into())) }
}

async fn exchange(
    desk: &mut Desk,
    (from, to): (&str, &str),
    sent: Value,
    expected: &[&[u8]],
) -> Tried {
    let id = recv(desk, to);
    send(desk, from, &sent).await?;
    let came = received(desk, id).await?;
    if came == expected {
        return Ok(());
    }
    let wanted: Vec<Vec<u8>> = expected.iter().map(|part| part.to_vec()).collect();
    Err(desk.broken(format!("{sent} came as {} and not {}", shown(&came), shown(&wanted))))
}

pub(super) async fn linger(desk: &mut Desk) -> Tried {
    desk.start().await?; // since it ends with this rule
    let hello = desk.hello().await?;
    let (_, sends) = pair::types(&hello)?;
    if !hello.can.has_role("connect") {
        return Err(Stop::Untried("it does not connect".into()));
    }
    let to = match pair::endpoint(desk, &hello) {
        Ok(endpoint) if endpoint.starts_with("inproc") => endpoint,
        _ => nowhere().await.map_err(|error| desk.broken(format!("cannot listen: {error}")))?,
    };
    for last in ["close", "bye"] {
        let name = open(desk, sends).await?;
        desk.ok("connect", json!({"s": name, "to": to})).await?;
        let id = desk.post("send", json!({"s": name, "parts": ["00"], "within_ms": 0}));
        let _ = desk.reply(id).await?; // whether it is taken before there is a peer, varies
        let fields = if last == "close" { json!({"s": name}) } else { json!({}) };
        desk.ok(last, fields).await?;
    }
    let deadline = desk.deadline;
    desk.leave(deadline).await?;
    desk.drop_process();
    Ok(())
}

/// An endpoint where nobody listens.
pub(super) async fn nowhere() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    Ok(format!("tcp://{}", listener.local_addr()?))
}

pub(super) async fn options(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let kind = any_type(&hello)?;
    let fields = json!({"s": "o", "type": kind, "opt": {"no_such_option": 1}});
    desk.refused("open", fields, &[Unsupported]).await?;
    let dealer = if hello.can.has_type("DEALER") { "DEALER" } else { &kind };
    for (option, value, kind) in [
        ("linger", json!(0), kind.as_str()),
        ("sndhwm", json!(7), kind.as_str()),
        ("immediate", json!(true), kind.as_str()),
        ("routing_id", json!("zp"), dealer),
        ("routing_id", json!({"hex": "7a70"}), dealer),
    ] {
        if hello.can.has_opt(option) {
            let name = desk.name();
            let opt = json!({option: value});
            desk.ok("open", json!({"s": name, "type": kind, "opt": opt})).await?;
        }
    }
    if hello.can.has_op("set") {
        let name = open(desk, &kind).await?;
        let fields = json!({"s": name, "opt": "no_such_option", "value": 1});
        desk.refused("set", fields, &[Unsupported, State]).await?;
        if hello.can.has_opt("linger") {
            let id = desk.post("set", json!({"s": name, "opt": "linger", "value": 0}));
            match desk.reply(id).await? {
                Err(refusal) if refusal.kind != State => {
                    let wrong = format!("`set` of linger to 0 is answered with `{}`", refusal.kind);
                    return Err(desk.broken(wrong));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

pub(super) async fn parts(desk: &mut Desk) -> Tried {
    let pair = pair::new(desk).await?;
    let repeated = b"abc".repeat(40_000);
    for (sent, octets) in [
        (json!(["00ff"]), vec![vec![0, 0xff]]),
        (json!([""]), vec![vec![]]),
        (json!(["", "aB", ""]), vec![vec![], vec![0xab], vec![]]),
        (json!([{"fill": "abcd", "len": 5}]), vec![b"\xab\xcd\xab\xcd\xab".to_vec()]),
        (json!([{"fill": "00", "len": 0}, "01"]), vec![vec![], vec![1]]),
        (json!([{"fill": "616263", "len": 120_000}, "02"]), vec![repeated, vec![2]]),
        (json!([{"fill": "0d", "len": 10_000}]), vec![vec![13; 10_000]]),
    ] {
        let id = recv(desk, &pair.receiver);
        send(desk, &pair.sender, &sent).await?;
        let came = received(desk, id).await?;
        if came != octets {
            let wrong = format!("{sent} came as {}", shown(&came));
            return Err(desk.broken(wrong));
        }
    }
    Ok(())
}

pub(super) async fn bad_parts(desk: &mut Desk) -> Tried {
    let (_, sends) = pair::types(&desk.hello().await?)?;
    let name = open(desk, sends).await?;
    for parts in [
        json!([]),
        json!("ab"),
        json!([7]),
        json!(["abc"]),
        json!(["zz"]),
        json!(["é"]),
        json!([null]),
        json!([{"fill": "", "len": 1}]),
        json!([{"fill": "ab"}]),
        json!([{"len": 3}]),
        json!([{"fill": "ab", "len": -1}]),
        json!([{"fill": "ab", "len": (64 << 20) + 1}]),
        json!(["00", {"fill": "ab", "len": 1e300}]),
    ] {
        let fields = json!({"s": name, "parts": parts, "within_ms": 0});
        desk.refused("send", fields, &[Refused]).await?;
    }
    Ok(())
}

pub(super) async fn within(desk: &mut Desk) -> Tried {
    let pair = pair::new(desk).await?;
    let fields = |milliseconds: u64| json!({"s": pair.receiver, "within_ms": milliseconds});
    desk.refused("recv", fields(0), &[Again]).await?;
    desk.refused("recv", fields(30), &[Again]).await?;
    let id = desk.post("recv", fields(LONG));
    // Behind these answers the recv has begun to wait.
    let kind = any_type(&desk.hello().await?)?;
    let other = open(desk, &kind).await?;
    desk.ok("close", json!({"s": other})).await?;
    if desk.has(id) {
        return Err(desk.broken(format!("a recv within {LONG} ms was answered at once")));
    }
    send(desk, &pair.sender, &json!(["00"])).await?;
    let _ = received(desk, id).await?;
    // A message that is there needs no time. It may still be under way, so it is asked for again.
    send(desk, &pair.sender, &json!(["01"])).await?;
    let until = tokio::time::Instant::now() + desk.deadline;
    while tokio::time::Instant::now() < until {
        let id = desk.post("recv", fields(0));
        match desk.reply(id).await? {
            Ok(_) => return Ok(()),
            Err(refusal) if refusal.kind == ErrorKind::Again => {}
            Err(refusal) => {
                return Err(desk.broken(format!("recv within 0 is refused ({})", refusal.kind)));
            }
        }
    }
    Err(desk.broken("recv within 0 never finds a message that was sent"))
}
