//! What something has happened to: a small set, which is asked for its first member most of all.
//!
//! Mostly there are one or two of them, and then there are none: a tree would be built and torn
//! down for each message.

use super::Member;

/// The first is at the end.
#[derive(Debug, Default)]
pub(super) struct Touched(Vec<Member>);

impl Touched {
    pub(super) fn insert(&mut self, member: Member) {
        if let Err(at) = self.0.binary_search_by(|known| member.cmp(known)) {
            self.0.insert(at, member);
        }
    }

    pub(super) fn pop_first(&mut self) -> Option<Member> {
        self.0.pop()
    }
}

impl Extend<Member> for Touched {
    fn extend<I: IntoIterator<Item = Member>>(&mut self, members: I) {
        let before = self.0.len();
        self.0.extend(members);
        if self.0.len() > before {
            self.0.sort_unstable_by(|one, other| other.cmp(one));
            self.0.dedup();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::LinkId;
    use std::collections::BTreeSet;

    #[test]
    fn it_gives_what_a_tree_gives() {
        let member = |number: u64| Member::Link(LinkId(number * 7 % 11));
        let (mut touched, mut tree) = (Touched::default(), BTreeSet::new());
        for step in 0..200 {
            if step % 5 == 4 {
                touched.extend([member(step), member(step + 1), member(step)]);
                tree.extend([member(step), member(step + 1)]);
            } else {
                touched.insert(member(step));
                tree.insert(member(step));
            }
            for _ in 0..step % 3 {
                assert_eq!(touched.pop_first(), tree.pop_first());
            }
        }
        while let Some(first) = tree.pop_first() {
            assert_eq!(touched.pop_first(), Some(first));
        }
        assert_eq!(touched.pop_first(), None);
    }
}
