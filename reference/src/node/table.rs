//! A map of few members, in order: one piece of memory, searched by halves.
//!
//! A message looks up a socket and a link many times, and there are few of either; a tree would
//! walk over nodes for that. What is in it lies in boxes, so that little is moved when one goes.

/// Sorted by the keys.
#[derive(Debug)]
pub(super) struct Table<K, V>(Vec<(K, Box<V>)>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord, V> Table<K, V> {
    fn place(&self, key: K) -> Result<usize, usize> {
        // Mostly there is one, or it is the newest.
        match self.0.last() {
            None => Err(0),
            Some((last, _)) if *last == key => Ok(self.0.len().saturating_sub(1)),
            Some((last, _)) if *last < key => Err(self.0.len()),
            Some(_) => self.0.binary_search_by(|(known, _)| known.cmp(&key)),
        }
    }

    pub(super) fn find(&self, key: K) -> Option<&V> {
        self.0.get(self.place(key).ok()?).map(|(_, value)| &**value)
    }

    pub(super) fn find_mut(&mut self, key: K) -> Option<&mut V> {
        let place = self.place(key).ok()?;
        self.0.get_mut(place).map(|(_, value)| &mut **value)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.place(key) {
            Ok(place) => {
                if let Some((_, known)) = self.0.get_mut(place) {
                    **known = value;
                }
            }
            Err(place) => self.0.insert(place, (key, Box::new(value))),
        }
    }

    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        let place = self.place(key).ok()?;
        Some(*self.0.remove(place).1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.0.iter().map(|(key, value)| (*key, &**value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_is_a_map_in_order() {
        let (mut table, mut tree) = (Table::default(), BTreeMap::new());
        for step in 0_u64..300 {
            let key = step * 7 % 13;
            if step % 3 == 0 {
                assert_eq!(table.remove(key), tree.remove(&key));
            } else {
                table.insert(key, step);
                tree.insert(key, step);
            }
            let other = step % 13;
            assert_eq!(table.find(other), tree.get(&other));
            assert_eq!(table.find_mut(other), tree.get_mut(&other));
            assert!(table.iter().eq(tree.iter().map(|(key, value)| (*key, value))));
        }
    }
}
