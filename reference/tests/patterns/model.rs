//! What a socket of any type should do, in lists of text: no octets, no frames, no maps.
//!
//! Every operation has one outcome, a text, that a real pattern must give too. Deliberately
//! absent: options, early peers, STREAM and the conflating of queues, which have stories.

use std::collections::VecDeque;

use zeroproof_reference::SocketType::{
    self, Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, Xpub, Xsub,
};

/// One thing that an application or a peer does. Peers are numbered as they come.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Attach,
    Detach(usize),
    Send(String),
    Deliver(usize, String),
    Recv,
    /// The link takes all that is queued for the peer.
    Take(usize),
    /// A peer, a subscriber, wants `+topic` or `-topic`.
    Wish(usize, String),
    /// Our application does.
    Ask(String),
    CanSend,
}

impl Op {
    pub(crate) fn deliver((peer, text): (usize, String)) -> Self {
        Self::Deliver(peer, text)
    }

    pub(crate) fn wish((peer, wish): (usize, String)) -> Self {
        Self::Wish(peer, wish)
    }
}

#[derive(Clone, Debug, Default)]
struct Peer {
    here: bool,
    outgoing: Vec<String>,
    incoming: VecDeque<String>,
    topics: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) socket_type: SocketType,
    pub(crate) hwm: usize,
    /// Messages so far; the number of each is in its text.
    pub(crate) messages: usize,
    pub(crate) outcome: String,
    peers: Vec<Peer>,
    /// Whom to send to, in turn.
    turn: Vec<usize>,
    /// From whom to receive, in turn.
    ready: VecDeque<usize>,
    /// REQ: who was asked. REP: who asked, and the envelope.
    open: Option<(usize, String)>,
    /// SUB, XSUB: topics wanted, and told to publishers.
    wanted: Vec<String>,
    told: Vec<String>,
}

const AGAIN: &str = "Again";
const FSM: &str = "Fsm";
const NOT_SUPPORTED: &str = "NotSupported";

fn count(list: &[String], text: &str) -> usize {
    list.iter().filter(|other| *other == text).count()
}

/// Takes one of these out of a list, if there is one.
fn take_one(list: &mut Vec<String>, text: &str) {
    if let Some(at) = list.iter().position(|other| other == text) {
        list.remove(at);
    }
}

/// Shortest first, then by octets.
fn sorted(list: &[String]) -> Vec<String> {
    let mut list = list.to_vec();
    list.sort_by_key(|topic| (topic.len(), topic.clone()));
    list
}

impl Model {
    pub(crate) fn new(socket_type: SocketType, hwm: usize) -> Self {
        Self {
            socket_type,
            hwm,
            messages: 0,
            outcome: String::new(),
            peers: Vec::new(),
            turn: Vec::new(),
            ready: VecDeque::new(),
            open: None,
            wanted: Vec::new(),
            told: Vec::new(),
        }
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        self.outcome = match op {
            Op::Attach => self.attach(),
            Op::Detach(peer) if self.is_here(*peer) => self.detach(*peer),
            Op::Take(peer) if self.is_here(*peer) => self.take(*peer),
            Op::Deliver(peer, text) if self.is_here(*peer) => {
                self.messages += 1;
                self.deliver(*peer, text)
            }
            Op::Wish(peer, wish) if self.is_here(*peer) => self.wish(*peer, wish),
            Op::Detach(_) | Op::Take(_) | Op::Deliver(..) | Op::Wish(..) => String::new(),
            Op::Send(text) => {
                self.messages += 1;
                self.send(text).err().unwrap_or("ok").to_owned()
            }
            Op::Recv => self.recv().unwrap_or_else(str::to_owned),
            Op::Ask(wish) => self.ask(wish).to_owned(),
            Op::CanSend => self.can_send().to_string(),
        };
    }

    fn is_here(&self, peer: usize) -> bool {
        self.peers.get(peer).is_some_and(|peer| peer.here)
    }

    fn has_room(&self, peer: usize) -> bool {
        let is_message = |text: &&String| !text.starts_with(['+', '-']);
        let queued = self.peers[peer].outgoing.iter().filter(is_message).count();
        self.is_here(peer) && queued < self.hwm
    }

    /// Every peer that is here.
    pub(crate) fn all_here(&self) -> Vec<usize> {
        (0..self.peers.len()).filter(|peer| self.is_here(*peer)).collect()
    }

    fn attach(&mut self) -> String {
        if self.socket_type == Pair && !self.all_here().is_empty() {
            return "OneTooMany".to_owned();
        }
        self.turn.push(self.peers.len());
        let outgoing = sorted(&self.told).iter().map(|topic| format!("+{topic}")).collect();
        self.peers.push(Peer { here: true, outgoing, ..Peer::default() });
        "ok".to_owned()
    }

    fn detach(&mut self, peer: usize) -> String {
        let topics = sorted(&core::mem::take(&mut self.peers[peer].topics));
        for (at, topic) in topics.iter().enumerate() {
            if self.subscribers(topic) == 0 && !topics[..at].contains(topic) {
                self.tell(peer, format!("^{topic}"));
            }
        }
        self.peers[peer].here = false;
        self.turn.retain(|other| *other != peer);
        String::new()
    }

    fn take(&mut self, peer: usize) -> String {
        let taken = core::mem::take(&mut self.peers[peer].outgoing);
        if !taken.is_empty() && !self.turn.contains(&peer) {
            self.turn.push(peer);
        }
        taken.join(" ")
    }

    fn deliver(&mut self, peer: usize, text: &str) -> String {
        let asked = self.open.as_ref().is_some_and(|(asked, _)| *asked == peer);
        let heard = match self.socket_type {
            Push | Pub => false,
            Req => asked,
            _ => true,
        };
        let accepted = self.peers[peer].incoming.len() < self.hwm;
        if heard && accepted {
            self.queue(peer, text.to_owned());
        }
        accepted.to_string()
    }

    fn queue(&mut self, peer: usize, text: String) {
        if self.peers[peer].incoming.is_empty() {
            self.ready.push_back(peer);
        }
        self.peers[peer].incoming.push_back(text);
    }

    /// The next message of anybody.
    fn next(&mut self) -> Option<(usize, String)> {
        let peer = self.ready.pop_front()?;
        let text = self.peers[peer].incoming.pop_front()?;
        if !self.peers[peer].incoming.is_empty() {
            self.ready.push_back(peer);
        }
        Some((peer, text))
    }

    /// The next peer that has room.
    fn available(&mut self) -> Option<usize> {
        while let Some(&peer) = self.turn.first() {
            if self.has_room(peer) {
                return Some(peer);
            }
            self.turn.remove(0);
        }
        None
    }

    fn can_send(&mut self) -> bool {
        match self.socket_type {
            Push | Dealer => self.available().is_some(),
            Req => self.open.is_none() && self.available().is_some(),
            Rep => self.open.is_some(),
            Pair => self.all_here().first().is_some_and(|peer| self.has_room(*peer)),
            Router | Pub | Xpub | Xsub => true,
            _ => false,
        }
    }

    fn send(&mut self, text: &str) -> Result<(), &'static str> {
        let (to, text) = match self.socket_type {
            Pull | Sub => return Err(NOT_SUPPORTED),
            Req if self.open.is_some() => return Err(FSM),
            Push | Dealer | Req => {
                let peer = self.available().ok_or(AGAIN)?;
                self.turn.rotate_left(1);
                let is_request = self.socket_type == Req;
                self.open = is_request.then(|| (peer, String::new()));
                (vec![peer], if is_request { format!("|{text}") } else { text.to_owned() })
            }
            Pair => {
                let only = self.all_here().into_iter().find(|peer| self.has_room(*peer));
                (vec![only.ok_or(AGAIN)?], text.to_owned())
            }
            Rep => {
                let (peer, envelope) = self.open.take().ok_or(FSM)?;
                (vec![peer], format!("{envelope}{text}"))
            }
            Router => {
                let (name, text) = text.split_once('|').unwrap_or((text, ""));
                let named = |peer: &usize| format!("N{peer}") == name;
                (self.all_here().into_iter().filter(named).collect(), text.to_owned())
            }
            Pub | Xpub => {
                let first = text.split('|').next().unwrap_or_default();
                let wants = |peer: &usize| {
                    self.peers[*peer].topics.iter().any(|topic| first.starts_with(topic))
                };
                (self.all_here().into_iter().filter(wants).collect(), text.to_owned())
            }
            _ => (self.all_here(), text.to_owned()),
        };
        for peer in to {
            if self.has_room(peer) {
                self.peers[peer].outgoing.push(text.clone());
            }
        }
        Ok(())
    }

    fn recv(&mut self) -> Result<String, &'static str> {
        match self.socket_type {
            Push | Pub => Err(NOT_SUPPORTED),
            Req => self.recv_reply(),
            Rep => self.recv_request(),
            Router => self.next().map(|(peer, text)| format!("N{peer}|{text}")).ok_or(AGAIN),
            Sub => loop {
                let (_, text) = self.next().ok_or(AGAIN)?;
                let first = text.split('|').next().unwrap_or_default();
                if self.wanted.iter().any(|topic| first.starts_with(topic)) {
                    return Ok(text);
                }
            },
            _ => self.next().map(|(_, text)| text).ok_or(AGAIN),
        }
    }

    fn recv_reply(&mut self) -> Result<String, &'static str> {
        let (asked, _) = self.open.clone().ok_or(FSM)?;
        loop {
            let text = self.peers[asked].incoming.pop_front().ok_or(AGAIN)?;
            if let Some(reply) = text.strip_prefix('|') {
                self.peers[asked].incoming.clear();
                self.open = None;
                return Ok(reply.to_owned());
            }
        }
    }

    fn recv_request(&mut self) -> Result<String, &'static str> {
        if self.open.is_some() {
            return Err(FSM);
        }
        loop {
            let (peer, text) = self.next().ok_or(AGAIN)?;
            let parts: Vec<&str> = text.split('|').collect();
            let delimiter = parts.iter().position(|part| part.is_empty());
            if let Some(behind) = delimiter.map(|at| at + 1).filter(|at| *at < parts.len()) {
                self.open = Some((peer, format!("{}|", parts[..behind].join("|"))));
                return Ok(parts[behind..].join("|"));
            }
        }
    }

    fn subscribers(&self, topic: &str) -> usize {
        self.peers.iter().map(|peer| count(&peer.topics, topic)).sum()
    }

    fn wish(&mut self, peer: usize, wish: &str) -> String {
        let (subscribe, topic) = (wish.starts_with('+'), &wish[1..]);
        let before = self.subscribers(topic);
        let topics = &mut self.peers[peer].topics;
        if subscribe {
            topics.push(topic.to_owned());
        } else {
            take_one(topics, topic);
        }
        match (before, self.subscribers(topic)) {
            (0, 1) => self.tell(peer, format!("~{topic}")),
            (1, 0) => self.tell(peer, format!("^{topic}")),
            _ => {}
        }
        String::new()
    }

    fn tell(&mut self, peer: usize, notice: String) {
        if self.socket_type == Xpub {
            self.queue(peer, notice);
        }
    }

    fn ask(&mut self, wish: &str) -> &'static str {
        if !matches!(self.socket_type, Sub | Xsub) {
            return "Invalid";
        }
        let (subscribe, topic) = (wish.starts_with('+'), &wish[1..]);
        let (wanted, told) = (count(&self.wanted, topic), count(&self.told, topic));
        let times = match (subscribe, wanted) {
            (true, _) => usize::from(wanted == told),
            (false, 1) => told,
            (false, _) => 0,
        };
        if subscribe {
            self.wanted.push(topic.to_owned());
        } else {
            take_one(&mut self.wanted, topic);
        }
        for _ in 0..times {
            if subscribe {
                self.told.push(topic.to_owned());
            } else {
                take_one(&mut self.told, topic);
            }
            for peer in self.all_here() {
                self.peers[peer].outgoing.push(wish.to_owned());
            }
        }
        "ok"
    }
}
