//! Just enough of a socket above the connections that a case can send, receive and subscribe:
//! who is there, what goes to whom, what was received. Deliberately absent: high-water marks,
//! fairness, and every other duty of a real socket; those belong to the engine itself.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

use tokio::sync::{Notify, mpsc};
use zeroproof_reference as reference;

use crate::socket_type::SocketType;
use crate::target::TargetError;

/// What the application asks of one connection.
pub(super) enum Order {
    Message(Vec<Vec<u8>>),
    Subscribe(Vec<u8>),
    Cancel(Vec<u8>),
}

pub(super) struct Application {
    kind: SocketType,
    peers: RefCell<BTreeMap<u64, Peer>>,
    next: Cell<u64>,
    turn: Cell<u64>,
    inbox: RefCell<VecDeque<Delivery>>,
    topics: RefCell<Vec<Vec<u8>>>,
    /// REP: the origin of the request the application received last.
    asked: RefCell<Option<Origin>>,
    changed: Notify,
    closed: Cell<bool>,
}

/// REP: who asked, and the envelope of the request.
type Origin = (u64, Vec<Vec<u8>>);

/// A message for the application.
struct Delivery {
    parts: Vec<Vec<u8>>,
    origin: Option<Origin>,
}

struct Peer {
    orders: mpsc::UnboundedSender<Order>,
    ready: bool,
    identity: Vec<u8>,
    subscriptions: reference::Subscriptions,
}

impl Application {
    pub(super) fn new(kind: SocketType) -> Self {
        Self {
            kind,
            peers: RefCell::new(BTreeMap::new()),
            next: Cell::new(1),
            turn: Cell::new(0),
            inbox: RefCell::new(VecDeque::new()),
            topics: RefCell::new(Vec::new()),
            asked: RefCell::new(None),
            changed: Notify::new(),
            closed: Cell::new(false),
        }
    }

    /// A connection begins; its orders end when it leaves or the socket closes.
    pub(super) fn enter(&self) -> (u64, mpsc::UnboundedReceiver<Order>) {
        let (orders, inlet) = mpsc::unbounded_channel();
        let number = self.next.replace(self.next.get() + 1);
        // A ROUTER gives a peer without identity one that starts with zero (37-IDENT-004).
        let identity = [&[0][..], &number.to_be_bytes()[4..]].concat();
        let subscriptions = reference::Subscriptions::new();
        if !self.closed.get() {
            let peer = Peer { orders, ready: false, identity, subscriptions };
            self.peers.borrow_mut().insert(number, peer);
        }
        (number, inlet)
    }

    pub(super) fn leave(&self, number: u64) {
        self.peers.borrow_mut().remove(&number);
    }

    pub(super) fn close(&self) {
        self.closed.set(true);
        self.peers.borrow_mut().clear();
    }

    /// Something happened on a connection.
    pub(super) fn on(&self, number: u64, event: reference::Event) {
        let mut peers = self.peers.borrow_mut();
        // Only the first peer of a PAIR counts.
        let alone = peers.iter().find(|(_, peer)| peer.ready).is_none_or(|(&at, _)| at == number);
        let Some(peer) = peers.get_mut(&number) else { return };
        match event {
            reference::Event::Ready(info) => {
                peer.ready = self.kind != SocketType::Pair || alone;
                let given = info.identity;
                if !given.is_empty() {
                    peer.identity = given;
                }
                for topic in self.topics.borrow().iter() {
                    let _ = peer.orders.send(Order::Subscribe(topic.clone()));
                }
            }
            reference::Event::Messages(mut chunk) if peer.ready => {
                while let Some(message) = chunk.next_message() {
                    let parts = message.parts().iter().map(|part| part.to_vec()).collect();
                    self.received(number, peer.identity.clone(), parts);
                }
            }
            reference::Event::Subscribe(topic) => {
                peer.subscriptions.subscribe(&topic);
                self.surface(1, &topic);
            }
            reference::Event::Cancel(topic) => {
                peer.subscriptions.cancel(&topic);
                self.surface(0, &topic);
            }
            // No handler is configured, so none is ever asked.
            reference::Event::Authenticate(_)
            | reference::Event::Messages(_)
            | reference::Event::Join(_)
            | reference::Event::Leave(_) => {}
        }
        drop(peers);
        self.changed.notify_waiters();
    }

    /// An XPUB shows subscriptions to its application.
    fn surface(&self, verb: u8, topic: &[u8]) {
        if self.kind == SocketType::Xpub {
            let parts = vec![[&[verb], topic].concat()];
            self.inbox.borrow_mut().push_back(Delivery { parts, origin: None });
        }
    }

    fn received(&self, number: u64, identity: Vec<u8>, mut parts: Vec<Vec<u8>>) {
        let delimiter = parts.iter().position(Vec::is_empty);
        let mut origin = None;
        match (self.kind, delimiter) {
            (SocketType::Push | SocketType::Pub | SocketType::Xpub, _) => return,
            (SocketType::Router, _) => parts.insert(0, identity),
            (SocketType::Req, Some(0)) => drop(parts.remove(0)),
            (SocketType::Rep, Some(at)) if at + 1 < parts.len() => {
                let body = parts.split_off(at + 1);
                origin = Some((number, std::mem::replace(&mut parts, body)));
            }
            (SocketType::Req | SocketType::Rep, _) => return,
            _ => {}
        }
        self.inbox.borrow_mut().push_back(Delivery { parts, origin });
    }

    pub(super) async fn recv(&self) -> Vec<Vec<u8>> {
        loop {
            let changed = self.changed.notified();
            if let Some(delivery) = self.inbox.borrow_mut().pop_front() {
                // Requests queue up: a reply goes to the one that was received, not to the newest.
                *self.asked.borrow_mut() = delivery.origin;
                return delivery.parts;
            }
            changed.await;
        }
    }

    /// Sends as the socket type does; waits for a peer where the type does.
    pub(super) async fn send(&self, mut parts: Vec<Vec<u8>>) -> Result<(), TargetError> {
        match self.kind {
            SocketType::Pub | SocketType::Xpub => {
                self.publish(&parts);
                return Ok(());
            }
            SocketType::Sub | SocketType::Pull => {
                return Err(TargetError::Refused(format!("a {} cannot send", self.kind)));
            }
            SocketType::Rep => {
                let asked = self.asked.borrow_mut().take();
                let Some((number, envelope)) = asked else {
                    return Err(TargetError::Refused("no request to answer".to_owned()));
                };
                self.order(number, [envelope, parts].concat());
                return Ok(());
            }
            SocketType::Router => {
                let address = if parts.is_empty() { Vec::new() } else { parts.remove(0) };
                let peers = self.peers.borrow();
                let found = peers.iter().find(|(_, peer)| peer.ready && peer.identity == address);
                let number = found.map(|(&number, _)| number);
                drop(peers);
                // A message to nobody is dropped, as RFC 28 has it.
                number.into_iter().for_each(|number| self.order(number, parts.clone()));
                return Ok(());
            }
            SocketType::Req => parts.insert(0, Vec::new()),
            _ => {}
        }
        let number = self.next_peer().await;
        self.order(number, parts);
        Ok(())
    }

    fn publish(&self, parts: &[Vec<u8>]) {
        let topic = parts.first().map(Vec::as_slice).unwrap_or_default();
        for peer in self.peers.borrow().values() {
            if peer.ready && peer.subscriptions.matches(topic) {
                let _ = peer.orders.send(Order::Message(parts.to_vec()));
            }
        }
    }

    fn order(&self, number: u64, parts: Vec<Vec<u8>>) {
        if let Some(peer) = self.peers.borrow().get(&number) {
            let _ = peer.orders.send(Order::Message(parts));
        }
    }

    /// The peer after the last one, as soon as there is any.
    async fn next_peer(&self) -> u64 {
        loop {
            let changed = self.changed.notified();
            if let Some(number) = self.ready_after(self.turn.get()) {
                self.turn.set(number);
                return number;
            }
            changed.await;
        }
    }

    fn ready_after(&self, turn: u64) -> Option<u64> {
        let peers = self.peers.borrow();
        let mut ready = peers.iter().filter(|(_, peer)| peer.ready).map(|(&number, _)| number);
        let first = ready.clone().next();
        ready.find(|&number| number > turn).or(first)
    }

    pub(super) fn subscribe(&self, topic: &[u8], on: bool) -> Result<(), TargetError> {
        if !matches!(self.kind, SocketType::Sub | SocketType::Xsub) {
            return Err(TargetError::Refused(format!("a {} cannot subscribe", self.kind)));
        }
        let mut topics = self.topics.borrow_mut();
        match topics.iter().position(|known| known == topic) {
            _ if on => topics.push(topic.to_vec()),
            Some(at) => drop(topics.remove(at)),
            None => return Ok(()),
        }
        for peer in self.peers.borrow().values().filter(|peer| peer.ready) {
            let topic = topic.to_vec();
            let order = if on { Order::Subscribe(topic) } else { Order::Cancel(topic) };
            let _ = peer.orders.send(order);
        }
        Ok(())
    }
}
