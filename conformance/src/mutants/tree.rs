//! A copy of the workspace that follows the original: only what differs is written, so that a
//! second build does as little as a build in the original would.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Makes a folder like another one, build folders (`target` is one, marked or not) and version
/// control aside.
pub(super) fn mirror(from: &Path, to: &Path, target: &Path) -> io::Result<()> {
    let wanted = walk(from, target)?;
    let present = if to.is_dir() { walk(to, target)? } else { BTreeSet::new() };
    for gone in present.difference(&wanted) {
        fs::remove_file(to.join(gone))?;
    }
    for path in &wanted {
        let (text, target) = (fs::read(from.join(path))?, to.join(path));
        if fs::read(&target).ok().as_ref() != Some(&text) {
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&target, text)?;
        }
    }
    Ok(())
}

/// Every file below, but for those of build folders and of version control. Cargo marks a build
/// folder that it makes; one that was there before it, as a script may leave it, has no mark.
fn walk(root: &Path, target: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let (mut files, mut folders) = (BTreeSet::new(), vec![PathBuf::new()]);
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(root.join(&below))? {
            let entry = entry?;
            let (kind, path) = (entry.file_type()?, below.join(entry.file_name()));
            let is_build = || entry.path() == target || entry.path().join("CACHEDIR.TAG").is_file();
            if entry.file_name() == ".git" {
                continue;
            } else if kind.is_file() {
                files.insert(path);
            } else if kind.is_dir() && !is_build() {
                folders.push(path);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::mirror;

    #[test]
    fn a_mirror_follows_and_touches_only_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let files = ["a/b.rs", "c.rs", "target/x", ".git/y", "z/w", "built/ci/v"];
        for path in files {
            let text = path.rsplit('/').next().unwrap().trim_end_matches(".rs");
            fs::create_dir_all(from.join(path).parent().unwrap()).unwrap();
            fs::write(from.join(path), text).unwrap();
        }
        fs::write(from.join("z/CACHEDIR.TAG"), "").unwrap();
        mirror(&from, &to, &from.join("built")).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/b.rs")).unwrap(), "b");
        assert!(to.join("target/x").exists(), "a folder of sources may have this name");
        for absent in [".git", "z", "built"] {
            assert!(!to.join(absent).exists(), "{absent}");
        }
        let before = fs::metadata(to.join("c.rs")).unwrap().modified().unwrap();
        fs::write(to.join("a/b.rs"), "a mutant").unwrap();
        fs::write(to.join("a/stale.rs"), "").unwrap();
        mirror(&from, &to, &from.join("built")).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/b.rs")).unwrap(), "b");
        assert!(!to.join("a/stale.rs").exists());
        assert_eq!(fs::metadata(to.join("c.rs")).unwrap().modified().unwrap(), before);
    }
}
