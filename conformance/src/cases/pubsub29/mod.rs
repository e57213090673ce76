//! RFC 29, publish-subscribe: PUB, XPUB, SUB and XSUB as applications see them. What SUBSCRIBE and
//! CANCEL mean on the wire is RFC 37; here it is who gets what, what is dropped and what is not.

mod publisher;
mod subscriber;
mod xpub;
mod xsub;

use crate::case::Case;
use crate::socket_type::SocketType::{self, Pub, Sub, Xpub, Xsub};

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[publisher::CASES, xpub::CASES, subscriber::CASES, xsub::CASES];

const PUBLISHERS: &[SocketType] = &[Pub, Xpub];
const SUBSCRIBERS: &[SocketType] = &[Sub, Xsub];
