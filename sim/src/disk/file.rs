//! One file: what is durable, what programs see, and what may be there after a power cut.
//!
//! Deliberately absent: its name, which the folder keeps.

use super::choice::Choices;
use std::collections::BTreeMap;

/// What a drive writes at once.
const SECTOR: usize = 512;

/// What was written into a sector, and since when a sync would make the last of it durable.
#[derive(Clone, Debug)]
struct Dirt {
    versions: Vec<Vec<u8>>,
    /// A failed sync has made the system forget that it is to be written.
    is_forgotten: bool,
}

/// The octets of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    durable: Vec<u8>,
    live: Vec<u8>,
    dirt: BTreeMap<usize, Dirt>,
    /// Sizes since the last sync, the durable one aside.
    sizes: Vec<usize>,
}

impl File {
    /// A file that lies on the drive.
    pub(super) fn of(octets: Vec<u8>) -> Self {
        Self { live: octets.clone(), durable: octets, ..Self::default() }
    }

    pub(super) fn live(&self) -> &[u8] {
        &self.live
    }

    pub(super) fn write(&mut self, at: usize, octets: &[u8]) {
        let end = at + octets.len();
        let begin = at.min(self.live.len());
        if self.live.len() < end {
            self.live.resize(end, 0);
            self.sizes.push(end);
        }
        if let Some(place) = self.live.get_mut(at..end) {
            place.copy_from_slice(octets);
        }
        self.soil(begin, end);
    }

    fn soil(&mut self, begin: usize, end: usize) {
        for number in begin / SECTOR..end.div_ceil(SECTOR) {
            let sector = self.live.chunks(SECTOR).nth(number).unwrap_or_default().to_vec();
            let dirt = self.dirt.entry(number);
            let dirt = dirt.or_insert(Dirt { versions: Vec::new(), is_forgotten: false });
            dirt.is_forgotten = false;
            dirt.versions.push(sector);
        }
    }

    pub(super) fn truncate(&mut self, size: usize) {
        self.live.truncate(size);
        self.sizes.push(size);
    }

    pub(super) fn sync(&mut self) {
        self.durable.resize(self.live.len(), 0);
        for (number, dirt) in &self.dirt {
            let sector = self.live.chunks(SECTOR).nth(*number).unwrap_or_default();
            let place = self.durable.chunks_mut(SECTOR).nth(*number).unwrap_or_default();
            if !dirt.is_forgotten {
                place.copy_from_slice(sector);
            }
        }
        self.dirt.retain(|_, dirt| dirt.is_forgotten);
        self.sizes.clear();
    }

    /// The drive has not taken it, and the system believes that it has: what programs read is not
    /// what is kept, and the next sync has nothing to do.
    pub(super) fn fail_sync(&mut self) {
        self.dirt.values_mut().for_each(|dirt| dirt.is_forgotten = true);
    }

    /// The file after a power cut.
    pub(super) fn cut_off(&self, choices: &mut dyn Choices) -> Vec<u8> {
        let sizes: Vec<usize> = [self.durable.len()].into_iter().chain(self.differing()).collect();
        let size = sizes.get(choices.choose(sizes.len())).copied().unwrap_or_default();
        let mut octets = self.durable.clone();
        octets.resize(size, 0);
        let sectors = octets.chunks_mut(SECTOR).enumerate();
        for (place, dirt) in sectors.filter_map(|(at, place)| Some((place, self.dirt.get(&at)?))) {
            // The durable one is the first of them.
            if let Some(chosen) = choices.choose(dirt.versions.len() + 1).checked_sub(1) {
                let version = dirt.versions.get(chosen).map_or(&[][..], |version| version);
                let shared = place.len().min(version.len());
                if let (Some(place), Some(version)) =
                    (place.get_mut(..shared), version.get(..shared))
                {
                    place.copy_from_slice(version);
                }
            }
        }
        octets
    }

    fn differing(&self) -> Vec<usize> {
        let mut sizes = self.sizes.clone();
        sizes.retain(|size| *size != self.durable.len());
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// Turns one bit, everywhere.
    pub(super) fn rot(&mut self, at: usize, bit: u32) {
        for octets in [&mut self.durable, &mut self.live] {
            if let Some(octet) = octets.get_mut(at) {
                *octet ^= 1_u8.wrapping_shl(bit);
            }
        }
    }
}
