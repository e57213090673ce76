//! The revisions of ZMTP, and which cases judge each. A case belongs to the revisions that its
//! clauses belong to: RFC 37 is 3.1, and most of it is what RFC 23 says of 3.0; RFC 15 is 2.0, and
//! RFC 13 is 1.0. Security and patterns (RFCs 24 to 31) are judged over 3.x.
//! Deliberately absent: what a peer announces, which the survey of a run finds out.

use std::fmt;

use crate::case::Case;

/// A revision of ZMTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spec {
    /// RFC 37.
    V31,
    /// RFC 23.
    V30,
    /// RFC 15.
    V20,
    /// RFC 13.
    V10,
}

impl Spec {
    /// All of them, the latest first.
    pub const ALL: [Self; 4] = [Self::V31, Self::V30, Self::V20, Self::V10];

    /// As on the command line: `3.1`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V31 => "3.1",
            Self::V30 => "3.0",
            Self::V20 => "2.0",
            Self::V10 => "1.0",
        }
    }

    /// The revision with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|spec| spec.name() == name)
    }

    /// Whether a case judges this revision.
    pub fn has(self, case: &Case) -> bool {
        let any = |says: &dyn Fn(u16, &str) -> bool| {
            case.clauses.iter().any(|id| number(id).is_some_and(|rfc| says(rfc, id)))
        };
        match self {
            Self::V31 => any(&|rfc, _| rfc == 37 || is_above(rfc)),
            Self::V30 => {
                let of_30 =
                    |rfc, id: &str| rfc == 23 || is_above(rfc) || (rfc == 37 && also(id, 23));
                case.minor == 0 && any(&of_30)
            }
            Self::V20 => any(&|rfc, _| rfc == 15),
            Self::V10 => any(&|rfc, _| rfc == 13),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The RFC of a clause.
fn number(clause: &str) -> Option<u16> {
    clause.split('-').next()?.parse().ok()
}

/// Security and patterns.
fn is_above(rfc: u16) -> bool {
    (24..=31).contains(&rfc)
}

/// Whether another RFC has the same clause.
fn also(clause: &str, rfc: u16) -> bool {
    let found = zeroproof_vectors::clauses().ok().and_then(|all| all.find(clause));
    found.is_some_and(|clause| clause.also_rfc.contains(&rfc))
}

#[cfg(test)]
mod tests {
    use super::Spec;
    use crate::cases;

    #[test]
    fn each_case_judges_a_revision_and_some_judge_one_only() {
        let of = |id: &str| {
            let case = cases::find(id).unwrap();
            Spec::ALL.into_iter().filter(|spec| spec.has(case)).map(Spec::name).collect::<Vec<_>>()
        };
        assert_eq!(of("37/framing/command-bit"), ["3.1", "3.0"]);
        assert_eq!(of("37/heartbeat/long-ttl"), ["3.1"]);
        assert_eq!(of("23/pubsub/long-topics-sent"), ["3.0"]);
        assert_eq!(of("13/content/broadcast-unfiltered"), ["1.0"]);
        for case in cases::all() {
            let judged = Spec::ALL.into_iter().any(|spec| spec.has(case));
            assert!(judged, "{} judges no revision", case.id);
        }
        assert_eq!(Spec::parse("2.0"), Some(Spec::V20));
        assert_eq!(Spec::parse("4.0"), None);
    }
}
