//! How an adapter ends: with its standard input, whatever is under way.

use std::time::Duration;

use serde_json::json;

use super::pair::{self, LONG, any_type};
use crate::adapter::check::Tried;
use crate::adapter::check::desk::Desk;

/// What the protocol allows an adapter to take for its end; on a machine where even its beginning
/// takes long, as many times that.
const TIMES: u32 = 3;
const SECOND: Duration = Duration::from_secs(1);

pub(super) async fn end_of_input(desk: &mut Desk) -> Tried {
    desk.start().await?;
    let hello = desk.hello().await?;
    if let Ok((receives, sends)) = pair::types(&hello) {
        let receiver = pair::open(desk, receives).await?;
        let sender = pair::open(desk, sends).await?;
        pair::recv(desk, &receiver);
        desk.post("send", json!({"s": sender, "parts": ["00"], "within_ms": LONG}));
        // Behind this answer both wait, or have been answered.
        desk.ok("open", json!({"s": "behind", "type": receives})).await?;
    } else {
        pair::open(desk, &any_type(&hello)?).await?;
    }
    let allowed = SECOND.max(desk.began_in * TIMES);
    desk.leave(allowed).await?;
    desk.drop_process();
    Ok(())
}
