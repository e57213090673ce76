//! The other side: a REP of the SUT as handler (27-SOCK-002, 27-PROXY-005 to -007).

use crate::case::{BIND, Case};
use crate::context::Context;
use crate::octets::{hex, message};
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[Case {
    id: "27/handler/envelope",
    clauses: &["27-SOCK-002", "27-PROXY-005", "27-PROXY-006", "27-PROXY-007"],
    promise: "A REP that is the handler sees the version first, whatever number of routing ids \
              came before the delimiter, and its reply goes back behind the same ones.",
    effect: "handlers behind a proxy answer nobody",
    types: &[SocketType::Rep],
    roles: BIND,
    needs: &[Need::Recv, Need::Send],
    run: |cx| Box::pin(envelope(cx)),
    ..Case::BASE
}];

/// What a server asks, behind the delimiter.
const REQUEST: &[&[u8]] = &[b"1.0", b"7", b"global", b"127.0.0.1", b"", b"PLAIN", b"admin", b"x"];
/// What the handler says to it.
const REPLY: &[&[u8]] = &[b"1.0", b"7", b"400", b"no", b"", b""];

async fn envelope(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let long = [b'r'; 255];
    let envelopes: [&[&[u8]]; 3] = [&[], &[b"one"], &[b"one", &long, b"\0\0\0\0\x03"]];
    for envelope in envelopes {
        let behind = |parts: &[&'static [u8]]| [envelope, &[b"".as_slice()], parts].concat();
        peer.write(message(&behind(REQUEST))).await?;
        peer.release().await?;
        cx.expect_delivery(REQUEST).await?;
        cx.send(REPLY).await?;
        let got = peer.message().await?;
        if got != behind(REPLY) {
            let show = |parts: &[Vec<u8>]| parts.iter().map(|part| hex(part)).collect::<Vec<_>>();
            let expected = format!("the reply behind {} routing ids", envelope.len());
            return Err(peer.fail("envelope", expected, show(&got).join(" ")));
        }
    }
    Ok(())
}
