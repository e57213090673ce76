//! Expectation files: what is known of a peer, with reasons. A result is expected, unexpected, or
//! new; an entry that no result confirms is stale. Readers of a file are helped by [`remarks()`], a
//! file is brought up to date with a report by [`fix()`].

mod fix;
mod remarks;

pub use fix::{Fixed, fix};
pub use remarks::{Remark, remarks};

use serde::Deserialize;

use crate::case::Case;
use crate::glob::matches;
use crate::runner::{Profile, Record};
use crate::socket_type::SocketType;
use crate::target::Role;
use crate::verdict::Verdict;

/// Known deviations of one peer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// The entries, in the order of the file.
    #[serde(default)]
    pub expect: Vec<Expected>,
    /// What is not tried on this peer at all.
    #[serde(default)]
    pub skip: Vec<Skip>,
}

/// The reason in an entry whose reason nobody has written yet.
pub const UNWRITTEN: &str = concat!("TO", "DO");
/// The most cases that one pattern may stand for: what is wider hides what nobody looked at.
pub const WIDEST: usize = 20;

/// One known deviation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The id of the case, or a pattern as of `--run` for several that differ in one way.
    pub case: String,
    /// What it says of this peer: `fail`, `hang`, `crash` or `lenient`.
    pub verdict: Verdict,
    /// What else it says of it, where that depends on the peer's timing: `pass` and `flaky` too.
    #[serde(default)]
    pub or: Vec<Verdict>,
    /// Which way of differing.
    pub signature: String,
    /// What the peer does.
    pub why: String,
    /// The public issue, if there is one.
    pub issue: Option<String>,
    /// Only where all of these hold: `type = SUB, role = bind, version < 4.3.5`.
    pub when: Option<String>,
    /// The day, as `2026-11-24`, when somebody should look again.
    pub review: Option<String>,
}

/// Cases that are not tried on this peer: they would take it down, or the machine with it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The id of the case, or a pattern as of `--run`.
    pub case: String,
    /// Why it is not tried.
    pub why: String,
    /// The public issue, if there is one.
    pub issue: Option<String>,
    /// The day, as `2026-11-24`, when somebody should look again.
    pub review: Option<String>,
}

impl Expectations {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let all: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in &all.expect {
            entry.check().map_err(|why| format!("{}: {why}", entry.case))?;
        }
        let entries = all.expect.iter().map(|entry| (&entry.case, &entry.review));
        for (pattern, review) in entries.chain(all.skip.iter().map(|s| (&s.case, &s.review))) {
            covers(pattern)?;
            if let Some(date) = review.as_ref().filter(|date| !remarks::is_date(date)) {
                return Err(format!("{pattern}: review '{date}': write a day as 2026-11-24"));
            }
        }
        Ok(all)
    }

    /// The entry that keeps a case from being tried.
    pub fn skips(&self, case: &Case) -> Option<&Skip> {
        self.skip.iter().find(|skip| matches(&skip.case, case.id))
    }

    /// Drops what is about other versions than this one.
    pub fn keep(&mut self, version: &str) {
        self.expect.retain(|entry| entry.is_about(version));
    }

    /// The entry that foretells this result.
    pub fn entry(&self, record: &Record) -> Option<&Expected> {
        self.expect.iter().find(|entry| entry.foretells(record))
    }

    /// Entries whose case was judged, but never as they say. The verdicts of a file are those of
    /// the default profile: under another one only the signature must still come.
    pub fn stale<'a>(
        &'a self,
        records: &'a [Record],
        profile: Profile,
    ) -> impl Iterator<Item = &'a Expected> {
        self.expect.iter().filter(move |entry| {
            let comes = |record: &Record| match profile {
                Profile::Default => entry.foretells(record),
                Profile::Strict | Profile::Interop => entry.signs(record),
            };
            let mut judged = records.iter().filter(|record| entry.speaks_of(record)).peekable();
            let passes = |record: &Record| {
                record.verdict == Verdict::Pass && entry.or.contains(&Verdict::Pass)
            };
            judged.peek().is_some() && !judged.any(|record| comes(record) || passes(record))
        })
    }
}

/// Whether a pattern stands for cases, and for no more than somebody can have looked at.
fn covers(pattern: &str) -> Result<(), String> {
    let count = crate::cases::all().iter().filter(|case| matches(pattern, case.id)).count();
    match count {
        0 => Err(format!("'{pattern}' is no case: zeroproof list shows them")),
        1..=WIDEST => Ok(()),
        _ => Err(format!(
            "'{pattern}' stands for {count} cases, and may for {WIDEST}: what is wider hides what \
             nobody looked at"
        )),
    }
}

impl Expected {
    /// What would make the entry never hold, and so never be missed.
    fn check(&self) -> Result<(), String> {
        match self.verdict {
            Verdict::Fail | Verdict::Hang | Verdict::Crash | Verdict::Lenient => {}
            other => return Err(format!("verdict {other}: write fail, hang, crash or lenient")),
        }
        let idle = [Verdict::NotApplicable, Verdict::Blocked, Verdict::NotRun, Verdict::Info];
        if let Some(other) = self.or.iter().find(|or| idle.contains(or)) {
            return Err(format!("or {other}: write what a case can come to"));
        }
        for condition in self.conditions() {
            let known = match condition {
                ("type", "=", value) => SocketType::ALL.iter().any(|kind| kind.name() == value),
                ("role", "=", value) => {
                    [Role::Bind, Role::Connect].iter().any(|role| role.name() == value)
                }
                ("version", "=" | "<" | ">=", value) => numbers(value).is_some(),
                _ => false,
            };
            if !known {
                let (name, relation, value) = condition;
                return Err(format!(
                    "when '{name} {relation} {value}': write type = SUB, role = bind, or \
                     version < 1.2.3 (also = and >=)"
                ));
            }
        }
        Ok(())
    }

    /// Name, relation and value of each part of `when`.
    fn conditions(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.when.iter().flat_map(|when| when.split(',')).map(|part| {
            let relation = [">=", "<", "="].into_iter().find(|sign| part.contains(sign));
            let relation = relation.unwrap_or("=");
            let (name, value) = part.split_once(relation).unwrap_or((part, ""));
            (name.trim(), relation, value.trim())
        })
    }

    /// Whether it speaks of this version of the peer.
    fn is_about(&self, version: &str) -> bool {
        let mut bounds = self.conditions().filter(|(name, _, _)| *name == "version");
        bounds.all(|(_, relation, bound)| match (numbers(version), numbers(bound), relation) {
            (Some(ours), Some(bound), "<") => ours < bound,
            (Some(ours), Some(bound), ">=") => ours >= bound,
            (ours, bound, _) => ours == bound,
        })
    }

    fn foretells(&self, record: &Record) -> bool {
        let foretold = self.verdict == record.verdict || self.or.contains(&record.verdict);
        self.signs(record) && foretold
    }

    /// Whether the record differs in the way of this entry, whatever its verdict.
    fn signs(&self, record: &Record) -> bool {
        let signature = record.finding.as_ref().map(|finding| finding.signature.as_str());
        self.speaks_of(record) && signature == Some(self.signature.as_str())
    }

    /// Whether this is its case, on its axes, and was judged at all.
    fn speaks_of(&self, record: &Record) -> bool {
        let idle =
            matches!(record.verdict, Verdict::NotApplicable | Verdict::Blocked | Verdict::NotRun);
        let holds = |(name, _, value): (&str, &str, &str)| match name {
            "type" => record.axes.kind.name() == value,
            "role" => record.axes.role.name() == value,
            _ => true,
        };
        matches(&self.case, record.case.id) && !idle && self.conditions().all(holds)
    }
}

/// `4.3.5` as numbers that compare; `None` for anything else.
fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::Expectations;
    use crate::runner::{Axes, Profile, Record};
    use crate::socket_type::SocketType;
    use crate::split::Split;
    use crate::target::Role;
    use crate::verdict::{Finding, Verdict};

    const CASE: &str = "37/greeting/signature";

    fn file(verdict: &str, when: &str) -> String {
        format!(
            "[[expect]]\ncase = '{CASE}'\nverdict = '{verdict}'\nsignature = 'odd'\n\
             why = 'it does'\n{when}"
        )
    }

    fn record(kind: SocketType, verdict: Verdict, signature: &str) -> Record {
        let case = crate::cases::find(CASE).unwrap();
        let axes = Axes { kind, role: Role::Bind, split: Split::Whole };
        let finding = Some(Finding::new(signature, "even", "odd"));
        Record { finding, ..Record::idle(case, axes, verdict, "") }
    }

    #[test]
    fn an_entry_foretells_its_case_verdict_and_signature_only() {
        let known = Expectations::parse(&file("fail", "")).unwrap();
        let foretold = |verdict, signature| {
            known.entry(&record(SocketType::Pull, verdict, signature)).is_some()
        };
        assert!(foretold(Verdict::Fail, "odd"));
        assert!(!foretold(Verdict::Fail, "other"));
        assert!(!foretold(Verdict::Hang, "odd"));
        assert!(!foretold(Verdict::Flaky, "odd"));
    }

    #[test]
    fn what_depends_on_timing_may_come_in_several_ways() {
        let known = Expectations::parse(&file("hang", "or = ['flaky', 'pass']")).unwrap();
        let judged = |verdict, signature| record(SocketType::Pull, verdict, signature);
        for verdict in [Verdict::Hang, Verdict::Flaky] {
            assert!(known.entry(&judged(verdict, "odd")).is_some(), "{verdict}");
            assert!(known.entry(&judged(verdict, "other")).is_none(), "{verdict}");
        }
        assert!(known.entry(&judged(Verdict::Fail, "odd")).is_none());
        let passed = Record { finding: None, ..judged(Verdict::Pass, "") };
        assert_eq!(known.stale(std::slice::from_ref(&passed), Profile::Default).count(), 0);
        let strict = Expectations::parse(&file("hang", "or = ['flaky']")).unwrap();
        assert_eq!(strict.stale(&[passed], Profile::Default).count(), 1);
    }

    #[test]
    fn a_condition_names_type_and_role() {
        let when = "when = 'type = SUB, role = bind'";
        let known = Expectations::parse(&file("fail", when)).unwrap();
        assert!(known.entry(&record(SocketType::Sub, Verdict::Fail, "odd")).is_some());
        assert!(known.entry(&record(SocketType::Pull, Verdict::Fail, "odd")).is_none());
    }

    #[test]
    fn a_condition_on_the_version_drops_the_entry_for_others() {
        for (when, versions) in [
            ("version < 4.3.5", [true, false, true]),
            ("version >= 4.3.5", [false, true, false]),
            ("version = 4.3.5, role = bind", [false, true, false]),
            ("version >= 4.3, version < 4.3.5", [true, false, false]),
            ("role = bind", [true, true, true]),
        ] {
            let left = ["4.3.4", "4.3.5", "4.2.10"].map(|version| {
                let mut known =
                    Expectations::parse(&file("fail", &format!("when = '{when}'"))).unwrap();
                known.keep(version);
                known.expect.len() == 1
            });
            assert_eq!(left, versions, "{when}");
        }
    }

    #[test]
    fn an_entry_is_stale_when_its_case_was_judged_otherwise_everywhere() {
        let known = Expectations::parse(&file("fail", "")).unwrap();
        let stale = |records: &[Record], profile| known.stale(records, profile).count();
        let (pull, sub) = (SocketType::Pull, SocketType::Sub);
        let failed = record(pull, Verdict::Fail, "odd");
        let passed = Record { finding: None, ..record(sub, Verdict::Pass, "") };
        let idle = record(pull, Verdict::NotRun, "");
        assert_eq!(stale(&[], Profile::Default), 0, "the case was not chosen");
        assert_eq!(stale(&[idle], Profile::Default), 0, "it did not run");
        assert_eq!(stale(&[failed, passed.clone()], Profile::Default), 0, "it came once");
        assert_eq!(stale(&[passed], Profile::Default), 1);
        let softened = [record(pull, Verdict::Lenient, "odd")];
        assert_eq!(stale(&softened, Profile::Default), 1);
        assert_eq!(stale(&softened, Profile::Interop), 0, "the profile made it lenient");
    }

    #[test]
    fn a_pattern_stands_for_some_cases_and_not_for_many() {
        let of = |pattern: &str| Expectations::parse(&file("fail", "").replace(CASE, pattern));
        let known = of("37/greeting/*").unwrap();
        assert!(known.entry(&record(SocketType::Pull, Verdict::Fail, "odd")).is_some());
        assert!(of("37/**").unwrap_err().contains("and may for 20"));
        assert!(of("37/nothing/*").unwrap_err().contains("is no case"));
    }

    #[test]
    fn a_case_is_skipped_with_a_reason() {
        let text = format!("[[skip]]\ncase = '{CASE}'\nwhy = 'it takes the machine down'");
        let known = Expectations::parse(&text).unwrap();
        assert!(known.skips(crate::cases::find(CASE).unwrap()).is_some());
        assert!(known.skips(crate::cases::find("37/null/handshake").unwrap()).is_none());
        let without = text.split("why").next().unwrap();
        assert!(Expectations::parse(without).unwrap_err().contains("why"));
        let late = text.clone() + "\nreview = 'soon'";
        assert!(Expectations::parse(&late).unwrap_err().contains("2026-11-24"));
    }

    #[test]
    fn what_could_never_hold_is_refused() {
        for (verdict, when, says) in [
            ("pass", "", "fail, hang"),
            ("fail", "or = ['blocked']", "or blocked"),
            ("fail", "when = 'typ = SUB'", "typ = SUB"),
            ("fail", "when = 'type = SUBB'", "SUBB"),
            ("fail", "when = 'role'", "role = bind"),
            ("fail", "when = 'version < new'", "version < new"),
            ("fail", "when = 'type < SUB'", "type < SUB"),
            ("fail", "whn = ''", "whn"),
        ] {
            let error = Expectations::parse(&file(verdict, when)).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
        let unknown = file("fail", "").replace(CASE, "37/no/case");
        assert!(Expectations::parse(&unknown).unwrap_err().contains("zeroproof list"));
    }
}
