//! What is to happen, the earliest first; at one instant in an order drawn from the seed.

use super::Due;
use crate::chance::Chance;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Bits of the number of an entry, below those of its draw.
const NUMBER: u32 = 48;

/// Its rank is unique: the time, then what was drawn, then the number of the entry.
#[derive(Debug)]
struct Entry {
    rank: u128,
    due: Due,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    pushed: u64,
}

impl Queue {
    /// Somewhere among all that happens then.
    pub(super) fn push(&mut self, chance: &mut Chance, at: u64, due: Due) {
        let [.., a, b] = chance.draw().to_be_bytes();
        self.push_tied(at, u16::from_be_bytes([a, b]) | 1, due);
    }

    /// Before all else that happens then, if `tie` is zero.
    pub(super) fn push_tied(&mut self, at: u64, tie: u16, due: Due) {
        self.pushed += 1;
        let within = u64::from(tie) << NUMBER | self.pushed;
        let rank = u128::from(at) << u64::BITS | u128::from(within);
        self.heap.push(Reverse(Entry { rank, due }));
    }

    /// What happens next, and when.
    pub(super) fn pop(&mut self) -> Option<(u64, Due)> {
        let Reverse(Entry { rank, due }) = self.heap.pop()?;
        Some(((rank >> u64::BITS) as u64, due))
    }
}
