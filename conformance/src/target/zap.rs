//! The ZAP handler of a SUT (27), played by the tester: its application binds a ROUTER to
//! `inproc://zeromq.zap.01`, and what comes there is answered as the case says.
//!
//! One handler serves a whole program, so requests find their case by the domain of its socket, or
//! by a credential that the case has claimed. Whoever belongs to no case is let in.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};

use tokio::sync::Notify;

use crate::octets::hex;

/// Where a handler listens (27-ARCH-003).
pub const ENDPOINT: &str = "inproc://zeromq.zap.01";

/// The frames of a request or reply as the ROUTER of the handler has them: routing id, delimiter,
/// then what RFC 27 lists.
pub type Frames = Vec<Vec<u8>>;
/// What the handler answers; `None` for nothing.
pub type Policy = Rc<dyn Fn(&Frames) -> Option<Frames>>;

/// Who is asked about the peers of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zap {
    /// The handler, under a domain that no other socket has.
    Own,
    /// The handler; the socket has no domain.
    Unnamed,
    /// Nobody: there is a domain and no handler.
    Absent,
}

/// A request: frame 0 is the routing id, frame 1 the delimiter.
pub mod at {
    /// Routing id of the asking socket.
    pub const ROUTING: usize = 0;
    /// Empty.
    pub const DELIMITER: usize = 1;
    /// "1.0".
    pub const VERSION: usize = 2;
    /// To be echoed.
    pub const ID: usize = 3;
    /// The domain.
    pub const DOMAIN: usize = 4;
    /// The peer's IP address.
    pub const ADDRESS: usize = 5;
    /// The peer's identity.
    pub const IDENTITY: usize = 6;
    /// The name of the mechanism.
    pub const MECHANISM: usize = 7;
    /// The first credential.
    pub const CREDENTIALS: usize = 8;
}

/// A frame of a request, empty when it is missing.
pub fn field(frames: &Frames, at: usize) -> &[u8] {
    frames.get(at).map(Vec::as_slice).unwrap_or_default()
}

/// A reply without text, user id or metadata.
pub fn reply(request: &Frames, code: &str) -> Frames {
    let head = request.iter().take(at::ID + 1).cloned();
    head.chain([code.as_bytes().to_vec(), Vec::new(), Vec::new(), Vec::new()]).collect()
}

/// A lie about ZAP: what passes between a SUT and its handler is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warp {
    /// A frame of the request is this one.
    Shows(usize, &'static [u8]),
    /// The request has one more frame.
    Appends,
    /// The request is made twice.
    Twice,
    /// Whatever the status is, the SUT takes it for 200.
    AnyStatus,
    /// Whatever the reply is, and without one, the SUT lets the peer in.
    AnyReply,
    /// The SUT lets nobody in.
    Refuses,
}

impl Warp {
    /// The request as the handler gets it.
    fn asked(self, mut request: Frames) -> Frames {
        match self {
            Self::Shows(at, octets) => {
                request.get_mut(at).into_iter().for_each(|frame| *frame = octets.to_vec());
            }
            Self::Appends => request.push(b"more".to_vec()),
            Self::Twice | Self::AnyStatus | Self::AnyReply | Self::Refuses => {}
        }
        request
    }

    /// The reply as the SUT gets it.
    fn answered(self, request: &Frames, answer: Option<Frames>) -> Option<Frames> {
        match self {
            Self::Shows(..) | Self::Appends | Self::Twice => answer,
            Self::AnyStatus if answer.is_none() => None,
            Self::AnyStatus | Self::AnyReply => Some(reply(request, "200")),
            Self::Refuses => Some(reply(request, "400")),
        }
    }
}

/// Decides about the peers of one socket of the SUT.
pub struct Doorman {
    domain: Vec<u8>,
    claims: RefCell<Vec<Vec<u8>>>,
    policy: RefCell<Policy>,
    seen: RefCell<VecDeque<Frames>>,
    came: Notify,
    warp: Cell<Option<Warp>>,
}

impl std::fmt::Debug for Doorman {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Doorman({})", hex(&self.domain))
    }
}

impl Doorman {
    /// The domain of the socket; empty if it has none.
    pub fn domain(&self) -> &[u8] {
        &self.domain
    }

    /// Requests with this credential are for this socket, whatever their domain.
    pub fn claim(&self, credential: &[u8]) {
        self.claims.borrow_mut().push(credential.to_vec());
    }

    /// From now on requests are answered so.
    pub fn decide(&self, policy: impl Fn(&Frames) -> Option<Frames> + 'static) {
        *self.policy.borrow_mut() = Rc::new(policy);
    }

    /// The next request, in the order in which they came.
    pub async fn next(&self) -> Frames {
        loop {
            let came = self.came.notified();
            if let Some(request) = self.seen.borrow_mut().pop_front() {
                return request;
            }
            came.await;
        }
    }

    /// Requests that came and were not taken yet.
    pub fn waiting(&self) -> usize {
        self.seen.borrow().len()
    }

    /// From now on a liar stands between the SUT and the handler.
    pub fn lie(&self, warp: Warp) {
        self.warp.set(Some(warp));
    }

    fn answer(&self, request: Frames) -> Option<Frames> {
        let policy = Rc::clone(&*self.policy.borrow());
        let Some(warp) = self.warp.get() else {
            let answer = policy(&request);
            self.show(request);
            return answer;
        };
        let shown = warp.asked(request.clone());
        let answer = policy(&shown);
        if warp == Warp::Twice {
            self.show(shown.clone());
        }
        self.show(shown);
        warp.answered(&request, answer)
    }

    fn show(&self, request: Frames) {
        self.seen.borrow_mut().push_back(request);
        self.came.notify_waiters();
    }
}

/// All doormen of one program of the SUT.
#[derive(Debug, Default)]
pub struct Desk {
    doormen: RefCell<BTreeMap<u64, Weak<Doorman>>>,
    made: Cell<u64>,
}

impl Desk {
    /// A desk whose doormen are counted from this number on, so that no two desks share a domain.
    pub fn starting_at(number: u64) -> Self {
        Self { doormen: RefCell::default(), made: Cell::new(number) }
    }

    /// A doorman for a new socket, with a domain of its own or none. He lets everybody in.
    pub fn doorman(&self, zap: Zap) -> Rc<Doorman> {
        let number = self.made.replace(self.made.get() + 1);
        let domain = match zap {
            Zap::Own => format!("zeroproof-{number}"),
            Zap::Unnamed | Zap::Absent => String::new(),
        };
        let policy: Policy = Rc::new(|request| Some(reply(request, "200")));
        let doorman = Rc::new(Doorman {
            domain: domain.into_bytes(),
            claims: RefCell::default(),
            policy: RefCell::new(policy),
            seen: RefCell::default(),
            came: Notify::new(),
            warp: Cell::new(None),
        });
        let mut doormen = self.doormen.borrow_mut();
        doormen.retain(|_, doorman| doorman.strong_count() > 0);
        doormen.insert(number, Rc::downgrade(&doorman));
        doorman
    }

    /// What the handler says to a request.
    pub fn answer(&self, request: Frames) -> Option<Frames> {
        let doormen: Vec<_> = self.doormen.borrow().values().filter_map(Weak::upgrade).collect();
        let domain = field(&request, at::DOMAIN);
        let named = |doorman: &&Rc<Doorman>| !domain.is_empty() && doorman.domain == domain;
        let credentials = request.get(at::CREDENTIALS..).unwrap_or_default();
        let claimed = |doorman: &&Rc<Doorman>| {
            doorman.claims.borrow().iter().any(|claim| credentials.contains(claim))
        };
        let doorman = doormen.iter().find(named).or_else(|| doormen.iter().find(claimed));
        match doorman {
            Some(doorman) => doorman.answer(request),
            None => Some(reply(&request, "200")),
        }
    }
}
