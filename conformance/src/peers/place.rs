//! Where peers are installed, and how the commands of the registry are filled in.

use std::env;
use std::path::{Path, PathBuf};

/// Names the directory of all installations; overrides everything else.
pub const PEERS_VARIABLE: &str = "ZEROPROOF_PEERS";
/// Names the Python that makes virtual environments, instead of `python3`.
pub const PYTHON_VARIABLE: &str = "ZEROPROOF_PYTHON";

/// The directory of all installations: `ZEROPROOF_PEERS`; else `peers` in `CARGO_TARGET_DIR`; else
/// `target/peers` of the nearest Cargo workspace (a directory with `Cargo.lock`) at or above the
/// current directory; else, outside every workspace, `zeroproof/peers` in the user's cache.
pub fn directory() -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    here.join(choose(&here, |name| {
        env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }))
}

fn choose(here: &Path, variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
    if let Some(peers) = variable(PEERS_VARIABLE) {
        return peers;
    }
    if let Some(target) = variable("CARGO_TARGET_DIR") {
        return target.join("peers");
    }
    if let Some(workspace) = here.ancestors().find(|above| above.join("Cargo.lock").is_file()) {
        return workspace.join("target/peers");
    }
    let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|h| h.join(".cache")));
    cache.unwrap_or_else(env::temp_dir).join("zeroproof/peers")
}

/// A command of the registry with `{here}`, `{build}` and `{python}` filled in.
pub(super) fn fill_in(command: &[String], here: &Path) -> Vec<String> {
    let python = env::var(PYTHON_VARIABLE).ok().filter(|python| !python.is_empty());
    let python = python.as_deref().unwrap_or("python3");
    let build = here.parent().unwrap_or(here).join("build");
    let (here, build) = (here.to_string_lossy(), build.to_string_lossy());
    let fill = |word: &String| {
        word.replace("{here}", &here).replace("{build}", &build).replace("{python}", python)
    };
    command.iter().map(fill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_the_first_of_variable_target_workspace_and_cache() {
        let outside = tempfile::tempdir().unwrap();
        let inside = outside.path().join("a/b");
        std::fs::create_dir_all(&inside).unwrap();
        let set = |names: &'static [&str]| {
            move |name: &str| names.contains(&name).then(|| PathBuf::from(format!("/{name}")))
        };
        let all = &["ZEROPROOF_PEERS", "CARGO_TARGET_DIR", "HOME"];
        assert_eq!(choose(&inside, set(all)), Path::new("/ZEROPROOF_PEERS"));
        assert_eq!(
            choose(&inside, set(&["CARGO_TARGET_DIR"])),
            Path::new("/CARGO_TARGET_DIR/peers")
        );
        assert_eq!(choose(&inside, set(&["HOME"])), Path::new("/HOME/.cache/zeroproof/peers"));
        std::fs::write(outside.path().join("a/Cargo.lock"), "").unwrap();
        assert_eq!(choose(&inside, set(&["HOME"])), outside.path().join("a/target/peers"));
    }
}
