//! The loop between the SUT and the tester: reads both, lets the [`Filter`] decide, writes both.

use std::rc::Rc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, split};

use super::filter::{Filter, Flow};
use super::{Inbox, Lie};
use crate::target::Stream;

/// Octets that may wait in one direction before its source is read again.
const WAITING_MOST: usize = 64 << 10;

/// Relays until both directions have ended or the lie closes the connection.
pub(super) async fn relay(
    number: usize,
    sut: Stream,
    tester: DuplexStream,
    lie: Lie,
    inbox: Rc<Inbox>,
) {
    let (mut from_sut, mut to_sut) = split(sut);
    let (mut from_tester, mut to_tester) = split(tester);
    let mut filter = Filter::new(number, lie, Rc::clone(&inbox));
    let mut flow = Flow::default();
    let (mut sut_open, mut tester_open) = (true, true);
    let (mut said, mut heard) = (Vec::new(), Vec::new());
    filter.begin(&mut flow);
    while !flow.close {
        filter.resume(&mut flow);
        if flow.out.is_empty() && std::mem::take(&mut flow.end_out) {
            let _ = to_tester.shutdown().await;
        }
        if flow.into.is_empty() && std::mem::take(&mut flow.end_into) {
            let _ = to_sut.shutdown().await;
        }
        said.clear();
        heard.clear();
        // Biased, so that the same dialogue always takes the same course.
        tokio::select! {
            biased;
            wrote = to_tester.write(flow.out.waiting()), if !flow.out.is_empty() => {
                flow.out.wrote(wrote.ok());
            }
            wrote = to_sut.write(flow.into.waiting()), if !flow.into.is_empty() => {
                flow.into.wrote(wrote.ok());
            }
            read = from_sut.read_buf(&mut said),
                if sut_open && flow.out.waiting().len() < WAITING_MOST => match read {
                Ok(1..) => filter.outward(&said, &mut flow),
                _ => {
                    sut_open = false;
                    filter.sut_ended(&mut flow);
                }
            },
            read = from_tester.read_buf(&mut heard),
                if tester_open && flow.into.waiting().len() < WAITING_MOST => match read {
                Ok(1..) => filter.inward(&heard, &mut flow),
                _ => {
                    tester_open = false;
                    filter.tester_ended(&mut flow);
                }
            },
            () = inbox.ended(), if filter.ends_with_others() => break,
            () = inbox.hub.changed(), if filter.minds_others() => {}
            else => break,
        }
    }
    inbox.hub.leave(number);
    // What was sent before the close still comes.
    let _ = to_tester.write_all(flow.out.waiting()).await;
    let _ = to_tester.shutdown().await;
    if filter.ends_others() {
        inbox.end();
    }
}
