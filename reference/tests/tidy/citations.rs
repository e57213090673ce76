//! House rule 9: a clause that is cited exists.
//!
//! Ids such as 37-FRAME followed by a number are searched in code, comments, strings and the
//! documents of the root, and compared with the ids in `vectors/clauses/*.json`, read as text so
//! that this test stands even when the loader does not build. Absent: the other direction: `engine`
//! has it for the engine, and the coverage command for judges.

use std::collections::BTreeSet;

use super::tree::{Broken, File, Tree, numbered};

const CLAUSES: &str = "vectors/clauses/";

pub(super) fn unknown_clauses(tree: &Tree) -> Vec<Broken> {
    let known = known_ids(tree);
    let judged = tree.files.iter().filter(|file| {
        let document = file.path.ends_with(".md") && file.folder().is_empty();
        file.path.ends_with(".rs") || document
    });
    judged.flat_map(|file| unknown_in(file, &known)).collect()
}

fn unknown_in(file: &File, known: &BTreeSet<&str>) -> Vec<Broken> {
    let lines = numbered(&file.text);
    lines
        .flat_map(|(line, text)| {
            let unknown = ids(text).filter(|id| !known.contains(id));
            unknown.map(move |id| {
                let complaint = format!("no clause {id} in {CLAUSES}; cite one that exists");
                Broken::new(file, line, complaint)
            })
        })
        .collect()
}

fn known_ids(tree: &Tree) -> BTreeSet<&str> {
    let files = tree.files.iter().filter(|file| file.path.starts_with(CLAUSES));
    files
        .flat_map(|file| file.text.split("\"id\"").skip(1))
        .filter_map(|after| after.split('"').nth(1))
        .collect()
}

/// The words of `text` that look like the id of a clause.
pub(super) fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').filter(|w| is_id(w))
}

/// `37-FRAME-001`, `LZ-OPT-001` for what only the documentation of libzmq says, or `ZP-SWAP-001`
/// for what we promise.
fn is_id(word: &str) -> bool {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = word.split('-').collect();
    let [source, topic, number] = parts[..] else { return false };
    let named = topic.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && topic.bytes().any(|b| b.is_ascii_uppercase());
    (digits(source, 2) || ["LZ", "ZP"].contains(&source)) && named && digits(number, 3)
}

#[cfg(test)]
fn judged(path: &str, text: &str) -> usize {
    let clauses = r#"[{ "id": "37-FRAME-001", "rfc": 37 }, { "id" : "LZ-OPT-002" },
        { "id": "ZP-SWAP-001" }]"#;
    unknown_clauses(&Tree::of(&[("vectors/clauses/rfc37.json", clauses), (path, text)])).len()
}

#[test]
fn a_citation_of_no_clause_is_caught() {
    let bad = [
        concat!("//! Clauses: 37-FRAME-001, 37-FRAME", "-999."),
        concat!("const CLAUSE: &str = \"37-FRAME", "-998\";"),
        concat!("//= 38", "-FRAME-001"),
        concat!("// LZ-OPT", "-999"),
        concat!("//= ZP-SWAP", "-999"),
    ];
    for text in bad {
        assert_eq!(judged("sim/src/a.rs", text), 1, "{text}");
        assert_eq!(judged("README.md", text), 1, "{text}");
    }
}

#[test]
fn citations_of_clauses_and_lookalikes_pass() {
    for text in [
        "//= 37-FRAME-001, LZ-OPT-002, ZP-SWAP-001",
        "2026-08-123",
        "37-frame-009",
        "A37-FRAME-0099",
    ] {
        assert_eq!(judged("sim/src/a.rs", text), 0, "{text}");
    }
}
