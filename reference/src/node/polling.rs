//! What comes out of a node: whatever has been touched is asked what it wants now.
//!
//! ```text
//! touched --socket--> who waits; its links and dialers, if signalled or closed
//!         --dialer--> Dial, or a timer          --link--> Transmit, Close, or a timer
//! ```
//!
//! Deliberately absent: any decision; each is taken by the socket or the link.

use super::{LinkId, Live, Member, Node, Open, Output, SocketId};
use crate::mechanism::Entropy;
use crate::socket::{Dial, DialerId, Ended, Link, LinkOutput, Origin, Setup, Signal, Wakes};
use crate::time::Instant;

impl Node {
    /// The next thing to do; [`Output::Wait`] when there is none.
    pub fn poll_output(&mut self, now: Instant) -> Output {
        loop {
            if let Some(output) = self.out.pop_front() {
                return output;
            }
            match self.touched.pop_first() {
                Some(Member::Socket(id)) => self.poll_socket(id),
                Some(Member::Dialer(id, dialer)) => self.poll_dialer(id, dialer, now),
                Some(Member::Link(id)) => self.poll_link(id, now),
                None => return Output::Wait(self.timers.first().map(|(when, _)| *when)),
            }
        }
    }

    pub(super) fn establish(&mut self, now: Instant, id: SocketId, origin: Origin, link: LinkId) {
        let entropy = self.entropy();
        let has_zap_handler = self.has_zap_handler;
        let setup = Setup { number: link.0, has_zap_handler, entropy, ..Setup::default() };
        let open = self.sockets.find_mut(id).filter(|Open { socket, .. }| match origin {
            Origin::Listener(listener) => socket.listens(listener),
            Origin::Dialer(dialer) => socket.wants_dialer(dialer, now),
        });
        let Some(Open { socket, links, dialers, .. }) = open else {
            self.out.push_back(Output::Close { link, ended: Ended::Local });
            return;
        };
        *links = links.saturating_add(1);
        if let Origin::Dialer(dialer) = origin {
            dialers.remove(&dialer);
        }
        let live = Live {
            socket: id,
            origin,
            link: Link::new(socket, origin, setup, now),
            is_written: true,
            answers: 0,
            is_held: false,
            deadline: None,
        };
        self.links.insert(link, live);
        self.touched.extend([Member::Socket(id), Member::Link(link)]);
    }

    /// Octets that depend on the seed and on how many were drawn before.
    fn entropy(&mut self) -> Entropy {
        let mut entropy = Entropy::default();
        let fields: [&mut [u8]; 5] = [
            &mut entropy.transient,
            &mut entropy.cookie_key,
            &mut entropy.cookie_nonce,
            &mut entropy.welcome_nonce,
            &mut entropy.vouch_nonce,
        ];
        for octet in fields.into_iter().flatten() {
            self.drawn = self.drawn.wrapping_add(1);
            let [first, ..] = mixed(self.drawn ^ (u64::from(self.seed) << 32)).to_be_bytes();
            *octet = first;
        }
        entropy
    }

    fn poll_socket(&mut self, id: SocketId) {
        let Some(open) = self.sockets.find_mut(id) else { return };
        while let Some(Signal::Outgoing(peer) | Signal::Room(peer)) = open.socket.poll_signal() {
            if let Some(link) = open.of_peer.find(peer) {
                self.touched.insert(Member::Link(*link));
            }
        }
        if let Some(link) = open.socket.take_crowded() {
            self.touched.insert(Member::Link(LinkId(link)));
        }
        let wakes = open.socket.take_wakes();
        if wakes.links {
            let ours = self.links.iter().filter(|(_, live)| live.socket == id);
            self.touched.extend(ours.map(|(link, _)| Member::Link(link)));
            self.touched.extend(open.dialers.iter().map(|dialer| Member::Dialer(id, *dialer)));
        }
        let ready = Wakes { links: false, ..wakes };
        if ready != Wakes::default() {
            self.out.push_back(Output::Ready { socket: id, wakes: ready });
        }
        if open.socket.is_closed() && open.links == 0 && open.dialers.is_empty() {
            self.sockets.remove(id);
            self.out.push_back(Output::Closed { socket: id });
        }
    }

    fn poll_dialer(&mut self, id: SocketId, dialer: DialerId, now: Instant) {
        let Some(open) = self.sockets.find_mut(id) else { return };
        if !open.dialers.contains(&dialer) {
            self.set_timer(Member::Dialer(id, dialer), None);
            return;
        }
        let dial = open.socket.dial(dialer, now);
        let mut deadline = None;
        match dial {
            Dial::Now(endpoint) => {
                let endpoint = Box::new(endpoint);
                self.out.push_back(Output::Dial { socket: id, dialer, endpoint });
            }
            Dial::At(when) => deadline = Some(when),
            Dial::Busy => deadline = open.socket.linger_deadline(Origin::Dialer(dialer)),
            Dial::Never => drop(open.dialers.remove(&dialer)),
        }
        self.set_timer(Member::Dialer(id, dialer), deadline);
        self.touched.insert(Member::Socket(id));
    }

    fn poll_link(&mut self, id: LinkId, now: Instant) {
        let Self { sockets, links, out, touched, .. } = self;
        let Some(live) = links.find_mut(id) else { return };
        let Some(Open { socket, of_peer, .. }) = sockets.find_mut(live.socket) else { return };
        let was_known = live.link.peer().is_some();
        let (deadline, ended) = loop {
            let octets = match live.link.poll(socket, now, live.is_written) {
                LinkOutput::Transmit(octets) => {
                    live.answers = live.answers.saturating_add(octets.len());
                    octets
                }
                LinkOutput::Send(batch) => {
                    let mut octets = Vec::with_capacity(batch.size());
                    batch.pieces().for_each(|piece| octets.extend_from_slice(piece));
                    live.link.recycle(batch);
                    octets
                }
                LinkOutput::Authenticate(request) => {
                    out.push_back(Output::Authenticate { link: id, request });
                    continue;
                }
                LinkOutput::Close(ended) => break (None, Some(ended)),
                LinkOutput::Wait(deadline) => break (deadline, None),
            };
            live.is_written = false;
            out.push_back(Output::Transmit { link: id, octets });
        };
        if let Some(peer) = live.link.peer().filter(|_| !was_known) {
            of_peer.insert(peer, id);
        }
        if socket.has_news() {
            touched.insert(Member::Socket(live.socket));
        }
        let is_held = live.is_held;
        if live.deadline != deadline {
            self.set_timer(Member::Link(id), deadline);
        }
        if let Some(ended) = ended {
            self.end(id, now, ended);
        } else if is_held && self.reads(id) {
            self.out.push_back(Output::Read { link: id });
        }
    }

    fn end(&mut self, id: LinkId, now: Instant, ended: Ended) {
        let Some(Live { socket, origin, link, .. }) = self.links.remove(id) else { return };
        if let Some(open) = self.sockets.find_mut(socket) {
            open.links = open.links.saturating_sub(1);
            if let Some(peer) = link.peer().filter(|peer| open.of_peer.find(*peer) == Some(&id)) {
                open.of_peer.remove(peer);
            }
            link.end(&mut open.socket, now, &ended);
            self.touched.insert(Member::Socket(socket));
            if let Origin::Dialer(dialer) = origin {
                open.dialers.insert(dialer);
                self.touched.insert(Member::Dialer(socket, dialer));
            }
        }
        self.out.push_back(Output::Close { link: id, ended });
    }
}

/// The finish of SplitMix64.
const fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
