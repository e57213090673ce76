//! CRC-32C (Castagnoli): the sum of every header and record, eight octets at a step.
//!
//! Ours and not a crate's, since forty lines of tables do it without `unsafe`, and a sum of 82
//! octets is not what a log waits for. Deliberately absent: the instruction that some processors
//! have for it.

use std::sync::LazyLock;

/// The polynomial, its lowest power in the highest bit.
const POLYNOMIAL: u32 = 0x82F6_3B78;

type Table = [u32; 256];

/// `TABLES[k]`: what an octet does to the sum that `k` more octets follow.
static TABLES: LazyLock<[Table; 8]> = LazyLock::new(|| {
    let first: Table = core::array::from_fn(|octet| {
        let mut sum = u32::try_from(octet).unwrap_or_default();
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ POLYNOMIAL } else { sum >> 1 };
        }
        sum
    });
    let mut tables = [first; 8];
    let mut last = first;
    for table in tables.iter_mut().skip(1) {
        *table = last.map(|sum| (sum >> 8) ^ at(&first, sum));
        last = *table;
    }
    tables
});

/// The entry of the lowest octet.
#[inline]
fn at(table: &Table, sum: u32) -> u32 {
    let [octet, ..] = sum.to_le_bytes();
    table.get(usize::from(octet)).copied().unwrap_or_default()
}

/// A sum that is not finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crc(u32);

impl Crc {
    /// Of nothing.
    pub const EMPTY: Self = Self(u32::MAX);

    /// With these octets behind what was there.
    #[must_use]
    pub fn of(self, octets: &[u8]) -> Self {
        let [t0, t1, t2, t3, t4, t5, t6, t7] = &*TABLES;
        let (steps, rest) = octets.as_chunks::<8>();
        let Self(mut sum) = self;
        for &[a, b, c, d, e, f, g, h] in steps {
            let low = sum ^ u32::from_le_bytes([a, b, c, d]);
            let high = u32::from_le_bytes([e, f, g, h]);
            sum = at(t7, low)
                ^ at(t6, low >> 8)
                ^ at(t5, low >> 16)
                ^ at(t4, low >> 24)
                ^ at(t3, high)
                ^ at(t2, high >> 8)
                ^ at(t1, high >> 16)
                ^ at(t0, high >> 24);
        }
        for &octet in rest {
            sum = (sum >> 8) ^ at(t0, sum ^ u32::from(octet));
        }
        Self(sum)
    }

    /// The sum.
    #[must_use]
    pub const fn value(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_catalogues() {
        // The check value of CRC-32C, and the examples of RFC 3720.
        for (octets, sum) in [
            (&b"123456789"[..], 0xE306_9283),
            (&[0; 32], 0x8A91_36AA),
            (&[0xFF; 32], 0x62A8_AB43),
            (b"", 0),
        ] {
            assert_eq!(Crc::EMPTY.of(octets).value(), sum, "{octets:?}");
            for cut in 0..octets.len() {
                let (before, behind) = octets.split_at(cut);
                assert_eq!(Crc::EMPTY.of(before).of(behind).value(), sum, "cut at {cut}");
            }
        }
    }
}
