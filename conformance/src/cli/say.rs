//! Lines on standard output. A reader that has seen enough, like `head`, ends the program quietly.

use std::fmt::Arguments;
use std::io::{self, Write};

/// `println!` for a command line program.
macro_rules! say {
    ($($line:tt)*) => { $crate::cli::say::line(format_args!($($line)*)) };
}

/// Writes a line.
pub(super) fn line(line: Arguments<'_>) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").is_err() {
        std::process::exit(0);
    }
}
