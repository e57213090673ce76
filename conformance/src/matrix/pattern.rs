//! Pairs of socket types: those that are to talk, and some that must not.

use crate::socket_type::SocketType::{
    self, Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, Xpub, Xsub,
};

/// How the two sides of a pattern take turns; the first one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// From the first to the second.
    OneWay,
    /// A question and its answer, again and again.
    LockStep,
    /// There, then back.
    BothWays,
    /// What the second wants, from the first.
    Publish,
    /// Nothing at all: the types do not go together (37-SOCKTYPE-002).
    Strangers,
}

/// Two socket types that meet.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As on the command line: `push-pull`.
    pub id: &'static str,
    /// Who sends first.
    pub first: SocketType,
    /// Who receives first.
    pub second: SocketType,
    /// How they take turns.
    pub style: Style,
}

const fn of(id: &'static str, first: SocketType, second: SocketType, style: Style) -> Pattern {
    Pattern { id, first, second, style }
}

/// Every pattern, in the order of reports.
pub static PATTERNS: [Pattern; 14] = [
    of("push-pull", Push, Pull, Style::OneWay),
    of("req-rep", Req, Rep, Style::LockStep),
    of("req-router", Req, Router, Style::LockStep),
    of("dealer-rep", Dealer, Rep, Style::LockStep),
    of("dealer-router", Dealer, Router, Style::BothWays),
    of("dealer-dealer", Dealer, Dealer, Style::BothWays),
    of("router-router", Router, Router, Style::BothWays),
    of("pub-sub", Pub, Sub, Style::Publish),
    of("xpub-xsub", Xpub, Xsub, Style::Publish),
    of("pair-pair", Pair, Pair, Style::BothWays),
    of("push-sub", Push, Sub, Style::Strangers),
    of("pub-pull", Pub, Pull, Style::Strangers),
    of("dealer-pull", Dealer, Pull, Style::Strangers),
    of("push-rep", Push, Rep, Style::Strangers),
];

impl Pattern {
    /// The pattern with this name.
    pub fn find(id: &str) -> Option<&'static Self> {
        PATTERNS.iter().find(|pattern| pattern.id == id)
    }

    /// Whether both sides have the same type, so that to swap the peers changes little.
    pub fn is_symmetric(&self) -> bool {
        self.first == self.second
    }

    /// Whether messages are to arrive.
    pub fn talks(&self) -> bool {
        self.style != Style::Strangers
    }
}

/// What an application of type `kind` has in front of the body, when it talks to `other` and a
/// ROUTER knows its peer by `routing_id`.
pub(super) fn envelope(kind: SocketType, other: SocketType, routing_id: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    if kind == Router {
        parts.push(routing_id.to_vec());
    }
    if matches!((kind, other), (Router | Dealer, Req | Rep)) {
        parts.push(Vec::new());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_talk_exactly_where_the_types_may_meet() {
        for pattern in &PATTERNS {
            let may = pattern.first.accepts().contains(&pattern.second);
            assert_eq!(pattern.talks(), may, "{}", pattern.id);
            let name = format!("{}-{}", pattern.first, pattern.second).to_lowercase();
            assert_eq!(pattern.id, name);
        }
    }

    #[test]
    fn only_who_asks_or_routes_has_an_envelope() {
        assert_eq!(envelope(Router, Req, b"x"), [b"x".to_vec(), vec![]]);
        assert_eq!(envelope(Dealer, Rep, b"x"), [b""]);
        assert_eq!(envelope(Router, Dealer, b"x"), [b"x".to_vec()]);
        assert!(envelope(Req, Router, b"x").is_empty() && envelope(Dealer, Dealer, b"").is_empty());
    }
}
