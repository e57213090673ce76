//! A running endpoint that knows nothing of us: `tcp://host:port`, one socket type, octets only.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

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

/// Octets of each kernel buffer of the tester.
const OWN_BUFFER: u32 = 32 << 10;
/// Octets of a segment: the kernel sizes the buffers of the SUT by it.
const SEGMENT: u32 = 1400;
/// Octets that the way to and from a new connection of the tester holds, at most. With the two
/// settings above Linux was seen to hold 0.5 MiB and, after megabytes in which it has learned to
/// hold more, 1.8 MiB; without them 4 and 24 MiB. Other systems are not bent to it.
pub(super) const WAY: usize = if cfg!(target_os = "linux") { 2 << 20 } else { 8 << 20 };

/// A socket of the tester, which holds little: a queue of the SUT is full after few octets.
fn narrow(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_recv_buffer_size(OWN_BUFFER)?;
    socket.set_send_buffer_size(OWN_BUFFER)?;
    #[cfg(target_os = "linux")]
    SockRef::from(&socket).set_tcp_mss(SEGMENT)?;
    Ok(socket)
}

/// Connections that wait to be accepted, at most.
const BACKLOG: u32 = 1024;

/// Listens at a port of the system's choice; what is accepted is as narrow as what is dialled.
pub(super) fn listen() -> Result<TcpListener, TargetError> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let bound = narrow(any).and_then(|socket| {
        socket.bind(any)?;
        socket.listen(BACKLOG)
    });
    bound.map_err(|error| TargetError::Unreachable(format!("cannot listen: {error}")))
}

/// Dials an address.
pub(crate) async fn dial(address: &str) -> Result<Stream, TargetError> {
    let stream = connect(address).await.map_err(|error| {
        let what = match error.kind() {
            io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
            _ => error.to_string(),
        };
        TargetError::Unreachable(format!("cannot connect to tcp://{address}: {what}"))
    })?;
    prepare(&stream);
    Ok(Box::new(stream))
}

/// The first of the addresses of a name that answers.
async fn connect(name: &str) -> io::Result<TcpStream> {
    let mut failed = io::Error::other("the name has no address");
    for address in lookup_host(name).await? {
        match narrow(address)?.connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::{Duration, timeout};

    use super::{WAY, dial, listen};

    /// Octets that go into a connection whose other end does not read.
    async fn swallowed(stream: &mut (impl AsyncWriteExt + Unpin)) -> usize {
        let (mut sum, some) = (0, [0; 1 << 16]);
        while let Ok(written) = timeout(Duration::from_millis(200), stream.write(&some)).await {
            sum += written.unwrap();
            assert!(sum <= WAY, "more than {WAY} octets are on their way");
        }
        sum
    }

    /// Half of it at most: a SUT may do a little better than a new connection.
    #[tokio::test]
    async fn the_way_holds_less_than_what_cases_write_to_fill_it() {
        let (theirs, ours) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), listen().unwrap());
        let mut dialled = dial(&theirs.local_addr().unwrap().to_string()).await.unwrap();
        let (mut accepted, _) = theirs.accept().await.unwrap();
        let mut dialling = TcpStream::connect(ours.local_addr().unwrap()).await.unwrap();
        let (mut taken, _) = ours.accept().await.unwrap();
        for full in [
            swallowed(&mut dialled).await,
            swallowed(&mut accepted).await,
            swallowed(&mut dialling).await,
            swallowed(&mut taken).await,
        ] {
            assert!((1..WAY / 2).contains(&full), "{full} of {WAY} octets");
        }
    }
}
