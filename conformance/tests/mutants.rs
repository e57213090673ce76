//! The mutants fit the engine: each patch applies, changes the engine and little of it, and what is
//! expected to kill it exists. Building and judging them is the work of `zeroproof selftest`.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use zeroproof_conformance::mutants::{self, Mutant};

/// Changed lines beyond which it is no longer one small mistake.
const SMALL: usize = 20;

fn root() -> PathBuf {
    mutants::checkout(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn all() -> Vec<Mutant> {
    mutants::load(&root()).unwrap()
}

#[test]
fn each_patch_fits_and_makes_one_small_change_of_the_engine() {
    for mutant in all() {
        let patch = mutant.patch(&root()).unwrap();
        let after = patch.applied(&root()).unwrap_or_else(|why| panic!("{}: {why}", mutant.id));
        let mut changed = 0;
        for (path, after) in after {
            assert!(path.starts_with("reference/src/"), "{} changes {path}", mutant.id);
            let before = std::fs::read_to_string(root().join(path)).unwrap();
            let (old, new): (Vec<&str>, Vec<&str>) =
                (before.lines().collect(), after.lines().collect());
            changed += new.iter().filter(|line| !old.contains(line)).count();
            changed += old.iter().filter(|line| !new.contains(line)).count();
        }
        assert!((1..=SMALL).contains(&changed), "{} changes {changed} lines", mutant.id);
    }
}

#[test]
fn the_list_and_the_patches_are_the_same() {
    let listed: Vec<String> = all().into_iter().map(|mutant| mutant.id).collect();
    let files = std::fs::read_dir(root().join("conformance/mutants")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let patches: BTreeSet<String> =
        names.filter_map(|name| name.strip_suffix(".patch").map(str::to_owned)).collect();
    assert_eq!(listed, patches.into_iter().collect::<Vec<_>>(), "sorted, each once");
    assert!(listed.len() >= 35);
}

#[test]
fn each_says_what_is_to_notice_it() {
    for Mutant { id, title, killed_by, test, note, .. } in all() {
        assert!(!title.is_empty() && !title.ends_with('.'), "{id}: a title without a stop");
        assert_ne!(killed_by.is_empty(), test.is_none(), "{id}: either cases or a test");
        assert!(test.is_none() || note.is_some(), "{id}: why is there no case?");
        if let Some(test) = test {
            let file = root().join(format!("reference/tests/{test}.rs"));
            assert!(file.is_file(), "{id}: no {}", file.display());
        }
    }
}

/// The patterns are judged as those of `--run` are: one that matches nothing is an error.
#[test]
fn what_is_to_notice_it_exists() {
    let patterns: BTreeSet<String> = all().into_iter().flat_map(|m| m.killed_by).collect();
    for pattern in patterns {
        let mut check = Command::new(env!("CARGO_BIN_EXE_zeroproof"));
        let output = check.args(["check", "--run", &pattern]).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{pattern}: {error}");
    }
}

#[test]
fn wrong_use_of_selftest_is_told() {
    let selftest = |arguments: &[&str], folder: &Path| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_zeroproof"));
        let output = program.arg("selftest").args(arguments).current_dir(folder).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let outside = tempfile::tempdir().unwrap();
    for (arguments, folder, says) in [
        (&["--only", "M99"][..], root().as_path(), "M01, M02"),
        (&[], outside.path(), "checkout"),
        (&["--json", "no/such/folder/k.json"], &root(), "cannot write no/such/folder"),
        (&["--only", "M01", "--sample", "2"], &root(), "cannot be used with"),
    ] {
        let (code, error) = selftest(arguments, folder);
        assert_eq!(code, Some(2), "{arguments:?}: {error}");
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
}
