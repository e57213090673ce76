//! Peers that are wrong on purpose: a filter between the tester and an honest target that changes
//! what one of them sends. Every case must catch some liar, or it proves nothing.

use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, split};

use super::{About, Later, Offers, Socket, SocketSpec, Stream, Target};

/// One way to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// None: the filter itself must change nothing.
    Honest,
    /// An octet of the SUT's stream has this value.
    Octet(usize, u8),
    /// The SUT never sends anything.
    Mute,
}

/// A target that tells a lie.
pub struct Liar {
    honest: Rc<dyn Target>,
    lie: Lie,
}

impl Liar {
    /// Puts a lie in front of an honest target.
    pub fn new(honest: Rc<dyn Target>, lie: Lie) -> Self {
        Self { honest, lie }
    }
}

impl Target for Liar {
    fn about(&self) -> About {
        About { name: format!("liar {:?}", self.lie), ..self.honest.about() }
    }

    fn offers(&self) -> Offers {
        self.honest.offers()
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        Box::pin(async move {
            let honest = self.honest.open(spec).await?;
            Ok(Rc::new(LyingSocket { honest, lie: self.lie }) as Rc<dyn Socket>)
        })
    }

    fn restart(&self) -> Later<'_, ()> {
        self.honest.restart()
    }
}

struct LyingSocket {
    honest: Rc<dyn Socket>,
    lie: Lie,
}

impl Socket for LyingSocket {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            let inner = self.honest.link().await?;
            let (ours, theirs) = duplex(64 << 10);
            tokio::task::spawn_local(relay(inner, theirs, self.lie));
            Ok(Box::new(ours) as Stream)
        })
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()> {
        self.honest.send(parts, within)
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        self.honest.recv(within)
    }

    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()> {
        self.honest.subscribe(topic, on)
    }

    fn close(&self) -> Later<'_, ()> {
        self.honest.close()
    }
}

async fn relay(sut: Stream, tester: tokio::io::DuplexStream, lie: Lie) {
    let (mut from_sut, mut to_sut) = split(sut);
    let (mut from_tester, mut to_tester) = split(tester);
    let outward = async {
        let mut at = 0;
        let mut octets = Vec::new();
        while let Ok(1..) = from_sut.read_buf(&mut octets).await {
            match lie {
                Lie::Octet(offset, value) => {
                    let slot = offset.checked_sub(at).and_then(|index| octets.get_mut(index));
                    slot.into_iter().for_each(|octet| *octet = value);
                }
                Lie::Mute => {
                    octets.clear();
                    continue;
                }
                Lie::Honest => {}
            }
            at += octets.len();
            if to_tester.write_all(&octets).await.is_err() {
                return;
            }
            octets.clear();
        }
        if lie != Lie::Mute {
            let _ = to_tester.shutdown().await;
        }
    };
    let inward = async {
        let mut octets = Vec::new();
        while let Ok(1..) = from_tester.read_buf(&mut octets).await {
            if to_sut.write_all(&octets).await.is_err() {
                break;
            }
            octets.clear();
        }
        let _ = to_sut.shutdown().await;
    };
    tokio::join!(outward, inward);
}
