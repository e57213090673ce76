//! What goes into a node and what comes out of it, and the names in both.
//!
//! Deliberately absent: what an application does, which has methods of its own.

use crate::socket::{DialerId, Ended, Endpoint, ListenerId, Wakes};
use crate::time::Instant;
use crate::wire::zap;

/// Names a socket of a node; never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SocketId(pub(super) u32);

/// Names a transport between two sockets; the driver chooses it, and never twice for one node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkId(pub u64);

/// One thing that happened to a transport.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input<'a> {
    /// Somebody has come to a listener.
    Accepted {
        /// Whose listener.
        socket: SocketId,
        /// Which.
        listener: ListenerId,
        /// The name of the new link.
        link: LinkId,
    },
    /// [`Output::Dial`] has found somebody.
    Connected {
        /// Whose dialer.
        socket: SocketId,
        /// Which.
        dialer: DialerId,
        /// The name of the new link.
        link: LinkId,
    },
    /// [`Output::Dial`] has found nobody.
    Failed {
        /// Whose dialer.
        socket: SocketId,
        /// Which.
        dialer: DialerId,
        /// The system said that nobody listens; otherwise something else.
        is_refused: bool,
    },
    /// Octets came; see [`Node::reads`](super::Node::reads).
    Octets {
        /// Over this link.
        link: LinkId,
        /// In order, cut anywhere.
        octets: &'a [u8],
    },
    /// All that was to be transmitted has been written.
    Written {
        /// Over this link.
        link: LinkId,
    },
    /// The transport has ended, or failed.
    Ended {
        /// This link.
        link: LinkId,
    },
    /// The answer to [`Output::Authenticate`].
    Verdict {
        /// This link.
        link: LinkId,
        /// What the ZAP handler says.
        verdict: Result<zap::Reply, zap::Malformed>,
    },
    /// The deadline of [`Output::Wait`] has come; too early is harmless.
    Timeout,
}

/// One thing for the driver to do, or to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Look for a peer at this endpoint: [`Input::Connected`] or [`Input::Failed`].
    Dial {
        /// For this socket.
        socket: SocketId,
        /// And this dialer of it.
        dialer: DialerId,
        /// There.
        endpoint: Box<Endpoint>,
    },
    /// Write these octets, after all earlier ones; then [`Input::Written`].
    Transmit {
        /// Over this link.
        link: LinkId,
        /// At least one.
        octets: Vec<u8>,
    },
    /// [`Node::reads`](super::Node::reads) has become true.
    Read {
        /// For this link.
        link: LinkId,
    },
    /// Ask the ZAP handler: [`Input::Verdict`].
    Authenticate {
        /// For this link.
        link: LinkId,
        /// About this peer.
        request: Box<zap::Request>,
    },
    /// Close the transport, after what was to be transmitted if it takes that soon, as a peer may
    /// never read. The name of the link means nothing any more.
    Close {
        /// This link.
        link: LinkId,
        /// Why.
        ended: Ended,
    },
    /// An application that waits should try again.
    Ready {
        /// With this socket.
        socket: SocketId,
        /// To do this.
        wakes: Wakes,
    },
    /// Everything of a socket that was closed has left, or its linger is over.
    Closed {
        /// This socket, whose name means nothing any more.
        socket: SocketId,
    },
    /// Nothing more to do until the next call, or until this time.
    Wait(Option<Instant>),
}
