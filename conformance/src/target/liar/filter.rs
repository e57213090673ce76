//! What a lie does to the octets of one connection. Sans-I/O: octets in, octets out.

use std::rc::Rc;

use super::edit::{Editor, Then};
use super::wire::{Frame, Piece, Scanner};
use super::{Edit, Inbox, Lie, Trick};
use crate::octets::{GREETING_SIZE, greeting, pong};

/// What is to be written, and what ends.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// For the tester.
    pub(super) out: Outgoing,
    /// For the SUT.
    pub(super) into: Outgoing,
    /// The direction to the tester ends behind `out`.
    pub(super) end_out: bool,
    /// The direction to the SUT ends behind `into`.
    pub(super) end_into: bool,
    /// Both directions end.
    pub(super) close: bool,
}

/// Octets to be written, of which some may have been: cutting those off each time would cost the
/// square of a large message.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    octets: Vec<u8>,
    written: usize,
}

impl Outgoing {
    fn extend<O: IntoIterator>(&mut self, octets: O)
    where
        Vec<u8>: Extend<O::Item>,
    {
        self.octets.extend(octets);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// What is to be written next.
    pub(super) fn waiting(&self) -> &[u8] {
        self.octets.get(self.written..).unwrap_or_default()
    }

    /// So many octets were written, or the other side takes no more.
    pub(super) fn wrote(&mut self, count: Option<usize>) {
        self.written += count.unwrap_or(usize::MAX - self.written);
        if self.written >= self.octets.len() {
            self.octets.clear();
            self.written = 0;
        }
    }
}

/// Messages that the application receives before a liar lets it hear other peers.
const STARVED: usize = 50;

/// One connection of a liar.
pub(super) struct Filter {
    number: usize,
    lie: Lie,
    inbox: Rc<Inbox>,
    said: Scanner,
    heard: Scanner,
    editor: Editor,
    /// Octets that passed so far, either way.
    sent: usize,
    received: usize,
    /// The greeting of the tester, as far as it came.
    opening: Vec<u8>,
    /// Octets of the SUT that wait for the tester's.
    withheld: Vec<u8>,
    /// Whether nothing passes any more.
    stalled: bool,
    sut_ended: bool,
    /// What the tester's last frame asks for, when it is a PING.
    asked: Vec<u8>,
    /// Messages of the tester that are not heard yet.
    starved: Vec<u8>,
}

impl Filter {
    pub(super) fn new(number: usize, lie: Lie, inbox: Rc<Inbox>) -> Self {
        Self {
            number,
            lie,
            inbox,
            said: Scanner::default(),
            heard: Scanner::default(),
            editor: Editor::default(),
            sent: 0,
            received: 0,
            opening: Vec::new(),
            withheld: Vec::new(),
            stalled: false,
            sut_ended: false,
            asked: Vec::new(),
            starved: Vec::new(),
        }
    }

    /// Before the first octet.
    pub(super) fn begin(&self, flow: &mut Flow) {
        flow.close = self.lie == Lie::CloseAfter(0);
    }

    pub(super) fn ends_with_others(&self) -> bool {
        self.lie == Lie::Application(Trick::EndsAll)
    }

    pub(super) fn ends_others(&self) -> bool {
        self.ends_with_others()
    }

    /// Whether the lie depends on other connections of the socket.
    pub(super) fn minds_others(&self) -> bool {
        let lies = [Trick::ToFirst, Trick::ToAll, Trick::Starves];
        matches!(self.lie, Lie::Application(trick) if lies.contains(&trick))
    }

    /// What other connections have left for this one.
    pub(super) fn resume(&mut self, flow: &mut Flow) {
        flow.out.extend(self.inbox.hub.take(self.number));
        if self.inbox.hub.received() >= STARVED {
            flow.into.extend(std::mem::take(&mut self.starved));
        }
    }

    /// Messages of the SUT go where they should not; a connection takes part from READY on.
    fn divert(&self, piece: Piece, flow: &mut Flow) {
        match piece {
            Piece::Frame(_, frame) if frame.is_command() => {
                if frame.is("READY") {
                    self.inbox.hub.join(self.number);
                }
                flow.out.extend(frame.octets());
            }
            Piece::Frame(_, frame) if self.lie == Lie::Application(Trick::ToAll) => {
                self.inbox.hub.to_all(&frame.octets());
            }
            Piece::Frame(_, frame) => self.inbox.hub.to_first(&frame.octets()),
            Piece::Greeting(_, octets) | Piece::Rest(octets) => flow.out.extend(octets),
        }
    }

    /// Octets of the SUT.
    pub(super) fn outward(&mut self, octets: &[u8], flow: &mut Flow) {
        let began = self.sent;
        self.sent += octets.len();
        match self.lie {
            Lie::Mute => {}
            Lie::Octet(offset, value) => {
                let mut octets = octets.to_vec();
                let slot = offset.checked_sub(began).and_then(|at| octets.get_mut(at));
                slot.into_iter().for_each(|octet| *octet = value);
                flow.out.extend(octets);
            }
            Lie::CloseAfter(limit) | Lie::StallAfter(limit) => {
                flow.out.extend(octets.iter().take(limit.saturating_sub(began)));
                flow.close |= matches!(self.lie, Lie::CloseAfter(_)) && self.sent >= limit;
            }
            Lie::WaitFor(_) | Lie::Echoes(..) => {
                self.withheld.extend(octets);
                self.release(flow);
            }
            Lie::SaysFirst(octets_behind) => {
                let rest = GREETING_SIZE.saturating_sub(began).min(octets.len());
                let (greeting, frames) = octets.split_at(rest);
                flow.out.extend(greeting);
                if began < GREETING_SIZE && self.sent >= GREETING_SIZE {
                    flow.out.extend(octets_behind);
                }
                flow.out.extend(frames);
            }
            Lie::Application(Trick::ToFirst | Trick::ToAll) => {
                for piece in self.said.take(octets) {
                    self.divert(piece, flow);
                }
            }
            Lie::Says(which, edit) => {
                for piece in self.said.take(octets) {
                    self.edit(piece, (which, edit), true, flow);
                }
            }
            _ if self.stalled => {}
            _ => flow.out.extend(octets),
        }
    }

    /// Octets of the tester.
    pub(super) fn inward(&mut self, octets: &[u8], flow: &mut Flow) {
        let began = self.received;
        self.received += octets.len();
        if let Lie::Hears(which, edit) = self.lie
            && !matches!(edit, Edit::Close | Edit::Stall)
        {
            for piece in self.heard.take(octets) {
                self.edit(piece, (which, edit), false, flow);
            }
            return;
        }
        match self.lie {
            Lie::Application(Trick::Starves) if self.number > 0 => {
                for piece in self.heard.take(octets) {
                    match piece {
                        Piece::Frame(_, frame) if !frame.is_command() => {
                            self.starved.extend(frame.octets());
                        }
                        Piece::Frame(_, frame) => flow.into.extend(frame.octets()),
                        Piece::Greeting(_, octets) | Piece::Rest(octets) => {
                            flow.into.extend(octets);
                        }
                    }
                }
                self.resume(flow);
            }
            Lie::HearsOctets(offset, values) => {
                let mut octets = octets.to_vec();
                for (at, value) in (offset..).zip(values) {
                    let slot = at.checked_sub(began).and_then(|at| octets.get_mut(at));
                    slot.into_iter().for_each(|octet| *octet = *value);
                }
                flow.into.extend(octets);
            }
            _ if self.stalled => {}
            _ => flow.into.extend(octets),
        }
        let missing = GREETING_SIZE.saturating_sub(self.opening.len());
        self.opening.extend(octets.iter().take(missing));
        if self.listens() {
            for piece in self.heard.take(octets) {
                self.notice(&piece, flow);
            }
        }
        self.release(flow);
    }

    /// Sends what waited for octets of the tester.
    fn release(&mut self, flow: &mut Flow) {
        let (from, to) = match self.lie {
            Lie::WaitFor(count) => (count, count),
            Lie::Echoes(from, to) => (from, to),
            _ => return,
        };
        if self.received < to {
            return;
        }
        let began = self.sent - self.withheld.len();
        for (at, octet) in (began..to).zip(&mut self.withheld).filter(|(at, _)| *at >= from) {
            *octet = self.opening.get(at).copied().unwrap_or(*octet);
        }
        flow.out.extend(std::mem::take(&mut self.withheld));
    }

    /// Whether the lie depends on what the tester says.
    fn listens(&self) -> bool {
        matches!(
            self.lie,
            Lie::ClosesOnGreeting(..) | Lie::Hears(..) | Lie::Surfaces(_) | Lie::NeverCloses
        )
    }

    /// A piece of the tester's stream that has passed.
    fn notice(&mut self, piece: &Piece, flow: &mut Flow) {
        match (self.lie, piece) {
            (Lie::ClosesOnGreeting(from, to), Piece::Greeting(at, octets)) => {
                let plain = greeting().build();
                let watched = |offset: &usize| (from..to).contains(offset);
                let differs = (*at..).zip(octets).filter(|(offset, _)| watched(offset));
                let mut differs = differs.filter(|(at, octet)| plain.get(*at) != Some(octet));
                flow.close |= differs.next().is_some();
            }
            (Lie::Hears(which, edit), Piece::Frame(number, frame))
                if self.editor.picks(which, *number, frame) =>
            {
                flow.close |= edit == Edit::Close;
                self.stalled = true;
            }
            (Lie::Surfaces(which), Piece::Frame(number, frame))
                if self.editor.picks(which, *number, frame) =>
            {
                self.inbox.push(vec![frame.body.clone()]);
            }
            (Lie::NeverCloses, Piece::Frame(_, frame)) => {
                self.asked = answer(frame);
                if self.sut_ended {
                    flow.out.extend(std::mem::take(&mut self.asked));
                }
            }
            _ => {}
        }
        if let Piece::Frame(_, frame) = piece {
            self.editor.passed(frame);
        }
    }

    fn edit(&mut self, piece: Piece, lie: (super::Which, Edit), outward: bool, flow: &mut Flow) {
        let sink = if outward { &mut flow.out.octets } else { &mut flow.into.octets };
        if self.stalled {
            return;
        }
        match piece {
            Piece::Greeting(_, octets) | Piece::Rest(octets) => sink.extend(octets),
            Piece::Frame(number, frame) => match self.editor.edit(lie, number, frame, sink) {
                Then::On => {}
                Then::Close => {
                    flow.close = true;
                    self.stalled = true;
                }
                Then::Stall => self.stalled = true,
            },
        }
    }

    /// The SUT has closed its direction.
    pub(super) fn sut_ended(&mut self, flow: &mut Flow) {
        self.sut_ended = true;
        if self.lie == Lie::NeverCloses {
            // The last PING may be what it closed at.
            flow.out.extend(std::mem::take(&mut self.asked));
        }
        if let Lie::SaysLast(octets) = self.lie {
            flow.out.extend(octets);
        }
        if !self.stalled {
            flow.out.extend(self.editor.held());
            flow.out.extend(self.said.rest());
        }
        let stays = self.stalled || matches!(self.lie, Lie::NeverCloses | Lie::Mute);
        let stays = stays || matches!(self.lie, Lie::StallAfter(_));
        flow.end_out = !stays;
        flow.close |= self.ends_others();
    }

    /// The tester has closed its direction.
    pub(super) fn tester_ended(&mut self, flow: &mut Flow) {
        if matches!(self.lie, Lie::Hears(_, edit) if !matches!(edit, Edit::Close | Edit::Stall)) {
            flow.into.extend(self.editor.held());
            flow.into.extend(self.heard.rest());
        }
        flow.end_into = true;
        flow.close |= self.ends_others();
    }
}

/// A peer that stays where it should have closed is alive: its answer to a PING.
fn answer(frame: &Frame) -> Vec<u8> {
    match frame.command() {
        Some((b"PING", [_, _, context @ ..])) => pong(context),
        _ => Vec::new(),
    }
}
