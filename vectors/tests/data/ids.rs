//! Ids are for ever: the lock and the data name the same ones.

use zeroproof_vectors::{Fate, clauses, golden, ids};

#[test]
fn every_id_in_the_data_is_in_the_lock_and_back() {
    let clauses = clauses().unwrap().clauses().iter().map(|clause| (&clause.id, "clause"));
    let vectors = golden().unwrap().vectors().iter().map(|vector| (&vector.id, "vector"));
    let mut data: Vec<String> = clauses.chain(vectors).map(|(id, kind)| line(id, kind)).collect();
    data.sort();
    let living = ids().unwrap().iter().filter_map(|(id, fate)| match fate {
        Fate::Clause => Some(line(id, "clause")),
        Fate::Vector => Some(line(id, "vector")),
        Fate::Renamed(_) | Fate::Removed(_) => None,
    });
    let lock: Vec<String> = living.collect();
    let missing: Vec<&String> = data.iter().filter(|line| !lock.contains(line)).collect();
    let gone: Vec<&String> = lock.iter().filter(|line| !data.contains(line)).collect();
    assert!(missing.is_empty(), "add to ids.lock, in order:\n{missing:#?}");
    assert!(gone.is_empty(), "not in the data; make it `renamed` or `removed`:\n{gone:#?}");
}

fn line(id: &str, kind: &str) -> String {
    format!("{id} {kind}")
}

#[test]
fn the_lock_ends_every_line() {
    let text = super::text("ids.lock");
    assert!(text.ends_with('\n') && !text.contains('\r') && !text.contains("\n\n"));
}
