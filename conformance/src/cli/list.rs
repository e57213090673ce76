//! `zeroproof list` and `zeroproof explain`: the cases and clauses, for people.

use super::Failure;
use crate::cases;

/// Prints every case: id, level, clauses.
pub(super) fn list() -> u8 {
    for case in cases::all() {
        say!("{:<52} {:<8} {}", case.id, case.level, case.clauses.join(" "));
    }
    0
}

/// Prints all that is known of a case or a clause.
pub(super) fn explain(id: &str) -> Result<u8, Failure> {
    let catalogue = zeroproof_vectors::clauses()
        .map_err(|error| Failure { message: error.to_string(), code: 5 })?;
    if let Some(clause) = catalogue.find(id) {
        say!("{}  {}  RFC {}, {}", clause.id, clause.level, clause.rfc, clause.section);
        say!("{}\nhow     {}", clause.text, clause.how);
        let judges = cases::all().into_iter().filter(|case| case.clauses.contains(&id));
        judges.for_each(|case| say!("case    {}", case.id));
        return Ok(0);
    }
    let Some(case) = cases::find(id) else {
        let why = format!("'{id}' is neither a case nor a clause: zeroproof list shows the cases");
        return Err(Failure::usage(why));
    };
    say!("{}  {}\n{}", case.id, case.level, case.promise);
    for (name, text) in [("effect", case.effect), ("reading", case.reading)] {
        if !text.is_empty() {
            say!("{name:<8}{text}");
        }
    }
    for id in case.clauses {
        let text = catalogue.find(id).map(|clause| clause.text.as_str()).unwrap_or_default();
        say!("{id}  {text}");
    }
    Ok(0)
}
