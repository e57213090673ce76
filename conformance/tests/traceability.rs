//! The two-way guard between clauses and cases: every id that a case, a reason or an expectation
//! cites exists; every case says what a reader needs; no id is used twice.

use std::collections::BTreeSet;

use zeroproof_conformance::cases;
use zeroproof_conformance::coverage::{Cover, Coverage};
use zeroproof_conformance::expect::Expectations;

#[test]
fn every_cited_clause_exists() {
    let catalogue = zeroproof_vectors::clauses().unwrap();
    let coverage = Coverage::new().unwrap();
    let unknown: Vec<_> = coverage.ids().filter(|id| catalogue.find(id).is_none()).collect();
    assert!(unknown.is_empty(), "no such clause: {unknown:?}");
}

#[test]
fn no_clause_has_both_a_case_and_a_reason_for_having_none() {
    let coverage = Coverage::new().unwrap();
    let both: Vec<_> = coverage.contradictions().collect();
    assert!(both.is_empty(), "judged, so the reason is stale: {both:?}");
}

#[test]
fn ids_are_unique_and_cases_complete() {
    let mut ids = BTreeSet::new();
    for case in cases::all() {
        assert!(ids.insert(case.id), "{} twice", case.id);
        assert!(case.id.split('/').count() == 3, "{}: write rfc/section/promise", case.id);
        for (what, missing) in [
            ("clauses", case.clauses.is_empty()),
            ("promise", !case.promise.ends_with('.')),
            ("effect", case.effect.is_empty()),
            ("types", case.types.is_empty()),
            ("roles", case.roles.is_empty()),
        ] {
            assert!(!missing, "{} lacks its {what}", case.id);
        }
    }
}

#[test]
fn the_expectations_of_libzmq_name_cases() {
    let known = Expectations::parse(include_str!("../peers/libzmq.toml")).unwrap();
    assert!(known.expect.iter().all(|entry| entry.why.len() > 20), "each says what happens");
}

#[test]
fn every_clause_of_zmtp_has_a_case_or_a_written_reason() {
    let catalogue = zeroproof_vectors::clauses().unwrap();
    let coverage = Coverage::new().unwrap();
    let silent: Vec<_> = [37, 23, 15, 13, 24, 25, 26, 27, 28, 29, 30, 31]
        .into_iter()
        .flat_map(|rfc| catalogue.rfc(rfc))
        .filter(|clause| coverage.of(clause) == Cover::Later(String::new()))
        .map(|clause| clause.id.as_str())
        .collect();
    assert!(silent.is_empty(), "neither a case nor a reason in conformance/coverage: {silent:?}");
}

#[test]
fn the_readme_tells_how_many_clauses_are_judged() {
    let catalogue = zeroproof_vectors::clauses().unwrap();
    let coverage = Coverage::new().unwrap();
    for rfc in [37, 23, 15, 13, 24, 25, 26, 27, 28, 29, 30, 31] {
        let all = catalogue.rfc(rfc).count();
        let judged = catalogue.rfc(rfc).filter(|clause| coverage.of(clause) == Cover::Judged);
        let told = format!("RFC {rfc} {} of {all}", judged.count());
        assert!(include_str!("../../README.md").contains(&told), "the README lacks: {told}");
    }
}
