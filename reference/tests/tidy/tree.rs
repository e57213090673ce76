//! The files of the workspace as values, and what a finding looks like.
//!
//! Walks from the workspace root without git. Build outputs are skipped: a `target` beside a
//! manifest, and any folder with a `CACHEDIR.TAG`; a source folder may well be named `target`.
//! Symbolic links are not followed. Absent: rules.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::lexer::{Token, code_only, tokens};

/// One rule broken at one place.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) path: String,
    /// Counted from 1.
    pub(super) line: usize,
    /// What is wrong, then how to mend it.
    pub(super) complaint: String,
}

impl Broken {
    pub(super) fn new(file: &File, line: usize, complaint: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, complaint: complaint.into() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.complaint)
    }
}

/// A text file, its path relative to the workspace root with `/` between the parts.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The Rust tokens outside comments and literals.
    pub(super) fn tokens(&self) -> Vec<Token> {
        tokens(&code_only(&self.text))
    }

    /// The folder part of the path, empty for a file of the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub(super) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default()
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Every text file of the workspace, and the path of every file and folder.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    /// Files of any kind and folders, sorted; what a document may name.
    pub(super) paths: Vec<String>,
}

impl Tree {
    pub(super) fn workspace() -> Self {
        let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        root.pop();
        let mut tree = Self::default();
        tree.walk(&root, "");
        tree.paths.sort();
        assert!(tree.rust().count() > 6, "fewer Rust files than crates under {}", root.display());
        tree
    }

    /// A made-up tree, for liars.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files: Vec<File> = files.iter().map(|(path, text)| File::new(path, text)).collect();
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Self { files, paths }
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    fn walk(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().expect("a known kind");
            let path = format!("{prefix}{name}");
            if kind.is_dir() && !is_foreign(&name, &entry.path()) {
                self.walk(&entry.path(), &format!("{path}/"));
                self.paths.push(path);
            } else if kind.is_file() {
                self.read(&entry.path(), path);
            }
        }
    }

    fn read(&mut self, file: &Path, path: String) {
        // A file that another process removed meanwhile, or that is not text, has nothing to judge.
        if let Ok(text) = fs::read_to_string(file) {
            self.files.push(File { path: path.clone(), text });
        }
        self.paths.push(path);
    }
}

/// Version control, editors, build outputs and what package managers bring.
fn is_foreign(name: &str, path: &Path) -> bool {
    const HIDDEN_BUT_OURS: [&str; 4] = [".cargo", ".ci", ".config", ".github"];
    let hidden = name.starts_with('.') && !HIDDEN_BUT_OURS.contains(&name);
    let built = name == "target" && path.with_file_name("Cargo.toml").exists();
    hidden
        || built
        || ["node_modules", "__pycache__"].contains(&name)
        || path.join("CACHEDIR.TAG").exists()
}

/// Lines with their numbers, from 1.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}
