//! Command lines that are printed for people to paste into a shell.

/// A command without the flags that choose cases and axes.
pub(super) struct Line {
    /// The subcommand and the words that say what is judged.
    pub(super) own: Vec<String>,
    /// What stands behind `--`.
    pub(super) rest: Vec<String>,
    /// Whether the subcommand has `--role`.
    pub(super) takes_role: bool,
}

impl Line {
    /// The whole line with these flags.
    pub(super) fn with<S: AsRef<str>>(&self, flags: &[S]) -> String {
        let own = self.own.iter().map(String::as_str).chain(flags.iter().map(AsRef::as_ref));
        let mut line = own.fold("zeroproof".to_owned(), |line, word| line + " " + &quoted(word));
        if !self.rest.is_empty() {
            line.push_str(" --");
        }
        self.rest.iter().fold(line, |line, word| line + " " + &quoted(word))
    }
}

/// A word as a shell reads it back.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=,+@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn words_come_back_from_a_shell_as_they_were() {
        let own = vec!["check".to_owned()];
        let rest = ["sh", "-c", "it's *", ""].map(str::to_owned).to_vec();
        let line = Line { own, rest, takes_role: true }.with(&["--type", "REP"]);
        assert_eq!(line, r"zeroproof check --type REP -- sh -c 'it'\''s *' ''");
    }
}
