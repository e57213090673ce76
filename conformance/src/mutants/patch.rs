//! A patch in the form of `git diff`, of text files that exist before and after.

use std::fs;
use std::path::Path;

/// Changes of some files.
#[derive(Clone, Debug)]
pub struct Patch(Vec<Change>);

#[derive(Clone, Debug)]
struct Change {
    path: String,
    text: String,
}

impl Patch {
    /// Reads a patch.
    ///
    /// # Errors
    /// Something else than changes of existing files.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut changes: Vec<Change> = Vec::new();
        for line in text.split_inclusive('\n') {
            if line.starts_with("diff --git ") {
                changes.push(Change { path: String::new(), text: String::new() });
            } else if let Some(change) = changes.last_mut() {
                if let Some(path) = line.strip_prefix("+++ b/") {
                    path.trim_end().clone_into(&mut change.path);
                }
                change.text.push_str(line);
            }
        }
        for change in &changes {
            let parsed = diffy::Patch::from_str(&change.text);
            let hunks = parsed.map_err(|error| error.to_string())?.hunks().len();
            if hunks == 0 || change.path.is_empty() {
                return Err("it changes no file".to_owned());
            }
        }
        if changes.is_empty() { Err("it changes no file".to_owned()) } else { Ok(Self(changes)) }
    }

    /// The files that it changes, below the root.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|change| change.path.as_str())
    }

    /// The files as they are with the change.
    ///
    /// # Errors
    /// A file that cannot be read, or that the change does not fit any more.
    pub fn applied(&self, root: &Path) -> Result<Vec<(&str, String)>, String> {
        let changed = self.0.iter().map(|Change { path, text }| {
            let told = |why: String| format!("{path}: {why}");
            let before = fs::read_to_string(root.join(path)).map_err(|e| told(e.to_string()))?;
            let patch = diffy::Patch::from_str(text).map_err(|error| told(error.to_string()))?;
            let after = diffy::apply(&before, &patch).map_err(|error| told(error.to_string()))?;
            Ok((path.as_str(), after))
        });
        changed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Patch;

    const PATCH: &str = "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1,3 +1,3 @@\n one\n\
                         -two\n+2\n three\n";

    #[test]
    fn a_change_is_made_where_it_fits_and_refused_where_it_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rs");
        let patch = Patch::parse(PATCH).unwrap();
        assert_eq!(patch.paths().collect::<Vec<_>>(), ["a.rs"]);
        std::fs::write(&file, "one\ntwo\nthree\n").unwrap();
        let after = patch.applied(folder.path()).unwrap();
        assert_eq!(after, [("a.rs", "one\n2\nthree\n".to_owned())]);
        for stale in ["one\ntwo and a half\nthree\n", "", "one\n2\nthree\n"] {
            std::fs::write(&file, stale).unwrap();
            let error = patch.applied(folder.path()).unwrap_err();
            assert!(error.starts_with("a.rs: "), "{error}");
        }
        std::fs::remove_file(&file).unwrap();
        assert!(patch.applied(folder.path()).is_err());
    }

    #[test]
    fn what_changes_no_file_is_no_patch() {
        let no_hunk = PATCH.split("@@").next().unwrap();
        for text in ["", "hello", no_hunk] {
            assert!(Patch::parse(text).is_err(), "{text}");
        }
    }
}
