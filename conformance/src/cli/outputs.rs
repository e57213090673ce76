//! Where results go besides the eyes of the user, and in which form: the flags that `check`,
//! `listen` and `report` share.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failure;
use crate::report::html::{self, Kills};
use crate::report::json::Report;
use crate::report::{badge, github, junit, lines, markdown, pcap, tap};
use crate::verdict::Level;

/// Files, folders, and the form of standard output.
#[derive(Debug, Args)]
pub(super) struct Outputs {
    /// Form of standard output
    #[arg(long, value_enum, default_value = "human")]
    pub(super) format: Format,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the report as pages for a browser, which need no network
    #[arg(long, value_name = "DIR")]
    html: Option<PathBuf>,
    /// Write the octets of what did not pass as captures, a file a result
    #[arg(long, value_name = "DIR")]
    pcap: Option<PathBuf>,
    /// Write the score as the JSON of a shields.io badge
    #[arg(long, value_name = "FILE")]
    badge: Option<PathBuf>,
}

/// Forms of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// JSON lines, each as soon as its result is known
    Jsonl,
    /// TAP 14
    Tap,
    /// Annotations of a GitHub workflow
    Github,
    /// Markdown, for the summary of a job
    Md,
}

impl Format {
    /// A report in this form; nothing for people, who get theirs as it comes.
    pub(super) fn text(self, report: &Report, fail_on: Option<Level>) -> String {
        match self {
            Self::Human => String::new(),
            Self::Jsonl => lines::all(report),
            Self::Tap => tap::report(report),
            Self::Github => github::report(report, fail_on),
            Self::Md => markdown::report(report),
        }
    }
}

impl Outputs {
    /// Tries every path before the run, so that its results are not lost.
    ///
    /// # Errors
    /// A path that cannot be written.
    pub(super) fn probe(&self) -> Result<(), Failure> {
        self.files().into_iter().try_for_each(can_write)?;
        for folder in [&self.html, &self.pcap].into_iter().flatten() {
            probe_folder(folder)?;
        }
        Ok(())
    }

    /// The files that hold one report.
    fn files(&self) -> Vec<&Path> {
        let all = [&self.json, &self.junit, &self.badge];
        all.into_iter().flatten().map(PathBuf::as_path).collect()
    }

    /// Whether standard output is all there is.
    pub(super) fn are_none(&self) -> bool {
        self.files().is_empty() && self.html.is_none() && self.pcap.is_none()
    }

    /// Writes everything asked for.
    ///
    /// # Errors
    /// A path that cannot be written, or several reports for a file that holds one.
    pub(super) fn write(&self, reports: &[Report], kills: Option<&Kills>) -> Result<(), Failure> {
        match (reports, self.files().first()) {
            ([report], _) => {
                let json = || serde_json::to_string_pretty(report).unwrap_or_default() + "\n";
                save(self.json.as_deref(), json)?;
                save(self.junit.as_deref(), || junit::report(report))?;
                save(self.badge.as_deref(), || badge::report(report))?;
            }
            (_, Some(path)) => {
                let why = format!("{} holds one report: give one", path.display());
                return Err(Failure::usage(why));
            }
            (_, None) => {}
        }
        if let Some(folder) = &self.html {
            let pages = html::pages(reports, kills).map_err(bug)?;
            for (name, text) in pages {
                save(Some(&folder.join(name)), || text)?;
            }
        }
        let Some(folder) = &self.pcap else { return Ok(()) };
        for (at, report) in reports.iter().enumerate() {
            let several = reports.len() > 1;
            let folder = if several { folder.join((at + 1).to_string()) } else { folder.clone() };
            std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
            for case in report.cases.iter().filter(|case| !case.steps.is_empty()) {
                let path = folder.join(pcap::file_name(case));
                let octets = pcap::capture(case).map_err(bug)?;
                std::fs::write(&path, octets).map_err(|error| unwritable(&path, &error))?;
            }
        }
        Ok(())
    }
}

pub(super) fn bug(message: String) -> Failure {
    Failure { message, code: 5 }
}

pub(super) fn save<T: AsRef<[u8]>>(
    path: Option<&Path>,
    content: impl FnOnce() -> T,
) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, content()).map_err(|error| unwritable(path, &error))
}

/// Makes a folder, and tries it.
pub(super) fn probe_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    can_write(&folder.join(".zeroproof-writes-here"))
}

/// Tries a path; an old file stays as it is.
pub(super) fn can_write(path: &Path) -> Result<(), Failure> {
    let fresh = !path.exists();
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|error| unwritable(path, &error))?;
    if fresh {
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

/// Puts a whole new text in the place of an old one: a reader sees one or the other.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    std::fs::write(&beside, text).map_err(|error| unwritable(&beside, &error))?;
    std::fs::rename(&beside, path).map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        unwritable(path, &error)
    })
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot write {}: {error}", path.display()))
}
