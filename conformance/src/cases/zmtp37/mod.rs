//! RFC 37, ZMTP 3.1.

mod backward;
mod commands;
mod errors;
mod example;
mod framing;
mod greeting;
mod heartbeat;
mod identity;
mod mechanism;
mod messages;
mod metadata;
mod null;
mod pubsub;
mod radio;
mod resource;
mod security;
mod semantics;
mod socket_type;
mod thread_safe;
mod topology;
mod version;
mod wire_analysis;

use crate::case::Case;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[
    greeting::CASES,
    version::CASES,
    topology::CASES,
    mechanism::CASES,
    errors::CASES,
    framing::CASES,
    commands::CASES,
    messages::CASES,
    null::CASES,
    metadata::CASES,
    socket_type::CASES,
    identity::CASES,
    resource::CASES,
    semantics::CASES,
    pubsub::CASES,
    radio::CASES,
    thread_safe::CASES,
    heartbeat::CASES,
    backward::CASES,
    example::CASES,
    wire_analysis::CASES,
    security::CASES,
];
