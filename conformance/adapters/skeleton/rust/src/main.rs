//! Adapter `zeroproof/adapter/1`: lines in, lines out. The protocol is
//! conformance/adapters/README.md.
//!
//! Your library is in `library.rs`; nothing here need change. One thread reads lines, this one
//! handles them, and while a recv or send waits it is tried again every millisecond, in order. A
//! library that tells when a socket is ready does better to be waited for: see `main`.

mod library;

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, Write};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use library::{Failure, Library, Parts, Setting};
use serde_json::{json, Map, Value};

const OPS: [&str; 12] = [
    "hello", "open", "bind", "connect", "set", "send", "recv", "subscribe", "unsubscribe", "close",
    "reset", "bye",
];
/// The largest part a fill may ask for, in octets.
const MAX_PART: u64 = 64 << 20;
/// Above this a part is answered as a fill, where it is one.
const BIG_PART: usize = 4096;
/// Between two tries of a call that waits.
const RETRY: Duration = Duration::from_millis(1);
/// The longest `within_ms`: a day.
const LONGEST_WAIT: u64 = 86_400_000;

type Request = Map<String, Value>;
/// `None` when the answer comes later.
type Answer = Result<Option<Value>, Failure>;

/// A recv or send that waits; `parts` is `None` for a recv.
struct Call {
    id: u64,
    parts: Option<Parts>,
    due: Instant,
}

/// An open socket of the library, and those who wait for it, in order.
struct Open {
    socket: u64,
    recvs: VecDeque<Call>,
    sends: VecDeque<Call>,
}

#[derive(Default)]
struct Adapter {
    library: Library,
    sockets: HashMap<String, Open>,
}

fn refused(words: impl Into<String>) -> Failure {
    Failure("refused", words.into())
}

fn say(reply: &Value) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{reply}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

fn accept(id: u64, ok: &Value) {
    say(&json!({"id": id, "ok": ok}));
}

fn refuse(id: Option<u64>, Failure(kind, message): &Failure) {
    say(&json!({"id": id, "err": {"kind": kind, "message": message}}));
}

fn text<'a>(request: &'a Request, name: &str) -> Result<&'a str, Failure> {
    let value = request.get(name).and_then(Value::as_str);
    value.ok_or_else(|| refused(format!("field {name} is missing or no string")))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |octet: &u8| char::from(*octet).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// A part as it stands in a request: a hex string or a fill.
fn octets(value: Option<&Value>) -> Result<Vec<u8>, Failure> {
    let fill = |value: &Value| {
        let unit = unhex(value.get("fill")?.as_str()?).filter(|unit| !unit.is_empty())?;
        let size = value.get("len")?.as_u64().filter(|size| *size <= MAX_PART)?;
        Some(unit.iter().copied().cycle().take(usize::try_from(size).ok()?).collect())
    };
    let part = match value {
        Some(Value::String(text)) => unhex(text),
        Some(value) => fill(value),
        None => None,
    };
    part.ok_or_else(|| refused("not a part: hex digits or a fill"))
}

/// Octets as they stand in an answer.
fn part(octets: &[u8]) -> Value {
    let hex = |octets: &[u8]| octets.iter().map(|o| format!("{o:02x}")).collect::<String>();
    let repeats = |n: &usize| octets.get(*n..).is_some_and(|rest| octets.starts_with(rest));
    match (1..=64).find(repeats).filter(|_| octets.len() > BIG_PART) {
        Some(n) => json!({"fill": hex(octets.get(..n).unwrap_or_default()), "len": octets.len()}),
        None => json!(hex(octets)),
    }
}

fn setting(value: Option<&Value>) -> Result<Setting, Failure> {
    let value = value.unwrap_or(&Value::Null);
    let number = value.as_i64().or_else(|| value.as_bool().map(i64::from));
    let text = value.as_str().map(|text| text.as_bytes().to_vec());
    let octets = text.or_else(|| value.get("hex").and_then(Value::as_str).and_then(unhex));
    let setting = number.map(Setting::Number).or(octets.map(Setting::Octets));
    setting.ok_or_else(|| refused("an option is a number, a boolean, a string or {\"hex\":...}"))
}

impl Adapter {
    /// One line of input, to its answer or to a place among those who wait.
    fn take(&mut self, line: &[u8]) {
        let request = match serde_json::from_slice(line) {
            Ok(Value::Object(request)) => request,
            Ok(_) => return refuse(None, &refused("not a JSON object")),
            Err(error) => return refuse(None, &refused(format!("not JSON: {error}"))),
        };
        let Some(id) = request.get("id").and_then(Value::as_u64) else {
            return refuse(None, &refused("field id is missing or no whole number"));
        };
        match self.operate(id, &request) {
            Ok(Some(ok)) => accept(id, &ok),
            Ok(None) => {}
            Err(failure) => refuse(Some(id), &failure),
        }
    }

    fn operate(&mut self, id: u64, request: &Request) -> Answer {
        let op = text(request, "op")?;
        match op {
            "hello" if request.get("proto") == Some(&json!(1)) => {
                let mut hello = library::hello();
                hello["proto"] = json!(1);
                hello["concurrency"] = json!(64);
                hello["can"]["op"] = json!(OPS);
                return Ok(Some(hello));
            }
            "hello" => return Err(refused("this adapter speaks zeroproof/adapter/1")),
            "reset" | "bye" => {
                let all: Vec<Open> = self.sockets.drain().map(|(_, open)| open).collect();
                all.into_iter().for_each(|open| self.end(open));
                if op == "bye" {
                    accept(id, &json!({}));
                    std::process::exit(0);
                }
                return Ok(Some(json!({})));
            }
            known if OPS.contains(&known) => {}
            unknown => return Err(Failure("unsupported", format!("op {unknown:.80}"))),
        }
        let name = text(request, "s")?;
        if op == "open" {
            return self.open(name, request);
        }
        if op == "close" {
            let open = self.sockets.remove(name).ok_or_else(|| nobody(name))?;
            self.end(open);
            return Ok(Some(json!({})));
        }
        let open = self.sockets.get_mut(name).ok_or_else(|| nobody(name))?;
        perform(&mut self.library, open, id, op, request)
    }

    fn open(&mut self, name: &str, request: &Request) -> Answer {
        if self.sockets.contains_key(name) {
            return Err(Failure("state", format!("{name} is open already")));
        }
        let options = match request.get("opt") {
            None => Map::new(),
            Some(Value::Object(options)) => options.clone(),
            Some(_) => return Err(refused("opt is an object")),
        };
        let socket = self.library.open(text(request, "type")?)?;
        for (option, value) in &options {
            let set = setting(Some(value)).and_then(|v| self.library.set(socket, option, &v));
            if let Err(failure) = set {
                self.library.close(socket);
                return Err(failure);
            }
        }
        let open = Open { socket, recvs: VecDeque::new(), sends: VecDeque::new() };
        self.sockets.insert(name.to_owned(), open);
        Ok(Some(json!({})))
    }

    /// What is pending is answered first, then the socket is closed.
    fn end(&mut self, open: Open) {
        for call in open.recvs.into_iter().chain(open.sends) {
            refuse(Some(call.id), &Failure("closed", "closed meanwhile".into()));
        }
        self.library.close(open.socket);
    }

    /// Serves those who wait, each queue in order, and gives up those whose time is over. Whether
    /// anybody still waits.
    fn pump(&mut self) -> bool {
        let mut waits = false;
        for open in self.sockets.values_mut() {
            for queue in [&mut open.recvs, &mut open.sends] {
                while let Some(call) = queue.front() {
                    if !attempt(&mut self.library, open.socket, call) {
                        break;
                    }
                    queue.pop_front();
                }
                let now = Instant::now();
                for call in queue.iter().filter(|call| call.due <= now) {
                    refuse(Some(call.id), &Failure("again", "its time is over".into()));
                }
                queue.retain(|call| call.due > now);
                waits |= !queue.is_empty();
            }
        }
        waits
    }
}

fn nobody(name: &str) -> Failure {
    Failure("state", format!("no open socket {name}"))
}

/// Tries a call once, without waiting; true when it has been answered.
fn attempt(library: &mut Library, socket: u64, call: &Call) -> bool {
    let result = match &call.parts {
        Some(parts) => library.send(socket, parts).map(|()| json!({})),
        None => library.recv(socket).map(|parts| {
            json!({"parts": parts.iter().map(|octets| part(octets)).collect::<Vec<_>>()})
        }),
    };
    match result {
        Ok(ok) => accept(call.id, &ok),
        Err(Failure("again", _)) => return false,
        Err(failure) => refuse(Some(call.id), &failure),
    }
    true
}

fn perform(library: &mut Library, open: &mut Open, id: u64, op: &str, request: &Request) -> Answer {
    let due = || {
        let within = request.get("within_ms").and_then(Value::as_u64);
        let within = within.ok_or_else(|| refused("field within_ms is missing or no number"))?;
        Ok(Instant::now() + Duration::from_millis(within.min(LONGEST_WAIT)))
    };
    match op {
        "recv" => {
            open.recvs.push_back(Call { id, parts: None, due: due()? });
            return Ok(None);
        }
        "send" => {
            let parts = request.get("parts").and_then(Value::as_array);
            let parts = parts.filter(|parts| !parts.is_empty());
            let parts = parts.ok_or_else(|| refused("a message has at least one part"))?;
            let parts = parts.iter().map(|part| octets(Some(part))).collect::<Result<_, _>>()?;
            open.sends.push_back(Call { id, parts: Some(parts), due: due()? });
            return Ok(None);
        }
        "bind" => {
            let endpoint = library.bind(open.socket, text(request, "to")?)?;
            return Ok(Some(json!({"endpoint": endpoint})));
        }
        "connect" => library.connect(open.socket, text(request, "to")?)?,
        "set" => {
            let value = setting(request.get("value"))?;
            library.set(open.socket, text(request, "opt")?, &value)?;
        }
        _ => {
            let topic = octets(request.get("topic"))?;
            library.subscribe(open.socket, &topic, op == "subscribe")?;
        }
    }
    Ok(Some(json!({})))
}

/// Lines of standard input, from a thread of its own; its end ends the process.
fn lines() -> Receiver<Vec<u8>> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n').map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
        std::process::exit(0); // whatever waits or lingers
    });
    lines
}

fn main() {
    let lines = lines();
    let mut adapter = Adapter::default();
    let mut waits = false;
    loop {
        let next = match waits {
            true => lines.recv_timeout(RETRY),
            false => lines.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(line) if line.iter().all(u8::is_ascii_whitespace) => {}
            Ok(line) => adapter.take(&line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        waits = adapter.pump();
    }
}
