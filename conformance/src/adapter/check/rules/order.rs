//! "Order": what waits must hold up nothing, and what waits longer comes first.

use serde_json::json;

use super::pair::{self, LONG, bind, open, received, recv, send, shown};
use crate::adapter::ErrorKind::Closed;
use crate::adapter::Hello;
use crate::adapter::check::Tried;
use crate::adapter::check::desk::Desk;

pub(super) async fn pending(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let waiting = pair::new(desk).await?;
    let early = recv(desk, &waiting.receiver);
    let (receives, sends) = pair::types(&hello)?;
    let lonely = open(desk, sends).await?;
    let stuck = desk.post("send", json!({"s": lonely, "parts": ["01"], "within_ms": LONG}));
    // Other sockets go on.
    let other = pair::new(desk).await?;
    let id = recv(desk, &other.receiver);
    send(desk, &other.sender, &json!(["02"])).await?;
    expect(desk, id, &[&[2]]).await?;
    // So do other ops on the sockets where a call waits.
    let endpoint = bind(desk, &lonely).await?;
    bind(desk, &waiting.receiver).await?;
    let taker = open(desk, receives).await?;
    desk.ok("connect", json!({"s": taker, "to": endpoint})).await?;
    let id = recv(desk, &taker);
    desk.ok_of(stuck, "send").await?;
    expect(desk, id, &[&[1]]).await?;
    if desk.has(early) {
        return Err(desk.broken("a recv was answered before there was a message"));
    }
    send(desk, &waiting.sender, &json!(["03"])).await?;
    expect(desk, early, &[&[3]]).await?;
    subscriptions(desk, &hello).await
}

/// A bound SUB tells a new peer its subscriptions although nobody calls recv.
async fn subscriptions(desk: &mut Desk, hello: &Hello) -> Tried {
    let can = &hello.can;
    if !(can.has_type("SUB") && can.has_type("XPUB") && can.has_op("subscribe")) {
        return Ok(());
    }
    let subscriber = open(desk, "SUB").await?;
    desk.ok("subscribe", json!({"s": subscriber, "topic": "6e657773"})).await?;
    let endpoint = bind(desk, &subscriber).await?;
    let publisher = open(desk, "XPUB").await?;
    desk.ok("connect", json!({"s": publisher, "to": endpoint})).await?;
    let id = recv(desk, &publisher);
    expect(desk, id, &[b"\x01news"]).await
}

async fn expect(desk: &mut Desk, id: u64, message: &[&[u8]]) -> Tried {
    let came = received(desk, id).await?;
    if came == message {
        return Ok(());
    }
    let wanted: Vec<Vec<u8>> = message.iter().map(|part| part.to_vec()).collect();
    Err(desk.broken(format!("recv brought {} and not {}", shown(&came), shown(&wanted))))
}

pub(super) async fn in_order(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let pair = pair::new(desk).await?;
    // Three recvs wait: each gets the message of its turn.
    let ids = [(); 3].map(|()| recv(desk, &pair.receiver));
    for octet in ["0a", "0b", "0c"] {
        send(desk, &pair.sender, &json!([octet])).await?;
    }
    for (id, octet) in ids.into_iter().zip([10, 11, 12]) {
        expect(desk, id, &[&[octet]]).await?;
    }
    // Three sends wait for somebody to take them.
    let (receives, sends) = pair::types(&hello)?;
    let lonely = open(desk, sends).await?;
    let ids = ["0d", "0e", "0f"]
        .map(|octet| desk.post("send", json!({"s": lonely, "parts": [octet], "within_ms": LONG})));
    let endpoint = bind(desk, &lonely).await?;
    let taker = open(desk, receives).await?;
    desk.ok("connect", json!({"s": taker, "to": endpoint})).await?;
    for (id, octet) in ids.into_iter().zip([13, 14, 15]) {
        let got = recv(desk, &taker);
        expect(desk, got, &[&[octet]]).await?;
        desk.ok_of(id, "send").await?;
    }
    Ok(())
}

pub(super) async fn closing(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let (receives, _) = pair::types(&hello)?;
    for op in ["close", "reset", "bye"] {
        let name = open(desk, receives).await?;
        let waiting = [(); 2].map(|()| recv(desk, &name));
        let fields = if op == "close" { json!({"s": name}) } else { json!({}) };
        let end = desk.post(op, fields);
        desk.ok_of(end, op).await?;
        for id in waiting {
            if !desk.has(id) {
                let wrong = format!("`{op}` was answered before the recv (id {id}) that it ends");
                return Err(desk.broken(wrong));
            }
            desk.refused_as(id, &format!("a recv that waits at `{op}`"), &[Closed]).await?;
        }
        if op == "close" {
            desk.ok("open", json!({"s": name, "type": receives})).await?;
        }
    }
    let deadline = desk.deadline;
    desk.leave(deadline).await?;
    desk.drop_process();
    Ok(())
}
