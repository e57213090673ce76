//! The application side of a liar: what it receives, sends and subscribes to is not what it says.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::duplex;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::hub::Hub;
use super::relay::relay;
use super::{Lie, Trick};
use crate::target::zap::Doorman;
use crate::target::{Later, Socket, SocketSpec, Stream, Target, TargetError};

/// Octets one direction of the pipe to the tester holds.
const PIPE: usize = 64 << 10;
/// Longer than the shortest quiet window.
const LATE: Duration = Duration::from_millis(100);

/// Messages that the application receives before those of the honest socket, and the end that
/// connections of one socket share.
#[derive(Default)]
pub(super) struct Inbox {
    messages: RefCell<VecDeque<Vec<Vec<u8>>>>,
    came: Notify,
    over: Notify,
    pub(super) hub: Hub,
}

impl Inbox {
    pub(super) fn push(&self, parts: Vec<Vec<u8>>) {
        self.messages.borrow_mut().push_back(parts);
        self.came.notify_waiters();
    }

    async fn next(&self) -> Vec<Vec<u8>> {
        loop {
            let came = self.came.notified();
            if let Some(parts) = self.messages.borrow_mut().pop_front() {
                return parts;
            }
            came.await;
        }
    }

    /// The end of one connection ends those that wait for it.
    pub(super) fn end(&self) {
        self.over.notify_waiters();
    }

    pub(super) async fn ended(&self) {
        self.over.notified().await;
    }
}

/// A socket of a liar.
pub(super) struct LyingSocket {
    target: Rc<dyn Target>,
    spec: SocketSpec,
    honest: Rc<dyn Socket>,
    /// Sockets that were opened for one connection only.
    others: RefCell<Vec<Rc<dyn Socket>>>,
    lie: Lie,
    inbox: Rc<Inbox>,
    linked: Cell<usize>,
}

impl LyingSocket {
    pub(super) fn new(
        target: Rc<dyn Target>,
        spec: SocketSpec,
        honest: Rc<dyn Socket>,
        lie: Lie,
    ) -> Self {
        if let (Lie::Zap(warp), Some(doorman)) = (lie, honest.doorman()) {
            doorman.lie(warp);
        }
        let others = RefCell::default();
        Self { target, spec, honest, others, lie, inbox: Rc::default(), linked: Cell::new(0) }
    }

    fn trick(&self) -> Option<Trick> {
        match self.lie {
            Lie::Application(trick) => Some(trick),
            _ => None,
        }
    }

    /// What the application makes of a message it received.
    fn received(&self, parts: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let Some(trick) = self.trick() else { return parts };
        match trick {
            Trick::Twice => self.inbox.push(parts.clone()),
            Trick::Merged => return vec![parts.concat()],
            Trick::Split => {
                let mut parts = parts.into_iter();
                let first = parts.next();
                parts.for_each(|part| self.inbox.push(vec![part]));
                return first.into_iter().collect();
            }
            Trick::KeepsDelimiter => return [vec![Vec::new()], parts].concat(),
            Trick::FirstPart => return parts.into_iter().take(1).collect(),
            Trick::NoEmptyParts => {
                return parts.into_iter().filter(|part| !part.is_empty()).collect();
            }
            Trick::Octets255 => return cut(parts, |size| size.min(255)),
            Trick::CutShort => return cut(parts, |size| size.saturating_sub(1)),
            Trick::Reversed => return parts.into_iter().rev().collect(),
            Trick::SameAddress => {
                return parts
                    .into_iter()
                    .enumerate()
                    .map(|(at, part)| if at == 0 { b"same".to_vec() } else { part })
                    .collect();
            }
            _ => {}
        }
        parts
    }
}

fn cut(parts: Vec<Vec<u8>>, size: impl Fn(usize) -> usize) -> Vec<Vec<u8>> {
    let shorter = |mut part: Vec<u8>| {
        part.truncate(size(part.len()));
        part
    };
    parts.into_iter().map(shorter).collect()
}

impl Socket for LyingSocket {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            let number = self.linked.replace(self.linked.get() + 1);
            if matches!(self.trick(), Some(Trick::Links(most)) if number >= most) {
                std::future::pending::<()>().await;
            }
            let returns = [Trick::ReturnsAtOnce, Trick::ReturnsLate].map(Some);
            let inner = if returns.contains(&self.trick()) && number > 0 {
                if self.trick() == Some(Trick::ReturnsLate) {
                    sleep(LATE).await;
                }
                let fresh = self.target.open(self.spec).await?;
                self.others.borrow_mut().push(Rc::clone(&fresh));
                fresh.link().await?
            } else {
                self.honest.link().await?
            };
            let (ours, theirs) = duplex(PIPE);
            let lie = match self.lie {
                Lie::Later(_) if number == 0 => Lie::Honest,
                Lie::Later(lie) => *lie,
                lie => lie,
            };
            let inbox = Rc::clone(&self.inbox);
            tokio::task::spawn_local(relay(number, inner, theirs, lie, inbox));
            Ok(Box::new(ours) as Stream)
        })
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()> {
        Box::pin(async move {
            match self.trick() {
                Some(Trick::SendsNothing) => Ok(()),
                Some(Trick::SendsTwice) => {
                    self.honest.send(parts, within).await?;
                    self.honest.send(parts, within).await
                }
                Some(Trick::SendsReversed) => {
                    let parts: Vec<_> = parts.iter().rev().cloned().collect();
                    self.honest.send(&parts, within).await
                }
                Some(Trick::SendsCutShort) => {
                    let parts = cut(parts.to_vec(), |size| size.saturating_sub(1));
                    self.honest.send(&parts, within).await
                }
                Some(Trick::NeverRefuses) => match self.honest.send(parts, within).await {
                    Err(TargetError::Refused(..)) => Ok(()),
                    other => other,
                },
                Some(Trick::DropsWhenFull) => match self.honest.send(parts, Duration::ZERO).await {
                    Err(TargetError::Refused(..)) => Ok(()),
                    other => other,
                },
                _ => self.honest.send(parts, within).await,
            }
        })
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        Box::pin(async move {
            if self.trick() == Some(Trick::Deaf) {
                return Ok(tokio::time::timeout(within, std::future::pending()).await.ok());
            }
            let got = tokio::select! {
                biased;
                parts = self.inbox.next() => Ok(Some(parts)),
                parts = self.honest.recv(within) => match parts {
                    Err(TargetError::Refused(..)) if self.trick() == Some(Trick::NeverRefuses) => {
                        Ok(Some(vec![b"made up".to_vec()]))
                    }
                    parts => parts.map(|parts| parts.map(|parts| self.received(parts))),
                },
            };
            self.inbox.hub.count();
            got
        })
    }

    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()> {
        Box::pin(async move {
            match self.trick() {
                Some(Trick::NeverSubscribes) => Ok(()),
                Some(Trick::NeverCancels) if !on => Ok(()),
                Some(Trick::SubscribesToAll) => self.honest.subscribe(b"", on).await,
                Some(Trick::SubscribesTwice) => {
                    self.honest.subscribe(topic, on).await?;
                    self.honest.subscribe(topic, on).await
                }
                _ => self.honest.subscribe(topic, on).await,
            }
        })
    }

    fn doorman(&self) -> Option<Rc<Doorman>> {
        self.honest.doorman()
    }

    fn close(&self) -> Later<'_, ()> {
        self.honest.close()
    }
}
