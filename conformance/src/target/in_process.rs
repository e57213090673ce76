//! A library in this very process as a target: its sockets are opened by its own calls, octets
//! cross real TCP on the loopback interface.

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;

use super::TargetError;
use super::tcp::{dial, listen, prepare};
use super::{About, Later, Need, Offers, Role, Setting, Socket, SocketSpec, Stream, Target};
use crate::adapter::ErrorKind;
use crate::in_process::{Failure, Implementation, OptionValue, Socket as Judged};

/// A library as a target.
#[derive(Debug)]
pub struct InProcess<I>(I);

impl<I: Implementation> InProcess<I> {
    /// A library as a target.
    pub fn new(implementation: I) -> Self {
        Self(implementation)
    }
}

impl From<Failure> for TargetError {
    fn from(Failure { kind, message }: Failure) -> Self {
        match kind {
            ErrorKind::Unsupported => Self::Unsupported(message),
            kind => Self::Refused(kind, message),
        }
    }
}

impl<I: Implementation> Target for InProcess<I> {
    fn about(&self) -> About {
        About {
            name: self.0.name().to_owned(),
            version: self.0.version().to_owned(),
            language: "Rust".to_owned(),
            via: "in process".to_owned(),
        }
    }

    fn offers(&self) -> Offers {
        let subscribes = self.0.subscribes().then_some(Need::Subscribe);
        Offers {
            types: self.0.types(),
            roles: self.0.roles(),
            needs: [Need::Recv, Need::Send].into_iter().chain(subscribes).collect(),
            options: Some(self.0.options()),
            pooled: true,
            concurrency: usize::MAX,
        }
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        Box::pin(async move {
            let options: Vec<(&str, OptionValue)> = spec
                .options
                .iter()
                .filter_map(|&(name, value)| match value {
                    Setting::Number(number) => Some((name, OptionValue::Number(number))),
                    Setting::Text(text) => Some((name, OptionValue::Text(text))),
                    Setting::Zap(_) => None, // for which there is no handler here
                })
                .collect();
            let socket = self.0.open(spec.kind, &options).await?;
            let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let end = match spec.role {
                Role::Bind => End::Bound(socket.bind(any).await?.to_string()),
                Role::Connect => {
                    let listener = listen()?;
                    socket.connect(listener.local_addr().map_err(no_tcp)?).await?;
                    End::Connects(listener)
                }
            };
            let socket = RefCell::new(Some(Rc::new(socket)));
            Ok(Rc::new(Opened { socket, end }) as Rc<dyn Socket>)
        })
    }

    fn restart(&self) -> Later<'_, ()> {
        let why = "a library in this process cannot be started again".to_owned();
        Box::pin(async move { Err(TargetError::Unreachable(why)) })
    }
}

enum End {
    Bound(String),
    Connects(TcpListener),
}

/// A socket of the library, until it is closed.
struct Opened<S> {
    socket: RefCell<Option<Rc<S>>>,
    end: End,
}

impl<S: Judged> Opened<S> {
    fn socket(&self) -> Result<Rc<S>, TargetError> {
        let closed = || TargetError::Refused(ErrorKind::Closed, "the socket is closed".into());
        self.socket.borrow().clone().ok_or_else(closed)
    }
}

impl<S: Judged> Socket for Opened<S> {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            match &self.end {
                End::Bound(address) => dial(address).await,
                End::Connects(listener) => {
                    let (stream, _) = listener.accept().await.map_err(no_tcp)?;
                    prepare(&stream);
                    Ok(Box::new(stream) as Stream)
                }
            }
        })
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()> {
        Box::pin(async move {
            let socket = self.socket()?;
            match timeout(within, socket.send(parts)).await {
                Ok(sent) => Ok(sent?),
                Err(_) => Err(TargetError::Refused(ErrorKind::Again, "nobody took it".into())),
            }
        })
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        Box::pin(async move {
            let socket = self.socket()?;
            match timeout(within, socket.recv()).await {
                Ok(message) => Ok(Some(message?)),
                Err(_) => Ok(None),
            }
        })
    }

    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()> {
        Box::pin(async move { Ok(self.socket()?.subscribe(topic, on).await?) })
    }

    fn close(&self) -> Later<'_, ()> {
        drop(self.socket.borrow_mut().take());
        Box::pin(async { Ok(()) })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
fn no_tcp(error: std::io::Error) -> TargetError {
    TargetError::Unreachable(format!("no TCP on the loopback interface: {error}"))
}
