//! One attempt at a cell: sockets are opened, meet, talk, are closed; then the one that binds goes
//! and comes back.

use std::cell::Cell as Slot;
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

/// In what company an attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// Among others, without a relay while nothing restarts.
    Shared,
    /// The same with every octet noted.
    Recorded,
    /// In processes of its own, with every octet noted.
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
            Company::Shared | Company::Recorded => Ok([
                self.crew.seat(first, Side::First).await?,
                self.crew.seat(second, Side::Second).await?,
            ]),
        }
    }

    /// Tries a cell; `number` gives its messages a word of their own.
    pub(super) async fn attempt(
        &self,
        cell: &Cell,
        number: usize,
        company: Company,
        seats: Seats,
    ) -> Attempt {
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
        };
        let began = Instant::now();
        let (result, steps) = self.perform(&stage, company).await;
        Attempt { fault: result.err(), took: began.elapsed(), steps }
    }

    async fn perform(&self, stage: &Stage<'_>, company: Company) -> (Done, Vec<transcript::Step>) {
        if !stage.cell.talks() {
            return self.with_relay(stage, silence).await;
        }
        let talked = match company {
            Company::Shared => (self.meet(stage, None).await, Vec::new()),
            Company::Recorded | Company::Alone => {
                self.with_relay(stage, async |stage, relay| self.meet(stage, Some(relay)).await)
                    .await
            }
        };
        match talked {
            (Ok(()), _) if stage.cell.has(Step::Reconnect) => {
                let again =
                    async |stage: &Stage<'_>, relay: &Relay| self.restart(stage, relay).await;
                self.with_relay(stage, again).await
            }
            done => done,
        }
    }

    /// Something that takes a relay; what crossed it.
    async fn with_relay(
        &self,
        stage: &Stage<'_>,
        act: impl AsyncFnOnce(&Stage<'_>, &Relay) -> Done,
    ) -> (Done, Vec<transcript::Step>) {
        let relay = match Relay::open(stage.cell.transport, self.folder.file()).await {
            Ok(relay) => relay,
            Err(error) => {
                let fault =
                    Fault::fails(Step::Connect, "no-relay", "a relay listens", error.to_string());
                return (Err(fault), Vec::new());
            }
        };
        let mut result = act(stage, &relay).await;
        if let Err(fault) = &mut result {
            let starts = [Step::FirstMessage, Step::Subscription].contains(&fault.step);
            let silent = ["nothing", "not-taken"].contains(&fault.signature.as_str());
            if starts && silent && relay.seen().shaken == 0 {
                fault.step = Step::Handshake;
            }
        }
        (result, relay.steps())
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

    /// Two fresh sockets, bound and connected, maybe through a relay.
    async fn pair<'s, 'a>(
        &self,
        stage: &'s Stage<'a>,
        relay: Option<&Relay>,
    ) -> Done<Play<'s, 'a>> {
        let (binder, connector) = (stage.cell.bind, stage.cell.bind.other());
        let first = stage.open(Side::First).await?;
        let second = match stage.open(Side::Second).await {
            Ok(second) => second,
            Err(fault) => {
                stage.close(Side::First, &first).await;
                return Err(fault);
            }
        };
        let play = Play::new(stage, [first, second], stage.tag.clone());
        let joined = async {
            let endpoint = self.bind(stage, binder.of(&play.sockets)).await?;
            let to = match relay {
                Some(relay) => {
                    relay.lead_to(Some(&endpoint));
                    relay.endpoint()
                }
                None => &endpoint,
            };
            let socket = connector.of(&play.sockets);
            let connected = stage.adapter(connector).connect(socket, to);
            stage.call(Step::Connect, connector, "connect", connected).await
        };
        match joined.await {
            Ok(()) => Ok(play),
            Err(fault) => {
                play.close().await;
                Err(fault)
            }
        }
    }

    async fn meet(&self, stage: &Stage<'_>, relay: Option<&Relay>) -> Done {
        let play = self.pair(stage, relay).await?;
        let result = async {
            play.subscribe().await?;
            play.talk().await
        };
        let result = result.await;
        play.close().await;
        result
    }

    /// The one that binds goes and comes back. Its address stays, as that of a relay: what is
    /// judged is whether the other comes again, and not who else took a port meanwhile.
    async fn restart(&self, stage: &Stage<'_>, relay: &Relay) -> Done {
        let mut play = self.pair(stage, Some(relay)).await?;
        let binder = stage.cell.bind;
        let greeted = async {
            play.subscribe().await?;
            play.greet(true).await
        };
        if let Err(fault) = greeted.await {
            play.close().await;
            return Err(fault);
        }
        relay.lead_to(None);
        stage.close(binder, binder.of(&play.sockets)).await;
        let fresh = async {
            let limit = stage.patience.limit();
            if !in_time(limit, relay.until(|seen| seen.ended > 0)).await {
                let expected =
                    format!("{} closes the connections of a closed socket", stage.who(binder));
                let got = format!("still open after {} ms", limit.as_millis());
                return Err(Fault::fails(Step::Reconnect, "not-closed", expected, got));
            }
            stage.open(binder).await
        };
        let fresh = match fresh.await {
            Ok(fresh) => fresh,
            Err(fault) => {
                stage.close(binder.other(), binder.other().of(&play.sockets)).await;
                return Err(fault);
            }
        };
        let [first, second] = play.sockets;
        let sockets = if binder == Side::First { [fresh, second] } else { [first, fresh] };
        play = Play::new(stage, sockets, format!("{}/2", stage.tag));
        let result = self.come_back(&play, relay).await;
        play.close().await;
        result.map_err(|fault| Fault {
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
