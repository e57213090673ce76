//! Every pair of stable types that the RFCs allow, whichever side is ours and whichever binds, over
//! each transport and with each mechanism: the same bodies, both ways where the types allow it.
//!
//! Deliberately absent: what takes more than one connection.

use super::peer::Peer;
use super::{Outcome, open, set_all};
use zeroproof_reference::SocketType::{
    self, Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Stream, Sub, Xpub, Xsub,
};
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::{Message, Refused};

/// Who may talk to whom.
const PAIRS: [(SocketType, SocketType); 13] = [
    (Req, Rep),
    (Req, Router),
    (Dealer, Rep),
    (Dealer, Dealer),
    (Dealer, Router),
    (Router, Router),
    (Pub, Sub),
    (Pub, Xsub),
    (Xpub, Sub),
    (Xpub, Xsub),
    (Push, Pull),
    (Pair, Pair),
    (Stream, Stream),
];

const TRANSPORTS: [&str; 2] = ["tcp", "ipc"];

/// What proves a peer, with keys from `zmq_curve(7)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mechanism {
    Null,
    Plain,
    Curve,
}

impl Mechanism {
    pub(super) const ALL: [Self; 3] = [Self::Null, Self::Plain, Self::Curve];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Plain => "plain",
            Self::Curve => "curve",
        }
    }

    /// Switches and texts of one side.
    pub(super) fn options(self, server: bool) -> Vec<(&'static str, &'static str)> {
        match (self, server) {
            (Self::Null, _) => vec![],
            (Self::Plain, true) => vec![("plain_server", "1")],
            (Self::Plain, false) => {
                vec![("plain_username", "admin"), ("plain_password", "secret")]
            }
            (Self::Curve, true) => vec![
                ("curve_server", "1"),
                ("curve_secretkey", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"),
            ],
            (Self::Curve, false) => vec![
                ("curve_serverkey", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"),
                ("curve_publickey", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"),
                ("curve_secretkey", "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"),
            ],
        }
    }
}

/// One cell of the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) transport: &'static str,
    pub(super) mechanism: Mechanism,
    pub(super) ours: SocketType,
    pub(super) theirs: SocketType,
    pub(super) we_bind: bool,
}

/// All of them. STREAM speaks no ZMTP, and so has no mechanism; and libzmq has it over tcp alone.
pub(super) fn cells() -> Vec<Cell> {
    let turned = PAIRS.iter().filter(|(one, other)| one != other).map(|&(one, other)| (other, one));
    let pairs: Vec<_> = PAIRS.into_iter().chain(turned).collect();
    let mut cells = Vec::new();
    for transport in TRANSPORTS {
        for mechanism in Mechanism::ALL {
            for &(ours, theirs) in &pairs {
                if ours != Stream || (transport, mechanism) == ("tcp", Mechanism::Null) {
                    cells.extend([true, false].map(|we_bind| Cell {
                        transport,
                        mechanism,
                        ours,
                        theirs,
                        we_bind,
                    }));
                }
            }
        }
    }
    cells
}

/// The grid as a page: how many cells there are, each of which is a test.
pub(super) fn page() -> String {
    let mut page = String::from(HEAD);
    let cells = cells();
    for (one, other) in PAIRS {
        let count = |mechanism: Mechanism| {
            let here = cells.iter().filter(|cell| {
                let pair = (cell.ours, cell.theirs);
                cell.mechanism == mechanism && (pair == (one, other) || pair == (other, one))
            });
            here.count().to_string()
        };
        let counts = Mechanism::ALL.map(count).join(" | ");
        page.push_str(&format!("| {} - {} | {counts} |\n", one.name(), other.name()));
    }
    page
}

const HEAD: &str = "# Interoperation with libzmq 4.3.5

Made by `reference/tests/libzmq/grid.rs` and held equal to it. Each figure counts tests that pass:
either type is ours, either side binds, over tcp and over ipc. STREAM speaks no ZMTP, so it has no
mechanism, and libzmq offers it over tcp alone. All of them:
`cargo test -p zeroproof-reference --test libzmq -- --list`.

| pair | NULL | PLAIN | CURVE |
|---|---|---|---|
";

impl Cell {
    pub(super) fn name(self) -> String {
        let (ours, theirs) = (self.ours.name().to_lowercase(), self.theirs.name().to_lowercase());
        let binds = if self.we_bind { "we-bind" } else { "libzmq-binds" };
        format!("libzmq::{}::{}::{ours}-{theirs}::{binds}", self.transport, self.mechanism.name())
    }

    /// The binder is the server; but a REQ of libzmq that serves PLAIN hears no reply, not even one
    /// of libzmq's, and so is a client always.
    fn we_serve(self) -> bool {
        self.we_bind || (self.mechanism, self.theirs) == (Mechanism::Plain, Req)
    }

    pub(super) async fn run(self, peer: &mut Peer) -> Outcome {
        let ours = open(&Context::new(), self.ours)?;
        let we_serve = self.we_serve();
        ours_says_who(&ours, self.ours, self.mechanism, we_serve)?;
        peer.ask(&format!("open theirs {}", self.theirs.name())).await?;
        if self.mechanism == Mechanism::Plain {
            peer.ask("zap admin secret").await?;
        }
        for (name, value) in self.mechanism.options(!we_serve) {
            let kind = if value == "1" { "set" } else { "text" };
            peer.ask(&format!("{kind} theirs {} {value}", name.to_uppercase())).await?;
        }
        if has_identity(self.theirs) {
            peer.ask("text theirs ROUTING_ID theirs").await?;
        }
        if self.theirs == Sub {
            peer.ask("text theirs SUBSCRIBE").await?;
        }
        let anywhere = if self.transport == "tcp" { "tcp://127.0.0.1:*" } else { "ipc://*" };
        if self.we_bind {
            let endpoint = ours.bind(anywhere).await?;
            peer.ask(&format!("connect theirs {endpoint}")).await?;
        } else {
            ours.connect(&peer.ask(&format!("bind theirs {anywhere}")).await?)?;
        }
        self.talk(&ours, peer).await?;
        ours.close().await;
        Ok(())
    }

    async fn talk(self, ours: &Socket, peer: &mut Peer) -> Outcome {
        match (self.ours, self.theirs) {
            (Req, _) => self.ask_and_answer(ours, peer, true).await,
            (_, Req) => self.ask_and_answer(ours, peer, false).await,
            (_, Rep) => self.ask_and_answer(ours, peer, true).await,
            (Rep, _) => self.ask_and_answer(ours, peer, false).await,
            (Push, _) => self.ours_to_theirs(ours, peer).await,
            (Pull, _) => self.theirs_to_ours(ours, peer).await,
            (Pub | Xpub, _) => self.publish(ours, peer).await,
            (Sub | Xsub, _) => self.subscribe(ours, peer).await,
            (Stream, _) => self.stream(ours, peer).await,
            // Theirs first: a ROUTER of ours then knows whom it can reach.
            _ => {
                self.theirs_to_ours(ours, peer).await?;
                self.ours_to_theirs(ours, peer).await
            }
        }
    }

    async fn ask_and_answer(self, ours: &Socket, peer: &mut Peer, we_ask: bool) -> Outcome {
        for (question, answer) in bodies().iter().zip(bodies().iter().rev()) {
            if we_ask {
                self.send(ours, question).await?;
                self.expect_theirs(peer, question).await?;
                self.send_theirs(peer, answer).await?;
                self.expect(ours, answer).await?;
            } else {
                self.send_theirs(peer, question).await?;
                self.expect(ours, question).await?;
                self.send(ours, answer).await?;
                self.expect_theirs(peer, answer).await?;
            }
        }
        Ok(())
    }

    async fn ours_to_theirs(self, ours: &Socket, peer: &mut Peer) -> Outcome {
        for body in &bodies() {
            self.send(ours, body).await?;
        }
        for body in &bodies() {
            self.expect_theirs(peer, body).await?;
        }
        Ok(())
    }

    async fn theirs_to_ours(self, ours: &Socket, peer: &mut Peer) -> Outcome {
        for body in &bodies() {
            self.send_theirs(peer, body).await?;
        }
        for body in &bodies() {
            self.expect(ours, body).await?;
        }
        Ok(())
    }

    /// To their SUB or XSUB. A PUB cannot know when it is subscribed to, so it repeats itself.
    async fn publish(self, ours: &Socket, peer: &mut Peer) -> Outcome {
        if self.theirs == Xsub {
            peer.send("theirs", &Message::from(b"\x01")).await?;
        }
        if self.ours == Xpub {
            ours.set("rcvtimeo", 5)?;
            let wish = loop {
                match ours.recv().await {
                    Err(Refused::WouldBlock) => peer.ask("events theirs").await?,
                    wish => break wish?,
                };
            };
            ours.set("rcvtimeo", 10_000)?;
            assert_eq!(wish, Message::from(b"\x01"), "everything is wanted");
        } else {
            peer.ask("set theirs RCVTIMEO 5").await?;
            loop {
                ours.send("are you there?").await?;
                if peer.recv("theirs").await.is_ok() {
                    break;
                }
            }
            peer.ask("set theirs RCVTIMEO 10000").await?;
            ours.send("yes").await?;
            while peer.recv("theirs").await? != Message::from("yes") {}
        }
        self.ours_to_theirs(ours, peer).await?;
        if (self.ours, self.theirs) == (Xpub, Xsub) {
            peer.send("theirs", &Message::new(["not a", "subscription"])).await?;
            assert_eq!(ours.recv().await?, Message::new(["not a", "subscription"]));
        }
        Ok(())
    }

    async fn subscribe(self, ours: &Socket, peer: &mut Peer) -> Outcome {
        if self.ours == Sub {
            ours.subscribe("")?;
        } else {
            ours.send(b"\x01").await?;
        }
        if self.theirs == Xpub {
            assert_eq!(peer.recv("theirs").await?, Message::from(b"\x01"), "everything is wanted");
        } else {
            ours.set("rcvtimeo", 5)?;
            while ours.recv().await == Err(Refused::WouldBlock) {
                peer.send("theirs", &Message::from("are you there?")).await?;
            }
            ours.set("rcvtimeo", 10_000)?;
            peer.send("theirs", &Message::from("yes")).await?;
            while ours.recv().await? != Message::from("yes") {}
        }
        self.theirs_to_ours(ours, peer).await?;
        if (self.ours, self.theirs) == (Xsub, Xpub) {
            ours.send(["not a", "subscription"]).await?;
            let heard = peer.recv("theirs").await?;
            assert_eq!(heard, Message::new(["not a", "subscription"]));
        }
        Ok(())
    }

    /// Both learn of the link from an empty body, and name each other as they like.
    async fn stream(self, ours: &Socket, peer: &mut Peer) -> Outcome {
        let (they, _) = ours.recv().await?.split_first();
        let (we, _) = peer.recv("theirs").await?.split_first();
        let big = pattern(65_536);
        ours.send(Message::new([they.clone(), big.clone().into()])).await?;
        let mut heard = Vec::new();
        while heard.len() < big.len() {
            let message = peer.recv("theirs").await?;
            heard.extend_from_slice(message.parts().last().ok_or("no body")?);
        }
        assert!(heard == big, "what they heard");
        peer.send("theirs", &Message::new([we, big.clone().into()])).await?;
        let mut heard = Vec::new();
        while heard.len() < big.len() {
            let message = ours.recv().await?;
            assert_eq!(message.first(), &*they);
            heard.extend_from_slice(message.parts().last().ok_or("no body")?);
        }
        assert!(heard == big, "what we heard");
        Ok(())
    }

    async fn send(self, ours: &Socket, body: &[Vec<u8>]) -> Outcome {
        let message = enveloped(self.ours, self.theirs, "theirs", body);
        ours.send(message).await.map_err(|refused| format!("we send: {refused}").into())
    }

    async fn expect(self, ours: &Socket, body: &[Vec<u8>]) -> Outcome {
        let heard = ours.recv().await.map_err(|refused| format!("we receive: {refused}"))?;
        same(&heard, &enveloped(self.ours, self.theirs, "theirs", body))
    }

    async fn send_theirs(self, peer: &mut Peer, body: &[Vec<u8>]) -> Outcome {
        peer.send("theirs", &enveloped(self.theirs, self.ours, "ours", body)).await
    }

    async fn expect_theirs(self, peer: &mut Peer, body: &[Vec<u8>]) -> Outcome {
        same(&peer.recv("theirs").await?, &enveloped(self.theirs, self.ours, "ours", body))
    }
}

/// The options that make our side a server or a client of the mechanism, and its identity.
fn ours_says_who(ours: &Socket, kind: SocketType, with: Mechanism, server: bool) -> Outcome {
    set_all(ours, &with.options(server))?;
    if has_identity(kind) {
        ours.set("routing_id", "ours")?;
    }
    Ok(())
}

const fn has_identity(kind: SocketType) -> bool {
    matches!(kind, Req | Rep | Dealer | Router)
}

/// What an application of `kind` adds in front of a body, talking to a peer of this type and name.
fn enveloped(kind: SocketType, other: SocketType, name: &str, body: &[Vec<u8>]) -> Message {
    let mut parts = Vec::new();
    if kind == Router {
        parts.push(name.as_bytes().to_vec());
    }
    if matches!((kind, other), (Router | Dealer, Req | Rep)) {
        parts.push(Vec::new());
    }
    parts.extend_from_slice(body);
    Message::new(parts)
}

/// Sizes at the edges of inline bodies, short frames, and read buffers; and multiparts.
fn bodies() -> Vec<Vec<Vec<u8>>> {
    let sizes = [0, 1, 70, 71, 254, 255, 256, 65_535, 65_536, 0x10_0001];
    let mut bodies: Vec<_> = sizes.iter().map(|&size| vec![pattern(size)]).collect();
    bodies.extend((0..50_u8).map(|number| vec![vec![number; 20]]));
    bodies.push(vec![vec![], b"a".to_vec(), vec![], pattern(300), vec![]]);
    bodies.push(vec![vec![], vec![]]);
    bodies.push((0..200).map(pattern).collect());
    bodies.push(vec![b"the end".to_vec()]);
    bodies
}

/// Octets that show where they are.
fn pattern(size: usize) -> Vec<u8> {
    (0..=250).cycle().take(size).collect()
}

/// Equal, or told without a megabyte of octets.
fn same(heard: &Message, expected: &Message) -> Outcome {
    if heard == expected {
        return Ok(());
    }
    let sizes = |message: &Message| -> Vec<_> { message.parts().iter().map(|p| p.len()).collect() };
    Err(format!("parts of {:?}, expected {:?}", sizes(heard), sizes(expected)).into())
}
