//! What one subscriber has asked of a publisher: a counted set of prefixes (37-PUBSUB-006..010).
//!
//! Deliberately absent: a trie. Matching looks up the prefixes of a topic whose lengths occur, so
//! its cost depends on the number of different lengths, not on the number of subscriptions.

use core::num::NonZeroUsize;
use std::collections::BTreeMap;

/// Octets that a prefix costs beside its own, about: a publisher keeps it twice, each time in a
/// node of a map that is half full, with the list of who wants it.
const OVERHEAD: usize = 192;

/// What a prefix adds to the size.
const fn cost(prefix: &[u8]) -> usize {
    prefix.len().saturating_mul(2).saturating_add(OVERHEAD)
}

/// The subscriptions of one peer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subscriptions {
    /// Octets that all prefixes cost.
    size: usize,
    /// Prefixes of each length, with the number of times each has been subscribed to.
    by_length: BTreeMap<usize, BTreeMap<Vec<u8>, NonZeroUsize>>,
}

impl Subscriptions {
    /// No subscriptions: nothing matches.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, by_length: BTreeMap::new() }
    }

    /// Adds one subscription to this prefix; says whether it is the first.
    pub fn subscribe(&mut self, prefix: &[u8]) -> bool {
        let prefixes = self.by_length.entry(prefix.len()).or_default();
        let Some(count) = prefixes.get_mut(prefix) else {
            prefixes.insert(prefix.to_vec(), NonZeroUsize::MIN);
            self.size = self.size.saturating_add(cost(prefix));
            return true;
        };
        *count = count.saturating_add(1); //= 37-PUBSUB-009
        false
    }

    /// Takes one subscription to this prefix back; says whether it was the last. One that was
    /// never made leaves no debt.
    pub fn cancel(&mut self, prefix: &[u8]) -> bool {
        let Some(prefixes) = self.by_length.get_mut(&prefix.len()) else { return false };
        let Some(count) = prefixes.get_mut(prefix) else { return false }; //= 37-PUBSUB-010
        if let Some(fewer) = NonZeroUsize::new(count.get().saturating_sub(1)) {
            *count = fewer;
            return false;
        }
        prefixes.remove(prefix);
        self.size = self.size.saturating_sub(cost(prefix));
        if prefixes.is_empty() {
            self.by_length.remove(&prefix.len());
        }
        true
    }

    /// Whether a message that starts with these octets is wanted; the answer is yes once, however
    /// many subscriptions match (37-PUBSUB-008).
    #[must_use]
    pub fn matches(&self, topic: &[u8]) -> bool {
        //= 37-PUBSUB-006
        self.by_length.range(..=topic.len()).any(|(&length, prefixes)| {
            // There is one prefix of no octets; to compare such with each other is slow.
            length == 0 || topic.get(..length).is_some_and(|start| prefixes.contains_key(start))
        })
    }

    /// How many subscriptions there are to exactly this prefix.
    #[must_use]
    pub fn count(&self, prefix: &[u8]) -> usize {
        let prefixes = self.by_length.get(&prefix.len());
        prefixes.and_then(|prefixes| prefixes.get(prefix)).map_or(0, |count| count.get())
    }

    /// Octets that the prefixes keep in memory, about.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Whether nothing is subscribed to.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_length.is_empty()
    }

    /// Every prefix once, shortest first.
    pub fn prefixes(&self) -> impl Iterator<Item = &[u8]> {
        self.by_length.values().flat_map(BTreeMap::keys).map(Vec::as_slice)
    }
}
