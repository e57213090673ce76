//! `zeroproof coverage`: clauses by RFC, and what stands behind each.

use super::Failure;
use crate::coverage::{Cover, Coverage};

/// Prints the table; with `rfc`, also every clause of that RFC that has no case.
pub(super) fn coverage(rfc: Option<u16>) -> Result<u8, Failure> {
    let bug = |message: String| Failure { message, code: 5 };
    let catalogue = zeroproof_vectors::clauses().map_err(|error| bug(error.to_string()))?;
    let coverage = Coverage::new().map_err(bug)?;
    if let Some(rfc) = rfc.filter(|&rfc| catalogue.rfc(rfc).next().is_none()) {
        let all: Vec<_> = catalogue.rfcs().map(|(number, _)| number.to_string()).collect();
        return Err(Failure::usage(format!(
            "no clauses of RFC {rfc}: there are {}",
            all.join(", ")
        )));
    }
    say!("  RFC  clauses   judged     unit  unobservable  not yet");
    for (number, _) in catalogue.rfcs() {
        let mut counts = [0_usize; 4];
        for clause in catalogue.rfc(number) {
            let [judged, unit, unobservable, later] = &mut counts;
            match coverage.of(clause) {
                Cover::Judged => *judged += 1,
                Cover::Unit(_) => *unit += 1,
                Cover::Unobservable(_) => *unobservable += 1,
                Cover::Later(_) => *later += 1,
            }
        }
        let [judged, unit, unobservable, later] = counts;
        let all: usize = counts.iter().sum();
        say!("{number:5}  {all:7}  {judged:7}  {unit:7}  {unobservable:12}  {later:7}");
    }
    let Some(rfc) = rfc else { return Ok(0) };
    for clause in catalogue.rfc(rfc) {
        match coverage.of(clause) {
            Cover::Judged => {}
            Cover::Unit(why) => say!("{}  unit test: {why}", clause.id),
            Cover::Unobservable(why) => say!("{}  not observable: {why}", clause.id),
            Cover::Later(why) => say!("{}  not yet {why}", clause.id),
        }
    }
    Ok(0)
}
