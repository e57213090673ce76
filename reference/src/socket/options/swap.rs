//! What goes to a disk: messages beyond the high-water mark, or all, to be kept.
//!
//! Deliberately absent: the log, and its files.

use super::Options;
use super::table::{Row, Rule, number_in};
use super::value::{Allowed, Unit};
use crate::socket_type::SocketType;
use crate::swap::Durability;

/// How much goes to a disk, where, and what is promised of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Swap {
    /// Octets on the disk, at most; 0 for no swap.
    pub swap: u64,
    /// A folder of its own; empty until it is set.
    pub swap_dir: String,
    /// When a message that was sent counts as kept.
    pub swap_durable: Durability,
}

/// Types that send to whoever has room, so that one log can stand before all peers.
const TYPES: &[SocketType] = &[SocketType::Push, SocketType::Dealer, SocketType::Pair];
const WORDS: &[&str] = &["none", "batch", "each"];

const fn word(options: &Options) -> usize {
    match options.swap.swap_durable {
        Durability::None => 0,
        Durability::Batch => 1,
        Durability::Each => 2,
    }
}

const fn set_word(options: &mut Options, word: usize) {
    options.swap.swap_durable = match word {
        1 => Durability::Batch,
        2 => Durability::Each,
        _ => Durability::None,
    };
}

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "swap",
        0,
        Rule::Number(
            number_in(0, i64::MAX, Unit::Octets),
            |o| i64::try_from(o.swap.swap).unwrap_or(i64::MAX),
            |o, n| o.swap.swap = u64::try_from(n).unwrap_or_default(),
        ),
        "Octets of messages beyond the high-water mark that go to a disk instead of blocking; 0 \
         for none, as in libzmq 2. The log is opened by the first `bind` or `connect`.",
    )
    .ours()
    .only(TYPES),
    Row::new(
        "swap_dir",
        0,
        Rule::Octets(
            Allowed::Octets { min: 0, max: 4095 },
            |o| o.swap.swap_dir.as_bytes(),
            |o, octets| o.swap.swap_dir = String::from_utf8_lossy(octets).into_owned(),
        ),
        "The folder of the swap, made if it is not there; no two sockets share one.",
    )
    .ours()
    .only(TYPES),
    Row::new(
        "swap_durable",
        0,
        Rule::Word(WORDS, word, set_word),
        "What the swap promises: `none`, gone with the program; `batch` and `each`, all messages \
         go through it, are kept when sending returns, and come again after a crash.",
    )
    .ours()
    .only(TYPES),
];
