//! The patterns of `--run` and `--skip`, on the command line or in files.

use super::Failure;
pub(super) use crate::glob::matches;

/// The patterns of one flag: `@FILE` stands for those in a file, a line each; `#` starts a comment.
///
/// # Errors
/// A file that cannot be read or that holds no pattern: no pattern would mean every case.
pub(super) fn patterns(given: &[String]) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for word in given {
        let Some(path) = word.strip_prefix('@') else {
            all.push(word.clone());
            continue;
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("cannot read {path}: {error}")))?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        let before = all.len();
        all.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
        if all.len() == before {
            return Err(Failure::usage(format!("{path} holds no pattern")));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{matches, patterns};

    #[test]
    fn a_star_stays_inside_its_part() {
        let id = "37/framing/short-sizes";
        for pattern in ["37/framing/short-sizes", "37/*/short-*", "**", "37/**", "**/*sizes"] {
            assert!(matches(pattern, id), "{pattern}");
        }
        for pattern in ["37", "37/*", "framing", "37/framing/short", "**/frame*"] {
            assert!(!matches(pattern, id), "{pattern}");
        }
    }

    #[test]
    fn a_file_holds_a_pattern_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("patterns");
        let flag = ["37/null/*".to_owned(), format!("@{}", path.display())];
        std::fs::write(&path, "# slow ones\n\n 37/framing/* \n15/** # old\n").unwrap();
        assert_eq!(patterns(&flag).unwrap(), ["37/null/*", "37/framing/*", "15/**"]);
        std::fs::write(&path, "# nothing\n").unwrap();
        assert!(patterns(&flag).unwrap_err().message.contains("holds no pattern"));
        assert_eq!(patterns(&["@no/such/file".to_owned()]).unwrap_err().code, 2);
    }
}
