//! From the first octet to the first message.
//!
//! ```text
//! Signature --signature: send major-----> Version --3 or more: send the rest---> Rest
//!     |                                      '-----1 or 2: send type, identity--> Type
//!     '-----no signature: send identity--> Identity <--code------------------------'
//! Identity --identity frame--> established (1.0, 2.0)
//! Rest --64 octets, same mechanism--> Commands --until the mechanism is done--> established (3.x)
//! Commands --may the peer come in?--> Asking --the ZAP handler says yes--> Commands
//! ```
//!
//! Our signature has left before the first state is entered. Deliberately absent: the timeout,
//! which the connection keeps.

use crate::connection::assembler::{Assembler, Expect, Unit};
use crate::connection::config::Config;
use crate::connection::event::{Event, Output, PeerInfo, Reason};
use crate::connection::opening;
use crate::connection::traffic::Revision;
use crate::mechanism::curve::Cipher;
use crate::mechanism::{Admission, Mechanism, Next, Ours, Pending};
use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::command::Body;
use crate::wire::greeting::{Greeting, MAJOR, Signature, Version};
use crate::wire::{legacy, zap};
use std::collections::VecDeque;

/// Which of the first octets are coming in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// The peer's signature.
    Signature,
    /// Octet 10.
    Version,
    /// Octets 11 to 63.
    Rest,
    /// The socket-type code of a 2.0 peer.
    Type,
}

/// What is coming in.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Stage {
    /// A greeting.
    Opening(Part),
    /// Commands.
    Commands(Mechanism),
    /// Nothing, until the ZAP handler has decided.
    Asking(Pending),
    /// The identity frame of a peer older than 3.0; a 1.0 peer has not told its type.
    Identity { revision: Revision, socket_type: Option<SocketType> },
    /// Nothing any more.
    Over,
}

/// A handshake under way.
#[derive(Clone, Debug)]
pub(crate) struct Handshake {
    stage: Stage,
    /// The greeting as far as it has come; at most 64 octets.
    greeting: Vec<u8>,
    assembler: Assembler,
    /// The peer's version and what is spoken with it, once its greeting is there.
    version: (u8, u8),
    revision: Revision,
    /// What the ZAP handler said.
    verdict: Option<zap::Reply>,
    cipher: Option<Box<Cipher>>,
}

/// A handshake that went well.
#[derive(Clone, Debug)]
pub(crate) struct Established {
    /// What is spoken from now on.
    pub(crate) revision: Revision,
    /// Who the peer is.
    pub(crate) peer: PeerInfo,
    /// How everything is sealed from now on, under CURVE.
    pub(crate) cipher: Option<Box<Cipher>>,
}

impl Handshake {
    /// Begins with our signature, unprompted.
    pub(crate) fn start(config: &Config, out: &mut VecDeque<Output>) -> Self {
        //= 37-VERSION-003
        //= 13-CONN-002
        let signature = opening::greeting(config).into_iter().take(Greeting::SIGNATURE_LEN);
        out.push_back(Output::Transmit(signature.collect()));
        Self {
            stage: Stage::Opening(Part::Signature),
            greeting: Vec::new(),
            assembler: Assembler::default(),
            version: (MAJOR, config.minor),
            revision: Revision::V31,
            verdict: None,
            cipher: None,
        }
    }

    /// Whether the ZAP handler has been asked and has not answered; no octet is taken till then.
    pub(crate) fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Asking(_))
    }

    /// Moves on through `octets`, up to the end of the handshake; `None` when they are used up,
    /// or when [`Handshake::is_asking`].
    pub(crate) fn take(
        &mut self,
        octets: &mut &[u8],
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Option<Established>, Reason> {
        loop {
            match core::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Opening(part) => {
                    let Some((&octet, rest)) = octets.split_first() else {
                        self.stage = Stage::Opening(part);
                        return Ok(None);
                    };
                    *octets = rest;
                    if let Some(peer) = self.handle_greeting_octet(octet, part, config, out)? {
                        return Ok(Some(self.establish(peer)));
                    }
                }
                Stage::Commands(mechanism) => {
                    let unit = self.assembler.take(octets, Expect::Handshake, &config.limits)?;
                    let Some(Unit::Command(body)) = unit else {
                        self.stage = Stage::Commands(mechanism);
                        return Ok(None);
                    };
                    let next = self.handle_command(mechanism, &body, config, out)?;
                    if let Some(peer) = self.follow(next, config, out)? {
                        return Ok(Some(self.establish(peer)));
                    }
                }
                stage @ Stage::Identity { revision, socket_type } => {
                    let Some(identity) = self.take_identity(octets, config)? else {
                        self.stage = stage;
                        return Ok(None);
                    };
                    let peer = opening::legacy_peer(revision, socket_type, identity)?;
                    self.revision = revision;
                    return Ok(Some(self.establish(peer)));
                }
                stage @ (Stage::Asking(_) | Stage::Over) => {
                    self.stage = stage;
                    return Ok(None);
                }
            }
        }
    }

    /// Takes the ZAP handler's answer; without a question it has no effect.
    pub(crate) fn handle_verdict(
        &mut self,
        verdict: Result<zap::Reply, zap::Malformed>,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Option<Established>, Reason> {
        if !self.is_asking() {
            return Ok(None);
        }
        let asking = core::mem::replace(&mut self.stage, Stage::Over);
        let Stage::Asking(pending) = asking else { return Ok(None) };
        let reply = verdict.map_err(Reason::Handler)?;
        if reply.status != zap::Status::Success {
            return Err(opening::deny(reply.status, out));
        }
        self.verdict = Some(reply);
        let next = self.speak(config, out, |ours, frames| pending.admit(ours, frames));
        Ok(self.follow(next, config, out)?.map(|peer| self.establish(peer)))
    }

    /// One step of the mechanism.
    fn handle_command(
        &self,
        mechanism: Mechanism,
        body: &[u8],
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Next, Reason> {
        let body = Body::decode(body)?;
        self.speak(config, out, |ours, frames| mechanism.step(body, ours, frames))
            .map_err(|refusal| opening::refuse(refusal, out))
    }

    /// Goes where the mechanism leads, asking nobody who need not be asked; the peer at the end.
    fn follow(
        &mut self,
        mut next: Next,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Option<PeerInfo>, Reason> {
        loop {
            match next {
                Next::Await(mechanism) => {
                    self.stage = Stage::Commands(mechanism);
                    return Ok(None);
                }
                Next::Ask(applicant, pending) => match config.security.admission(&config.zap) {
                    Admission::Open => {
                        next = self.speak(config, out, |ours, frames| pending.admit(ours, frames));
                    }
                    Admission::Closed => return Err(Reason::NoHandler),
                    Admission::Ask => {
                        //= 27-REQUEST-001
                        let request = opening::request(applicant, &config.zap);
                        out.push_back(Output::Event(Event::Authenticate(Box::new(request))));
                        self.stage = Stage::Asking(pending);
                        return Ok(None);
                    }
                },
                Next::Done(agreed) => {
                    let verdict = self.verdict.take();
                    self.cipher = agreed.cipher;
                    return Ok(Some(opening::peer_info(agreed.peer, self.version, verdict)));
                }
            }
        }
    }

    /// Lets the mechanism speak: what it appends is sent.
    fn speak<T>(
        &self,
        config: &Config,
        out: &mut VecDeque<Output>,
        act: impl FnOnce(&Ours<'_>, &mut Vec<u8>) -> T,
    ) -> T {
        let metadata = opening::metadata(config, self.verdict.as_ref());
        let max_properties = config.limits.max_properties;
        let ours = Ours { socket_type: config.socket_type, metadata: &metadata, max_properties };
        let mut frames = Vec::new();
        let outcome = act(&ours, &mut frames);
        if !frames.is_empty() {
            out.push_back(Output::Transmit(frames));
        }
        outcome
    }

    /// One octet of the first 64; the peer, if it needs no more than that.
    fn handle_greeting_octet(
        &mut self,
        octet: u8,
        part: Part,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Option<PeerInfo>, Reason> {
        self.greeting.push(octet);
        self.stage = match part {
            Part::Signature => match Signature::detect(&self.greeting)? {
                None => Stage::Opening(part),
                //= 37-VERSION-004
                Some(Signature::Versioned) => {
                    out.push_back(Output::Transmit(vec![MAJOR]));
                    Stage::Opening(Part::Version)
                }
                Some(Signature::Version10) => {
                    opening::answer_10(config, out)?;
                    self.assembler = Assembler::start(legacy::Framing::V10);
                    Stage::Identity { revision: Revision::V10, socket_type: None }
                }
            },
            Part::Version => match Version::detect(octet)? {
                Version::Version3 => {
                    //= 37-BACK2-003
                    let sent = Greeting::SIGNATURE_LEN.saturating_add(1);
                    let rest = opening::greeting(config).into_iter().skip(sent).collect();
                    out.push_back(Output::Transmit(rest));
                    Stage::Opening(Part::Rest)
                }
                Version::Version20 => {
                    opening::answer_20(octet, config, out)?;
                    Stage::Opening(Part::Type)
                }
            },
            Part::Rest => match self.greeting.first_chunk() {
                Some(octets) => return self.meet(Greeting::decode(octets), config, out),
                None => Stage::Opening(part),
            },
            Part::Type => {
                let socket_type = Some(opening::judge_code(octet, config.socket_type)?);
                self.greeting.clear();
                self.assembler = Assembler::start(legacy::Framing::V20);
                Stage::Identity { revision: Revision::V20, socket_type }
            }
        };
        Ok(None)
    }

    /// The greetings have been exchanged: the mechanism begins.
    fn meet(
        &mut self,
        theirs: Greeting,
        config: &Config,
        out: &mut VecDeque<Output>,
    ) -> Result<Option<PeerInfo>, Reason> {
        let (revision, order) = opening::meet(theirs, config)?;
        (self.version, self.revision) = (theirs.version, revision);
        let (security, entropy) = (&config.security, &config.entropy);
        let next = self
            .speak(config, out, |_, frames| Mechanism::start(security, entropy, order, frames))
            .map_err(|refusal| opening::refuse(refusal, out))?;
        self.follow(next, config, out)
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

    fn establish(&mut self, peer: PeerInfo) -> Established {
        Established { revision: self.revision, peer, cipher: self.cipher.take() }
    }
}
