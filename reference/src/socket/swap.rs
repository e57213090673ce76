//! A socket whose messages go through a log on a disk: beyond the high-water mark, or all of them.
//!
//! ```text
//! none          send --room, nothing waits--> peer      --else--> log --room--> peer
//! batch, each   send --> log --durable, room--> peer --written by its link--> done
//! ```
//!
//! One log a socket, before the choice of a peer, so that order is that of sending. What was given
//! to a peer and not written when its link ended is taken back and given out again, first.
//! Deliberately absent: sockets that choose by message (ROUTER, PUB) or take turns (REQ), to which
//! the options are refused; files, which a driver has; waiting for a sync.

use super::{PeerId, Socket};
use crate::error::Refused;
use crate::message::{Part, Parts};
use crate::swap::{Config, Damage, Disk, Durability, Fault, Log, Pending, SwapError, format};

/// Octets of a message that is small.
const SMALL: u64 = 4 << 10;

/// The log of a socket.
#[derive(Debug)]
pub(super) struct Swap(Log);

impl Drop for Swap {
    /// What the last messages handed over were is noted, so that they do not come again.
    fn drop(&mut self) {
        // A disk that fails lets them come again, which is promised.
        let _ = self.0.close();
    }
}

/// What a swap holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SwapState {
    /// Messages in it that no peer has been given.
    pub messages: u64,
    /// Octets of its files.
    pub octets: u64,
    /// Why it takes no more, if it does not.
    pub broken: Option<SwapError>,
}

impl Socket {
    /// The folder of a swap that is asked for and not open.
    ///
    /// # Errors
    /// It cannot be opened as the options are.
    pub fn wants_swap(&self) -> Result<Option<&str>, Refused> {
        let swap = &self.options.swap;
        if swap.swap == 0 || self.swap.is_some() {
            return Ok(None);
        }
        if self.options.conflates() {
            return Err(SwapError::Conflates.into());
        }
        let folder = Some(swap.swap_dir.as_str()).filter(|folder| !folder.is_empty());
        folder.map(Some).ok_or_else(|| SwapError::NoFolder.into())
    }

    /// Opens the swap that the options ask for; what it holds is sent before all else. Peers know
    /// nothing of the salt. What is sent with a durable one is kept once [`Socket::is_kept`] says
    /// so, and given to peers only then: the driver syncs, beside its lock or here.
    ///
    /// # Errors
    /// [`Refused::Swap`].
    pub fn open_swap(&mut self, disk: Box<dyn Disk>, salt: u64) -> Result<(), Refused> {
        self.check_open()?;
        let config = Config::new(self.options.swap.swap, self.options.swap.swap_durable);
        self.swap = Some(Box::new(Swap(Log::open(disk, config, salt)?)));
        self.refill();
        Ok(())
    }

    /// Closes it: what waits stays on the disk, if that is promised.
    pub fn close_swap(&mut self) {
        self.swap = None;
    }

    /// What it holds, if there is one.
    #[must_use]
    pub fn swap_state(&self) -> Option<SwapState> {
        let Swap(log) = self.swap.as_deref()?;
        Some(SwapState { messages: log.waiting(), octets: log.size(), broken: log.broken() })
    }

    /// What the swap has found broken since this was last asked.
    pub fn take_swap_damage(&mut self) -> Vec<Damage> {
        self.swap.as_deref_mut().map(|Swap(log)| log.take_damage()).unwrap_or_default()
    }

    /// Sends through the swap.
    #[inline(never)]
    pub(super) fn send_through(&mut self, parts: &[Part<'_>]) -> Result<(), Refused> {
        if self.keeps() {
            return self.keep_batch(&[parts]).map(drop);
        }
        let Some(Swap(log)) = self.swap.as_deref_mut() else { return Err(Refused::WouldBlock) };
        //= ZP-SWAP-016
        if log.waiting() == 0 {
            match self.pattern.send(&mut self.peers, &self.options, parts) {
                Err(Refused::WouldBlock) => {}
                outcome => return outcome,
            }
        }
        log.append(parts)?;
        self.refill();
        Ok(())
    }

    /// Whether every message goes through a log.
    pub(super) fn keeps(&self) -> bool {
        self.swap.as_deref().is_some_and(|Swap(log)| log.durability() != Durability::None)
    }

    /// Sends through a durable log, with as few writes as there can be; tells how many. A driver
    /// syncs, and then tells whoever sent.
    pub(super) fn keep_batch(&mut self, messages: &[impl Parts]) -> Result<usize, Refused> {
        let Some(Swap(log)) = self.swap.as_deref_mut() else { return Err(Refused::WouldBlock) };
        let first = log.next_sequence();
        let mut pushed =
            messages.iter().map(|message| message.with_parts(|parts| log.push(parts).map(drop)));
        let refused = pushed.find_map(Result::err);
        // What could not be written is not in it any more.
        let refused = log.flush().err().or(refused);
        let sent = log.next_sequence().saturating_sub(first);
        self.refill();
        match (sent, refused) {
            (0, Some(refused)) => Err(refused.into()),
            (sent, _) => Ok(usize::try_from(sent).unwrap_or(usize::MAX)),
        }
    }

    /// Whether the swap has room for a message that is small.
    pub(super) fn swap_has_room(&self) -> bool {
        let Some(Swap(log)) = self.swap.as_deref() else { return false };
        log.broken().is_none() && log.size().saturating_add(SMALL) <= self.options.swap.swap
    }

    /// Gives peers what they have room for, and notes what their links have written.
    pub(super) fn refill(&mut self) {
        let Some(Swap(log)) = self.swap.as_deref_mut() else { return };
        let is_durable = log.durability() != Durability::None;
        for sequence in self.peers.take_written() {
            // A disk that fails is told to whoever sends next.
            let _ = log.done(sequence);
            self.wakes.senders = true;
        }
        while log.is_readable() && self.pattern.can_send(&mut self.peers, &self.options) {
            let Ok(Some(entry)) = log.read() else { break };
            let sequence = entry.sequence;
            self.peers.set_tag(is_durable.then_some(sequence));
            let sent = format::with_parts(entry.frames, |parts| {
                self.pattern.send(&mut self.peers, &self.options, parts)
            });
            self.peers.set_tag(None);
            self.wakes.senders = true;
            if sent != Some(Ok(())) {
                // There was room, so this does not happen; the message is not lost by it.
                log.redo(sequence);
                break;
            }
        }
    }

    /// Takes back what a peer was given and its link has not written.
    pub(super) fn take_back(&mut self, peer: PeerId) {
        let Some(Swap(log)) = self.swap.as_deref_mut() else { return };
        if log.durability() != Durability::None {
            self.peers.take_back(peer).into_iter().for_each(|sequence| log.redo(sequence));
        }
    }

    /// How far there are messages that were taken and are not durable; `None` if there are none.
    #[must_use]
    pub fn unsynced(&self) -> Option<u64> {
        let Swap(log) = self.swap.as_deref()?;
        let until = log.next_sequence();
        (log.durability() != Durability::None && log.durable_until() < until).then_some(until)
    }

    /// Whether everything below this is durable; `None` if that is not known yet.
    #[must_use]
    pub fn is_kept(&self, until: u64) -> Option<Result<(), Refused>> {
        let Some(Swap(log)) = self.swap.as_deref() else { return Some(Err(Refused::Terminated)) };
        match log.broken() {
            _ if log.durable_until() >= until => Some(Ok(())),
            Some(broken) => Some(Err(broken.into())),
            None => None,
        }
    }

    /// A sync for the driver to do, without the lock of the socket, so that many sends share it.
    pub fn begin_sync(&mut self) -> Option<Pending> {
        self.swap.as_deref_mut().and_then(|Swap(log)| log.begin_sync())
    }

    /// The driver has done it, or could not.
    pub fn end_sync(&mut self, pending: Pending, outcome: Result<(), Fault>) {
        if let Some(Swap(log)) = self.swap.as_deref_mut() {
            log.end_sync(pending, outcome);
        }
        self.refill();
    }

    /// Makes all that was sent durable, now.
    ///
    /// # Errors
    /// [`Refused::Swap`].
    pub fn sync_swap(&mut self) -> Result<(), Refused> {
        let is_due = self.unsynced().is_some();
        if let Some(Swap(log)) = self.swap.as_deref_mut().filter(|_| is_due) {
            log.sync()?;
            self.refill();
        }
        Ok(())
    }
}
