//! The task of one socket: what waits, what is tried, and how it ends.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use crate::line::{accept, answer, octets, part, refuse};
use crate::{Answer, Failure, Parts, Setting, Socket};

/// A send that found nobody is tried again after this.
const RETRY: Duration = Duration::from_millis(2);
/// A send that has not ended by then holds its socket.
const PATIENCE: Duration = Duration::from_millis(20);
/// The longest `within_ms`: a day.
const LONGEST_WAIT: u64 = 86_400_000;
/// How long a socket may take to close.
const CLOSING: Duration = Duration::from_millis(500);

/// What a socket's task wakes up for.
enum Work {
    Order(Option<Order>),
    Message(Answer<Parts>),
}

pub(crate) enum Order {
    Call(u64, String, Map<String, Value>),
    Close(oneshot::Sender<()>),
}

struct Waiting {
    id: u64,
    parts: Parts,
    until: Instant,
}

pub(crate) async fn run<S: Socket>(mut socket: S, mut orders: mpsc::UnboundedReceiver<Order>) {
    let (mut recvs, mut sends) = (VecDeque::<Waiting>::new(), VecDeque::<Waiting>::new());
    let done = loop {
        match send_all(&mut socket, &mut orders, (&mut recvs, &mut sends)).await {
            End::Free => {}
            End::Closing(done) => break done,
            End::Gone => return,
        }
        let retry = (!sends.is_empty()).then(|| Instant::now() + RETRY);
        let next = recvs.iter().chain(&sends).map(|call| call.until).chain(retry).min();
        let work = async {
            tokio::select! {
                biased;
                order = orders.recv() => Work::Order(order),
                got = socket.recv(), if !recvs.is_empty() => Work::Message(got),
            }
        };
        let order = match by(next, work).await {
            Some(Work::Order(order)) => order,
            Some(Work::Message(got)) => {
                if let Some(head) = recvs.pop_front() {
                    let parts = |parts: Parts| parts.iter().map(|octets| part(octets)).collect();
                    let ok = |got| json!({"parts": Value::Array(parts(got))});
                    answer(head.id, got.map(ok));
                }
                continue;
            }
            None => {
                give_up(&mut recvs, "no message");
                give_up(&mut sends, "nobody to take it");
                continue;
            }
        };
        match order {
            None => return,
            Some(Order::Close(done)) => break done,
            Some(Order::Call(id, op, request)) if op == "connect" => {
                let Some(to) = request.get("to").and_then(Value::as_str) else {
                    refuse(Some(id), &Failure::new("refused", "to is a string"));
                    continue;
                };
                let connected = socket.connect(to);
                match connect(id, connected, &mut orders, (&mut recvs, &mut sends)).await {
                    End::Free => {}
                    End::Closing(done) => break done,
                    End::Gone => return,
                }
            }
            Some(Order::Call(id, op, request)) => {
                perform(&mut socket, (&mut recvs, &mut sends), id, &op, &request).await;
            }
        }
    };
    for call in recvs.into_iter().chain(sends) {
        refuse(Some(call.id), &Failure::new("closed", "closed meanwhile"));
    }
    let _ = timeout(CLOSING, socket.close()).await;
    let _ = done.send(());
}

/// Receives and sends that wait.
type Queues<'a> = (&'a mut VecDeque<Waiting>, &'a mut VecDeque<Waiting>);

/// How a call ended that held the socket.
enum End {
    /// The socket can be used again.
    Free,
    /// The socket is to be closed.
    Closing(oneshot::Sender<()>),
    /// Nobody is left who could close it.
    Gone,
}

/// Sends what waits, until nobody takes the next one. An implementation may hold its socket until a
/// peer has read: the call is given up when its time is over, and not what it does.
async fn send_all<S: Socket>(
    socket: &mut S,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    (recvs, sends): Queues<'_>,
) -> End {
    while let Some(Waiting { id, parts, until }) = sends.pop_front() {
        let limit = until.max(Instant::now() + PATIENCE);
        let (mut result, mut end) = (None, End::Free);
        {
            let mut sent = std::pin::pin!(socket.send(&parts));
            match timeout(PATIENCE, &mut sent).await {
                Ok(done) => result = Some(done),
                Err(_) => {
                    let ask = Some((id, limit));
                    (result, end) = held(sent, ask, orders, (&mut *recvs, &mut *sends)).await;
                }
            }
        }
        match result {
            Some(Err(Failure("again", _))) => {
                sends.push_front(Waiting { id, parts, until });
                return end;
            }
            Some(result) => answer(id, result.map(|()| json!({}))),
            None => {}
        }
        if !matches!(end, End::Free) {
            return end;
        }
    }
    End::Free
}

/// Connects. The answer does not wait for the peer, only for a refusal that comes at once. Until
/// the implementation lets go of its socket, calls can wait, and nothing else can be done.
async fn connect(
    id: u64,
    connected: impl Future<Output = Answer<()>>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    queues: Queues<'_>,
) -> End {
    let mut connected = std::pin::pin!(connected);
    if let Ok(result) = timeout(RETRY, &mut connected).await {
        answer(id, result.map(|()| json!({})));
        return End::Free;
    }
    accept(id, &json!({}));
    held(connected, None, orders, queues).await.1
}

/// Lets calls wait while a future has the socket. `asked` is the call whose result this is, and
/// when it is given up; without a result it has been answered.
async fn held(
    mut work: impl Future<Output = Answer<()>> + Unpin,
    mut asked: Option<(u64, Instant)>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    (recvs, sends): Queues<'_>,
) -> (Option<Answer<()>>, End) {
    loop {
        let limit = asked.map(|(_, limit)| limit);
        let next = recvs.iter().chain(&*sends).map(|call| call.until).chain(limit).min();
        let turn = async {
            tokio::select! {
                result = &mut work => Err(result),
                order = orders.recv() => Ok(order),
            }
        };
        match by(next, turn).await {
            Some(Err(result)) if asked.is_some() => return (Some(result), End::Free),
            Some(Err(result)) => {
                if let Err(Failure(_, message)) = result {
                    eprintln!("it failed in the end: {message}");
                }
                return (None, End::Free);
            }
            Some(Ok(None)) => return (None, End::Gone),
            Some(Ok(Some(Order::Close(done)))) => {
                if let Some((id, _)) = asked {
                    refuse(Some(id), &Failure::new("closed", "closed meanwhile"));
                }
                return (None, End::Closing(done));
            }
            Some(Ok(Some(Order::Call(id, op, request)))) => match wait(id, &op, &request) {
                Ok(Some(call)) if op == "recv" => recvs.push_back(call),
                Ok(Some(call)) => sends.push_back(call),
                Ok(None) => {
                    let why = format!("{op} while another call has the socket");
                    refuse(Some(id), &Failure::new("unsupported", why));
                }
                Err(failure) => refuse(Some(id), &failure),
            },
            None => {
                give_up(recvs, "no message");
                give_up(sends, "nobody to take it");
                if let Some((id, _)) = asked.take_if(|(_, limit)| *limit <= Instant::now()) {
                    refuse(Some(id), &Failure::new("again", "not taken yet"));
                }
            }
        }
    }
}

/// What comes of the work by then; `None` when nothing does.
async fn by<T>(then: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match then {
        Some(then) => timeout_at(then, work).await.ok(),
        None => Some(work.await),
    }
}

/// A call that may wait; `None` for another op.
fn wait(id: u64, op: &str, request: &Map<String, Value>) -> Answer<Option<Waiting>> {
    let parts = match op {
        "recv" => Vec::new(),
        "send" => {
            let parts = request.get("parts").and_then(Value::as_array);
            let parts = parts.filter(|parts| !parts.is_empty());
            let parts = parts.ok_or_else(|| Failure::new("refused", "a message has a part"))?;
            parts.iter().map(octets).collect::<Answer<_>>()?
        }
        _ => return Ok(None),
    };
    let within = request.get("within_ms").and_then(Value::as_u64);
    let within = within.ok_or_else(|| Failure::new("refused", "within_ms is a number"))?;
    let until = Instant::now() + Duration::from_millis(within.min(LONGEST_WAIT));
    Ok(Some(Waiting { id, parts, until }))
}

async fn perform<S: Socket>(
    socket: &mut S,
    (recvs, sends): (&mut VecDeque<Waiting>, &mut VecDeque<Waiting>),
    id: u64,
    op: &str,
    request: &Map<String, Value>,
) {
    match try_perform(socket, (recvs, sends), id, op, request).await {
        Ok(None) => {}
        Ok(Some(ok)) => accept(id, &ok),
        Err(failure) => refuse(Some(id), &failure),
    }
}

/// `None` when the answer comes later.
async fn try_perform<S: Socket>(
    socket: &mut S,
    (recvs, sends): (&mut VecDeque<Waiting>, &mut VecDeque<Waiting>),
    id: u64,
    op: &str,
    request: &Map<String, Value>,
) -> Answer<Option<Value>> {
    let field = |name: &str| request.get(name).unwrap_or(&Value::Null);
    let text = |name: &str| {
        field(name).as_str().ok_or_else(|| Failure::new("refused", format!("{name} is a string")))
    };
    if let Some(call) = wait(id, op, request)? {
        let queue = if op == "recv" { recvs } else { sends };
        queue.push_back(call);
        return Ok(None);
    }
    match op {
        "bind" => return Ok(Some(json!({"endpoint": socket.bind(text("to")?).await?}))),
        "connect" => socket.connect(text("to")?).await?,
        "set" => socket.set(text("opt")?, &Setting::read(field("value"))?).await?,
        _ => socket.subscribe(&octets(field("topic"))?, op == "subscribe").await?,
    }
    Ok(Some(json!({})))
}

fn give_up(calls: &mut VecDeque<Waiting>, why: &str) {
    let now = Instant::now();
    calls.retain(|call| {
        let waits = call.until > now;
        if !waits {
            refuse(Some(call.id), &Failure::new("again", why));
        }
        waits
    });
}
