//! A CURVE peer that makes one mistake. A filter cannot lie inside boxes that it cannot open, so
//! this is a whole peer: a DEALER built of the tester's own commands, with an application of its
//! own. Without a mistake it passes every case of RFCs 25 and 26.

mod client;
mod server;
mod traffic;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::curve::Keys;
use crate::entropy::Entropy;
use crate::octets::{Frame, greeting, properties, take_frame};
use crate::target::{Later, Role, Socket, SocketSpec, Stream, TargetError, unsupported};

/// A mistake of a CURVE peer: a check it does not make, or something it does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// None.
    None,
    /// A HELLO of any size, cut or filled up to 200 octets, is read.
    HelloSize,
    /// Any version is taken.
    HelloVersion,
    /// Padding is not looked at.
    HelloPadding,
    /// The box of HELLO is not opened.
    HelloBox,
    /// What the box of HELLO holds is not looked at.
    HelloPlain,
    /// S' or C' is the same on each connection.
    SameTransient,
    /// The cookie is the same on each connection.
    SameCookie,
    /// The nonce of WELCOME is the same on each connection.
    SameNonce,
    /// The cookie of INITIATE is not looked at.
    AnyCookie,
    /// A cookie of another connection brings back the keys of that one.
    OldCookie,
    /// The vouch is not opened.
    VouchUnread,
    /// C' in the vouch is not compared.
    VouchTransient,
    /// S in the vouch is not compared.
    VouchServer,
    /// The nonce of INITIATE is not compared.
    InitiateNonce,
    /// Metadata is not read.
    Metadata,
    /// Property names in another letter case are unknown.
    LetterCase,
    /// INITIATE of more than 400 octets ends the socket.
    Overflow,
    /// Nonces of MESSAGE are not compared.
    Replay,
    /// Payload flags are not looked at.
    Flags,
    /// A message in clear is delivered.
    Clear,
    /// A MESSAGE that does not open is skipped.
    Skips,
    /// A MESSAGE that does not open is answered with ERROR.
    ErrorToMessage,
    /// MORE outside the box is not looked at.
    MoreOutside,
    /// PING is not answered.
    NoPong,
    /// The counter does not rise.
    SentNonce,
    /// MESSAGE has the prefix of the other side.
    SentPrefix,
    /// MORE stands outside the box too.
    SentMoreOutside,
    /// Parts of more than 300 octets are cut.
    Cut,
    /// The vouch is sealed for S.
    VouchForServer,
    /// The vouch names no server.
    VouchEmpty,
    /// The cookie does not come back as it was.
    CookieChanged,
    /// A client tells the server why it closes.
    ClientError,
    /// A client answers each WELCOME.
    SecondWelcome,
    /// A client sends what it has before READY.
    Early,
    /// A client that was refused comes back.
    ComesBack,
    /// What a client does with ERROR: it waits.
    ErrorIgnored,
    /// READY is not opened.
    ReadyUnread,
    /// READY does not open.
    ReadyBent,
    /// A server says something before HELLO.
    SpeaksFirst,
    /// A handshake command is a message frame.
    NotACommand,
    /// A client needs no key of its server.
    Keyless,
}

/// C' and s'.
type Session = ([u8; 32], Keys);

/// What the connections of one socket share.
struct Peer {
    role: Role,
    lapse: Lapse,
    /// A client that was not told whom it calls, and says nothing.
    is_keyless: bool,
    entropy: RefCell<Entropy>,
    /// C' and s' by cookie.
    cookies: RefCell<BTreeMap<Vec<u8>, Session>>,
    received: RefCell<VecDeque<Vec<Vec<u8>>>>,
    came: Notify,
    sending: RefCell<VecDeque<Vec<Vec<u8>>>>,
    queued: Notify,
    /// The server has said ERROR.
    refused: Cell<bool>,
    /// The socket takes no more connections.
    over: Cell<bool>,
}

/// A socket of such a peer.
pub(super) fn socket(spec: SocketSpec, lapse: Lapse) -> Rc<dyn Socket> {
    let has_key = spec.options.iter().any(|(name, _)| *name == "curve_serverkey");
    // Two sockets of a client that keeps its key have the same one.
    let seed = if lapse == Lapse::SameTransient { 1 } else { fresh_seed() };
    Rc::new(CurveSocket(Rc::new(Peer {
        role: spec.role,
        lapse,
        is_keyless: spec.role == Role::Connect && !has_key && lapse != Lapse::Keyless,
        entropy: RefCell::new(Entropy::named(seed, "curve")),
        cookies: RefCell::default(),
        received: RefCell::default(),
        came: Notify::new(),
        sending: RefCell::default(),
        queued: Notify::new(),
        refused: Cell::new(false),
        over: Cell::new(false),
    })))
}

fn fresh_seed() -> u64 {
    thread_local!(static MADE: Cell<u64> = const { Cell::new(1) });
    MADE.with(|made| made.replace(made.get() + 1))
}

struct CurveSocket(Rc<Peer>);

/// Octets one direction of a pipe holds.
const PIPE: usize = 64 << 10;

impl Socket for CurveSocket {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            let comes_back = self.0.lapse == Lapse::ComesBack;
            if self.0.role == Role::Connect && self.0.refused.get() && !comes_back {
                std::future::pending::<()>().await;
            }
            let (ours, theirs) = duplex(PIPE);
            if !self.0.over.get() {
                tokio::task::spawn_local(serve(Rc::clone(&self.0), ours));
            }
            Ok(Box::new(theirs) as Stream)
        })
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], _: Duration) -> Later<'a, ()> {
        self.0.sending.borrow_mut().push_back(parts.to_vec());
        self.0.queued.notify_one();
        Box::pin(async { Ok(()) })
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        Box::pin(async move { Ok(timeout(within, self.0.next()).await.ok()) })
    }

    fn subscribe<'a>(&'a self, _: &'a [u8], _: bool) -> Later<'a, ()> {
        unsupported("subscribe")
    }

    fn close(&self) -> Later<'_, ()> {
        Box::pin(async { Ok::<_, TargetError>(()) })
    }
}

impl Peer {
    fn has(&self, lapse: Lapse) -> bool {
        self.lapse == lapse
    }

    async fn next(&self) -> Vec<Vec<u8>> {
        loop {
            let came = self.came.notified();
            if let Some(parts) = self.received.borrow_mut().pop_front() {
                return parts;
            }
            came.await;
        }
    }

    fn deliver(&self, parts: Vec<Vec<u8>>) {
        self.received.borrow_mut().push_back(parts);
        self.came.notify_waiters();
    }

    /// The transient keys of a new connection.
    fn transient(&self) -> Keys {
        match self.lapse {
            Lapse::SameTransient => Keys::new([5; 32]),
            _ => Keys::fresh(&mut self.entropy.borrow_mut()),
        }
    }

    /// Whether metadata can be read and is that of a peer of a DEALER.
    fn takes(&self, metadata: &[u8]) -> bool {
        if self.has(Lapse::Metadata) {
            return true;
        }
        let Ok(all) = properties(metadata) else { return false };
        let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.+".contains(octet);
        all.iter().all(|(name, value)| {
            let is_type = match self.lapse {
                Lapse::LetterCase => name == b"Socket-Type",
                _ => name.eq_ignore_ascii_case(b"Socket-Type"),
            };
            let type_fits = !is_type || [&b"DEALER"[..], b"ROUTER", b"REP"].contains(&&value[..]);
            type_fits && name.iter().all(legal)
        })
    }
}

/// A connection, read frame by frame.
struct Wire {
    stream: DuplexStream,
    held: Vec<u8>,
}

impl Wire {
    /// The next frame; `None` at the end of the stream or of the grammar.
    async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, used)) = take_frame(&self.held).ok()? {
                self.held.drain(..used);
                return Some(frame);
            }
            match self.stream.read_buf(&mut self.held).await {
                Ok(1..) => {}
                _ => return None,
            }
        }
    }

    async fn write(&mut self, octets: &[u8]) -> Option<()> {
        self.stream.write_all(octets).await.ok()
    }

    /// Both greetings; `None` unless the other one says CURVE.
    async fn greet(&mut self, as_server: bool) -> Option<()> {
        let ours = greeting().mechanism("CURVE").as_server(u8::from(as_server));
        self.write(&ours.build()).await?;
        while self.held.len() < 64 {
            match self.stream.read_buf(&mut self.held).await {
                Ok(1..) => {}
                _ => return None,
            }
        }
        let theirs: Vec<u8> = self.held.drain(..64).collect();
        (theirs.get(12..32) == ours.build().get(12..32)).then_some(())
    }
}

/// One connection from its first octet to its last.
async fn serve(peer: Rc<Peer>, stream: DuplexStream) {
    let mut wire = Wire { stream, held: Vec::new() };
    let is_server = peer.role == Role::Bind;
    if !peer.is_keyless && wire.greet(is_server).await.is_some() {
        if is_server && peer.has(Lapse::SpeaksFirst) {
            let _ = wire.write(b"\x04\x07\x04PING\0\0").await;
        }
        let tunnel = match peer.role {
            Role::Bind => server::handshake(&peer, &mut wire).await,
            Role::Connect => client::handshake(&peer, &mut wire).await,
        };
        if let Some(tunnel) = tunnel {
            traffic::run(&peer, &mut wire, tunnel).await;
        }
    }
    let _ = wire.stream.shutdown().await;
}
