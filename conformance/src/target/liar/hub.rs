//! What the connections of one socket of a liar share: messages that go astray, and how many
//! messages the application has received.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use tokio::sync::Notify;

/// The connections of one socket, by number.
#[derive(Default)]
pub(super) struct Hub {
    /// Octets of other connections that this one is to send.
    astray: RefCell<BTreeMap<usize, Vec<u8>>>,
    received: Cell<usize>,
    changed: Notify,
}

impl Hub {
    /// A connection that takes what goes astray.
    pub(super) fn join(&self, number: usize) {
        self.astray.borrow_mut().entry(number).or_default();
    }

    /// It has ended.
    pub(super) fn leave(&self, number: usize) {
        self.astray.borrow_mut().remove(&number);
    }

    /// Octets for the first connection that there is.
    pub(super) fn to_first(&self, octets: &[u8]) {
        if let Some(mut first) = self.astray.borrow_mut().first_entry() {
            first.get_mut().extend(octets);
        }
        self.changed.notify_waiters();
    }

    /// Octets for every connection.
    pub(super) fn to_all(&self, octets: &[u8]) {
        self.astray.borrow_mut().values_mut().for_each(|waiting| waiting.extend(octets));
        self.changed.notify_waiters();
    }

    /// What has gone astray to a connection.
    pub(super) fn take(&self, number: usize) -> Vec<u8> {
        self.astray.borrow_mut().get_mut(&number).map(std::mem::take).unwrap_or_default()
    }

    /// The application has received one more message.
    pub(super) fn count(&self) {
        self.received.set(self.received.get() + 1);
        self.changed.notify_waiters();
    }

    /// Messages the application has received.
    pub(super) fn received(&self) -> usize {
        self.received.get()
    }

    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}
