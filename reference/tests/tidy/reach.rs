//! No dead files: every Rust file is a target of its crate or named by a `mod` of one. And no
//! blind spots: every `mod` leads to a file that the walk of the tree has seen.
//!
//! Follows `mod name;`, modules nested in inline ones, and `#[path = "…"]`. A crate is any folder
//! with a manifest, so an adapter with a manifest of its own is one. Absent: `cfg` (a file behind
//! a feature is alive) and `include!`, which nothing here uses.

use std::collections::BTreeSet;

use super::lexer::Token;
use super::tree::{Broken, File, Tree};

pub(super) fn dead_files(tree: &Tree) -> Vec<Broken> {
    let mut waiting: Vec<&File> = tree.rust().filter(|file| is_root(tree, file)).collect();
    let roots: BTreeSet<&str> = waiting.iter().map(|file| file.path.as_str()).collect();
    let mut alive = roots.clone();
    while let Some(file) = waiting.pop() {
        let is_root = roots.contains(file.path.as_str());
        let named = modules(file, is_root);
        let found = tree.rust().filter(|other| named.iter().any(|each| each.may_be(other)));
        waiting.extend(found.filter(|other| alive.insert(&other.path)));
    }
    let complaint = "no `mod` leads here from a crate; name it in one or delete it";
    let dead = tree.rust().filter(|file| !alive.contains(file.path.as_str()));
    dead.map(|file| Broken::new(file, 1, complaint)).collect()
}

/// The compiler finds such a file, so one that is missing here was not judged by any rule.
pub(super) fn blind_spots(tree: &Tree) -> Vec<Broken> {
    let complaint = "`mod` leads to no file of the walk; see `is_foreign` in tidy/tree.rs";
    let unseen = |file: &File| {
        let named = modules(file, is_root(tree, file)).into_iter();
        let unseen = named.filter(|each| !tree.rust().any(|other| each.may_be(other)));
        unseen.map(|each| Broken::new(file, each.line, complaint)).collect::<Vec<_>>()
    };
    tree.rust().flat_map(unseen).collect()
}

/// Whether cargo builds this file without being led to it by a `mod`.
fn is_root(tree: &Tree, file: &File) -> bool {
    let manifest_of = |folder: &str| {
        let path = format!("{folder}/Cargo.toml");
        tree.files.iter().find(|file| file.path == path)
    };
    let mut folder = file.folder();
    let manifest = loop {
        if let Some(manifest) = manifest_of(folder) {
            break manifest;
        }
        match folder.rsplit_once('/') {
            Some((parent, _)) => folder = parent,
            None => return false,
        }
    };
    let inner = &file.path[folder.len() + 1..];
    let named = manifest.text.contains(&format!("path = \"{inner}\""));
    named || is_conventional_root(inner)
}

/// The target layout that cargo finds by itself.
fn is_conventional_root(inner: &str) -> bool {
    const FOLDERS: [&str; 4] = ["src/bin/", "tests/", "examples/", "benches/"];
    let in_folder = |folder: &&str| {
        let rest = inner.strip_prefix(*folder);
        rest.is_some_and(|rest| {
            let (_, file) = rest.split_once('/').unwrap_or(("", "main.rs"));
            file == "main.rs"
        })
    };
    ["build.rs", "src/lib.rs", "src/main.rs"].contains(&inner) || FOLDERS.iter().any(in_folder)
}

/// A `mod name;`.
struct Module {
    line: usize,
    /// Where its file may lie.
    paths: Vec<String>,
}

impl Module {
    fn may_be(&self, file: &File) -> bool {
        self.paths.contains(&file.path)
    }
}

/// The modules that `file` declares and does not hold.
fn modules(file: &File, is_root: bool) -> Vec<Module> {
    let owns_folder = is_root || file.stem() == "mod";
    let base = if owns_folder {
        file.folder().to_owned()
    } else {
        format!("{}/{}", file.folder(), file.stem())
    };
    let tokens = file.tokens();
    let mut inline: Vec<Option<&str>> = Vec::new(); // One entry an open brace: its module, if any.
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let before = |back: usize| index.checked_sub(back).and_then(|index| tokens.get(index));
        match (token.text.as_str(), before(1), before(2)) {
            ("{", Some(name), Some(keyword)) if keyword.is("mod") => inline.push(Some(&name.text)),
            ("{", ..) => inline.push(None),
            ("}", ..) => drop(inline.pop()),
            (";", Some(name), Some(keyword)) if keyword.is("mod") => {
                let folder = inline
                    .iter()
                    .flatten()
                    .fold(base.clone(), |folder, name| format!("{folder}/{name}"));
                let path = path_attribute(file, &tokens, index - 2).map(|path| {
                    let parent = if inline.is_empty() { file.folder() } else { &folder };
                    format!("{parent}/{path}")
                });
                let usual = [
                    format!("{folder}/{}.rs", name.text),
                    format!("{folder}/{}/mod.rs", name.text),
                ];
                let paths = path.map_or_else(|| usual.to_vec(), |path| vec![path]);
                found.push(Module { line: token.line, paths });
            }
            _ => {}
        }
    }
    found
}

/// The literal of a `#[path = "…"]` that stands before the `mod` at `keyword`.
fn path_attribute(file: &File, tokens: &[Token], keyword: usize) -> Option<String> {
    let before = tokens.get(..keyword)?;
    let start = before.iter().rposition(|token| [";", "{", "}"].contains(&token.text.as_str()));
    let own = before.get(start.map_or(0, |index| index + 1)..)?;
    let sign = own.windows(2).find(|pair| pair[0].is("path") && pair[1].is("="))?;
    let literal: String = file.text.chars().skip(sign[1].at + 1).collect();
    literal.split('"').nth(1).map(str::to_owned)
}

#[cfg(test)]
fn dead(files: &[(&str, &str)]) -> Vec<String> {
    dead_files(&Tree::of(files)).into_iter().map(|broken| broken.path).collect()
}

#[test]
fn a_file_that_no_mod_names_is_caught() {
    let files = [
        ("a/Cargo.toml", "[package]"),
        ("a/src/lib.rs", "mod b; // mod forgotten;\n\"mod forgotten;\""),
        ("a/src/b.rs", "#[cfg(test)] pub(crate) mod c;"),
        ("a/src/b/c.rs", ""),
        ("a/src/c.rs", ""),
        ("a/src/forgotten.rs", "mod child;"),
        ("a/src/forgotten/child.rs", ""),
        ("stray.rs", ""),
    ];
    let found = dead(&files);
    let expected = ["a/src/c.rs", "a/src/forgotten.rs", "a/src/forgotten/child.rs", "stray.rs"];
    assert_eq!(found, expected);
}

#[test]
fn every_way_to_name_a_file_counts() {
    let files = [
        ("a/Cargo.toml", "[[bin]]\npath = \"program.rs\""),
        ("a/program.rs", "mod from_root;"),
        ("a/from_root.rs", ""),
        ("a/build.rs", ""),
        ("a/src/main.rs", "mod b; mod d { mod e; mod f { mod g; } } mod h;"),
        ("a/src/b/mod.rs", "mod c;"),
        ("a/src/b/c.rs", ""),
        ("a/src/d/e.rs", ""),
        ("a/src/d/f/g.rs", ""),
        ("a/src/h.rs", "fn f() { {} }\n#[path = \"elsewhere/i.rs\"]\nmod i;"),
        ("a/src/elsewhere/i.rs", ""),
        ("a/tests/t.rs", "mod t { mod u; }"),
        ("a/tests/t/u.rs", ""),
        ("a/benches/big/main.rs", "mod part;"),
        ("a/benches/big/part.rs", ""),
        ("a/adapters/x/Cargo.toml", "[package]"),
        ("a/adapters/x/src/main.rs", ""),
    ];
    assert_eq!(dead(&files), Vec::<String>::new());
}

#[test]
fn a_mod_that_leads_to_an_unseen_file_is_caught() {
    let files = [
        ("a/Cargo.toml", "[package]"),
        ("a/src/lib.rs", "mod seen;\nmod target;\n#[path = \"x.rs\"]\nmod elsewhere;"),
        ("a/src/seen/mod.rs", "mod inline { fn f() {} }"),
        ("a/src/elsewhere.rs", ""),
    ];
    let lines: Vec<_> = blind_spots(&Tree::of(&files)).iter().map(|broken| broken.line).collect();
    assert_eq!(lines, [2, 4]);
}
