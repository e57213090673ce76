//! Every clause that binds an engine is cited beside the line of the engine that obeys it.
//!
//! Judged are the rules (MUST, SHOULD and their negations) of the RFCs that the engine implements.
//! A MAY permits and binds nobody; a GRAMMAR clause is a statement of fact, which golden vectors
//! hold. What no line can obey has its reason below, and a reason that is not needed is an error.
//! Absent: whether the line does obey, which tests and the suite say.

use std::collections::BTreeSet;

use super::citations::ids;
use super::tree::{Broken, File, Tree, numbered};

const RFCS: [&str; 13] = [
    "rfc13", "rfc15", "rfc23", "rfc24", "rfc25", "rfc26", "rfc27", "rfc28", "rfc29", "rfc30",
    "rfc31", "rfc37", "swap",
];
const RULES: [&str; 4] = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT"];

const DETECTS: &str = "binds peers that detect no older versions; ours does";
const DEPLOYMENT: &str = "binds whoever chooses a mechanism for a network";
const REGISTRY: &str = "binds the authors of mechanisms";
const DRAFT: &str = "binds draft types, which the engine refuses by name";
const HANDLER: &str = "binds handlers, which programs bring along";

/// Clauses that no line of the engine obeys, and why.
pub(super) const REASONS: &[(&str, &str)] = &[
    ("13-CONN-009", "the octet is the end of a signature to newer peers; 1.0 does not look at it"),
    ("24-ROLE-003", DEPLOYMENT),
    ("26-INITIATE-014", "contradicts 26-ERROR-001, which the engine obeys, as libzmq does"),
    ("27-ARCH-002", HANDLER),
    ("27-ARCH-003", HANDLER),
    ("27-ARCH-005", HANDLER),
    ("27-ARCH-007", HANDLER),
    ("27-REQUEST-005", "libzmq sends an empty domain for PLAIN and CURVE, and handlers expect it"),
    ("27-SOCK-001", "we ask with a DEALER"),
    ("27-SOCK-002", HANDLER),
    ("27-SOCK-003", HANDLER),
    ("27-SOCK-005", HANDLER),
    ("27-PROXY-002", HANDLER),
    ("27-PROXY-003", HANDLER),
    ("27-PROXY-004", HANDLER),
    ("27-PROXY-005", HANDLER),
    ("27-PROXY-006", HANDLER),
    ("27-PROXY-007", HANDLER),
    ("37-VERSION-006", DETECTS),
    ("37-VERSION-007", DETECTS),
    ("37-VERSION-008", DETECTS),
    ("37-MECH-004", REGISTRY),
    ("37-MECH-005", REGISTRY),
    ("37-NULL-001", DEPLOYMENT),
    ("37-RES-004", "one endpoint serves one socket, with one set of credentials"),
    ("37-RADIO-001", DRAFT),
    ("37-RADIO-002", DRAFT),
    ("37-RADIO-003", DRAFT),
    ("37-TS-001", DRAFT),
    ("37-TS-002", DRAFT),
    ("37-TS-003", DRAFT),
    ("37-TS-004", DRAFT),
    ("37-BACK-001", DETECTS),
    ("37-SEC-006", "a MESSAGE of RFC 26 has no room for padding"),
    ("37-SEC-007", "a MESSAGE of RFC 26 has no form that says nothing"),
];

pub(super) fn uncited(tree: &Tree, reasons: &[(&str, &str)]) -> Vec<Broken> {
    let cited = cited(tree);
    let mut excused: BTreeSet<&str> = reasons.iter().map(|(id, _)| *id).collect();
    let mut broken = Vec::new();
    for rfc in RFCS {
        let path = format!("vectors/clauses/{rfc}.json");
        let Some(file) = tree.files.iter().find(|file| file.path == path) else { continue };
        for (line, id) in rules(file) {
            let complaint = match (cited.contains(id), excused.remove(id)) {
                (false, false) => {
                    "binds the engine and is cited nowhere in it; cite it where it is \
                                   obeyed, or give a reason"
                }
                (true, true) => "is cited, so the reason why it could not be is stale; remove it",
                (true, false) | (false, true) => continue,
            };
            broken.push(Broken::new(file, line, format!("{id} {complaint}")));
        }
    }
    let unknown = |id| format!("{id} is no rule of an RFC of the engine; remove its reason");
    let here = File::new("reference/tests/tidy/engine.rs", "");
    broken.extend(excused.into_iter().map(|id| Broken::new(&here, 0, unknown(id))));
    broken
}

/// The rules of one RFC, each with the line it begins at.
fn rules(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let quoted = |line| str::split(line, '"').nth(3);
    let mut id = None;
    numbered(&file.text).filter_map(move |(line, text)| {
        if text.trim_start().starts_with("\"id\":") {
            id = quoted(text).map(|id| (line, id));
        }
        let level = text.trim_start().starts_with("\"level\":").then(|| quoted(text)).flatten();
        level.filter(|level| RULES.contains(level)).and(id)
    })
}

fn cited(tree: &Tree) -> BTreeSet<&str> {
    let sources = tree.rust().filter(|file| file.path.starts_with("reference/src/"));
    let lines = sources.flat_map(|file| file.text.lines());
    lines.filter_map(|line| line.split_once("//=")).flat_map(|(_, cited)| ids(cited)).collect()
}

#[cfg(test)]
fn judged(source: &str, reasons: &[(&str, &str)]) -> usize {
    let clauses = r#"
        "id": "37-FRAME-001",
        "level": "GRAMMAR",
        "id": "37-FRAME-007",
        "level": "MUST",
    "#;
    let files = [("vectors/clauses/rfc37.json", clauses), ("reference/src/a.rs", source)];
    uncited(&Tree::of(&files), reasons).len()
}

#[test]
fn a_rule_without_a_citation_and_a_stale_reason_are_caught() {
    assert_eq!(judged("// 37-FRAME-007 is obeyed here", &[]), 1);
    assert_eq!(judged("//= 37-FRAME-007", &[("37-FRAME-007", "why")]), 1);
    assert_eq!(judged("//= 37-FRAME-007", &[("37-FRAME-001", "why")]), 1);
}

#[test]
fn cited_and_excused_rules_pass() {
    assert_eq!(judged("x; //= 37-CMD-002, 37-FRAME-007", &[]), 0);
    assert_eq!(judged("", &[("37-FRAME-007", "why")]), 0);
}

#[test]
fn the_rules_are_found_in_the_real_files() {
    let tree = Tree::workspace();
    assert!(uncited(&Tree { files: tree.files, paths: Vec::new() }, &[]).len() >= REASONS.len());
}
