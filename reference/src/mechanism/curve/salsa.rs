//! The key stream of Salsa20, as many blocks at a time as the processor has lanes.
//!
//! ```text
//! word   0   1 2 3 4    5   6 7      8 9     10   11 12 13 14  15
//!        c   key        c   nonce    block    c   key           c        a vector for each word,
//!        '---------------- lane i: block + i ----------------'          a lane for each block
//! ```
//!
//! It is our own because the crates that give out a key stream make one block at a time, at a third
//! of the speed; tests hold it equal to two of them. Deliberately absent: `unsafe` (the crate
//! below detects the processor), and secrets in branches or addresses.

use core::ops::{Add, BitOr, BitXor, Shl, Shr};
use fearless_simd::{Level, Simd, SimdBase, dispatch, u32x4};

/// Blocks of the widest vector there is.
const BLOCKS: usize = 16;
/// Up to here, four blocks at a time are the fastest way.
const FEW: usize = 4 * 64;

type Block = [[u8; 4]; 16];

/// A piece of the key stream.
pub(super) struct Piece {
    blocks: [Block; BLOCKS],
    count: usize,
}

/// The key stream of one key and any nonce.
#[derive(Clone, Copy)]
pub(super) struct Salsa {
    level: Level,
    key: [u32; 8],
}

impl Piece {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self { blocks: [[[0; 4]; 16]; BLOCKS], count: 0 }
    }

    /// The octets.
    pub(super) fn octets(&self) -> &[u8] {
        self.blocks.get(..self.count).unwrap_or_default().as_flattened().as_flattened()
    }

    /// How many blocks they are.
    pub(super) fn count(&self) -> u64 {
        u64::try_from(self.count).unwrap_or(u64::MAX)
    }
}

impl Salsa {
    /// The key stream of this key.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let (words, _) = key.as_chunks();
        let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
        Self { level: Level::new(), key: core::array::from_fn(|_| words.next().unwrap_or(0)) }
    }

    /// The blocks from `at`; `wanted` octets of them, or as many as a piece holds.
    pub(super) fn fill(&self, nonce: [u8; 8], at: u64, wanted: usize, piece: &mut Piece) {
        let [k0, k1, k2, k3, k4, k5, k6, k7] = self.key;
        let [n0, n1] = halves(u64::from_le_bytes(nonce));
        let [c0, c1, c2, c3] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
        // The two words of the block number are those of each lane.
        let state = [c0, k0, k1, k2, k3, c1, n0, n1, 0, 0, c2, k4, k5, k6, k7, c3];
        let few = wanted <= FEW;
        piece.count = dispatch!(self.level, simd => {
            if few {
                fill::<_, u32x4<_>>(simd, &state, at, &mut piece.blocks)
            } else {
                widest(simd, &state, at, &mut piece.blocks)
            }
        });
    }
}

/// What a vector of words can do; all of it wraps.
trait Lanes:
    Copy
    + Add<Output = Self>
    + BitXor<Output = Self>
    + BitOr<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
}

impl<V> Lanes for V where
    V: Copy
        + Add<Output = Self>
        + BitXor<Output = Self>
        + BitOr<Output = Self>
        + Shl<u32, Output = Self>
        + Shr<u32, Output = Self>
{
}

#[inline(always)]
fn widest<S: Simd>(simd: S, state: &[u32; 16], at: u64, out: &mut [Block; BLOCKS]) -> usize
where
    S::u32s: Lanes,
{
    fill::<S, S::u32s>(simd, state, at, out)
}

/// As many blocks as the vector has lanes; returns how many those are.
#[inline(always)]
#[expect(clippy::arithmetic_side_effects, reason = "lanes wrap, as Salsa20 adds")]
fn fill<S, V>(simd: S, state: &[u32; 16], at: u64, out: &mut [Block; BLOCKS]) -> usize
where
    S: Simd,
    V: SimdBase<S, Element = u32> + Lanes,
{
    let number = |lane: usize| halves(at.wrapping_add(u64::try_from(lane).unwrap_or(0)));
    let mut start = state.map(|word| V::splat(simd, word));
    let [_, _, _, _, _, _, _, _, low, high, ..] = &mut start;
    *low = V::from_fn(simd, |lane| number(lane)[0]);
    *high = V::from_fn(simd, |lane| number(lane)[1]);
    let mut words = start;
    rounds(&mut words);
    for (place, (word, start)) in words.into_iter().zip(start).enumerate() {
        let sum = word + start;
        for (block, lane) in out.iter_mut().zip(sum.as_slice()) {
            if let Some(octets) = block.get_mut(place) {
                *octets = lane.to_le_bytes();
            }
        }
    }
    V::LEN
}

/// Twenty rounds: ten times the columns, then the rows.
#[inline(always)]
fn rounds<V: Lanes>(words: &mut [V; 16]) {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = words;
    for _ in 0..10 {
        quarter(a, e, i, m);
        quarter(f, j, n, b);
        quarter(k, o, c, g);
        quarter(p, d, h, l);
        quarter(a, b, c, d);
        quarter(f, g, h, e);
        quarter(k, l, i, j);
        quarter(p, m, n, o);
    }
}

#[inline(always)]
fn quarter<V: Lanes>(a: &mut V, b: &mut V, c: &mut V, d: &mut V) {
    mix(b, *a, *d, 7);
    mix(c, *b, *a, 9);
    mix(d, *c, *b, 13);
    mix(a, *d, *c, 18);
}

#[inline(always)]
#[expect(clippy::arithmetic_side_effects, reason = "lanes wrap; turns are from 7 to 18")]
fn mix<V: Lanes>(word: &mut V, one: V, other: V, turn: u32) {
    let sum = one + other;
    *word = *word ^ (sum << turn | sum >> (32 - turn));
}

/// The low and the high word.
fn halves(number: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = number.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use cryptoxide::salsa20::{Salsa20, hsalsa20};

    const KEY: [u8; 32] = *b"a key of thirty-two octets......";
    const NONCE: [u8; 8] = *b"a nonce.";

    #[test]
    fn the_stream_is_that_of_another_implementation_at_every_width() {
        let mut expected = [0; 3 * 64 * BLOCKS];
        Salsa20::new(&KEY, &NONCE).process_mut(&mut expected);
        let detected = Salsa::new(&KEY);
        for level in [detected.level, Level::baseline()] {
            let salsa = Salsa { level, ..detected };
            let (mut at, mut piece) = (0, Piece::new());
            for wanted in [0, FEW, FEW + 1, usize::MAX] {
                salsa.fill(NONCE, at, wanted, &mut piece);
                let octets = &expected[usize::try_from(at).unwrap() * 64..];
                assert_eq!(*piece.octets(), octets[..piece.octets().len()], "{level:?} {at}");
                at += piece.count();
            }
        }
    }

    /// HSalsa20 is Salsa20 without the last addition, and shows half of the words.
    #[test]
    fn block_numbers_carry_into_their_high_word() {
        let salsa = Salsa::new(&KEY);
        for at in [u64::from(u32::MAX) - 1, u64::MAX - 1] {
            let mut piece = Piece::new();
            salsa.fill(NONCE, at, usize::MAX, &mut piece);
            for (block, number) in piece.blocks.iter().take(4).zip(0_u64..) {
                let number = at.wrapping_add(number).to_le_bytes();
                let input: [u8; 16] = [NONCE, number].concat().try_into().unwrap();
                let expected = hsalsa20(&KEY, &input);
                let places = [6, 7, 8, 9].into_iter().zip(input.chunks(4));
                for ((place, added), expected) in places.zip(expected[16..].chunks(4)) {
                    let word = |octets: &[u8]| u32::from_le_bytes(octets.try_into().unwrap());
                    let without = word(&block[place]).wrapping_sub(word(added));
                    assert_eq!(without, word(expected), "block {at}");
                }
            }
        }
    }
}
