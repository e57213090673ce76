//! Where an adapter is tried: requests go out, every line that comes is held against the rules
//! that hold for all lines, and both are written down. One process serves many rules; `reset`
//! parts them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout_at};

use super::process::{Came, Process};
use super::reply::{self, Answer, Refusal, Said};
use super::{Broken, Stop, Tried};
use crate::adapter::{ErrorKind, Hello, PROTO};

/// How much of a line is shown, in characters.
const SHOWN: usize = 160;
/// How many lines are shown.
const LINES: usize = 12;
/// What the end of input may still bring to light, where an answer did not come.
const FLUSHED: Duration = Duration::from_millis(500);

/// An adapter under trial.
pub(super) struct Desk {
    argv: Vec<String>,
    pub(super) deadline: Duration,
    /// The rule being tried.
    place: &'static str,
    process: Option<Process>,
    hello: Option<Hello>,
    /// Requests without a reply yet, and their ops.
    asked: BTreeMap<u64, String>,
    /// Replies nobody has asked for yet.
    replies: BTreeMap<u64, Answer>,
    /// Replies with id null that nobody has asked for yet.
    nulls: VecDeque<Refusal>,
    /// Requests whose sockets are there.
    ready: Vec<u64>,
    /// Lines that could not be read as requests, and are not answered yet.
    unreadable: usize,
    next: u64,
    names: u64,
    /// How long the process took to say hello: what this machine makes of a moment.
    pub(super) began_in: Duration,
    dialogue: VecDeque<String>,
}

impl Desk {
    pub(super) fn new(argv: &[String], deadline: Duration) -> Self {
        Self {
            argv: argv.to_vec(),
            deadline,
            place: "",
            process: None,
            hello: None,
            asked: BTreeMap::new(),
            replies: BTreeMap::new(),
            nulls: VecDeque::new(),
            ready: Vec::new(),
            unreadable: 0,
            next: 0,
            names: 0,
            began_in: Duration::ZERO,
            dialogue: VecDeque::new(),
        }
    }

    /// The next rule.
    pub(super) fn begin(&mut self, place: &'static str) {
        self.place = place;
        self.dialogue.clear();
    }

    /// The rule being tried is broken.
    pub(super) fn broken(&self, wrong: impl Into<String>) -> Stop {
        Broken::of(self.place, wrong).into()
    }

    /// Adds what was said to what is wrong.
    pub(super) fn witness(&self, mut broken: Broken) -> Broken {
        broken.dialogue = self.dialogue.iter().cloned().collect();
        broken.stderr = self.process.as_ref().map(Process::stderr_tail).unwrap_or_default();
        broken
    }

    /// Kills the process; the next request starts another.
    pub(super) fn drop_process(&mut self) {
        self.process = None;
    }

    /// What the running adapter says of itself; it is started if none runs.
    pub(super) async fn hello(&mut self) -> Result<Hello, Stop> {
        if self.process.is_none() || self.hello.is_none() {
            self.start().await?;
        }
        self.hello.clone().ok_or_else(|| self.broken("no hello"))
    }

    /// A new process that has said hello.
    pub(super) async fn start(&mut self) -> Tried {
        self.process = None;
        (self.hello, self.unreadable, self.next) = (None, 0, 0);
        self.asked.clear();
        self.replies.clear();
        self.nulls.clear();
        self.ready.clear();
        let began = Instant::now();
        self.process = Some(Process::start(&self.argv).map_err(Stop::NoStart)?);
        let fields = json!({"proto": PROTO, "suite": env!("CARGO_PKG_VERSION")});
        let hello = self.ok("hello", fields).await?;
        self.began_in = began.elapsed();
        lists(&hello).map_err(|wrong| Broken::of("hello 1", wrong))?;
        let hello = Hello::read(Value::Object(hello));
        self.hello = Some(hello.map_err(|wrong| Broken::of("hello 1", wrong))?);
        Ok(())
    }

    /// A name no socket of this desk had before.
    pub(super) fn name(&mut self) -> String {
        self.names += 1;
        format!("s{}", self.names)
    }

    /// Writes octets as they are; with `unreadable` the answer is to have the id null.
    pub(super) fn write(&mut self, octets: &[u8], unreadable: bool) {
        self.unreadable += usize::from(unreadable);
        self.note('>', octets);
        if let Some(process) = &self.process {
            process.write(octets.to_vec());
        }
    }

    /// A request in a form of its own: the line must have this id, and may have this op.
    pub(super) fn write_request(&mut self, id: u64, op: &str, line: &str) {
        self.asked.insert(id, op.to_owned());
        self.write(format!("{line}\n").as_bytes(), false);
    }

    /// Sends a request; its id. `fields` is an object without `id` and `op`.
    pub(super) fn post(&mut self, op: &str, fields: Value) -> u64 {
        let mut line = Map::new();
        let id = self.next;
        self.next += 1;
        line.insert("id".into(), id.into());
        line.insert("op".into(), op.into());
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        self.write_request(id, op, &Value::Object(line).to_string());
        id
    }

    /// Whether the reply to this request is there, without waiting for one.
    pub(super) fn has(&self, id: u64) -> bool {
        self.replies.contains_key(&id)
    }

    /// The reply to a request.
    pub(super) async fn reply(&mut self, id: u64) -> Result<Answer, Stop> {
        let until = Instant::now() + self.deadline;
        loop {
            if let Some(answer) = self.replies.remove(&id) {
                return Ok(answer);
            }
            if !self.read_line(until).await? {
                return Err(self.unanswered(id).await);
            }
        }
    }

    /// Waits until the sockets of a `bench` are there; whether they were before its reply.
    pub(super) async fn is_ready(&mut self, id: u64) -> Result<bool, Stop> {
        let until = Instant::now() + self.deadline;
        while !self.ready.contains(&id) && !self.has(id) {
            if !self.read_line(until).await? {
                return Err(self.broken(format!("bench {id} is not ready in time")));
            }
        }
        Ok(self.ready.contains(&id))
    }

    /// The reply to a line that could not be read: one with the id null.
    pub(super) async fn null(&mut self, of: &str) -> Result<Refusal, Stop> {
        let until = Instant::now() + self.deadline;
        loop {
            if let Some(refusal) = self.nulls.pop_front() {
                return Ok(refusal);
            }
            if !self.read_line(until).await? {
                let within = self.deadline;
                return Err(self.broken(format!("no answer to {of} within {within:?}")));
            }
        }
    }

    /// An answer did not come: is it stuck in a buffer, or is there none?
    async fn unanswered(&mut self, id: u64) -> Stop {
        let op = self.asked.get(&id).cloned().unwrap_or_default();
        let within = self.deadline;
        let wrong = format!("no answer to `{op}` (id {id}) within {within:?}");
        if let Some(process) = &mut self.process {
            process.hang_up();
        }
        let until = Instant::now() + FLUSHED;
        while let Ok(true) = self.read_line(until).await {
            if self.has(id) {
                let wrong = format!("{wrong}; it came when standard input ended");
                return Broken::of("Lines 4", wrong).into();
            }
        }
        self.broken(wrong)
    }

    /// The `ok` of a new request.
    pub(super) async fn ok(&mut self, op: &str, fields: Value) -> Result<Map<String, Value>, Stop> {
        let id = self.post(op, fields);
        self.ok_of(id, op).await
    }

    /// The `ok` of a request that was sent.
    pub(super) async fn ok_of(&mut self, id: u64, op: &str) -> Result<Map<String, Value>, Stop> {
        let refused = |Refusal { kind, message }| format!("`{op}` is refused ({kind}: {message})");
        self.reply(id).await?.map_err(|refusal| self.broken(refused(refusal)))
    }

    /// A new request must be refused in one of these ways.
    pub(super) async fn refused(&mut self, op: &str, fields: Value, kinds: &[ErrorKind]) -> Tried {
        let shown: String = fields.to_string().chars().take(SHOWN).collect();
        let id = self.post(op, fields);
        self.refused_as(id, &format!("`{op}` {shown}"), kinds).await
    }

    /// A request that was sent must be refused in one of these ways.
    pub(super) async fn refused_as(&mut self, id: u64, what: &str, kinds: &[ErrorKind]) -> Tried {
        let wanted = kinds.iter().map(ErrorKind::to_string).collect::<Vec<_>>().join(" or ");
        match self.reply(id).await? {
            Err(refusal) if kinds.contains(&refusal.kind) => Ok(()),
            Err(refusal) => Err(self.broken(format!(
                "{what} is answered with `{}`, and should be with {wanted}",
                refusal.kind
            ))),
            Ok(_) => Err(self.broken(format!("{what} is answered with ok, and not {wanted}"))),
        }
    }

    /// Closes standard input and waits for the end: how it ended, or that it did not in time.
    pub(super) async fn leave(&mut self, within: Duration) -> Tried {
        let Some(process) = &mut self.process else { return Ok(()) };
        process.hang_up();
        let ended = process.ended(within).await;
        self.note('>', b"(end of standard input)");
        let verdict = match ended {
            Some((true, _)) => Ok(()),
            Some((false, status)) => Err(self.broken(format!("it ended with {status}, not 0"))),
            None => Err(self.broken(format!("it still ran {within:?} after the end of input"))),
        };
        // What it said last must be replies too.
        while let Some(Came::Line(line)) = self.came().await {
            reply::read(&line)?;
        }
        verdict
    }

    async fn came(&mut self) -> Option<Came> {
        let process = self.process.as_mut()?;
        timeout_at(Instant::now() + FLUSHED, process.next()).await.ok()
    }

    /// Ends a rule: every socket is closed, and nothing came that nobody asked for.
    pub(super) async fn settle(&mut self) -> Tried {
        if self.process.is_none() {
            return Ok(());
        }
        let id = self.post("reset", json!({}));
        let closed = self.reply(id).await?;
        closed.map_err(|refusal| {
            Broken::of("Order 4", format!("`reset` is refused ({})", refusal.kind))
        })?;
        if let Some((id, op)) = self.asked.pop_first() {
            let wrong = format!("`{op}` (id {id}) was not answered before the `reset` behind it");
            return Err(Broken::of("Order 4", wrong).into());
        }
        self.replies.clear();
        self.nulls.clear();
        Ok(())
    }

    /// Takes one line; whether one came in time.
    async fn read_line(&mut self, until: Instant) -> Result<bool, Stop> {
        let Some(process) = &mut self.process else { return Ok(false) };
        let Ok(came) = timeout_at(until, process.next()).await else { return Ok(false) };
        match came {
            Came::Line(line) => {
                self.note('<', &line);
                self.take(&line)?;
                Ok(true)
            }
            Came::TooLong(line) => {
                self.note('<', &line);
                Err(Broken::of("Lines 5", "a line is longer than the protocol allows").into())
            }
            Came::End(half) if !half.is_empty() => {
                self.note('<', &half);
                let wrong = "standard output ended in the middle of a line";
                Err(Broken::of("Lines 1", wrong).into())
            }
            Came::End(_) => {
                let ended = process.ended(self.deadline).await;
                let running = "it closed its standard output and ran on".to_owned();
                let status = ended.map_or(running, |(_, status)| status);
                Err(Stop::Died(status, process.stderr_tail()))
            }
        }
    }

    fn take(&mut self, line: &[u8]) -> Tried {
        let (id, answer) = match reply::read(line)? {
            Said::Event => return Ok(()),
            Said::Ready(of) => {
                self.ready.push(of);
                return Ok(());
            }
            Said::Reply(id, answer) => (id, answer),
        };
        let Some(id) = id else {
            let refusal = answer.err().filter(|_| self.unreadable > 0).ok_or_else(|| {
                self.broken("a reply with the id null, to a line that can be read")
            })?;
            self.unreadable -= 1;
            self.nulls.push_back(refusal);
            return Ok(());
        };
        let op = self.asked.remove(&id).ok_or_else(|| {
            Broken::of("Requests 1", format!("no request with id {id} waits for a reply"))
        })?;
        if let Ok(ok) = &answer {
            reply::shape(&op, ok)?;
        }
        self.replies.insert(id, answer);
        Ok(())
    }

    fn note(&mut self, way: char, line: &[u8]) {
        let text = String::from_utf8_lossy(line.get(..4 * SHOWN).unwrap_or(line)).into_owned();
        let mut shown: String = text.trim_end_matches('\n').chars().take(SHOWN).collect();
        if line.len() > shown.len() + 1 {
            shown += &format!("… ({} octets)", line.len());
        }
        self.dialogue.push_back(format!("{way} {shown}"));
        if self.dialogue.len() > LINES {
            self.dialogue.pop_front();
        }
    }
}

/// The lists of `can` hold names, each once: what reading a hello does not ask.
fn lists(hello: &Map<String, Value>) -> Result<(), String> {
    let can = hello.get("can").and_then(Value::as_object);
    for (list, names) in can.into_iter().flatten() {
        let names: Vec<&str> =
            names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let twice =
            names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|n| n == *name));
        if let Some((_, name)) = twice {
            return Err(format!("hello: `can.{list}` holds `{name}` twice"));
        }
        if names.contains(&"") {
            return Err(format!("hello: `can.{list}` holds an empty name"));
        }
    }
    Ok(())
}
