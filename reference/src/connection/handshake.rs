//! From the first octet to the first message.
//!
//! ```text
//! Signature --signature: send major-----> Version --3 or more: send the rest---> Rest
//!     |                                      '-----1 or 2: send type, identity--> Type
//!     '-----no signature: send identity--> Identity <--code------------------------'
//! Identity --identity frame--> established (1.0, 2.0)
//! Rest --64 octets, same mechanism: send READY if it is ours to begin--> Null
//! Null --READY: answer if not sent yet--> established (3.0, 3.1)
//! ```
//!
//! Our signature has left before the first state is entered. Deliberately absent: the timeout,
//! which the connection keeps.

use crate::connection::assembler::{Assembler, Expect, Unit};
use crate::connection::config::Config;
use crate::connection::event::{Output, PeerInfo, Reason};
use crate::connection::opening;
use crate::connection::traffic::Revision;
use crate::mechanism::null::Null;
use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::command::Command;
use crate::wire::greeting::{Greeting, MAJOR, Signature, Version};
use crate::wire::legacy;
use std::collections::VecDeque;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// The peer's signature is coming in.
    Signature,
    /// Octet 10 is.
    Version,
    /// Octets 11 to 63 are.
    Rest,
    /// Commands are.
    Null { null: Null, version: (u8, u8), revision: Revision },
    /// The socket-type code of a 2.0 peer is.
    Type,
    /// The identity frame of a peer older than 3.0 is; a 1.0 peer has not told its type.
    Identity { revision: Revision, socket_type: Option<SocketType> },
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
}

impl Handshake {
    /// Begins with our signature, unprompted.
    pub(crate) fn start(config: &Config, out: &mut VecDeque<Output>) -> Self {
        //= 37-VERSION-003
        let signature = opening::greeting(config).into_iter().take(Greeting::SIGNATURE_LEN);
        out.push_back(Output::Transmit(signature.collect()));
        Self { stage: Stage::Signature, greeting: Vec::new(), assembler: Assembler::default() }
    }

    /// Moves on through `octets`, up to the end of the handshake; `None` when they are used up.
    pub(crate) fn take(
        &mut self,
        octets: &mut &[u8],
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Option<Established>, Reason> {
        loop {
            match self.stage {
                Stage::Signature | Stage::Version | Stage::Rest | Stage::Type => {
                    let Some((&octet, rest)) = octets.split_first() else { return Ok(None) };
                    *octets = rest;
                    self.stage = self.handle_greeting_octet(octet, config, out)?;
                }
                Stage::Null { null, version, revision } => {
                    let unit = self.assembler.take(octets, Expect::Handshake, &config.limits)?;
                    let Some(Unit::Command(body)) = unit else { return Ok(None) };
                    let command = Command::decode(&body, config.limits.max_properties)?;
                    let outcome = null.step(&command, config.socket_type);
                    let peer = opening::conclude(outcome, version, config, out)?;
                    return Ok(Some(Established { revision, peer }));
                }
                Stage::Identity { revision, socket_type } => {
                    let identity = self.take_identity(octets, config)?;
                    let Some(identity) = identity else { return Ok(None) };
                    let peer = opening::legacy_peer(revision, socket_type, identity)?;
                    return Ok(Some(Established { revision, peer }));
                }
            }
        }
    }

    /// One octet of the first 64; where it leads.
    fn handle_greeting_octet(
        &mut self,
        octet: u8,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Stage, Violation> {
        self.greeting.push(octet);
        match self.stage {
            Stage::Signature => match Signature::detect(&self.greeting)? {
                None => {}
                Some(Signature::Versioned) => {
                    out.push_back(Output::Transmit(vec![MAJOR]));
                    return Ok(Stage::Version);
                }
                Some(Signature::Version10) => {
                    opening::answer_10(config, out)?;
                    self.assembler = Assembler::start(legacy::Framing::V10);
                    return Ok(Stage::Identity { revision: Revision::V10, socket_type: None });
                }
            },
            Stage::Version => match Version::detect(octet)? {
                Version::Version3 => {
                    //= 37-BACK2-003
                    let sent = Greeting::SIGNATURE_LEN.saturating_add(1);
                    let rest = opening::greeting(config).into_iter().skip(sent).collect();
                    out.push_back(Output::Transmit(rest));
                    return Ok(Stage::Rest);
                }
                Version::Version20 => {
                    opening::answer_20(octet, config, out)?;
                    return Ok(Stage::Type);
                }
            },
            Stage::Rest => {
                if let Some(octets) = self.greeting.first_chunk() {
                    return opening::meet(Greeting::decode(octets), config, out);
                }
            }
            Stage::Type => {
                let socket_type = Some(opening::judge_code(octet, config.socket_type)?);
                self.greeting.clear();
                self.assembler = Assembler::start(legacy::Framing::V20);
                return Ok(Stage::Identity { revision: Revision::V20, socket_type });
            }
            Stage::Null { .. } | Stage::Identity { .. } => {}
        }
        Ok(self.stage)
    }

    /// The octets that told a 1.0 peer from others are the first ones of its identity frame.
    fn take_identity(
        &mut self,
        octets: &mut &[u8],
        config: &Config,
    ) -> Result<Option<Vec<u8>>, Violation> {
        let head = core::mem::take(&mut self.greeting);
        let limits = &config.limits;
        let unit = match self.assembler.take(&mut head.as_slice(), Expect::Identity, limits)? {
            None => self.assembler.take(octets, Expect::Identity, limits)?,
            whole => whole,
        };
        match unit {
            Some(Unit::Identity(identity)) => Ok(Some(identity)),
            Some(Unit::Command(_)) | None => Ok(None),
        }
    }
}
