//! Messages between two sides, step by step, for all patterns but publishing.

use std::time::Duration;

use super::bodies::{self, PLAIN, Parts};
use super::cell::Side;
use super::outcome::{Fault, Step};
use super::pattern::Style;
use super::stage::{Done, Play};
use crate::socket_type::SocketType;

/// A step with its message.
pub(super) type Scene = (Step, Parts);

impl Play<'_, '_> {
    pub(super) fn body(&self, step: Step, size: usize, from: Side) -> Parts {
        bodies::body(step, size, "", &self.tag, from)
    }

    /// Every step of the pattern.
    pub(super) async fn talk(&self) -> Done {
        match self.stage.cell.pattern.style {
            Style::OneWay => self.way(Side::First).await?,
            Style::LockStep => self.rounds().await?,
            Style::BothWays => {
                self.way(Side::First).await?;
                self.way(Side::Second).await?;
            }
            Style::Publish => self.publish().await?,
            Style::Strangers => {}
        }
        Ok(())
    }

    /// One small message, and one back where the pattern has a way back.
    pub(super) async fn greet(&self, begins: bool) -> Done {
        match self.stage.cell.pattern.style {
            Style::OneWay => self.first(Side::First).await,
            Style::LockStep | Style::BothWays => {
                self.first(Side::First).await?;
                self.first(Side::Second).await
            }
            Style::Publish => self.find_subscriber(begins).await,
            Style::Strangers => Ok(()),
        }
    }

    /// The first message of a side.
    async fn first(&self, from: Side) -> Done {
        let step = if from == Side::First { Step::FirstMessage } else { Step::Reply };
        let body = self.body(step, 0, from);
        let cell = self.stage.cell;
        let routes =
            cell.kind(from) == SocketType::Router && cell.kind(from.other()) == SocketType::Router;
        if routes && from == Side::First {
            return self.reach(step, &body).await;
        }
        self.send(step, from, &body).await?;
        self.expect(step, from.other(), &body, &[]).await
    }

    /// The first message between two that know each other by name: it is taken as soon as the
    /// connection is there.
    async fn reach(&self, step: Step, body: &Parts) -> Done {
        let (limit, to) = (self.stage.patience.limit(), Side::Second);
        let mut taken = false;
        let send = async || {
            taken = taken || self.try_send(step, Side::First, body).await?;
            Ok(())
        };
        let got = self.until_heard(step, to, send, |elapsed| elapsed > limit).await?;
        if got.is_none() && !taken {
            let expected = format!("{} can send to its peer by name", self.stage.who(Side::First));
            let got = format!("refused for {} ms", limit.as_millis());
            return Err(Fault::fails(step, "nothing", expected, got));
        }
        self.compare(step, to, body, got.as_ref(), &[])
    }

    /// All messages of one direction.
    async fn way(&self, from: Side) -> Done {
        self.first(from).await?;
        let back = from == Side::Second;
        let script: Vec<Scene> = PLAIN
            .into_iter()
            .filter(|(step, _)| self.stage.cell.has(*step) && (!back || *step != Step::Mebibyte))
            .map(|(step, size)| (step, self.body(step, size, from)))
            .collect();
        self.stream(from, &script).await?;
        self.nothing_more(from.other()).await
    }

    /// Messages in a row: they are sent while they are received.
    pub(super) async fn stream(&self, from: Side, script: &[Scene]) -> Done {
        let sends = async {
            for (step, body) in script {
                self.send(*step, from, body).await?;
            }
            Ok(())
        };
        let hears = async {
            for (at, (step, body)) in script.iter().enumerate() {
                let later = script.get(at + 1..).unwrap_or_default();
                self.expect(*step, from.other(), body, later).await?;
            }
            Ok(())
        };
        tokio::try_join!(sends, hears).map(|_| ())
    }

    /// Nothing is there that was not sent.
    pub(super) async fn nothing_more(&self, to: Side) -> Done {
        let step = Step::Mebibyte;
        let Some(more) = self.recv(step, to, Duration::ZERO).await? else { return Ok(()) };
        let limit = self.stage.patience.limit();
        let heard = to.of(&self.heard).borrow();
        let (signature, got) =
            bodies::difference(&self.tag, &Vec::new(), Some(&more), &heard, &[], limit);
        let expected = format!("{} receives no more", self.stage.who(to));
        Err(Fault::fails(step, signature, expected, got))
    }

    /// Questions and answers.
    async fn rounds(&self) -> Done {
        self.first(Side::First).await?;
        self.first(Side::Second).await?;
        for (step, size) in PLAIN.into_iter().filter(|(step, _)| self.stage.cell.has(*step)) {
            let question = self.body(step, size, Side::First);
            let mut answer = self.body(step, size, Side::Second);
            if step == Step::Mebibyte {
                answer.truncate(1);
            }
            for (from, body) in [(Side::First, question), (Side::Second, answer)] {
                self.send(step, from, &body).await?;
                self.expect(step, from.other(), &body, &[]).await?;
            }
        }
        Ok(())
    }
}
