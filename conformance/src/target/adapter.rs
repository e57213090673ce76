//! A SUT behind an adapter process: sockets are opened by its ops, octets cross real TCP on the
//! loopback interface.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::TargetError;
use super::tcp::{dial, listen, prepare};
use super::zap::{self, Desk, Doorman, Zap};
use super::{About, Later, Need, Offers, Role, Setting, Socket, SocketSpec, Stream, Target};
use crate::adapter::{Adapter, AdapterError, ErrorKind, SocketId};
use crate::socket_type::SocketType;

/// Start-up may import an interpreter and compile its code.
const START: Duration = Duration::from_secs(20);

/// An adapter that is alive answers sooner than this, unless its implementation holds it up.
const MOMENT: Duration = Duration::from_secs(2);

/// One wait of the ZAP handler.
const IDLE: Duration = Duration::from_secs(3600);

/// Milliseconds until a broken connection is made anew.
const RECONNECT: &str = "reconnect_ivl";

/// An adapter process as a target.
pub struct AdapterTarget {
    argv: Vec<String>,
    adapter: RefCell<Adapter>,
    ports: RefCell<VecDeque<Rc<TcpListener>>>,
    desk: Rc<Desk>,
    /// The ZAP handler, while there is one.
    handler: Mutex<Option<SocketId>>,
}

/// Ports that are kept from being used again. A SUT whose socket was closed may, on a busy machine,
/// still make one more connection to the old port; nobody else must take it for its own.
const KEPT_PORTS: usize = 256;

impl AdapterTarget {
    /// Starts the adapter.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub async fn start(argv: &[String]) -> Result<Self, AdapterError> {
        let adapter = Adapter::spawn(argv, START).await?;
        Ok(Self {
            argv: argv.to_vec(),
            adapter: RefCell::new(adapter),
            ports: RefCell::default(),
            desk: Rc::default(),
            handler: Mutex::default(),
        })
    }

    fn keep(&self, listener: &Rc<TcpListener>) {
        let mut ports = self.ports.borrow_mut();
        ports.push_back(Rc::clone(listener));
        if ports.len() > KEPT_PORTS {
            ports.pop_front();
        }
    }

    /// A doorman of a new socket; `None` where nobody is to be asked. The handler is there or gone
    /// when this returns: sockets that need none run apart from those that need one.
    async fn doorman(
        &self,
        adapter: &Adapter,
        zap: Zap,
    ) -> Result<Option<Rc<Doorman>>, TargetError> {
        let mut handler = self.handler.lock().await;
        if zap == Zap::Absent {
            if let Some(id) = handler.take() {
                adapter.close(&id).await?;
            }
            return Ok(None);
        }
        if handler.is_none() {
            let id = adapter.open("ROUTER", &[]).await?;
            adapter.bind(&id, zap::ENDPOINT).await?;
            tokio::task::spawn_local(handle(adapter.clone(), id.clone(), Rc::clone(&self.desk)));
            *handler = Some(id);
        }
        Ok(Some(self.desk.doorman(zap)))
    }

    /// The running adapter.
    pub fn adapter(&self) -> Adapter {
        self.adapter.borrow().clone()
    }
}

/// Answers what comes to the ZAP handler, until it is closed.
async fn handle(adapter: Adapter, id: SocketId, desk: Rc<Desk>) {
    loop {
        match adapter.recv(&id, IDLE).await {
            Ok(Some(request)) => {
                let Some(answer) = desk.answer(request) else { continue };
                if adapter.send(&id, &answer, START).await.is_err() {
                    return;
                }
            }
            Ok(None) => {}
            Err(_) => return,
        }
    }
}

impl From<AdapterError> for TargetError {
    fn from(error: AdapterError) -> Self {
        match &error {
            AdapterError::Unsupported { .. } => Self::Unsupported(error.to_string()),
            AdapterError::Refused { kind, .. } => Self::Refused(*kind, error.to_string()),
            AdapterError::Protocol { .. } => Self::Protocol(error.to_string()),
            AdapterError::Died { .. } => Self::Died(error.to_string()),
            AdapterError::Deadline { .. } | AdapterError::Spawn { .. } => {
                Self::Unreachable(error.to_string())
            }
        }
    }
}

impl Target for AdapterTarget {
    fn about(&self) -> About {
        let adapter = self.adapter();
        let hello = adapter.hello();
        About {
            name: hello.implementation.name.clone(),
            version: hello.implementation.version.clone(),
            language: hello.implementation.language.clone(),
            via: "adapter".to_owned(),
        }
    }

    fn offers(&self) -> Offers {
        let adapter = self.adapter();
        let hello = adapter.hello();
        let all = [Need::Recv, Need::Send, Need::Subscribe, Need::Join];
        let can = &hello.can;
        let zap = can.has_transport("inproc") && can.has_type("ROUTER");
        let zap = zap && can.has_opt("zap_domain") && can.has_role("bind");
        Offers {
            types: SocketType::ALL.into_iter().filter(|t| can.has_type(t.name())).collect(),
            roles: [Role::Bind, Role::Connect]
                .into_iter()
                .filter(|role| can.has_role(role.name()))
                .collect(),
            needs: all
                .into_iter()
                .filter(|need| can.has_op(need.name()))
                .chain(zap.then_some(Need::Zap))
                .collect(),
            options: Some(can.opt.clone()),
            pooled: true,
            concurrency: usize::try_from(hello.concurrency).unwrap_or(usize::MAX),
        }
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        let adapter = self.adapter();
        Box::pin(async move {
            // The default of 100 ms would be most of the run.
            let own = spec.options.iter().any(|(name, _)| *name == RECONNECT);
            let sooner = spec.role == Role::Connect && !own;
            let sooner = sooner && adapter.hello().can.has_opt(RECONNECT);
            let sooner = sooner.then(|| (RECONNECT, json!(1)));
            let doorman = match spec.zap() {
                Some(zap) => self.doorman(&adapter, zap).await?,
                None => None,
            };
            let domain = doorman.as_ref().map(|d| String::from_utf8_lossy(d.domain()).into_owned());
            let options: Vec<(&str, Value)> = spec
                .options
                .iter()
                .filter_map(|&(name, value)| match value {
                    Setting::Number(number) => Some((name, json!(number))),
                    Setting::Text(text) => Some((name, json!(text))),
                    Setting::Zap(Zap::Own) => Some((name, json!(domain))),
                    Setting::Zap(Zap::Unnamed) => None,
                    Setting::Zap(Zap::Absent) => Some((name, json!("unattended"))),
                })
                .chain(sooner)
                .collect();
            let id = adapter.open(spec.kind.name(), &options).await?;
            let end = match spec.role {
                Role::Bind => {
                    let endpoint = adapter.bind(&id, "tcp://127.0.0.1:*").await?;
                    let address = endpoint.strip_prefix("tcp://").map(str::to_owned);
                    let why = || TargetError::Protocol(format!("bind answered '{endpoint}'"));
                    End::Bound(address.ok_or_else(why)?)
                }
                Role::Connect => {
                    let listener = Rc::new(listen()?);
                    self.keep(&listener);
                    let port = listener.local_addr().map(|address| address.port());
                    let port = port.map_err(|error| TargetError::Unreachable(error.to_string()))?;
                    adapter.connect(&id, &format!("tcp://127.0.0.1:{port}")).await?;
                    End::Connects(listener)
                }
            };
            Ok(Rc::new(AdapterSocket { adapter, id, end, doorman }) as Rc<dyn Socket>)
        })
    }

    fn death(&self) -> Option<String> {
        self.adapter().fate().map(|fate| fate.to_string())
    }

    fn notice(&self) -> Later<'_, ()> {
        let adapter = self.adapter();
        Box::pin(async move {
            // Any answer will do; this one the protocol demands of every adapter.
            let _ = timeout(MOMENT, adapter.call("alive", json!({}), Duration::ZERO)).await;
            Ok(())
        })
    }

    fn restart(&self) -> Later<'_, ()> {
        Box::pin(async move {
            let adapter = Adapter::spawn(&self.argv, START).await?;
            *self.adapter.borrow_mut() = adapter;
            self.handler.lock().await.take();
            Ok(())
        })
    }
}

enum End {
    Bound(String),
    Connects(Rc<TcpListener>),
}

struct AdapterSocket {
    adapter: Adapter,
    id: SocketId,
    end: End,
    doorman: Option<Rc<Doorman>>,
}

impl Socket for AdapterSocket {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            match &self.end {
                End::Bound(address) => match dial(address).await {
                    // The port was ours a moment ago: its process is gone.
                    Err(TargetError::Unreachable(why)) => Err(match self.adapter.fate() {
                        Some(fate) => fate.into(),
                        None => TargetError::Unreachable(why),
                    }),
                    other => other,
                },
                End::Connects(listener) => {
                    let accepted = listener.accept().await;
                    let (stream, _) =
                        accepted.map_err(|error| TargetError::Unreachable(error.to_string()))?;
                    prepare(&stream);
                    Ok(Box::new(stream) as Stream)
                }
            }
        })
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()> {
        Box::pin(async move { Ok(self.adapter.send(&self.id, parts, within).await?) })
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        Box::pin(async move { Ok(self.adapter.recv(&self.id, within).await?) })
    }

    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()> {
        Box::pin(async move {
            match on {
                true => self.adapter.subscribe(&self.id, topic).await?,
                false => self.adapter.unsubscribe(&self.id, topic).await?,
            }
            Ok(())
        })
    }

    fn doorman(&self) -> Option<Rc<Doorman>> {
        self.doorman.clone()
    }

    fn close(&self) -> Later<'_, ()> {
        Box::pin(async move {
            match self.adapter.close(&self.id).await {
                Err(AdapterError::Refused { kind: ErrorKind::Closed, .. }) => Ok(()),
                other => Ok(other?),
            }
        })
    }
}
