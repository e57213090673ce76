//! House rule 7: each way to be wrong is expected by some test of the engine.
//!
//! A variant of `Violation` that no test names may be refused for another reason, or never. Test
//! code is what lies in `reference/tests/` or follows `#[cfg(test)]` in a file of the engine.
//! Absent: whether that test is any good; its reader judges that.

use std::collections::BTreeSet;

use super::lexer::Token;
use super::tree::{Broken, File, Tree};

const ENUM: &str = "reference/src/violation.rs";

pub(super) fn untested(tree: &Tree) -> Vec<Broken> {
    let Some(file) = tree.files.iter().find(|file| file.path == ENUM) else {
        return vec![Broken::new(&File::new(ENUM, ""), 1, "missing; violations live here")];
    };
    let expected: BTreeSet<String> = tree.rust().flat_map(named_in_tests).collect();
    let variants = variants(&file.tokens());
    assert!(!variants.is_empty(), "no enum Violation in {ENUM}");
    let untested = variants.into_iter().filter(|variant| !expected.contains(&variant.text));
    untested
        .map(|variant| {
            let complaint =
                format!("no test expects `{}`; add the octets that earn it", variant.text);
            Broken::new(file, variant.line, complaint)
        })
        .collect()
}

/// The names of the variants of `enum Violation`.
fn variants(tokens: &[Token]) -> Vec<Token> {
    let start = tokens.windows(2).position(|pair| pair[0].is("enum") && pair[1].is("Violation"));
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for pair in tokens.get(start.map_or(tokens.len(), |at| at + 1)..).unwrap_or_default().windows(2)
    {
        match pair[0].text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" if depth == 1 => break,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        // After the opening brace, a comma, or the end of an attribute.
        let starts = ["{", ",", "]"].contains(&pair[0].text.as_str());
        if depth == 1 && starts && pair[1].is_identifier() {
            found.push(pair[1].clone());
        }
    }
    found
}

/// The `X` of each `Violation::X` in the test code of a file of the engine.
fn named_in_tests(file: &File) -> Vec<String> {
    let tokens = file.tokens();
    let test_code = if file.path.starts_with("reference/tests/") {
        Some(tokens.as_slice())
    } else if file.path.starts_with("reference/src/") {
        let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
        let is_mark = |run: &[Token]| run.iter().zip(mark).all(|(token, text)| token.is(text));
        let start = tokens.windows(mark.len()).position(is_mark);
        start.and_then(|start| tokens.get(start..))
    } else {
        None
    };
    let runs = test_code.unwrap_or_default().windows(4);
    let named =
        runs.filter(|run| run[0].is("Violation") && run[1].is(":") && run[3].is_identifier());
    named.map(|run| run[3].text.clone()).collect()
}

#[cfg(test)]
fn judged(path: &str, text: &str) -> Vec<String> {
    let declared =
        "/// D.\npub enum Violation { /// A.\n First(u8), Second { size: u64, limit: u64 },
        #[expect(dead_code)] Third([u8; 20]) }
        impl Violation { fn f(&self) { Self::Second; Violation::Second } }";
    let found = untested(&Tree::of(&[(ENUM, declared), (path, text)]));
    found.into_iter().map(|broken| broken.complaint).collect()
}

#[test]
fn a_violation_that_no_test_expects_is_caught() {
    let tests = "Violation::First(1); Violation::Third([0; 20]); // Violation::Second";
    let in_tests = judged("reference/tests/a.rs", tests);
    assert_eq!(in_tests, ["no test expects `Second`; add the octets that earn it"]);
    let code = format!("Violation::Second; #[cfg(test)] mod tests {{ {tests} }}");
    assert_eq!(judged("reference/src/a.rs", &code), in_tests, "code before the tests is no test");
    assert_eq!(judged("conformance/tests/a.rs", tests).len(), 3, "of the engine's tests only");
}

#[test]
fn violations_that_tests_expect_pass() {
    let tests = "Violation::First(1); Violation::Second { size, limit }; Violation::Third(a)";
    assert_eq!(judged("reference/tests/a.rs", tests), Vec::<String>::new());
}
