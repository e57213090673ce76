//! What happens to the endpoints and connections of a socket, one report after the other.
//!
//! Deliberately absent: a monitor that holds its socket up: if nobody takes the reports, the oldest
//! are lost.

use super::shared::Shared;
use crate::socket::monitor::{Event, Report};
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::sync::Arc;

/// Reports that wait, at most.
const WAITING: usize = 10_000;

/// The reports of one socket; it has one monitor at a time.
#[derive(Debug)]
pub struct Monitor {
    shared: Arc<Shared>,
    number: u64,
    tells_end: bool,
}

impl Monitor {
    pub(super) fn new(shared: &Arc<Shared>, mask: u16) -> Self {
        let mut core = shared.lock();
        core.socket.watch(mask, WAITING);
        core.monitors = core.monitors.wrapping_add(1);
        core.settle();
        let tells_end = mask & Event::MonitorStopped.number() != 0;
        Self { shared: Arc::clone(shared), number: core.monitors, tells_end }
    }

    /// The next report; after the last one, when the socket has closed or has another monitor,
    /// [`Event::MonitorStopped`] and then `None`. May be dropped at any time.
    pub async fn recv(&mut self) -> Option<Report> {
        let report = poll_fn(|cx| self.poll(cx.waker())).await;
        let event = Event::MonitorStopped;
        report.or_else(|| {
            core::mem::take(&mut self.tells_end).then(|| Report { event, endpoint: String::new() })
        })
    }

    fn poll(&self, waker: &Waker) -> Poll<Option<Report>> {
        let mut core = self.shared.lock();
        if core.monitors != self.number {
            return Poll::Ready(None);
        }
        if let Some(report) = core.socket.poll_report() {
            return Poll::Ready(Some(report));
        }
        if core.socket.is_closed() && core.poll_closed(waker).is_ready() {
            return Poll::Ready(None);
        }
        // A socket that lingers still has something to tell.
        core.watchers.add(waker);
        Poll::Pending
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let mut core = self.shared.lock();
        if core.monitors == self.number {
            core.socket.watch(0, 0);
        }
    }
}
