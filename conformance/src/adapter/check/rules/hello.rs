//! "hello": what an adapter says of itself, and whether it is so.

use serde_json::{Value, json};

use super::pair::{self, received, recv, send, shown};
use crate::adapter::ErrorKind;
use crate::adapter::check::desk::Desk;
use crate::adapter::check::reply::Refusal;
use crate::adapter::check::{Stop, Tried};

/// The ops of this version that need fields: without them each is refused, if it is there at all.
const OPS: [&str; 10] = [
    "open",
    "bind",
    "connect",
    "set",
    "send",
    "recv",
    "subscribe",
    "unsubscribe",
    "close",
    "bench",
];
/// Pairs at once, however large `concurrency` is.
const MANY: u32 = 16;

pub(super) async fn shape(desk: &mut Desk) -> Tried {
    desk.start().await // which reads the hello
}

pub(super) async fn other_proto(desk: &mut Desk) -> Tried {
    desk.hello().await?;
    desk.refused("hello", json!({"proto": 2, "suite": "0"}), &[ErrorKind::Refused]).await
}

pub(super) async fn claims(desk: &mut Desk) -> Tried {
    let can = desk.hello().await?.can;
    for kind in &can.types {
        let name = desk.name();
        desk.ok("open", json!({"s": name, "type": kind})).await?;
        desk.ok("close", json!({"s": name})).await?;
    }
    for op in can.op.iter().filter(|op| OPS.contains(&op.as_str())) {
        if let Some(why) = claimed(desk, op, json!({})).await? {
            return Err(desk.broken(format!("hello claims op {op}, which is not there ({why})")));
        }
    }
    for option in &can.opt {
        // Most are for some types only.
        let mut refusals = Vec::new();
        for kind in &can.types {
            let name = desk.name();
            let fields = json!({"s": name, "type": kind, "opt": {option: {"hex": ""}}});
            match claimed(desk, "open", fields).await? {
                None => break,
                Some(refusal) => refusals.push(refusal),
            }
        }
        if let Some(why) = refusals.first().filter(|_| refusals.len() == can.types.len()) {
            return Err(
                desk.broken(format!("hello claims option {option}, and no type has it ({why})"))
            );
        }
    }
    Ok(())
}

/// Why there is no such thing; `None` when there is, whatever the answer.
async fn claimed(desk: &mut Desk, op: &str, fields: Value) -> Result<Option<String>, Stop> {
    let id = desk.post(op, fields);
    let answer = desk.reply(id).await?;
    let absent =
        |refusal: &Refusal| matches!(refusal.kind, ErrorKind::Unsupported | ErrorKind::Internal);
    let refusal = answer.err().filter(absent);
    Ok(refusal.map(|Refusal { kind, message }| format!("{kind}: {message}")))
}

pub(super) async fn concurrency(desk: &mut Desk) -> Tried {
    let many = desk.hello().await?.concurrency.min(MANY);
    let mut waiting: Vec<(pair::Pair, u64)> = Vec::new();
    for _ in 0..many {
        let pair = pair::new(desk).await?;
        let id = recv(desk, &pair.receiver);
        waiting.push((pair, id));
    }
    for (number, (pair, _)) in waiting.iter().enumerate() {
        send(desk, &pair.sender, &json!([format!("{number:02x}")])).await?;
    }
    for (number, (_, id)) in waiting.iter().enumerate() {
        let came = received(desk, *id).await?;
        if came != [vec![u8::try_from(number).unwrap_or_default()]] {
            let wrong =
                format!("of {many} pairs, the one with number {number} got {}", shown(&came));
            return Err::<(), Stop>(desk.broken(wrong));
        }
    }
    Ok(())
}
