//! `zeroproof expect`: what is known of a peer is kept true, by eye (`--check`) and after a run
//! (`--fix`).

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;

use super::Failure;
use super::outputs::{can_write, replace};
use super::peers::failed;
use crate::expect::{Expectations, fix, remarks};
use crate::peers;
use crate::report::{date, read};

/// Keep expectation files true: find what is to mend (--check; exit code 1 if something is), or add
/// what came and drop what no longer comes after a run (--fix)
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["check", "fix"])))]
pub(super) struct Expect {
    /// Find reasons that nobody wrote, double entries, and reviews that are due
    #[arg(long)]
    check: bool,
    /// Edit FILE after this report, which `check --expect FILE --json REPORT` wrote; comments and
    /// order stay
    #[arg(long, value_name = "REPORT")]
    fix: Option<PathBuf>,
    /// With --check: files, or names of `zeroproof peers list`, by default all of them. With --fix:
    /// the file to edit, by default the one that the report was made with
    #[arg(value_name = "FILE|PEER")]
    targets: Vec<String>,
}

impl Expect {
    pub(super) fn run(self) -> Result<u8, Failure> {
        match &self.fix {
            Some(report) => self.fix(report),
            None => self.check(),
        }
    }

    fn check(&self) -> Result<u8, Failure> {
        let targets = match self.targets.is_empty() {
            true => peers::list().map_err(failed)?.into_iter().map(|entry| entry.name).collect(),
            false => self.targets.clone(),
        };
        let today = date::day(SystemTime::now());
        let mut serious = 0;
        for target in targets {
            let known = Expectations::parse(&text_of(&target)?);
            let known = known.map_err(|error| Failure::usage(format!("{target}: {error}")))?;
            let remarks = remarks(&known, &today);
            for remark in &remarks {
                let kind = if remark.serious { "mend" } else { "note" };
                say!("{kind}  {target}: {}", remark.what);
            }
            let bad = remarks.iter().filter(|remark| remark.serious).count();
            if bad == 0 {
                let (expected, skipped) = (known.expect.len(), known.skip.len());
                say!("ok    {target}: {expected} expected, {skipped} skipped");
            }
            serious += bad;
        }
        Ok(u8::from(serious > 0))
    }

    fn fix(&self, from: &Path) -> Result<u8, Failure> {
        let report = read::file(from).map_err(Failure::usage)?;
        let path = match self.targets.as_slice() {
            [] => of_run(&report.argv).ok_or_else(|| {
                Failure::usage("which file? The report was made without --expect: name one")
            })?,
            [file] => file.clone(),
            _ => return Err(Failure::usage("--fix edits one file: name one")),
        };
        let path = Path::new(&path);
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            text => text.map_err(|error| {
                Failure::usage(format!("cannot read {}: {error}", path.display()))
            })?,
        };
        can_write(path)?;
        let fixed = fix(&text, &report);
        let fixed =
            fixed.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        if fixed.text != text {
            replace(path, &fixed.text)?;
        }
        for (word, entries) in [("added", &fixed.added), ("dropped", &fixed.dropped)] {
            entries.iter().for_each(|entry| say!("{word:<8} {entry}"));
        }
        fixed.left.iter().for_each(|what| say!("left     {what}"));
        let (added, dropped) = (fixed.added.len(), fixed.dropped.len());
        say!("{}: {added} added, {dropped} dropped", path.display());
        if added > 0 {
            say!("write why in each new entry, then: zeroproof expect --check {}", path.display());
        }
        Ok(0)
    }
}

/// The text of a file, or what is built in for a known peer.
fn text_of(target: &str) -> Result<String, Failure> {
    if Path::new(target).is_file() || target.contains(['/', '.']) && peers::entry(target).is_err() {
        let read = std::fs::read_to_string(target);
        return read.map_err(|error| Failure::usage(format!("cannot read {target}: {error}")));
    }
    let entry = peers::entry(target).map_err(failed)?;
    Ok(entry.expectations().map_err(failed)?.1.to_owned())
}

/// What stood behind `--expect` in the command of a report.
fn of_run(argv: &[String]) -> Option<String> {
    let own: Vec<&String> = argv.iter().take_while(|word| *word != "--").collect();
    let behind = own.windows(2).find_map(|pair| match pair {
        [flag, file] if *flag == "--expect" => Some((*file).clone()),
        _ => None,
    });
    let joined = || own.iter().find_map(|word| word.strip_prefix("--expect=").map(str::to_owned));
    behind.or_else(joined)
}

#[cfg(test)]
mod tests {
    use super::of_run;

    #[test]
    fn the_file_of_a_run_is_found_in_its_command() {
        let of = |line: &str| of_run(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of("check libzmq --expect a.toml --seed 1"), Some("a.toml".into()));
        assert_eq!(of("check --expect=b.toml"), Some("b.toml".into()));
        assert_eq!(of("check -- adapter --expect c.toml"), None);
        assert_eq!(of("check libzmq"), None);
    }
}
