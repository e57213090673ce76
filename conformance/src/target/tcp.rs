//! A running endpoint that knows nothing of us: `tcp://host:port`, one socket type, octets only.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpStream;

use super::unsupported;
use super::{About, Later, Offers, Role, Socket, SocketSpec, Stream, Target, TargetError};
use crate::socket_type::SocketType;

/// An endpoint somebody else runs.
#[derive(Clone, Debug)]
pub struct TcpTarget {
    /// `host:port`.
    address: String,
    kind: SocketType,
}

impl TcpTarget {
    /// A target at `tcp://host:port`.
    ///
    /// # Errors
    /// A sentence when the endpoint is not of that form.
    pub fn new(endpoint: &str, kind: SocketType) -> Result<Self, String> {
        let address = endpoint.strip_prefix("tcp://").unwrap_or_default();
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        match port {
            Some(1..) => Ok(Self { address: address.to_owned(), kind }),
            _ => {
                Err(format!("'{endpoint}' is no endpoint: write tcp://host:port, port 1 to 65535"))
            }
        }
    }
}

impl Target for TcpTarget {
    fn about(&self) -> About {
        About {
            name: format!("tcp://{}", self.address),
            version: String::new(),
            language: String::new(),
            via: format!("tcp://{}", self.address),
        }
    }

    fn offers(&self) -> Offers {
        Offers {
            types: vec![self.kind],
            roles: vec![Role::Bind],
            needs: Vec::new(),
            options: Some(Vec::new()),
            pooled: true,
            concurrency: usize::MAX,
        }
    }

    fn open(&self, _: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        let socket: Rc<dyn Socket> = Rc::new(Dialled { address: self.address.clone() });
        Box::pin(async move { Ok(socket) })
    }

    fn restart(&self) -> Later<'_, ()> {
        let why = format!("nothing listens at tcp://{} any more", self.address);
        Box::pin(async move { Err(TargetError::Unreachable(why)) })
    }
}

/// A bound socket of the SUT, reached by dialling.
pub(crate) struct Dialled {
    pub(crate) address: String,
}

/// Options of every connection of the tester. No delay: a split stays one segment a piece. No
/// linger: a dropped connection ends with RST and leaves nothing behind, since thousands of ports
/// in TIME_WAIT make each new one slow to find; an orderly end is [`crate::probe::Link::close`].
pub(crate) fn prepare(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let _ = stream.set_zero_linger();
}

/// Dials an address.
pub(crate) async fn dial(address: &str) -> Result<Stream, TargetError> {
    let stream = TcpStream::connect(address).await.map_err(|error| {
        let what = match error.kind() {
            io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
            _ => error.to_string(),
        };
        TargetError::Unreachable(format!("cannot connect to tcp://{address}: {what}"))
    })?;
    prepare(&stream);
    Ok(Box::new(stream))
}

impl Socket for Dialled {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(dial(&self.address))
    }

    fn send<'a>(&'a self, _: &'a [Vec<u8>], _: Duration) -> Later<'a, ()> {
        unsupported("send with")
    }

    fn recv(&self, _: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        unsupported("receive with")
    }

    fn subscribe<'a>(&'a self, _: &'a [u8], _: bool) -> Later<'a, ()> {
        unsupported("subscribe with")
    }

    fn close(&self) -> Later<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
