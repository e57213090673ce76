//! From the first octet to the end of the NULL handshake.
//!
//! ```text
//! Signature --signature: send major--> Version --3 or more: send the rest--> Rest
//! Rest --64 octets, same mechanism: send READY if it is ours to begin--> Null
//! Null --READY: answer if not sent yet--> established
//! ```
//!
//! Our signature has left before the first state is entered. Deliberately absent: timeouts, which
//! the connection keeps, and serving peers older than 3.0.

use crate::connection::assembler::{Assembler, Expect, Unit};
use crate::connection::config::{Config, Role};
use crate::connection::event::{Output, PeerInfo, Reason};
use crate::connection::traffic::Revision;
use crate::mechanism::null::{Agreed, Null, Order, Refusal};
use crate::violation::Violation;
use crate::wire::command::Command;
use crate::wire::greeting::{self, Greeting, MAJOR, Signature, Version};
use crate::wire::metadata::{self, Property};
use std::collections::VecDeque;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// The peer's signature is coming in.
    Signature,
    /// Octet 10 is.
    Version,
    /// Octets 11 to 63 are.
    Rest,
    /// Commands are.
    Null { null: Null, version: (u8, u8), revision: Revision },
}

/// A handshake under way.
#[derive(Clone, Debug)]
pub(crate) struct Handshake {
    stage: Stage,
    /// The greeting as far as it has come; at most 64 octets.
    greeting: Vec<u8>,
    assembler: Assembler,
}

/// A handshake that went well.
#[derive(Clone, Debug)]
pub(crate) struct Established {
    /// What is spoken from now on.
    pub(crate) revision: Revision,
    /// Who the peer is.
    pub(crate) peer: PeerInfo,
    /// Continues where the handshake stopped reading.
    pub(crate) assembler: Assembler,
}

impl Handshake {
    /// Begins with our signature, unprompted.
    pub(crate) fn start(config: &Config, out: &mut VecDeque<Output>) -> Self {
        //= 37-VERSION-003
        let signature = ours(config).into_iter().take(Greeting::SIGNATURE_LEN).collect();
        out.push_back(Output::Transmit(signature));
        Self { stage: Stage::Signature, greeting: Vec::new(), assembler: Assembler::default() }
    }

    /// Moves on through `octets`, up to the end of the handshake; `None` when they are used up.
    pub(crate) fn take(
        &mut self,
        octets: &mut &[u8],
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Option<Established>, Reason> {
        while let Stage::Signature | Stage::Version | Stage::Rest = self.stage {
            let Some((&octet, rest)) = octets.split_first() else { return Ok(None) };
            *octets = rest;
            self.greeting.push(octet);
            self.handle_greeting_octet(octet, config, out)?;
        }
        let Stage::Null { null, version, revision } = self.stage else { return Ok(None) };
        match self.assembler.take(octets, Expect::Handshake, &config.limits)? {
            None | Some(Unit::Message(_)) => Ok(None),
            Some(Unit::Command(body)) => {
                let command = Command::decode(&body, config.limits.max_properties)?;
                let agreed = null.step(&command, config.socket_type);
                let peer = conclude(agreed, version, config, out)?;
                let assembler = core::mem::take(&mut self.assembler);
                Ok(Some(Established { revision, peer, assembler }))
            }
        }
    }

    fn handle_greeting_octet(
        &mut self,
        octet: u8,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<(), Violation> {
        match self.stage {
            Stage::Signature => match Signature::detect(&self.greeting)? {
                None => {}
                Some(Signature::Version10) => return Err(Violation::Version10), //= 37-VERSION-013
                Some(Signature::Versioned) => {
                    out.push_back(Output::Transmit(vec![MAJOR]));
                    self.stage = Stage::Version;
                }
            },
            Stage::Version => match Version::detect(octet)? {
                Version::Version20 => return Err(Violation::Version20(octet)),
                Version::Version3 => {
                    //= 37-BACK2-003
                    let rest = ours(config).into_iter().skip(Greeting::SIGNATURE_LEN);
                    out.push_back(Output::Transmit(rest.skip(1).collect()));
                    self.stage = Stage::Rest;
                }
            },
            Stage::Rest => {
                if let Some(octets) = self.greeting.first_chunk() {
                    self.stage = meet(Greeting::decode(octets), config, out)?;
                }
            }
            Stage::Null { .. } => {}
        }
        Ok(())
    }
}

/// Our greeting, whole.
fn ours(config: &Config) -> [u8; Greeting::LEN] {
    let padding = greeting::detecting_padding(&config.identity);
    //= 37-NULL-002
    let version = (MAJOR, config.minor);
    Greeting { padding, version, mechanism: greeting::NULL, as_server: 0 }.encode()
}

/// Judges the peer's greeting; ours has been sent whole by now, whatever the outcome.
fn meet(theirs: Greeting, config: &Config, out: &mut VecDeque<Output>) -> Result<Stage, Violation> {
    //= 37-MECH-013
    if theirs.mechanism != greeting::NULL {
        return Err(Violation::MechanismMismatch(theirs.mechanism)); //= 37-MECH-014
    }
    let version = theirs.version;
    let revision = match (config.minor, version) {
        (0, _) | (_, (MAJOR, 0)) => Revision::V30, //= 37-VERSION-012
        (_, _) => Revision::V31,                   //= 37-VERSION-011
    };
    let order = match (revision, config.role) {
        (Revision::V30, Role::Binder | Role::Connecter) => Order::Eager, //= 23-NULL-002
        (Revision::V31, Role::Connecter) => Order::Eager,
        (Revision::V31, Role::Binder) => Order::Answering, //= 37-NULL-003
    };
    let null = Null::start(order);
    if null == Null::AwaitReady {
        out.push_back(Output::Transmit(ready(config)));
    }
    Ok(Stage::Null { null, version, revision })
}

/// Says what the mechanism decided.
fn conclude(
    outcome: Result<Agreed, Refusal>,
    version: (u8, u8),
    config: &Config,
    out: &mut VecDeque<Output>,
) -> Result<PeerInfo, Reason> {
    match outcome {
        Ok(Agreed { answer, peer }) => {
            if answer {
                out.push_back(Output::Transmit(ready(config)));
            }
            let crate::mechanism::null::Announcement { socket_type, identity, metadata } = peer;
            Ok(PeerInfo { version, socket_type, identity, metadata })
        }
        Err(Refusal::ByPeer(reason)) => Err(Reason::RefusedByPeer(reason)),
        Err(Refusal::Silent(violation)) => Err(Reason::Violation(violation)),
        Err(Refusal::Told(violation, command)) => {
            let mut octets = Vec::new();
            command.encode(&mut octets);
            out.push_back(Output::Transmit(octets));
            Err(Reason::Violation(violation))
        }
    }
}

/// Our READY as a frame.
fn ready(config: &Config) -> Vec<u8> {
    let ours = config.socket_type;
    let mut properties = Vec::new();
    //= 37-META-003
    let name = ours.name().as_bytes();
    properties.push(Property { name: metadata::SOCKET_TYPE, value: name });
    // The example of the RFC: a connecting DEALER shows even an empty identity, an answering
    // ROUTER shows none (37-EX-001, 37-EX-002).
    let shown = config.role == Role::Connecter || !config.identity.is_empty();
    if ours.has_identity() && shown {
        properties.push(Property { name: metadata::IDENTITY, value: &config.identity });
    }
    for (name, value) in &config.properties {
        properties.push(Property { name, value });
    }
    let mut octets = Vec::new();
    Command::Ready(properties).encode(&mut octets);
    octets
}
