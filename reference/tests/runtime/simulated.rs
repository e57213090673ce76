//! What a transport of a simulator gives the runtime and hears from it: entropy, and why streams
//! end.

use super::talk::Outcome;
use core::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use zeroproof_reference::connection::Reason;
use zeroproof_reference::mechanism::curve::{KeyPair, SecretKey};
use zeroproof_reference::runtime::Context;
use zeroproof_reference::runtime::transport::{Net, NetListener, NetStream, Transport};
use zeroproof_reference::socket::options::Tcp;
use zeroproof_reference::socket::{Ended, Endpoint};
use zeroproof_reference::{Message, SocketType};

/// The transports of the system, but for entropy, which is none.
#[derive(Clone, Debug, Default)]
struct Seeded(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    /// Octets of entropy that were asked for.
    drawn: usize,
    ends: Vec<Ended>,
}

impl Seeded {
    fn heard<V>(&self, look: impl FnOnce(&mut Heard) -> V) -> V {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Transport for Seeded {
    type Stream = NetStream;
    type Listener = NetListener;

    fn bind(
        &self,
        endpoint: &Endpoint,
        options: &Tcp,
    ) -> impl Future<Output = io::Result<(NetListener, Endpoint)>> + Send {
        Net.bind(endpoint, options)
    }

    fn accept(
        &self,
        listener: &mut NetListener,
    ) -> impl Future<Output = io::Result<(NetStream, String)>> + Send {
        Net.accept(listener)
    }

    fn connect(
        &self,
        endpoint: &Endpoint,
        options: &Tcp,
    ) -> impl Future<Output = io::Result<(NetStream, String)>> + Send {
        Net.connect(endpoint, options)
    }

    fn entropy(&self, octets: &mut [u8]) -> io::Result<()> {
        self.heard(|heard| heard.drawn += octets.len());
        octets.fill(7);
        Ok(())
    }

    fn leaving(&self, _: &mut NetStream, ended: &Ended) {
        self.heard(|heard| heard.ends.push(ended.clone()));
    }
}

#[tokio::test]
async fn every_secret_of_a_handshake_is_drawn_from_the_transport() -> Outcome {
    let keys = KeyPair::new(SecretKey([9; 32]));
    let transport = Seeded::default();
    let context = Context::over(transport.clone());
    let (rep, req) = (context.socket(SocketType::Rep)?, context.socket(SocketType::Req)?);
    let to_count = transport.heard(|heard| heard.drawn);
    assert_eq!(to_count, 8, "four octets a socket, which begin its counters");
    rep.set("curve_server", 1)?;
    rep.set("curve_secretkey", keys.secret().0.to_vec())?;
    req.set("curve_serverkey", keys.public().0.to_vec())?;
    req.set("curve_publickey", keys.public().0.to_vec())?;
    req.set("curve_secretkey", keys.secret().0.to_vec())?;
    req.connect(&rep.bind("tcp://127.0.0.1:*").await?.to_string())?;
    req.send("the same octets in every run").await?;
    rep.recv().await?;
    let secret = transport.heard(|heard| heard.drawn) - to_count;
    assert!(secret >= 2 * 64, "{secret} octets for two sides");
    Ok(())
}

#[tokio::test]
async fn a_transport_hears_why_the_runtime_leaves_its_streams() -> Outcome {
    let [closing, staying] = [Seeded::default(), Seeded::default()];
    let pull = Context::over(staying.clone()).socket(SocketType::Pull)?;
    let push = Context::over(closing.clone()).socket(SocketType::Push)?;
    let mut events = pull.monitor(0x0200);
    push.connect(&pull.bind("tcp://127.0.0.1:*").await?.to_string())?;
    push.send("last").await?;
    assert_eq!(pull.recv().await?, Message::from("last"));
    push.close().await;
    events.recv().await;
    assert_eq!(closing.heard(|heard| heard.ends.clone()), [Ended::Local]);
    let ended = Ended::Connection(Reason::PeerClosed);
    assert_eq!(staying.heard(|heard| heard.ends.clone()), [ended]);
    Ok(())
}
