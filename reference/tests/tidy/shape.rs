//! House rules 1 and 2: a file fits in the head and opens with a map.
//!
//! Lines are counted as an editor counts them, tests, comments and blanks included: what a reader
//! has to scroll past. Absent: complexity scores.

use super::lexer::{Token, closing_brace};
use super::tree::{Broken, File, numbered};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

pub(super) fn long_file(file: &File) -> Option<Broken> {
    let lines = file.text.lines().count();
    (lines > FILE_LINES_MAX).then(|| {
        let complaint = format!("{lines} lines, at most {FILE_LINES_MAX}; split it by noun");
        Broken::new(file, FILE_LINES_MAX + 1, complaint)
    })
}

pub(super) fn long_functions(file: &File) -> Vec<Broken> {
    let tokens = file.tokens();
    let starts = tokens.iter().enumerate().filter(|(_, token)| token.is("fn"));
    starts
        .filter_map(|(start, first)| {
            let name = tokens.get(start + 1).filter(|name| name.is_identifier())?;
            let open = body_start(&tokens, start)?;
            let last = tokens.get(closing_brace(&tokens, open)?)?;
            let lines = last.line - first.line + 1;
            (lines > FUNCTION_LINES_MAX).then(|| {
                let complaint = format!(
                    "fn {} has {lines} lines, at most {FUNCTION_LINES_MAX}; name its parts",
                    name.text
                );
                Broken::new(file, first.line, complaint)
            })
        })
        .collect()
}

/// The brace that opens the body of the function at `start`; `None` for a declaration.
fn body_start(tokens: &[Token], start: usize) -> Option<usize> {
    let mut nested = 0_usize; // The `;` of `[u8; 64]` does not end a declaration.
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "(" | "[" => nested += 1,
            ")" | "]" => nested = nested.checked_sub(1)?,
            "{" if nested == 0 => return Some(index),
            ";" if nested == 0 => return None,
            _ => {}
        }
    }
    None
}

pub(super) fn wide_lines(file: &File) -> Vec<Broken> {
    numbered(&file.text)
        .filter_map(|(line, text)| {
            let columns = text.chars().count();
            (columns > COLUMNS_MAX).then(|| {
                let complaint = format!("{columns} columns, at most {COLUMNS_MAX}; break the line");
                Broken::new(file, line, complaint)
            })
        })
        .collect()
}

pub(super) fn missing_head(file: &File) -> Option<Broken> {
    let head = file.text.lines().next().and_then(|line| line.strip_prefix("//! "));
    head.is_none().then(|| {
        let complaint = "no `//!` head; say what this file is and what is deliberately absent";
        Broken::new(file, 1, complaint)
    })
}

#[test]
fn a_long_file_is_caught() {
    let lines = |count: usize| File::new("a.rs", &"\n".repeat(count));
    assert!(long_file(&lines(FILE_LINES_MAX)).is_none());
    assert!(long_file(&lines(FILE_LINES_MAX + 1)).is_some());
}

/// A function of `count` lines whose body holds `extra` among its lines.
#[cfg(test)]
fn function(extra: &str, count: usize) -> File {
    let blank = "\n".repeat(count - 2);
    File::new("a.rs", &format!("fn f(a: [u8; 64]) {{{extra}{blank}\n}}\nfn g() {{}}\n"))
}

#[test]
fn a_long_function_is_caught_whatever_stands_in_it() {
    for extra in ["", "'}'", "\"}\"", "// }", "/* } */", "r#\"}\"}\"#", "{ }", "let l: &'a T;"] {
        assert!(long_functions(&function(extra, FUNCTION_LINES_MAX)).is_empty(), "{extra}");
        let broken = long_functions(&function(extra, FUNCTION_LINES_MAX + 1));
        assert_eq!(broken.len(), 1, "{extra}");
        assert!(broken[0].complaint.contains("fn f has 71 lines"), "{}", broken[0]);
    }
}

#[test]
fn declarations_and_pointers_are_not_functions() {
    let pad = "\n".repeat(FUNCTION_LINES_MAX + 1);
    let text = format!("trait T {{ fn f(); {pad} }} type F = fn(u8); struct S {{ {pad} }}");
    assert!(long_functions(&File::new("a.rs", &text)).is_empty());
}

#[test]
fn a_nested_function_is_counted_with_its_parent() {
    let inner = format!("fn inner() {{{}}}", "\n".repeat(FUNCTION_LINES_MAX));
    let text = format!("fn outer() {{ {inner} }}");
    assert_eq!(long_functions(&File::new("a.rs", &text)).len(), 2);
}

#[test]
fn a_wide_line_is_caught_by_characters_not_octets() {
    let line = |c: &str, count: usize| File::new("a.rs", &c.repeat(count));
    assert!(wide_lines(&line("é", COLUMNS_MAX)).is_empty());
    assert_eq!(wide_lines(&line("x", COLUMNS_MAX + 1)).len(), 1);
}

#[test]
fn a_missing_head_is_caught() {
    assert!(missing_head(&File::new("a.rs", "//! A map.\nfn f() {}")).is_none());
    for bad in ["", "// Not a head.", "fn f() {}\n//! Too late.", "//!", "\n//! After a blank."] {
        assert!(missing_head(&File::new("a.rs", bad)).is_some(), "{bad}");
    }
}
