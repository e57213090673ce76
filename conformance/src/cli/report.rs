//! `zeroproof report` and `zeroproof diff`: saved reports in another form, and against each other.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failure;
use super::outputs::{Format, Outputs};
use crate::report::diff::{self, Turn};
use crate::report::html::Kills;
use crate::report::json;
use crate::report::read;
use crate::verdict::Level;

/// Turn JSON reports into pages (--html), captures, a badge, or another form on standard output
#[derive(Debug, Args)]
pub(super) struct Report {
    /// Reports that --json wrote; several are shown side by side by --html
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,
    /// The JSON of a self-test: which mutants of the engine are killed by which cases
    #[arg(long, value_name = "FILE", requires = "html")]
    kills: Option<PathBuf>,
    #[command(flatten)]
    outputs: Outputs,
}

impl Report {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let reports: Vec<json::Report> =
            self.reports.iter().map(|path| open(path)).collect::<Result<_, _>>()?;
        let kills = self.kills.as_deref().map(Kills::read).transpose();
        let kills = kills.map_err(Failure::usage)?;
        self.outputs.probe()?;
        self.outputs.write(&reports, kills.as_ref())?;
        for report in &reports {
            match self.outputs.format {
                Format::Human if self.outputs.are_none() => say!(
                    "{}: {}; MUST {}, SHOULD {}; {} results",
                    report.name(),
                    report.outcome(),
                    report.score(Level::Must),
                    report.score(Level::Should),
                    report.cases.len()
                ),
                Format::Human => {}
                format => say!("{}", format.text(report, Some(Level::Must)).trim_end()),
            }
        }
        Ok(0)
    }
}

fn open(path: &Path) -> Result<json::Report, Failure> {
    read::file(path).map_err(Failure::usage)
}

/// What changed between two JSON reports; exit code 1 when something became worse
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The earlier report
    old: PathBuf,
    /// The later report
    new: PathBuf,
    /// Form of standard output
    #[arg(long, value_enum, default_value = "human")]
    format: DiffFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people
    Human,
    /// Markdown, for a comment
    Md,
}

impl Diff {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let (old, new) = (open(&self.old)?, open(&self.new)?);
        let changes = diff::changes(&old, &new);
        let text = match self.format {
            DiffFormat::Human => diff::human(&old, &new, &changes),
            DiffFormat::Md => diff::markdown(&old, &new, &changes),
        };
        say!("{}", text.trim_end());
        Ok(u8::from(changes.iter().any(|change| change.turn == Turn::Worse)))
    }
}
