//! Two sides that do not go together: nothing may arrive between them.
//!
//! A connection that ends tells it at once, and so does a call that is refused; where neither
//! happens, nothing arrives for a while.

use super::bodies::{self, Parts};
use super::cell::Side;
use super::outcome::{Fault, Outcome, Step};
use super::relay::Relay;
use super::stage::{Done, Play, Stage};
use crate::adapter::SocketId;
use crate::socket_type::SocketType;

/// Sends into the silence, and listens.
pub(super) async fn silence(stage: &Stage<'_>, relay: &Relay) -> Done {
    match listen(stage, relay).await {
        Err(fault) if fault.outcome == Outcome::Refuses => Ok(()),
        result => result,
    }
}

async fn listen(stage: &Stage<'_>, relay: &Relay) -> Done {
    let (first, second) = (stage.open(Side::First).await?, stage.open(Side::Second).await?);
    let play = Play::new(stage, [first, second], stage.tag.clone());
    let (binder, connector) = (stage.cell.bind, stage.cell.bind.other());
    let socket = |side: Side| -> &SocketId { side.of(&play.sockets) };
    if stage.cell.kind(Side::Second) == SocketType::Sub {
        let all = stage.adapter(Side::Second).subscribe(socket(Side::Second), b"");
        stage.call(Step::Open, Side::Second, "subscribe", all).await?;
    }
    let bound = stage.adapter(binder).bind(socket(binder), "tcp://127.0.0.1:*");
    let endpoint = stage.call(Step::Bind, binder, "bind", bound).await?;
    relay.lead_to(Some(&endpoint));
    let connected = stage.adapter(connector).connect(socket(connector), relay.endpoint());
    stage.call(Step::Connect, connector, "connect", connected).await?;
    let window = stage.patience.window();
    let body = play.body(Step::Silence, 0, Side::First);
    let send = async || play.try_send(Step::Silence, Side::First, &body).await.map(drop);
    let over = |elapsed| relay.seen().ended > 0 || elapsed > window;
    match play.until_heard(Step::Silence, Side::Second, send, over).await? {
        None => Ok(()),
        Some(got) if is_foreign(&play, &got) => Ok(()),
        Some(got) => {
            let expected = format!("nothing reaches {}", stage.who(Side::Second));
            Err(Fault::fails(Step::Silence, "delivered", expected, bodies::shown(&got)))
        }
    }
}

/// Whether a message is another cell's, whose peer still looks for an address that this one has.
fn is_foreign(play: &Play<'_, '_>, got: &Parts) -> bool {
    let limit = play.stage.patience.limit();
    let differs = bodies::difference(&play.tag, &Vec::new(), Some(got), &[], &[], limit);
    differs.0 == "foreign"
}
