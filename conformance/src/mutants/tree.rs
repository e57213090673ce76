//! A copy of the workspace that follows the original: only what differs is written, so that a
//! second build does as little as a build in the original would.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Makes a folder like another one, build folders and version control aside.
pub(super) fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    let mut wanted = BTreeSet::new();
    walk(from, Path::new(""), &mut wanted)?;
    let mut present = BTreeSet::new();
    if to.is_dir() {
        walk(to, Path::new(""), &mut present)?;
    }
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

/// Every file below, but for those of build folders (Cargo marks them) and of version control.
fn walk(root: &Path, below: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, below.join(entry.file_name()));
        if kind.is_file() && entry.file_name() != ".git" {
            files.insert(path);
        } else if kind.is_dir() {
            let is_build = entry.path().join("CACHEDIR.TAG").is_file();
            if !is_build && entry.file_name() != ".git" {
                walk(root, &path, files)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::mirror;

    #[test]
    fn a_mirror_follows_and_touches_only_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for (path, text) in
            [("a/b.rs", "b"), ("c.rs", "c"), ("target/x", "x"), (".git/y", "y"), ("z/w", "w")]
        {
            fs::create_dir_all(from.join(path).parent().unwrap()).unwrap();
            fs::write(from.join(path), text).unwrap();
        }
        fs::write(from.join("z/CACHEDIR.TAG"), "").unwrap();
        mirror(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/b.rs")).unwrap(), "b");
        assert!(to.join("target/x").exists(), "a folder of sources may have this name");
        assert!(!to.join(".git").exists() && !to.join("z").exists());
        let before = fs::metadata(to.join("c.rs")).unwrap().modified().unwrap();
        fs::write(to.join("a/b.rs"), "a mutant").unwrap();
        fs::write(to.join("a/stale.rs"), "").unwrap();
        mirror(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/b.rs")).unwrap(), "b");
        assert!(!to.join("a/stale.rs").exists());
        assert_eq!(fs::metadata(to.join("c.rs")).unwrap().modified().unwrap(), before);
    }
}
