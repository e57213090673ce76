//! Who sent the message that was received last: a name, until what it stands for is to change.
//!
//! ```text
//! recv --> Peer --the peer goes, or comes back as somebody else--> Gone, with what was known of it
//! ```
//!
//! So a message costs one small store, and is never said to be of another than its sender.

use super::{PeerId, Peers};
use crate::connection::PeerInfo;
use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Sender {
    #[default]
    Nobody,
    Peer(PeerId),
    Gone(Arc<PeerInfo>),
}

impl Sender {
    /// What is known of this peer is about to change; before, it was this.
    pub(super) fn settle(&mut self, id: PeerId, info: Option<Arc<PeerInfo>>) {
        if *self == Self::Peer(id) {
            *self = info.map_or(Self::Nobody, Self::Gone);
        }
    }
}

impl Peers {
    /// What is known of whoever sent the message that was received last.
    #[must_use]
    pub fn sender(&self) -> Option<&Arc<PeerInfo>> {
        match &self.sender {
            Sender::Nobody => None,
            Sender::Peer(id) => self.info(*id),
            Sender::Gone(info) => Some(info),
        }
    }
}

/// Who sent the first of the messages that wait, where that is not who the peer is now.
#[derive(Debug, Default)]
pub(super) struct Former(VecDeque<(usize, Arc<PeerInfo>)>);

impl Former {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The peer was this until now, and so many messages of it wait, the earlier ones included.
    pub(super) fn push(&mut self, waiting: usize, info: Arc<PeerInfo>) {
        let earlier = self.0.iter().map(|(messages, _)| *messages).sum();
        let messages = waiting.saturating_sub(earlier);
        self.0.extend((messages > 0).then_some((messages, info)));
    }

    /// The first of the messages is received.
    #[cold]
    pub(super) fn pop(&mut self) -> Sender {
        let Some((messages, info)) = self.0.front_mut() else { return Sender::Nobody };
        *messages = messages.saturating_sub(1);
        let sender = Sender::Gone(Arc::clone(info));
        if *messages == 0 {
            self.0.pop_front();
        }
        sender
    }
}
