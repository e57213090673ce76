//! The first look at a SUT: is there one, does it speak ZMTP, which version, does it answer PING?
//! Without this nothing can be judged, and the user is told what to do.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::octets::{
    Frame, SeenGreeting, greeting, hex, opening_v2, ping, properties, ready, take_frame,
};
use crate::socket_type::SocketType;
use crate::target::{Role, Socket, SocketSpec, Stream, Target, TargetError};

/// What the first look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The socket type it was made with.
    pub kind: SocketType,
    /// What the greeting announces: 3.1, 3.0 or 2.0.
    pub version: (u8, u8),
    /// Whether PING is answered.
    pub pongs: bool,
}

/// Why no judgement is possible; [`fmt::Display`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SurveyError {
    /// The target could not be opened or reached.
    Target(TargetError),
    /// It took the connection and said nothing within this time.
    Silent(Duration),
    /// It closed before its signature was complete, after these octets.
    Closed(Vec<u8>),
    /// It speaks something else; its first octets.
    NotZmtp(Vec<u8>),
    /// Octet 10 of its greeting, which stands for a version that has no cases.
    Version(u8),
    /// It wants a mechanism that has no cases yet.
    Mechanism(String),
    /// It says that it is another socket type.
    Type {
        /// What the user said.
        said: SocketType,
        /// What it says.
        is: String,
    },
    /// It did not take a plain NULL handshake.
    Handshake(SocketType),
}

impl fmt::Display for SurveyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(error) => write!(f, "{error}"),
            Self::Silent(limit) => write!(
                f,
                "the peer took the connection and sent nothing within {} s: is it a ZeroMQ socket?",
                limit.as_secs_f32()
            ),
            Self::Closed(octets) => write!(
                f,
                "the peer closed the connection after {} octets, before its ZMTP signature was \
                 complete; its log may say why",
                octets.len()
            ),
            Self::NotZmtp(octets) => write!(
                f,
                "the peer does not speak ZMTP: it sent {} ({:?}); check the port",
                hex(octets),
                String::from_utf8_lossy(octets)
            ),
            Self::Version(octet) => write!(
                f,
                "octet 10 of the peer's greeting is {octet:02x}; this program judges 01, which is \
                 ZMTP 2.0, and from 03 on"
            ),
            Self::Mechanism(name) => write!(
                f,
                "the peer wants mechanism {name}; this program judges NULL so far: open the \
                 socket without security"
            ),
            Self::Type { said, is } => {
                write!(f, "the peer says it is a {is}, not a {said}: use --type {is}")
            }
            Self::Handshake(kind) => write!(
                f,
                "the peer did not complete a NULL handshake with a {} as its counterpart: is it \
                 a {kind}? (--type)",
                kind.counterpart()
            ),
        }
    }
}

/// A first look takes no longer than this, whatever the deadline.
const LIMIT: Duration = Duration::from_secs(3);
/// Octet 10 of a 2.0 greeting (15-GREET-001).
const REVISION_OF_20: u8 = 1;
/// A PONG that has not come by then does not come.
const PONG_LIMIT: Duration = Duration::from_millis(500);

/// Looks at a SUT.
///
/// # Errors
/// [`SurveyError`] when nothing could be judged.
pub async fn survey(
    target: &dyn Target,
    kind: SocketType,
    role: Role,
    deadline: Duration,
) -> Result<Survey, SurveyError> {
    let limit = deadline.min(LIMIT);
    let spec = SocketSpec { kind, role, options: &[] };
    let socket = target.open(spec).await.map_err(SurveyError::Target)?;
    let mut result = look(&socket, kind, role, limit).await;
    if result == Err(SurveyError::Version(REVISION_OF_20)) {
        // It has been told 3.1, and may have closed: once more, as a 2.0 peer.
        result = look_as_20(&socket, kind, role, limit).await;
    }
    let _ = socket.close().await;
    result
}

/// The connection to look at.
async fn meet(socket: &Rc<dyn Socket>, role: Role, limit: Duration) -> Result<Peer, SurveyError> {
    // A SUT that connects may come much later than one that is there: it has its own interval.
    let link = socket.link();
    let stream = match role {
        Role::Bind => timeout(limit, link).await.unwrap_or_else(|_| {
            let why = format!("no connection within {} s", limit.as_secs_f32());
            Err(TargetError::Unreachable(why))
        }),
        Role::Connect => link.await,
    };
    Ok(Peer { stream: stream.map_err(SurveyError::Target)?, received: Vec::new(), limit })
}

async fn look_as_20(
    socket: &Rc<dyn Socket>,
    kind: SocketType,
    role: Role,
    limit: Duration,
) -> Result<Survey, SurveyError> {
    let mut peer = meet(socket, role, limit).await?;
    let code = kind.counterpart().code().ok_or(SurveyError::Handshake(kind))?;
    let _ = peer.stream.write_all(&opening_v2(REVISION_OF_20, code, b"")).await;
    peer.fill(12).await?;
    // XPUB and XSUB may have codes of their own, which no RFC has.
    let named = |code| SocketType::ALL.into_iter().find(|kind| kind.code() == Some(code));
    match peer.received.get(11).copied().and_then(named) {
        Some(is) if is.code() != kind.code() => {
            return Err(SurveyError::Type { said: kind, is: is.name().to_owned() });
        }
        _ => {}
    }
    Ok(Survey { kind, version: (2, 0), pongs: false })
}

async fn look(
    socket: &Rc<dyn Socket>,
    kind: SocketType,
    role: Role,
    limit: Duration,
) -> Result<Survey, SurveyError> {
    let mut peer = meet(socket, role, limit).await?;
    let theirs = peer.greeting().await?;
    let (_, minor) = theirs.version();
    match theirs.mechanism_name().as_str() {
        "NULL" => {}
        other => return Err(SurveyError::Mechanism(other.to_owned())),
    }
    let ours = ready(&[("Socket-Type", kind.counterpart().name().as_bytes())]);
    let _ = peer.stream.write_all(&ours).await;
    loop {
        let frame = peer.frame(limit).await.ok_or(SurveyError::Handshake(kind))?;
        if frame.is("READY") {
            check_type(&frame, kind)?;
            break;
        }
    }
    let pongs = minor > 0 && peer.pongs().await;
    Ok(Survey { kind, version: (3, minor), pongs })
}

fn check_type(ready: &Frame, said: SocketType) -> Result<(), SurveyError> {
    let data = ready.command().map(|command| command.data).unwrap_or_default();
    let all = properties(data).unwrap_or_default();
    let announced = all.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"Socket-Type"));
    match announced {
        Some((_, is)) if !is.eq_ignore_ascii_case(said.name().as_bytes()) => {
            Err(SurveyError::Type { said, is: String::from_utf8_lossy(is).into_owned() })
        }
        _ => Ok(()),
    }
}

struct Peer {
    stream: Stream,
    received: Vec<u8>,
    limit: Duration,
}

impl Peer {
    async fn greeting(&mut self) -> Result<SeenGreeting, SurveyError> {
        let ours = greeting().build();
        let (signature, rest) = ours.split_at(10);
        let _ = self.stream.write_all(signature).await;
        self.fill(10).await?;
        let head = self.received.get(..10).unwrap_or_default();
        if head.first() != Some(&0xFF) || head.last() != Some(&0x7F) {
            let shown = self.received.get(..self.received.len().min(24)).unwrap_or_default();
            return Err(SurveyError::NotZmtp(shown.to_vec()));
        }
        let _ = self.stream.write_all(rest).await;
        self.fill(11).await?;
        if let Some(&octet) = self.received.get(10).filter(|&&octet| octet < 3) {
            return Err(SurveyError::Version(octet));
        }
        self.fill(64).await?;
        let whole = self.received.drain(..64).collect::<Vec<_>>();
        whole.try_into().map(SeenGreeting).map_err(SurveyError::NotZmtp)
    }

    async fn fill(&mut self, count: usize) -> Result<(), SurveyError> {
        while self.received.len() < count {
            match timeout(self.limit, self.stream.read_buf(&mut self.received)).await {
                Ok(Ok(1..)) => {}
                Ok(Ok(_) | Err(_)) if self.received.first().is_some_and(|&o| o != 0xFF) => {
                    return Err(SurveyError::NotZmtp(self.received.clone()));
                }
                Ok(Ok(_) | Err(_)) => return Err(SurveyError::Closed(self.received.clone())),
                Err(_) if self.received.is_empty() => return Err(SurveyError::Silent(self.limit)),
                Err(_) => return Err(SurveyError::NotZmtp(self.received.clone())),
            }
        }
        Ok(())
    }

    async fn frame(&mut self, limit: Duration) -> Option<Frame> {
        loop {
            if let Some((frame, used)) = take_frame(&self.received).ok()? {
                self.received.drain(..used);
                return Some(frame);
            }
            match timeout(limit, self.stream.read_buf(&mut self.received)).await {
                Ok(Ok(1..)) => {}
                _ => return None,
            }
        }
    }

    async fn pongs(&mut self) -> bool {
        let _ = self.stream.write_all(&ping(0, b"survey")).await;
        while let Some(frame) = self.frame(PONG_LIMIT).await {
            if frame.is("PONG") {
                return frame.body.ends_with(b"survey");
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio::task::{LocalSet, spawn_local};

    use super::*;
    use crate::target::tcp::TcpTarget;

    /// Looks, as at a PULL, at a peer that says these two octets behind the signature.
    async fn look_at(revision: u8, code: u8) -> Result<Survey, SurveyError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("tcp://{}", listener.local_addr().unwrap());
        spawn_local(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let opening = [&[0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F][..], &[revision, code, 0, 0]];
                stream.write_all(&opening.concat()).await.unwrap();
                let _ = stream.read(&mut [0; 64]).await;
            }
        });
        let target = TcpTarget::new(&endpoint, SocketType::Pull).unwrap();
        survey(&target, SocketType::Pull, Role::Bind, LIMIT).await
    }

    #[tokio::test]
    async fn a_peer_of_2_0_is_met_as_one_and_its_type_is_compared() {
        let told = |is: &str| SurveyError::Type { said: SocketType::Pull, is: is.to_owned() };
        LocalSet::new()
            .run_until(async {
                let found = look_at(1, 7).await.unwrap();
                assert_eq!((found.version, found.pongs), ((2, 0), false));
                assert_eq!(look_at(1, 8).await, Err(told("PUSH")));
                assert_eq!(look_at(0, 7).await, Err(SurveyError::Version(0)));
            })
            .await;
    }
}
