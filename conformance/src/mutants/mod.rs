//! Mutants: the engine with one known bug put back, to see that the suite would have found it. A
//! suite that says "pass" of everything passes all its own tests; a mutant that lives shows it.
//!
//! [`load`] reads the list, a [`Patch`] is the bug, a [`Bench`] is a copy of the workspace in which
//! it is built and judged. Deliberately absent: bugs made at random; `cargo mutants` makes those.

mod bench;
mod patch;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use bench::{Bench, Judged, Noticed, SEEDS};
pub use patch::Patch;

/// Where the mutants are, below the root of the workspace.
const FOLDER: &str = "conformance/mutants";

/// One bug, put back into the engine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// `M01`; its patch is the file of that name.
    pub id: String,
    /// What the engine does wrong.
    pub title: String,
    /// Patterns of case ids, one of which is expected to notice; empty with `test`.
    #[serde(default)]
    pub killed_by: Vec<String>,
    /// The file of the engine's own tests that is expected to notice, where no case can.
    pub test: Option<String>,
    /// The oracle of the simulator that is expected to break as well, in a hunt of [`SEEDS`] seeds.
    pub oracle: Option<String>,
    /// Why it is not a plain failure of a case.
    pub note: Option<String>,
    /// Where the bug was seen.
    #[serde(default)]
    pub seen_in: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutant: Vec<Mutant>,
}

/// The root of the checkout at or above a directory, if there is one.
pub fn checkout(here: &Path) -> Option<PathBuf> {
    let is_root = |above: &&Path| above.join(FOLDER).join("mutants.toml").is_file();
    here.ancestors().find(is_root).map(Path::to_owned)
}

/// The mutants of a checkout, in the order of the list.
///
/// # Errors
/// A list that cannot be read or is malformed.
pub fn load(root: &Path) -> Result<Vec<Mutant>, String> {
    let path = root.join(FOLDER).join("mutants.toml");
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| told(&error))?;
    let list: List = toml::from_str(&text).map_err(|error| told(&error))?;
    Ok(list.mutant)
}

impl Mutant {
    /// What it changes.
    ///
    /// # Errors
    /// A patch that cannot be read or is malformed.
    pub fn patch(&self, root: &Path) -> Result<Patch, String> {
        let path = root.join(FOLDER).join(format!("{}.patch", self.id));
        let text = fs::read_to_string(&path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        Patch::parse(&text).map_err(|why| format!("{}: {why}", path.display()))
    }
}
