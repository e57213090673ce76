//! The process of an adapter and the answers it owes, by id.
//!
//! Three tasks beside the callers: one writes whole lines, one keeps the end of standard error, one
//! reads answers and outlives the process, so that every call is told when it dies. An id stays in
//! the table until it is answered, even when its caller has gone: a late answer is no surprise.
//! Deliberately absent: restart, and the meaning of any op.

use std::collections::HashMap;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::io::BufReader;
use tokio::process::{Child, ChildStdout};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::error::AdapterError;
use super::pipes::{Line, Started, Tail, keep, read_line, spawn, write};
use super::reply::{Answer, Reply, read_reply};

/// The longest answer in octets, newline included; twice the largest part, in hex, and some.
pub(super) const MAX_LINE: usize = 2 * super::MAX_PART + (64 << 10);
/// How much of an offending line is quoted, in octets.
const QUOTED: usize = 4096;
/// After the end of the process: time for what is left in its pipes.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// After the end of its standard output: time for the process to end itself.
const LAST_BREATH: Duration = Duration::from_secs(1);

type Waiting = oneshot::Sender<Result<Answer, AdapterError>>;
/// What comes of a request.
pub(super) type Owed = oneshot::Receiver<Result<Answer, AdapterError>>;

/// A running adapter. Dropping it kills the process.
pub(super) struct Link {
    state: Arc<State>,
    /// To the writer; `None` after the end of input has been sent.
    lines: Mutex<Option<mpsc::UnboundedSender<Vec<u8>>>>,
    pid: Option<u32>,
    /// Its drop, with the link, tells the supervisor to kill.
    _alive: oneshot::Sender<()>,
}

#[derive(Default)]
struct State {
    table: Mutex<Table>,
    stderr: Arc<Tail>,
    /// Why the process is gone; set once, under the lock of `table`.
    fate: watch::Sender<Option<AdapterError>>,
}

#[derive(Default)]
struct Table {
    next: u64,
    waiting: HashMap<u64, Waiting>,
    /// Of those, who also waits to hear that it has begun.
    starting: HashMap<u64, oneshot::Sender<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Link {
    /// Starts the program. Needs a tokio runtime with time and I/O; any kind will do.
    pub(super) fn start(argv: &[String]) -> Result<Self, AdapterError> {
        let Started { child, stdin, stdout, stderr } = spawn(argv)?;
        let state = Arc::new(State::default());
        let pid = child.id();
        let (lines, queue) = mpsc::unbounded_channel();
        let (alive, gone) = oneshot::channel();
        tokio::spawn(write(stdin, queue));
        let words = tokio::spawn(keep(stderr, Arc::clone(&state.stderr)));
        tokio::spawn(supervise(child, stdout, gone, words, Arc::clone(&state)));
        Ok(Self { state, lines: Mutex::new(Some(lines)), pid, _alive: alive })
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// The last lines of standard error so far.
    pub(super) fn stderr_tail(&self) -> String {
        self.state.stderr_tail()
    }

    /// Why the process is gone, if it is.
    pub(super) fn fate(&self) -> Option<AdapterError> {
        self.state.fate.borrow().clone()
    }

    /// Waits until the process is gone.
    pub(super) async fn end(&self) -> AdapterError {
        let mut fate = self.state.fate.subscribe();
        let end = fate.wait_for(Option::is_some).await.ok().and_then(|fate| fate.clone());
        end.unwrap_or_else(|| self.state.died("unknown".into()))
    }

    /// Closes standard input, once everything queued is written.
    pub(super) fn hang_up(&self) {
        lock(&self.lines).take();
    }

    /// Sends one request and waits for its answer. Dropping the future is safe at any point: the
    /// line has been queued whole, and its answer will be read and thrown away.
    pub(super) async fn call(
        &self,
        op: &str,
        mut fields: Map<String, Value>,
        within: Duration,
    ) -> Result<Answer, AdapterError> {
        fields.insert("op".into(), op.into());
        let answer = self.post(fields, None)?;
        match timeout(within, answer).await {
            Err(_) => Err(AdapterError::Deadline { op: op.into(), after: within }),
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(self.end().await),
        }
    }

    /// Sends one request that tells when it has begun.
    pub(super) fn begin(
        &self,
        op: &str,
        mut fields: Map<String, Value>,
    ) -> Result<(oneshot::Receiver<()>, Owed), AdapterError> {
        fields.insert("op".into(), op.into());
        let (begun, ready) = oneshot::channel();
        Ok((ready, self.post(fields, Some(begun))?))
    }

    fn post(
        &self,
        mut fields: Map<String, Value>,
        begun: Option<oneshot::Sender<()>>,
    ) -> Result<Owed, AdapterError> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut table = lock(&self.state.table);
            if let Some(fate) = self.fate() {
                return Err(fate);
            }
            fields.insert("id".into(), table.next.into());
            let id = table.next;
            table.waiting.insert(id, sender);
            table.starting.extend(begun.map(|begun| (id, begun)));
            table.next += 1;
        }
        let mut line = Value::Object(fields).to_string().into_bytes();
        line.push(b'\n');
        if let Some(lines) = &*lock(&self.lines) {
            // A writer that is gone means a process that is gone: the supervisor tells the caller.
            let _ = lines.send(line);
        }
        Ok(receiver)
    }
}

impl State {
    fn stderr_tail(&self) -> String {
        self.stderr.text()
    }

    fn died(&self, status: String) -> AdapterError {
        AdapterError::Died { status, stderr_tail: self.stderr_tail() }
    }

    /// Fails every pending call, and through `fate` every later one.
    fn bury(&self, fate: &AdapterError) {
        let mut table = lock(&self.table);
        self.fate.send_replace(Some(fate.clone()));
        table.starting.clear();
        for (_, waiting) in table.waiting.drain() {
            let _ = waiting.send(Err(fate.clone()));
        }
    }

    /// Takes one line of standard output. The error is the rule it breaks.
    fn take(&self, line: &[u8]) -> Result<(), String> {
        let (id, answer) = match read_reply(line)? {
            Reply::Answer(id, answer) => (id, answer),
            Reply::Ready(of) => {
                let starting = lock(&self.table).starting.remove(&of);
                let starting = starting.ok_or_else(|| format!("`ready`, and {of} is no bench"))?;
                let _ = starting.send(()); // the caller may have gone
                return Ok(());
            }
            Reply::Event => return Ok(()),
        };
        let waiting = {
            let mut table = lock(&self.table);
            table.starting.remove(&id);
            table.waiting.remove(&id)
        };
        let waiting =
            waiting.ok_or_else(|| format!("no request with id {id} waits for a reply"))?;
        let _ = waiting.send(Ok(answer)); // the caller may have gone
        Ok(())
    }
}

/// Reads answers until the end of standard output (`None`) or a broken rule.
async fn read(stdout: ChildStdout, state: &State) -> Option<AdapterError> {
    let mut stdout = BufReader::with_capacity(64 << 10, stdout);
    loop {
        let mut line = Vec::new();
        let broken = match read_line(&mut stdout, &mut line, MAX_LINE).await {
            Line::Whole => state.take(&line).err(),
            Line::TooLong => Some(format!("a line is longer than {MAX_LINE} octets")),
            Line::End if line.is_empty() => return None,
            Line::End => Some("standard output ended within a line".into()),
        };
        if let Some(why) = broken {
            let quoted = line.get(..QUOTED).unwrap_or(&line);
            let line = String::from_utf8_lossy(quoted).trim_end_matches('\n').to_owned();
            return Some(AdapterError::Protocol { line, why });
        }
    }
}

async fn supervise(
    mut child: Child,
    stdout: ChildStdout,
    gone: oneshot::Receiver<()>,
    stderr: JoinHandle<()>,
    state: Arc<State>,
) {
    let broken = {
        let answers = read(stdout, &state);
        tokio::pin!(answers);
        tokio::select! {
            biased;
            broken = &mut answers => broken,
            _ = child.wait() => timeout(LAST_WORDS, answers).await.ok().flatten(),
            _ = gone => { let _ = child.start_kill(); None }
        }
    };
    if broken.is_some() {
        let _ = child.start_kill();
    }
    let status = match timeout(LAST_BREATH, child.wait()).await {
        Ok(status) => status.map_or_else(|error| error.to_string(), describe),
        Err(_) => {
            let _ = child.kill().await;
            "it closed its standard output and ran on, so it was killed".into()
        }
    };
    let _ = timeout(LAST_WORDS, stderr).await;
    state.bury(&broken.unwrap_or_else(|| state.died(status)));
}

/// `exit code 3`, or `signal 9 (SIGKILL)`.
pub(super) fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal} ({})", signal_name(signal));
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}

/// The signals whose numbers are the same on every Unix, which are those that kill.
#[cfg(unix)]
fn signal_name(signal: i32) -> &'static str {
    match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => "see signal(7)",
    }
}
