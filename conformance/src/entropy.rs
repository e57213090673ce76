//! SplitMix64: the tester's only source of chance. The same seed gives the same nonces and splits
//! on every machine.

/// A stream of numbers that follows from its seed.
#[derive(Clone, Debug)]
pub struct Entropy(u64);

impl Entropy {
    /// A stream for this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream for one named thing of a run, so that its numbers do not depend on what ran before.
    pub fn named(seed: u64, name: &str) -> Self {
        // FNV-1a, 64 bits.
        let mix = |hash: u64, octet: u8| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, mix))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.bits() % (bound.max(1) as u64)).unwrap_or(0)
    }

    /// Eight printable octets: a nonce that is easy to find in a dump.
    pub fn nonce(&mut self) -> [u8; 8] {
        let bits = self.bits().to_be_bytes();
        // 'a' to 'p': a letter for each of the low four bits.
        bits.map(|octet| b'a' + (octet & 15))
    }
}
