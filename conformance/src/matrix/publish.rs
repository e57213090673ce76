//! Publishing: what is wanted arrives, nothing else does, and what is wanted no more stops.
//!
//! A PUB cannot know when it is subscribed to, so it publishes probes until one arrives.

use std::time::{Duration, Instant};

use super::bodies::{self, PLAIN, Parts};
use super::cell::Side;
use super::outcome::{Fault, Step};
use super::stage::{Done, Play};
use crate::adapter::AdapterError;
use crate::socket_type::SocketType;

/// What is wanted, and later no more.
const WANTED: &str = "yes/";
/// What is wanted to the end.
const ALWAYS: &str = "end/";
/// What is wanted at first, and what is wanted to the end.
pub(super) const WISHES: [&str; 2] = [WANTED, ALWAYS];
/// What is not wanted: another start, the start of a topic alone, and a part of its start.
const UNWANTED: [&str; 3] = ["no/", "yes", "yet/"];

impl Play<'_, '_> {
    fn topical(&self, step: Step, size: usize, topic: &str) -> Parts {
        bodies::body(step, size, topic, &self.tag, Side::First)
    }

    /// Says what the second side wants, if it is one that has to say it.
    pub(super) async fn subscribe(&self) -> Done {
        for topic in self.wishes.get() {
            self.wish(Step::Subscription, topic, true).await?;
        }
        Ok(())
    }

    async fn wish(&self, step: Step, topic: &str, on: bool) -> Done {
        let (stage, to) = (self.stage, Side::Second);
        let [_, socket] = &self.sockets;
        match stage.cell.kind(to) {
            SocketType::Sub => {
                let adapter = stage.adapter(to);
                let wish = async {
                    match on {
                        true => adapter.subscribe(socket, topic.as_bytes()).await,
                        false => adapter.unsubscribe(socket, topic.as_bytes()).await,
                    }
                };
                stage.call(step, to, "subscribe", named::<AdapterError>(wish)).await
            }
            SocketType::Xsub => {
                let octets = [&[u8::from(on)], topic.as_bytes()].concat();
                self.send(step, to, &[octets]).await
            }
            _ => Ok(()),
        }
    }

    /// Waits until the first side of the pattern has heard what is wanted; an XPUB is told.
    async fn hear_wishes(&self, step: Step, on: bool, wishes: &[&str]) -> Done {
        if self.stage.cell.kind(Side::First) != SocketType::Xpub {
            return Ok(());
        }
        let mut open: Vec<Parts> =
            wishes.iter().map(|topic| vec![[&[u8::from(on)], topic.as_bytes()].concat()]).collect();
        while !open.is_empty() {
            let limit = self.stage.patience.limit();
            let got = self.recv(step, Side::First, limit).await?;
            let at = got.as_ref().and_then(|got| open.iter().position(|wish| wish == got));
            let Some(at) = at else {
                let who = self.stage.who(Side::First);
                let expected = format!("{who} receives {}", bodies::shown(&open.concat()));
                let (signature, got) = match got {
                    None => ("nothing", format!("nothing within {} ms", limit.as_millis())),
                    Some(got) => ("changed", bodies::shown(&got)),
                };
                return Err(Fault::fails(step, signature, expected, got));
            };
            open.remove(at);
        }
        Ok(())
    }

    /// Publishes until the second side has it all; `begins` if the first side is a new socket.
    pub(super) async fn find_subscriber(&self, begins: bool) -> Done {
        if begins {
            self.hear_wishes(Step::Subscription, true, self.wishes.get()).await?;
        }
        for topic in self.wishes.get() {
            self.probe(Step::FirstMessage, topic).await?;
        }
        Ok(())
    }

    /// Publishes probes of a topic until one arrives, then one that ends them.
    async fn probe(&self, step: Step, topic: &str) -> Done {
        let limit = self.stage.patience.limit();
        let probe = |n: usize| vec![format!("{topic}{} probe {n}", self.tag).into_bytes()];
        let first = self.stage.probes.get();
        let send = async || {
            let number = self.stage.probes.replace(self.stage.probes.get() + 1);
            self.send(step, Side::First, &probe(number)).await
        };
        let got = self.until_heard(step, Side::Second, send, |elapsed| elapsed > limit).await?;
        let Some(got) = got else {
            let expected = format!("{} receives a probe of {topic}", self.stage.who(Side::Second));
            let sent = self.stage.probes.get() - first;
            let got = format!("none of {sent} within {} ms", limit.as_millis());
            return Err(Fault::fails(step, "nothing", expected, got));
        };
        let last = self.stage.probes.replace(self.stage.probes.get() + 1);
        self.send(step, Side::First, &probe(last)).await?;
        let (mut got, mut from) = (Some(got), first);
        loop {
            let number = got.as_ref().and_then(|got| (from..=last).find(|n| *got == probe(*n)));
            match number {
                Some(number) if number == last => return Ok(()),
                Some(number) => from = number + 1,
                None => return Err(self.not_a_probe(step, got.as_ref(), limit)),
            }
            got = self.recv(step, Side::Second, limit).await?;
        }
    }

    fn not_a_probe(&self, step: Step, got: Option<&Parts>, limit: Duration) -> Fault {
        let expected = format!("{} receives the next probe", self.stage.who(Side::Second));
        let wanted = vec![Vec::new(), Vec::new()];
        let (signature, got) = bodies::difference(&self.tag, &wanted, got, &[], &[], limit);
        Fault::fails(step, signature, expected, got)
    }

    /// Every step of publishing.
    pub(super) async fn publish(&self) -> Done {
        self.find_subscriber(true).await?;
        let mut script = Vec::new();
        let unwanted = UNWANTED.map(|topic| self.topical(Step::Filter, 0, topic));
        for body in &unwanted {
            self.send(Step::Filter, Side::First, body).await?;
        }
        self.filter(&unwanted).await?;
        for (step, size) in PLAIN.into_iter().filter(|(step, _)| *step != Step::Mebibyte) {
            script.push((step, self.topical(step, size, WANTED)));
        }
        self.stream(Side::First, &script).await?;
        self.unsubscribe().await?;
        if self.stage.cell.has(Step::Mebibyte) {
            let large = self.topical(Step::Mebibyte, 1 << 20, ALWAYS);
            self.stream(Side::First, &[(Step::Mebibyte, large)]).await?;
        }
        self.nothing_more(Side::Second).await
    }

    /// What is wanted arrives, and nothing that was sent before it.
    async fn filter(&self, unwanted: &[Parts]) -> Done {
        let (step, to) = (Step::Filter, Side::Second);
        let wanted = self.topical(step, 0, WANTED);
        self.send(step, Side::First, &wanted).await?;
        let got = self.recv(step, to, self.stage.patience.limit()).await?;
        if let Some(got) = got.as_ref().filter(|got| unwanted.contains(got)) {
            let expected = format!("{} receives only what it wants", self.stage.who(to));
            return Err(Fault::fails(step, "unwanted", expected, bodies::shown(got)));
        }
        self.compare(step, to, &wanted, got.as_ref(), &[])
    }

    /// Takes one wish back; what arrives from then on lacks it. The news takes its time to the
    /// publisher, so both topics are published until only one of them arrives.
    async fn unsubscribe(&self) -> Done {
        let step = Step::Unsubscribe;
        self.wish(step, WANTED, false).await?;
        self.hear_wishes(step, false, &[WANTED]).await?;
        self.wishes.set(&[ALWAYS]);
        let (began, limit) = (Instant::now(), self.stage.patience.limit());
        let message =
            |topic: &str, n: usize| vec![format!("{topic}{} round {n}", self.tag).into_bytes()];
        for round in 0.. {
            let (old, kept) = (message(WANTED, round), message(ALWAYS, round));
            self.send(step, Side::First, &old).await?;
            self.send(step, Side::First, &kept).await?;
            let got = self.recv(step, Side::Second, limit).await?;
            if got.as_ref() == Some(&kept) {
                return Ok(());
            }
            let came = bodies::shown(got.as_deref().unwrap_or_default());
            let expected = format!("{} receives only {ALWAYS}", self.stage.who(Side::Second));
            if got.as_ref() != Some(&old) {
                let wanted = bodies::difference(&self.tag, &kept, got.as_ref(), &[], &[], limit);
                return Err(Fault::fails(step, wanted.0, expected, wanted.1));
            }
            if began.elapsed() > limit {
                let got = format!("still {came} after {} ms", limit.as_millis());
                return Err(Fault::fails(step, "unwanted", expected, got));
            }
            self.expect(step, Side::Second, &kept, &[]).await?;
        }
        Ok(())
    }
}

/// A future with the type of its error said.
async fn named<E>(future: impl Future<Output = Result<(), E>>) -> Result<(), E> {
    future.await
}
