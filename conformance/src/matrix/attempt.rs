//! One attempt at a cell: sockets are opened, meet, talk, are closed; then the one that binds goes
//! and comes back.

use std::cell::{Cell as Slot, RefCell};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::cell::{Cell, Side, Transport};
use super::crew::{Crew, Seats};
use super::outcome::{Fault, Outcome, Step};
use super::patience::Patience;
use super::relay::{Relay, in_time};
use super::silence::silence;
use super::stage::{Done, Play, Stage};
use crate::adapter::{AdapterError, SocketId};
use crate::transcript;

/// Whoever connects may wait so long before it tries again, however quick this machine is.
const BACK_OFF: Duration = Duration::from_secs(3);
/// Connections that end within the handshake until nothing more is waited for: some begin with a
/// version or a mechanism that they take back.
const HOPELESS: usize = 10;

/// In what company an attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// Among others.
    Shared,
    /// Among others that are known to end badly.
    Doubted,
    /// In processes of its own.
    Alone,
}

/// What came of an attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) fault: Option<Fault>,
    pub(super) took: Duration,
    /// What crossed the wire, sent by the one that connects or received by it.
    pub(super) steps: Vec<transcript::Step>,
}

/// A folder for the files of ipc, gone with this value.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    made: Slot<usize>,
}

impl Folder {
    pub(super) fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("zeroproof-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self { path, made: Slot::new(0) })
    }

    fn file(&self) -> PathBuf {
        let number = self.made.replace(self.made.get() + 1);
        self.path.join(number.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// What all attempts of a run share.
pub(super) struct World<'a> {
    pub(super) crew: &'a Crew,
    pub(super) patience: &'a Patience,
    pub(super) folder: &'a Folder,
}

impl World<'_> {
    /// Places for both sides of a cell.
    pub(super) async fn seats(&self, cell: &Cell, company: Company) -> Seats {
        let [first, second] = cell.peers;
        match company {
            Company::Alone => self.crew.alone(first, second).await,
            Company::Shared | Company::Doubted => {
                let is_doubted = company == Company::Doubted;
                Ok([
                    self.crew.seat(first, Side::First, is_doubted).await?,
                    self.crew.seat(second, Side::Second, is_doubted).await?,
                ])
            }
        }
    }

    /// Tries a cell; `number` gives its messages a word of their own.
    pub(super) async fn attempt(&self, cell: &Cell, number: usize, seats: Seats) -> Attempt {
        let [first, second] = match &seats {
            Ok(seats) => seats,
            Err(error) => return no_start(error),
        };
        let stage = Stage {
            cell,
            tag: format!("zp-{number}"),
            adapters: [&first.adapter, &second.adapter],
            names: cell.peers.map(|peer| self.crew.name(peer)),
            patience: self.patience,
            turn: self.patience.turn().await,
            probes: Slot::new(0),
            sockets: RefCell::default(),
        };
        let began = Instant::now();
        let (result, steps) = self.perform(&stage).await;
        Attempt { fault: result.err(), took: began.elapsed(), steps }
    }

    /// What came of it, and what crossed the wire if that is not what should.
    async fn perform(&self, stage: &Stage<'_>) -> (Done, Vec<transcript::Step>) {
        let relay = match Relay::open(stage.cell.transport, self.folder.file()).await {
            Ok(relay) => relay,
            Err(error) => {
                let fault =
                    Fault::fails(Step::Connect, "no-relay", "a relay listens", error.to_string());
                return (Err(fault), Vec::new());
            }
        };
        let mut result = match stage.cell.talks() {
            true => tokio::select! {
                met = self.meet(stage, &relay) => met,
                () = relay.until(|seen| seen.broken >= HOPELESS) => Err(hopeless(stage, &relay)),
            },
            false => silence(stage, &relay).await,
        };
        stage.close_all().await;
        if let Err(fault) = &mut result {
            let starts = [Step::FirstMessage, Step::Subscription].contains(&fault.step);
            let silent = ["nothing", "not-taken"].contains(&fault.signature.as_str());
            if starts && silent && relay.seen().shaken == 0 {
                fault.step = Step::Handshake;
            }
        }
        let steps = if result.is_err() { relay.steps() } else { Vec::new() };
        (result, steps)
    }

    /// Binds a side; its endpoint.
    async fn bind(&self, stage: &Stage<'_>, socket: &SocketId) -> Done<String> {
        let side = stage.cell.bind;
        let to = match stage.cell.transport {
            Transport::Tcp => "tcp://127.0.0.1:*".to_owned(),
            Transport::Ipc => format!("ipc://{}", self.folder.file().display()),
        };
        stage.call(Step::Bind, side, "bind", stage.adapter(side).bind(socket, &to)).await
    }

    /// Two fresh sockets, bound and connected through a relay.
    async fn pair<'s, 'a>(&self, stage: &'s Stage<'a>, relay: &Relay) -> Done<Play<'s, 'a>> {
        let (binder, connector) = (stage.cell.bind, stage.cell.bind.other());
        let (first, second) = (stage.open(Side::First).await?, stage.open(Side::Second).await?);
        let play = Play::new(stage, [first, second], stage.tag.clone());
        let endpoint = self.bind(stage, binder.of(&play.sockets)).await?;
        relay.lead_to(Some(&endpoint));
        let socket = connector.of(&play.sockets);
        let connected = stage.adapter(connector).connect(socket, relay.endpoint());
        stage.call(Step::Connect, connector, "connect", connected).await?;
        Ok(play)
    }

    /// Two sockets talk; then the one that binds goes and comes back.
    async fn meet(&self, stage: &Stage<'_>, relay: &Relay) -> Done {
        let play = self.pair(stage, relay).await?;
        play.subscribe().await?;
        play.talk().await?;
        self.restart(play, relay).await
    }

    /// The one that binds goes and comes back. Its address stays, as that of a relay: what is
    /// judged is whether the other comes again, and not who else took a port meanwhile.
    async fn restart(&self, play: Play<'_, '_>, relay: &Relay) -> Done {
        let (stage, binder) = (play.stage, play.stage.cell.bind);
        relay.lead_to(None);
        stage.close(binder, binder.of(&play.sockets)).await;
        let limit = stage.patience.limit();
        if !in_time(limit, relay.until(|seen| seen.ended == seen.made)).await {
            let expected =
                format!("{} closes the connections of a closed socket", stage.who(binder));
            let got = format!("still open after {} ms", limit.as_millis());
            return Err(Fault::fails(Step::Reconnect, "not-closed", expected, got));
        }
        let play = play.with(binder, stage.open(binder).await?);
        self.come_back(&play, relay).await.map_err(|fault| Fault {
            step: Step::Reconnect,
            expected: format!("after the restart, {}", fault.expected),
            ..fault
        })
    }

    async fn come_back(&self, play: &Play<'_, '_>, relay: &Relay) -> Done {
        let (stage, binder) = (play.stage, play.stage.cell.bind);
        if binder == Side::Second {
            play.subscribe().await?;
        }
        let before = relay.seen();
        let endpoint = self.bind(stage, binder.of(&play.sockets)).await?;
        relay.lead_to(Some(&endpoint));
        let limit = stage.patience.limit().max(BACK_OFF);
        let shaken = relay.until(|seen| seen.shaken > before.shaken);
        let shaken = stage.patience.wait(&stage.turn, limit, shaken).await;
        if shaken.is_none() {
            let made = relay.seen().made > before.made;
            let got =
                if made { "a connection whose handshake did not end" } else { "no connection" };
            let expected = format!("{} connects again", stage.who(binder.other()));
            let got = format!("{got} within {} ms", limit.as_millis());
            let signature = if made { "no-handshake" } else { "no-connection" };
            return Err(Fault::fails(Step::Reconnect, signature, expected, got));
        }
        play.greet(binder == Side::First).await
    }
}

/// Connections are made, and each ends within its handshake.
fn hopeless(stage: &Stage<'_>, relay: &Relay) -> Fault {
    let seen = relay.seen();
    let step = if seen.shaken == 0 { Step::Handshake } else { Step::Reconnect };
    let [first, second] = Side::ALL.map(|side| stage.who(side));
    let expected = format!("{first} and {second} end their handshake");
    let got = format!("{} connections ended before it", seen.broken);
    Fault::fails(step, "no-handshake", expected, got)
}

fn no_start(error: &AdapterError) -> Attempt {
    let fault = Fault {
        outcome: Outcome::Dies,
        step: Step::Open,
        signature: "no-start".to_owned(),
        expected: "its adapter starts".to_owned(),
        got: error.to_string(),
        dead: None,
    };
    Attempt { fault: Some(fault), took: Duration::ZERO, steps: Vec::new() }
}
