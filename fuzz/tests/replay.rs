//! Every file of `corpus/` and `regressions/`, and what else is known of the targets.
//!
//! One test a folder, as there are thousands of files; the file that breaks an oracle is named.
//! They run one after the other, since what is allocated is counted.

use libtest_mimic::{Arguments, Failed, Trial};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use zeroproof_fuzz::{TARGETS, Target, seeds};

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let mut trials = Vec::new();
    for target in TARGETS {
        for folder in ["corpus", "regressions"] {
            let place = root().join(folder).join(target.name);
            let name = format!("{folder}::{}", target.name);
            trials.push(Trial::test(name, move || replay(target, &place, folder == "corpus")));
        }
        trials.push(Trial::test(format!("seeds::{}", target.name), move || seeded(target)));
        trials.push(Trial::test(format!("small::{}", target.name), move || small(target)));
    }
    trials.push(Trial::test("every_folder_has_its_target", folders));
    trials.push(Trial::test("every_target_has_its_program", programs));
    libtest_mimic::run(&arguments, trials).exit();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The files of a folder, by name; none if it is not there.
fn files(place: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn judge(target: Target, name: &str, octets: &[u8]) -> Result<(), Failed> {
    catch_unwind(AssertUnwindSafe(|| (target.judge)(octets))).map_err(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Failed::from(format!("{}: {name}: {}", target.name, words.unwrap_or_default()))
    })
}

fn replay(target: Target, place: &Path, is_needed: bool) -> Result<(), Failed> {
    let files = files(place);
    if is_needed && files.is_empty() {
        return Err(format!("{} is empty; see fuzz/README.md", place.display()).into());
    }
    for file in files {
        let octets = std::fs::read(&file)?;
        judge(target, &file.display().to_string(), &octets)?;
    }
    Ok(())
}

/// What a corpus began with stays good, whatever has become of the corpus.
fn seeded(target: Target) -> Result<(), Failed> {
    let seeds = seeds::of(target.name);
    if seeds.is_empty() {
        return Err("no seeds".into());
    }
    seeds.iter().try_for_each(|(name, octets)| judge(target, name, octets))
}

/// Nothing, and every pair of octets.
fn small(target: Target) -> Result<(), Failed> {
    judge(target, "nothing", &[])?;
    for first in 0..=u8::MAX {
        judge(target, "one octet", &[first])?;
        for second in [0, 1, 2, 4, 0x7F, 0xFF] {
            judge(target, "two octets", &[first, second])?;
        }
    }
    Ok(())
}

fn folders() -> Result<(), Failed> {
    for folder in ["corpus", "regressions"] {
        for place in files(&root().join(folder)) {
            let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if TARGETS.iter().all(|target| target.name != name) {
                return Err(format!("{} belongs to no target", place.display()).into());
            }
        }
    }
    Ok(())
}

fn programs() -> Result<(), Failed> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml"))?;
    for Target { name, .. } in TARGETS {
        let file = name.replace('-', "_");
        let program = format!("name = \"{name}\"\npath = \"fuzz_targets/{file}.rs\"");
        let text = std::fs::read_to_string(root().join(format!("fuzz_targets/{file}.rs")))?;
        if !manifest.contains(&program) || !text.contains(&format!("fuzz!({file});")) {
            return Err(format!("{name} has no program of its own").into());
        }
    }
    Ok(())
}
