//! What a case function works with: connections to the SUT at every stage of the dialogue, the
//! application side of the SUT, and the two ways to say less than "failed".

mod application;
mod handler;
mod meet;
mod receive;
mod returns;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

pub use application::Answer;
use receive::Ahead;

use crate::bench::Bench;
use crate::entropy::Entropy;
use crate::octets::{Greeting, greeting, hex, message};
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::target::{Need, Options, Role, Socket, SocketSpec, Target, TargetError};
use crate::transcript::Direction;
use crate::verdict::{Finding, Stop};

/// Things a case tells besides its outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Accepted deviations: a strict profile makes them failures.
    pub lenient: Vec<Finding>,
    /// What was seen where nothing is judged.
    pub info: Vec<String>,
}

/// Sockets of the SUT that wire-only cases share.
pub type Pool = RefCell<BTreeMap<SocketSpec, Rc<dyn Socket>>>;

/// One run of one case on one socket of the SUT.
pub struct Context {
    /// The socket type of the SUT.
    pub kind: SocketType,
    /// Who opens connections.
    pub role: Role,
    /// What the SUT announces: 3.1, 3.0 or 2.0.
    pub version: (u8, u8),
    /// The minor version of that.
    pub minor: u8,
    /// Nonces.
    pub entropy: Entropy,
    /// What the case tells.
    pub remarks: Remarks,
    target: Rc<dyn Target>,
    bench: Rc<Bench>,
    options: Options,
    pool: Option<Rc<Pool>>,
    socket: Option<Rc<dyn Socket>>,
    linked: bool,
    retired: Vec<Rc<dyn Socket>>,
    ahead: Ahead,
}

/// Calls that wait at once; few, so that an adapter with a short input can bear them.
pub const AT_ONCE: usize = 25;

/// What the runner knows when it makes a [`Context`].
pub struct Setting {
    /// The system under test.
    pub target: Rc<dyn Target>,
    /// Transcript, window, deadline.
    pub bench: Rc<Bench>,
    /// The socket to open.
    pub spec: SocketSpec,
    /// Shared sockets; `None` for a socket of its own.
    pub pool: Option<Rc<Pool>>,
    /// What the SUT announces.
    pub version: (u8, u8),
    /// Nonces.
    pub entropy: Entropy,
}

impl Context {
    /// A context for one run.
    pub fn new(setting: Setting) -> Self {
        Self {
            kind: setting.spec.kind,
            role: setting.spec.role,
            version: setting.version,
            minor: setting.version.1,
            entropy: setting.entropy,
            remarks: Remarks::default(),
            target: setting.target,
            bench: setting.bench,
            options: setting.spec.options,
            pool: setting.pool,
            socket: None,
            linked: false,
            retired: Vec::new(),
            ahead: Ahead::default(),
        }
    }

    /// The SUT's socket of this case, opened at the first call.
    ///
    /// # Errors
    /// [`Stop`] as the target's answer says.
    pub async fn socket(&mut self) -> Result<Rc<dyn Socket>, Stop> {
        if let Some(socket) = &self.socket {
            return Ok(Rc::clone(socket));
        }
        let spec = SocketSpec { kind: self.kind, role: self.role, options: self.options };
        let shared = self.pool.as_ref().and_then(|pool| pool.borrow().get(&spec).cloned());
        let socket = match shared {
            Some(socket) => socket,
            None => self.open(spec).await?,
        };
        if let Some(pool) = &self.pool {
            pool.borrow_mut().entry(spec).or_insert_with(|| Rc::clone(&socket));
        }
        self.socket = Some(Rc::clone(&socket));
        Ok(socket)
    }

    /// Another socket of the SUT, for cases that compare two.
    ///
    /// # Errors
    /// [`Stop`] as the target's answer says.
    pub async fn open(&self, spec: SocketSpec) -> Result<Rc<dyn Socket>, Stop> {
        self.target.open(spec).await.map_err(stop)
    }

    /// A raw connection: no octet sent yet. A SUT that connects opens a fresh socket for each,
    /// since it need not come back after what the tester did to the last connection; so does a
    /// PAIR, which may not have noticed that its last peer is gone. The newest socket is the one
    /// that [`Context::recv`] and the like use.
    ///
    /// # Errors
    /// [`Stop::Crash`] when the SUT is gone, [`Stop::Unreachable`] when it gives no connection.
    pub async fn link(&mut self) -> Result<Link, Stop> {
        let one_peer = self.role == Role::Connect || self.kind.takes_one_peer();
        if one_peer && self.linked {
            self.retired.extend(self.socket.take());
            self.ahead = Ahead::default();
        }
        self.linked = true;
        let socket = self.socket().await?;
        self.link_to(&socket).await
    }

    /// A raw connection to a given socket of the SUT. A SUT that connects must come by the
    /// deadline.
    ///
    /// # Errors
    /// As [`Context::link`], and [`Stop::Hang`] when a connecting SUT does not come.
    pub async fn link_to(&mut self, socket: &Rc<dyn Socket>) -> Result<Link, Stop> {
        let deadline = self.bench.deadline;
        let Ok(linked) = tokio::time::timeout(deadline, socket.link()).await else {
            let got = format!("none within {} s", deadline.as_secs_f32());
            return Err(Stop::Hang(Finding::new("no-connection", "a connection", got)));
        };
        let entropy = Entropy::new(self.entropy.bits());
        Ok(Link::new(linked.map_err(stop)?, Rc::clone(&self.bench), entropy))
    }

    /// A connection on which both greetings have been exchanged, ours as [`greeting`] makes it.
    ///
    /// # Errors
    /// As [`Context::link`] and [`Link::greeting`].
    pub async fn greeted(&mut self) -> Result<Link, Stop> {
        self.greeted_as(greeting()).await
    }

    /// A connection on which both greetings have been exchanged.
    ///
    /// # Errors
    /// As [`Context::link`] and [`Link::greeting`].
    pub async fn greeted_as(&mut self, ours: Greeting) -> Result<Link, Stop> {
        let mut link = self.link().await?;
        link.write(ours.build()).await?;
        link.greeting().await?;
        Ok(link)
    }

    /// A connection whose NULL handshake is done, the tester as the usual counterpart.
    ///
    /// # Errors
    /// As [`Context::handshake`].
    pub async fn ready(&mut self) -> Result<Link, Stop> {
        let kind = self.kind.counterpart().name().as_bytes();
        self.ready_as(greeting(), &[("Socket-Type", kind)]).await
    }

    /// A connection whose NULL handshake is done, with these octets of ours; see
    /// [`Context::meet`].
    ///
    /// # Errors
    /// As [`Context::handshake`].
    pub async fn ready_as(
        &mut self,
        ours: Greeting,
        properties: &[(&str, &[u8])],
    ) -> Result<Link, Stop> {
        let mut link = self.link().await?;
        self.meet(&mut link, ours, properties).await?;
        Ok(link)
    }

    /// The NULL handshake on a greeted connection: the connecting side speaks first (37-NULL-003).
    ///
    /// # Errors
    /// [`Stop::Hang`] without READY by the deadline, [`Stop::Fail`] for a close or another frame.
    pub async fn handshake(&mut self, link: &mut Link, ready: &[u8]) -> Result<(), Stop> {
        match self.role {
            Role::Bind => {
                link.write(ready).await?;
                link.expect_command("READY").await?;
            }
            Role::Connect => {
                link.expect_command("READY").await?;
                link.write(ready).await?;
            }
        }
        Ok(())
    }

    /// Makes the application of the SUT send one message.
    ///
    /// # Errors
    /// [`Stop::Fail`] when it cannot within the deadline.
    pub async fn send(&mut self, parts: &[&[u8]]) -> Result<(), Stop> {
        let socket = self.socket().await?;
        let parts: Vec<Vec<u8>> = parts.iter().map(|part| part.to_vec()).collect();
        self.note(Direction::Received, format!("application sends {}", show(&parts)));
        socket.send(&parts, self.bench.deadline).await.map_err(stop)
    }

    /// Sends a numbered message that a legal peer may send now, and demands that it is the next
    /// delivery: whatever was sent before it was not delivered.
    ///
    /// # Errors
    /// As [`Context::expect_delivery`].
    pub async fn sentinel(&mut self, link: &mut Link) -> Result<(), Stop> {
        let nonce = self.entropy.nonce();
        link.write(message(&[&nonce])).await?;
        link.release().await?;
        self.expect_delivery(&[&nonce]).await
    }

    /// Subscribes the application of the SUT, or takes one subscription back: an XSUB by sending
    /// 01 or 00 and the topic (29-XSUB-015).
    ///
    /// # Errors
    /// [`Stop`] as the target's answer says.
    pub async fn subscribe(&mut self, topic: &[u8], on: bool) -> Result<(), Stop> {
        let socket = self.socket().await?;
        if self.kind == SocketType::Xsub {
            return self.send(&[&[&[u8::from(on)], topic].concat()]).await;
        }
        let verb = if on { "subscribes to" } else { "unsubscribes from" };
        self.note(Direction::Received, format!("application {verb} {}", hex(topic)));
        socket.subscribe(topic, on).await.map_err(stop)
    }

    /// Makes the application close its socket.
    ///
    /// # Errors
    /// [`Stop`] as the target's answer says.
    pub async fn close(&mut self) -> Result<(), Stop> {
        let Some(socket) = self.socket.take() else { return Ok(()) };
        self.note(Direction::Received, "application closes the socket".to_owned());
        socket.close().await.map_err(stop)
    }

    /// Whether the target offers this.
    pub fn offers(&self, need: Need) -> bool {
        self.target.offers().needs.contains(&need)
    }

    /// Accepts a deviation, and goes on.
    pub fn lenient(&mut self, signature: &str, expected: &str, got: impl Into<String>) {
        let finding = Finding::new(signature, expected, got);
        if !self.remarks.lenient.contains(&finding) {
            self.remarks.lenient.push(finding);
        }
    }

    /// Octets that the way between the SUT and a tester who does not read may hold, at most.
    pub fn buffers(&self) -> usize {
        self.target.buffers()
    }

    /// Tells what was seen where nothing is judged.
    pub fn info(&mut self, what: impl Into<String>) {
        self.remarks.info.push(what.into());
    }

    /// What the connections of this case share.
    pub fn bench(&self) -> &Rc<Bench> {
        &self.bench
    }

    /// Closes the sockets that are this case's own, once the SUT has seen that the connections are
    /// gone: how a socket ends with a peer in mid-sentence is no part of any case.
    pub async fn finish(&mut self) {
        let last = self.socket.take().filter(|_| self.pool.is_none());
        if last.is_some() || !self.retired.is_empty() {
            self.bench.quiet.settle().await;
        }
        for socket in self.retired.drain(..).chain(last) {
            let _ = socket.close().await;
        }
    }

    fn note(&self, direction: Direction, what: String) {
        self.bench.transcript.borrow_mut().note(0, direction, what);
    }
}

/// What an answer of the target means for a case.
fn stop(error: TargetError) -> Stop {
    match error {
        TargetError::Unsupported(what) => Stop::NotApplicable(what),
        TargetError::Died(how) => Stop::Crash(Finding::new("died", "the SUT lives", how)),
        TargetError::Unreachable(why) | TargetError::Protocol(why) => Stop::Unreachable(why),
        TargetError::Refused(_, why) => {
            Stop::Fail(Finding::new("api-error", "the call succeeds", why))
        }
    }
}

fn show(parts: &[Vec<u8>]) -> String {
    let shown = parts.iter().map(|part| match part.len() {
        0..=32 => hex(part),
        len => format!("({len} octets)"),
    });
    format!("[{}]", shown.collect::<Vec<_>>().join(" "))
}
