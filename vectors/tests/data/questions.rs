//! Every dispute leads to a question, and every question to clauses.

use std::collections::BTreeMap;
use zeroproof_vectors::{clauses, golden};

/// The clauses of each question, by anchor.
fn questions() -> BTreeMap<String, Vec<String>> {
    let text = super::text("open-questions.md");
    let mut questions = BTreeMap::new();
    for section in text.split("### <a id=\"").skip(1) {
        let (anchor, body) = section.split_once('"').unwrap();
        assert!(body.starts_with(&format!("></a>{anchor} ")), "{anchor}: title without number");
        for part in ["A", "B", "Verdict"] {
            assert!(body.contains(&format!("- **{part}:** ")), "{anchor}: no {part}");
        }
        let (_, cited) = body.split_once("- **Clauses:** ").unwrap();
        let cited = cited.lines().next().unwrap().split(", ").map(str::to_owned).collect();
        let before = questions.insert(anchor.to_owned(), cited);
        assert_eq!(before, None, "{anchor} stands twice");
    }
    questions
}

#[test]
fn a_dispute_names_a_question_that_names_the_clause() {
    let questions = questions();
    for clause in clauses().unwrap().clauses() {
        if let Some(anchor) = &clause.dispute {
            let cited = questions.get(anchor).unwrap_or_else(|| panic!("{}: {anchor}", clause.id));
            assert!(cited.contains(&clause.id), "{anchor} does not name {}", clause.id);
        }
    }
}

#[test]
fn a_question_names_clauses_that_are_disputed() {
    let catalogue = clauses().unwrap();
    for (anchor, cited) in questions() {
        for id in &cited {
            let clause = catalogue.find(id).unwrap_or_else(|| panic!("{anchor} names {id}"));
            assert!(clause.dispute.is_some(), "{anchor} names {id}, which has no dispute");
        }
        let owned = cited.iter().filter_map(|id| catalogue.find(id)?.dispute.as_deref());
        assert!(owned.clone().any(|dispute| dispute == anchor), "no clause leads to {anchor}");
    }
}

#[test]
fn questions_in_brackets_exist() {
    let questions = questions();
    let readings = clauses().unwrap().clauses().iter().map(|clause| (&clause.id, &clause.reading));
    let notes = golden().unwrap().vectors().iter().map(|vector| (&vector.id, &vector.note));
    for (id, text) in readings.chain(notes) {
        for bracket in text.iter().flat_map(|text| text.split("(q").skip(1)) {
            let anchor = format!("q{}", bracket.split(')').next().unwrap());
            assert!(questions.contains_key(&anchor), "{id} names {anchor}");
        }
    }
}
