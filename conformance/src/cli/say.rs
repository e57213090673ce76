//! Lines on standard output. A reader that has seen enough, like `head`, gets no more of them, and
//! the exit code stays that of the verdicts. What a peer says never steers the terminal.

use std::borrow::Cow;
use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// `println!` for a command line program.
macro_rules! say {
    ($($line:tt)*) => { $crate::cli::say::line(format_args!($($line)*)) };
}

/// Why standard output takes no more.
static ENDED: OnceLock<io::Error> = OnceLock::new();

/// Writes a line.
pub(super) fn line(line: Arguments<'_>) {
    if ENDED.get().is_some() {
        return;
    }
    let text = line.to_string();
    if let Err(error) = writeln!(io::stdout().lock(), "{}", harmless(&text)) {
        let _ = ENDED.set(error);
    }
}

/// Writes a line on standard error, if anybody reads it.
pub(super) fn aside(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", harmless(line));
}

/// Why lines were lost, unless their reader just went away.
pub(super) fn lost() -> Option<&'static io::Error> {
    let _ = io::stdout().flush().map_err(|error| ENDED.set(error));
    ENDED.get().filter(|error| error.kind() != ErrorKind::BrokenPipe)
}

/// Control characters, which come from peers, as escapes.
fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let shown = |out: String, c: char| match steers(c) {
        true => out + &c.escape_default().to_string(),
        false => out + c.encode_utf8(&mut [0; 4]),
    };
    Cow::Owned(text.chars().fold(String::new(), shown))
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn control_characters_are_shown_and_not_obeyed() {
        assert_eq!(harmless("a\tb\nü"), "a\tb\nü");
        assert_eq!(harmless("\u{1b}[2Ja\r\u{9b}"), "\\u{1b}[2Ja\\r\\u{9b}");
    }
}
