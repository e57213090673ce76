//! "Lines": what may stand on standard input and output. What every line must be is judged in
//! `reply.rs`; here are the lines that make an adapter go wrong.

use serde_json::json;

use super::pair::{self, any_type, received, recv, send, shown};
use crate::adapter::ErrorKind;
use crate::adapter::check::Tried;
use crate::adapter::check::desk::Desk;
use crate::octets::hex;

/// A number that no other request of a desk has.
const OWN: u64 = 1 << 40;

pub(super) async fn any_json(desk: &mut Desk) -> Tried {
    let kind = any_type(&desk.hello().await?)?;
    let line = format!(
        r#" {{ "type" :"{kind}", "s" : "\u0061 \"é\" \\ 日本",	"id": {OWN}, "op":"\u006fpen" }} "#
    );
    desk.write_request(OWN, "open", &line);
    desk.ok_of(OWN, "open").await?;
    desk.ok("open", json!({"s": "a \"è\" \\ 日本", "type": kind})).await?; // not the same name
    desk.ok("close", json!({"s": "a \"é\" \\ 日本"})).await?;
    Ok(())
}

pub(super) async fn no_noise(desk: &mut Desk) -> Tried {
    for kind in desk.hello().await?.can.types {
        let name = pair::open(desk, &kind).await?;
        desk.ok("close", json!({"s": name})).await?;
    }
    Ok(())
}

pub(super) async fn flushed(desk: &mut Desk) -> Tried {
    desk.hello().await?;
    for _ in 0..3 {
        // Each answer is waited for before anything else is sent.
        desk.ok("reset", json!({})).await?;
    }
    Ok(())
}

pub(super) async fn sizes(desk: &mut Desk) -> Tried {
    let pair = pair::new(desk).await?;
    let noise: Vec<u8> =
        (0..1_u32 << 18).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for (sent, octets) in [
        (json!([hex(&noise)]), noise.clone()),
        (json!([{"fill": "c3", "len": 4 << 20}]), vec![0xc3; 4 << 20]),
    ] {
        let id = recv(desk, &pair.receiver);
        send(desk, &pair.sender, &sent).await?;
        let came = received(desk, id).await?;
        if came != [octets] {
            let wrong = format!("a part of a megabyte or more came as {}", shown(&came));
            return Err(desk.broken(wrong));
        }
    }
    Ok(())
}

pub(super) async fn unreadable(desk: &mut Desk) -> Tried {
    desk.hello().await?;
    for (line, what) in [
        (&b"nonsense\n"[..], "`nonsense`"),
        (b"[]\n", "`[]`"),
        (b"\"hello\"\n", "a string"),
        (b"\xff\xfe{}\n", "octets that are no UTF-8"),
        (b"{\"id\":\n", "half an object"),
        (b"{\"op\":\"reset\"}\n", "a request without id"),
        (b"{\"id\":\"one\",\"op\":\"reset\"}\n", "a request whose id is a string"),
        (b"{\"id\":true,\"op\":\"reset\"}\n", "a request whose id is a boolean"),
    ] {
        desk.write(line, true);
        let refusal = desk.null(what).await?;
        if refusal.kind != ErrorKind::Refused {
            let wrong = format!("{what} is answered with `{}`, not `refused`", refusal.kind);
            return Err(desk.broken(wrong));
        }
    }
    desk.write(b"\n \n\n", false);
    Ok(()) // the `reset` behind it shows that the empty lines brought nothing
}
