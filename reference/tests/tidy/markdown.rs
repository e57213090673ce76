//! Paths that the documents of the root name in backticks or links exist.
//!
//! A span is taken for a path when it has no blank and ends with `/` or an ending of a file, or
//! when its first part is a folder of the root. A `*` matches within one part. A bare file name
//! may lie anywhere. Absent: fenced blocks (diagrams and commands) and links to the web.

use super::tree::{Broken, File, Tree, numbered};

const ENDINGS: [&str; 8] = [".rs", ".md", ".toml", ".json", ".yml", ".py", ".lock", ".txt"];

pub(super) fn dead_paths(tree: &Tree) -> Vec<Broken> {
    let documents =
        tree.files.iter().filter(|file| file.folder().is_empty() && file.path.ends_with(".md"));
    documents.flat_map(|file| dead_in(tree, file)).collect()
}

fn dead_in(tree: &Tree, file: &File) -> Vec<Broken> {
    let mut fenced = false;
    let mut broken = Vec::new();
    for (line, text) in numbered(&file.text) {
        if text.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let spans = text.split('`').skip(1).step_by(2).filter(|span| is_path(tree, span));
            let dead = spans.chain(link_targets(text)).filter(|path| !exists(tree, path));
            broken.extend(dead.map(|path| {
                let complaint = format!("`{path}` does not exist; name what does");
                Broken::new(file, line, complaint)
            }));
        }
    }
    broken
}

fn is_path(tree: &Tree, span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/*".contains(c);
    let first = span.split('/').next().unwrap_or_default();
    let in_folder = span.contains('/') && tree.paths.iter().any(|path| path == first);
    let ends = |ending: &str| span.len() > ending.len() && span.ends_with(ending);
    span.chars().all(plain)
        && !first.is_empty()
        && (in_folder || span.ends_with('/') || ENDINGS.iter().any(|ending| ends(ending)))
}

/// The targets of `[text](target)`, without those on the web or in the same document.
fn link_targets(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    local.map(|target| target.split('#').next().unwrap_or_default())
}

fn exists(tree: &Tree, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let bare = !path.contains('/');
    tree.paths.iter().any(|real| {
        let name = real.rsplit('/').next().unwrap_or_default();
        same(path, real) || (bare && same(path, name))
    })
}

/// Whether `pattern` names `path`, part by part.
fn same(pattern: &str, path: &str) -> bool {
    let (patterns, parts) = (pattern.split('/'), path.split('/'));
    patterns.clone().count() == parts.clone().count()
        && patterns.zip(parts).all(|(pattern, part)| same_part(pattern, part))
}

fn same_part(pattern: &str, part: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == part,
        Some((before, after)) => {
            part.len() >= before.len() + after.len()
                && part.starts_with(before)
                && part.ends_with(after)
        }
    }
}

#[cfg(test)]
fn judged(text: &str) -> usize {
    let mut tree = Tree::of(&[("README.md", text), ("sim/src/lib.rs", ""), ("deny.toml", "")]);
    tree.paths.extend(["sim", "sim/src"].map(str::to_owned));
    dead_paths(&tree).len()
}

#[test]
fn a_path_that_does_not_exist_is_caught() {
    let bad = [
        "see `sim/src/main.rs`",
        "`sim/nothing`",
        "`nowhere/`",
        "`nothing.toml`",
        "`sim/*.rs`",
        "`sim/src/lib.rs` and `sim/src/lab.rs`",
        "[text](sim/main.rs)",
        "```\n`sim/x`\n```\n`sim/x`",
    ];
    for text in bad {
        assert_eq!(judged(text), 1, "{text}");
    }
}

#[test]
fn paths_that_exist_and_spans_that_are_none_pass() {
    let good = [
        "`sim/src/lib.rs` `sim/` `sim/src` `lib.rs` `sim/src/*.rs` `*/src/lib.rs` `deny.toml`",
        "`zeroproof/report/1` `tcp://host:port` `cargo test -p sim/x` `SHOULD/MAY` `.rs` `/`",
        "[a](sim/src/lib.rs#top) [b](https://example.org/x.md) [c](#here)",
        "```\n`sim/x`\n```",
    ];
    for text in good {
        assert_eq!(judged(text), 0, "{text}");
    }
}
