//! A library in Rust, judged in its own `cargo test`: no adapter, no process, the same cases and
//! the same verdicts. An [`Implementation`] says what there is and opens sockets; [`Suite`]
//! chooses, judges and answers a [`Judgement`].
//!
//! ```
//! use std::net::SocketAddr;
//! use zeroproof_conformance::in_process::{Failure, Implementation, OptionValue, Socket, Suite};
//! use zeroproof_conformance::socket_type::SocketType;
//!
//! struct Mine;
//! struct Mute;
//!
//! impl Implementation for Mine {
//!     type Socket = Mute;
//!     fn name(&self) -> &str { "mine" }
//!     fn types(&self) -> Vec<SocketType> { vec![SocketType::Pull] }
//!     async fn open(&self, _: SocketType, _: &[(&str, OptionValue)]) -> Result<Mute, Failure> {
//!         Ok(Mute)
//!     }
//! }
//!
//! impl Socket for Mute {
//!     async fn bind(&self, _: SocketAddr) -> Result<SocketAddr, Failure> {
//!         Err(Failure::refused("nothing is bound here yet"))
//!     }
//!     async fn connect(&self, _: SocketAddr) -> Result<(), Failure> { Ok(()) }
//!     async fn send(&self, _: &[Vec<u8>]) -> Result<(), Failure> { Ok(()) }
//!     async fn recv(&self) -> Result<Vec<Vec<u8>>, Failure> { std::future::pending().await }
//! }
//!
//! let error = Suite::new().run("37/null/handshake").judge(Mine).unwrap_err();
//! assert!(error.contains("nothing is bound here yet"));
//! ```
//!
//! Deliberately absent: PLAIN and CURVE by a ZAP handler of the suite, and crashes, which would end
//! the test itself: those are for an adapter.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::adapter::ErrorKind;
use crate::case::Depth;
use crate::cases;
use crate::expect::Expectations;
use crate::glob::matches;
use crate::report::human;
use crate::runner::{self, Profile, Record, Run, Selection, Settings};
use crate::socket_type::SocketType;
use crate::split::Split;
use crate::target::in_process::InProcess;
use crate::target::{About, Role, Target};
use crate::verdict::{Level, Verdict};

/// A library that is judged. Everything runs on one thread, within a tokio `LocalSet`: what needs
/// threads of its own may have them.
pub trait Implementation: 'static {
    /// Its sockets.
    type Socket: Socket;
    /// Its name.
    fn name(&self) -> &str;
    /// Its version; empty when it does not matter.
    fn version(&self) -> &str {
        ""
    }
    /// The socket types it has.
    fn types(&self) -> Vec<SocketType>;
    /// Who of a connection it can be.
    fn roles(&self) -> Vec<Role> {
        vec![Role::Bind, Role::Connect]
    }
    /// The options it has, by libzmq's names in lower case. Cases that need others are not run.
    fn options(&self) -> Vec<String> {
        Vec::new()
    }
    /// Whether `subscribe` of its sockets works.
    fn subscribes(&self) -> bool {
        false
    }
    /// Opens a socket with options, all of them among [`Implementation::options`].
    fn open(
        &self,
        kind: SocketType,
        options: &[(&str, OptionValue)],
    ) -> impl Future<Output = Result<Self::Socket, Failure>>;
}

/// A socket of the library. To drop it is to close it, without waiting for what is not sent.
pub trait Socket: 'static {
    /// Listens on TCP; the answer is the address with its real port.
    fn bind(&self, to: SocketAddr) -> impl Future<Output = Result<SocketAddr, Failure>>;
    /// Connects by TCP, and again when the connection is lost; nobody need be there yet.
    fn connect(&self, to: SocketAddr) -> impl Future<Output = Result<(), Failure>>;
    /// Sends a message; may wait until it is taken. A future that is dropped has sent nothing.
    fn send(&self, parts: &[Vec<u8>]) -> impl Future<Output = Result<(), Failure>>;
    /// Waits for the next message. A future that is dropped has taken nothing.
    fn recv(&self) -> impl Future<Output = Result<Vec<Vec<u8>>, Failure>>;
    /// Subscribes, or takes a subscription back.
    fn subscribe(&self, topic: &[u8], on: bool) -> impl Future<Output = Result<(), Failure>> {
        let _ = (topic, on);
        async { Err(Failure { kind: ErrorKind::State, message: "no subscriptions".into() }) }
    }
}

/// The value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// Milliseconds, octets, a count, or 0 and 1.
    Number(i64),
    /// Octets, written as text.
    Text(&'static str),
}

/// How a library says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In which way, as in `conformance/adapters/README.md`.
    pub kind: ErrorKind,
    /// For people.
    pub message: String,
}

impl Failure {
    /// It tried, and said no.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Refused, message: message.into() }
    }

    /// Not on this socket, or not now.
    pub fn state(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::State, message: message.into() }
    }
}

/// What is judged, and how.
#[derive(Clone, Debug)]
pub struct Suite {
    run: Vec<String>,
    skip: Vec<String>,
    level: Depth,
    known: Expectations,
    deadline: Duration,
}

impl Default for Suite {
    fn default() -> Self {
        Self::new()
    }
}

impl Suite {
    /// All cases of the quick level, nothing known of the library.
    pub fn new() -> Self {
        Self {
            run: Vec::new(),
            skip: Vec::new(),
            level: Depth::Quick,
            known: Expectations::default(),
            deadline: Duration::from_secs(10),
        }
    }

    /// Only cases that match, or match another pattern given: `37/framing/*`, `28/**`.
    #[must_use]
    pub fn run(mut self, pattern: &str) -> Self {
        self.run.push(pattern.to_owned());
        self
    }

    /// Not the cases that match.
    #[must_use]
    pub fn skip(mut self, pattern: &str) -> Self {
        self.skip.push(pattern.to_owned());
        self
    }

    /// How much of the axes.
    #[must_use]
    pub fn level(mut self, level: Depth) -> Self {
        self.level = level;
        self
    }

    /// What is known of the library: the text of an expectation file.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn expect(mut self, text: &str) -> Result<Self, String> {
        self.known = Expectations::parse(text)?;
        Ok(self)
    }

    /// How long what must happen may take; 10 s without this.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Judges a library, on this thread.
    ///
    /// # Errors
    /// Why no judgement was possible: a pattern that matches no case, or none of this level, or a
    /// library that does not speak ZMTP at all.
    pub fn judge<I: Implementation>(mut self, implementation: I) -> Result<Judgement, String> {
        let selection = self.selection()?;
        let target: Rc<dyn Target> = Rc::new(InProcess::new(implementation));
        let (about, offers) = (target.about(), target.offers());
        self.known.keep(&about.version);
        let (Some(&kind), Some(&role)) = (offers.types.first(), offers.roles.first()) else {
            return Err("the library offers no socket type or no role".into());
        };
        let settings = Settings {
            jobs: 16,
            deadline: self.deadline,
            seed: 1,
            profile: Profile::Default,
            max_time: None,
            repeat: 1,
            until_fail: false,
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let run = LocalSet::new().block_on(&runtime, async {
            let survey = runner::survey(target.as_ref(), kind, role, self.deadline).await;
            let survey = survey.map_err(|error| error.to_string())?;
            let plan = runner::plan(&selection, &offers, survey.version);
            Ok::<_, String>(runner::run(target, survey, plan, &settings, &mut |_| {}).await)
        })?;
        Ok(Judgement { run, known: self.known, about })
    }

    fn selection(&self) -> Result<Selection, String> {
        let all = cases::all();
        for pattern in self.run.iter().chain(&self.skip) {
            if !all.iter().any(|case| matches(pattern, case.id)) {
                return Err(format!("'{pattern}' matches no case: zeroproof list shows them"));
            }
        }
        for pattern in &self.run {
            let mut named = all.iter().filter(|case| matches(pattern, case.id));
            if named.all(|case| case.depth > self.level) {
                return Err(format!(
                    "'{pattern}' matches no case of this level: ask for a deeper one"
                ));
            }
        }
        let any = |patterns: &[String], id| patterns.iter().any(|pattern| matches(pattern, id));
        let chosen = all.into_iter().filter(|case| {
            (self.run.is_empty() || any(&self.run, case.id))
                && !any(&self.skip, case.id)
                && self.known.skips(case).is_none()
        });
        let (cases, splits) = (chosen.collect(), vec![Split::Whole]);
        Ok(Selection { cases, level: self.level, kind: None, role: None, splits })
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Judgement {
    run: Run,
    known: Expectations,
    about: About,
}

impl Judgement {
    /// Every result.
    pub fn records(&self) -> &[Record] {
        &self.run.records
    }

    /// How many results have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        human::count(&self.run.records, verdict)
    }

    /// What is wrong and not known, each with the octets that show it; and entries of what is known
    /// that no longer come. MUST only: what SHOULD be is told by [`Judgement::records`].
    pub fn failures(&self) -> Vec<String> {
        let new = |record: &&Record| {
            runner::counts(record, Level::Must) && self.known.entry(record).is_none()
        };
        let told = |record: &Record| human::failure(record, &self.about.name, "not known", "");
        let stale = self.known.stale(&self.run.records, Profile::Default).map(|entry| {
            format!("{}: [{}] no longer comes: remove the entry", entry.case, entry.signature)
        });
        self.run.records.iter().filter(new).map(told).chain(stale).collect()
    }

    /// Ends a test.
    ///
    /// # Panics
    /// With all failures, if there are any, and when nothing was judged.
    pub fn assert(&self) {
        let failures = self.failures();
        assert!(failures.is_empty(), "{} failures:\n\n{}", failures.len(), failures.join("\n\n"));
        let judged = self.run.records.iter().any(|record| !record.attempts.is_empty());
        assert!(judged, "nothing was judged: no case applies to {}", self.about.name);
    }
}
