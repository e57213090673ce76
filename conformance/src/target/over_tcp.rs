//! Another target with real TCP in between: its octets cross the loopback interface, cut and merged
//! as the operating system pleases. So the same reference is judged in memory and over TCP.

use std::rc::Rc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use super::{About, Later, Offers, Socket, SocketSpec, Stream, Target, TargetError};

/// A target behind TCP.
pub struct OverTcp(Rc<dyn Target>);

impl OverTcp {
    /// Puts TCP in front of a target.
    pub fn new(inner: Rc<dyn Target>) -> Self {
        Self(inner)
    }
}

impl Target for OverTcp {
    fn about(&self) -> About {
        About { via: "TCP".to_owned(), ..self.0.about() }
    }

    fn offers(&self) -> Offers {
        self.0.offers()
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        Box::pin(async move {
            let inner = self.0.open(spec).await?;
            Ok(Rc::new(Behind(inner)) as Rc<dyn Socket>)
        })
    }

    fn restart(&self) -> Later<'_, ()> {
        self.0.restart()
    }
}

struct Behind(Rc<dyn Socket>);

impl Socket for Behind {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            let mut inner = self.0.link().await?;
            let (near, mut far) = pair().await.map_err(|error| {
                TargetError::Unreachable(format!("no TCP on the loopback interface: {error}"))
            })?;
            tokio::task::spawn_local(async move { copy_bidirectional(&mut inner, &mut far).await });
            Ok(Box::new(near) as Stream)
        })
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()> {
        self.0.send(parts, within)
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        self.0.recv(within)
    }

    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()> {
        self.0.subscribe(topic, on)
    }

    fn close(&self) -> Later<'_, ()> {
        self.0.close()
    }
}

async fn pair() -> std::io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let near = TcpStream::connect(listener.local_addr()?).await?;
    let (far, _) = listener.accept().await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    Ok((near, far))
}
