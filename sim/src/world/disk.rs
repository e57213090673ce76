//! The disks of sockets that have a swap: what is on them outlives the process.
//!
//! ```text
//! boot --> open_swap, with what the disk holds       kill --> all that was written stays
//! send --> synced, if that is promised               power off --> a choice of what was not synced
//! ```
//!
//! Deliberately absent: what a disk may lose, which is in [`crate::disk`], and time that it takes.

use super::host::Life;
use super::{Unrunnable, World};
use crate::chance::{Chance, mix};
use crate::disk::{Disk, Plan, Seeded};
use crate::message::MessageId;
use crate::schedule::Op;
use crate::trace::What;
use zeroproof_reference::Refused;
use zeroproof_reference::swap::{Damage, SwapError};

/// The disk of a socket, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Drive {
    pub(super) disk: Disk,
    /// Octets that it has room for, once it is full.
    room: Option<usize>,
    /// The swap has said that it takes no more.
    is_broken: bool,
}

impl World<'_> {
    /// Opens the swap that the options of a socket ask for; its folder is its own disk.
    pub(super) fn open_swap(&mut self, index: usize) -> Result<(), Unrunnable> {
        let Some(spec) = self.schedule.socket.get(index).filter(|spec| spec.has_swap()) else {
            return Ok(());
        };
        let Some(socket) = self.sockets.get_mut(index) else { return Ok(()) };
        let Some(host) = self.hosts.get_mut(socket.host) else { return Ok(()) };
        let Some(id) = socket.id else { return Ok(()) };
        socket.drive.is_broken = false;
        let disk = Box::new(socket.drive.disk.clone());
        // No stranger here guesses a salt.
        let opened = host
            .node
            .set(id, "swap_dir", "its own")
            .and_then(|()| host.node.open_swap(id, disk, mix(self.schedule.seed)));
        opened.map_err(|error| Unrunnable(format!("socket {}: swap: {error}", spec.name)))
    }

    /// The process of a host ends: what its disks hold then is there when it comes back.
    pub(super) fn leave_disks(&mut self, index: usize, life: Life) {
        let Some(host) = self.hosts.get(index) else { return };
        let (sockets, incarnation) = (host.sockets.clone(), host.incarnation);
        for number in sockets {
            self.note_damage(number);
            let Some(socket) = self.sockets.get_mut(number) else { continue };
            let Drive { disk, room, .. } = &mut socket.drive;
            let seed = self.schedule.seed ^ (number as u64) << 40 ^ u64::from(incarnation) << 20;
            let left = if life == Life::Off {
                disk.folder().cut_off(&mut Seeded(Chance::new(mix(seed))))
            } else {
                disk.folder().killed()
            };
            *disk = Disk::new(left.with(Plan { trouble: None, capacity: *room }));
        }
    }

    /// What a swap has found broken since this was last noted.
    pub(super) fn note_damage(&mut self, number: usize) {
        let Some(socket) = self.sockets.get(number) else { return };
        let Some((host, id)) = self.hosts.get_mut(socket.host).zip(socket.id) else { return };
        for damage in host.node.take_swap_damage(id) {
            if let Damage::Lost { messages, .. } = damage {
                let messages = u32::try_from(messages).unwrap_or(u32::MAX);
                self.note(What::Damaged { socket: number as u16, messages });
            }
        }
    }

    /// Does something to the disks of a process.
    pub(super) fn trouble(&mut self, op: &Op, index: usize) {
        let sockets = self.hosts.get(index).map(|host| host.sockets.clone()).unwrap_or_default();
        for number in sockets {
            if self.schedule.socket.get(number).is_some_and(crate::schedule::Socket::has_swap) {
                let seed = mix(self.schedule.seed ^ self.now ^ (number as u64) << 40);
                if let Some(socket) = self.sockets.get_mut(number) {
                    socket.drive.trouble(op, &mut Chance::new(seed));
                }
            }
        }
    }

    /// What it means that a socket has not taken a message: of the first one that a broken disk
    /// was given, nobody knows whether it is there.
    pub(super) fn not_sent(
        &mut self,
        number: usize,
        message: MessageId,
        refused: &Refused,
    ) -> What {
        let socket = number as u16;
        let is_broken = matches!(refused, Refused::Swap(error)
            if matches!(**error, SwapError::Broken(_)));
        let was_broken = self
            .sockets
            .get_mut(number)
            .map(|socket| core::mem::replace(&mut socket.drive.is_broken, is_broken));
        if is_broken && was_broken == Some(false) {
            What::Doubtful { socket, message }
        } else {
            What::Refused { socket, message }
        }
    }
}

impl Drive {
    fn trouble(&mut self, op: &Op, chance: &mut Chance) {
        let mut folder = self.disk.folder();
        match op {
            Op::DiskFull { .. } => {
                self.room = Some(folder.size_of_all());
                folder.limit(self.room);
            }
            Op::DiskRoom { .. } => {
                self.room = None;
                folder.limit(None);
            }
            Op::SyncFails { .. } => folder.fail_next_sync(),
            Op::BitRot { .. } => drop(folder.rot(chance)),
            _ => {}
        }
    }
}
