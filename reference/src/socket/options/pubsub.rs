//! Subscriptions, as publishers and subscribers treat them (LZ-OPT-008, LZ-OPT-009).
//!
//! Deliberately absent: the subscriptions.

use super::table::{Row, Rule};
use super::value::Allowed;
use super::{Change, Options};
use crate::socket_type::SocketType;

/// The rules of PUB, SUB, XPUB and XSUB.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of libzmq")]
pub struct PubSub {
    /// Give the application every subscription, not only the first to each prefix.
    pub xpub_verbose: bool,
    /// Likewise, and every cancellation, not only the last of each prefix.
    pub xpub_verboser: bool,
    /// Subscriptions work only when the application says so.
    pub xpub_manual: bool,
    /// A full queue makes a publisher wait rather than drop.
    pub xpub_nodrop: bool,
    /// What each new subscriber gets first, if it has subscribed to that; empty for nothing.
    pub xpub_welcome_msg: Vec<u8>,
    /// Publish and receive what does not match.
    pub invert_matching: bool,
    /// Only the first part of a message can be a subscription.
    pub only_first_subscribe: bool,
}

const XPUB: &[SocketType] = &[SocketType::Xpub];

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "subscribe",
        6,
        Rule::Filter(Change::Subscribe),
        "Receive messages that start with these octets; XPUB with `xpub_manual`: on behalf of \
         the subscriber heard of last.",
    )
    .only(&[SocketType::Sub, SocketType::Xpub])
    .at_once(),
    Row::new(
        "unsubscribe",
        7,
        Rule::Filter(Change::Unsubscribe),
        "Take one such subscription back.",
    )
    .only(&[SocketType::Sub, SocketType::Xpub])
    .at_once(),
    Row::new(
        "xpub_verbose",
        40,
        Rule::Flag(|o| o.pubsub.xpub_verbose, set_verbose),
        "Give the application every subscription, not only the first to each prefix; unsets \
         `xpub_verboser`.",
    )
    .only(XPUB)
    .at_once(),
    Row::new(
        "xpub_verboser",
        78,
        Rule::Flag(|o| o.pubsub.xpub_verboser, set_verboser),
        "Give the application every subscription and cancellation; sets `xpub_verbose` alike.",
    )
    .only(XPUB)
    .at_once(),
    Row::new(
        "xpub_manual",
        71,
        Rule::Flag(|o| o.pubsub.xpub_manual, |o, on| o.pubsub.xpub_manual = on),
        "Subscriptions of peers work only once the application sets `subscribe`.",
    )
    .only(XPUB)
    .at_once(),
    Row::new(
        "xpub_nodrop",
        69,
        Rule::Flag(|o| o.pubsub.xpub_nodrop, |o, on| o.pubsub.xpub_nodrop = on),
        "A full queue makes a send wait, where it would drop the message.",
    )
    .only(&[SocketType::Xpub, SocketType::Pub])
    .at_once(),
    Row::new(
        "xpub_welcome_msg",
        72,
        Rule::Octets(
            Allowed::Octets { min: 0, max: usize::MAX },
            |o| &o.pubsub.xpub_welcome_msg,
            |o, message| o.pubsub.xpub_welcome_msg = message.to_vec(),
        ),
        "Message that a new subscriber gets first, if it has subscribed to it; empty for none.",
    )
    .only(XPUB)
    .at_once(),
    Row::new(
        "invert_matching",
        74,
        Rule::Flag(|o| o.pubsub.invert_matching, |o, on| o.pubsub.invert_matching = on),
        "Send, or give to the application, what does not match; works on PUB, XPUB and SUB.",
    ),
    Row::new(
        "only_first_subscribe",
        108,
        Rule::Flag(|o| o.pubsub.only_first_subscribe, |o, on| o.pubsub.only_first_subscribe = on),
        "Only the first part of a message can be a subscription.",
    )
    .only(&[SocketType::Xpub, SocketType::Xsub])
    .at_once(),
];

fn set_verbose(options: &mut Options, on: bool) {
    options.pubsub.xpub_verbose = on;
    options.pubsub.xpub_verboser = false;
}

fn set_verboser(options: &mut Options, on: bool) {
    options.pubsub.xpub_verbose = on;
    options.pubsub.xpub_verboser = on;
}
