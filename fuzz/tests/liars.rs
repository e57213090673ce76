//! Each target has a planted bug, which still fits the code. Whether the target finds it is asked
//! by `fuzz/liars/run`, which takes minutes and a C++ compiler.
#![cfg(test)]

use std::path::Path;
use zeroproof_conformance::mutants::Patch;
use zeroproof_fuzz::TARGETS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn text(name: &str) -> String {
    let path = root().join("fuzz/liars").join(format!("{name}.patch"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_target_has_a_liar_that_fits() {
    for name in TARGETS.map(|target| target.name).into_iter().chain(["switch"]) {
        let patch = Patch::parse(&text(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        let changed = patch.applied(root()).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(!changed.is_empty(), "{name}");
    }
}

#[test]
fn each_liar_sleeps_until_it_is_named() {
    for target in TARGETS {
        let asked = format!("liar::is(\"{}\")", target.name);
        assert_eq!(text(target.name).matches(&asked).count(), 1, "{}", target.name);
    }
}

#[test]
fn there_is_no_liar_without_a_target() {
    for entry in std::fs::read_dir(root().join("fuzz/liars")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".patch") else { continue };
        assert!(name == "switch" || TARGETS.iter().any(|target| target.name == name), "{name}");
    }
}
