//! What people write: a topology, its traffic, its faults and what they expect, in TOML.
//!
//! ```text
//! text --parse--> Scenario --check, expand, seed--> Schedule
//! ```
//!
//! Counts, groups and durations are for people; a [`Schedule`] has neither. Every mistake is told
//! with its line and what would be right.

mod expand;
mod faults;

use crate::schedule::{Expect, Line, Schedule, Setting, Then, Work};
use crate::units::{Bandwidth, Range, Rate, Size, Span};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A scenario, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenario {
    /// What it is about.
    pub scenario: About,
    /// What connections are like.
    #[serde(default)]
    pub link: LinkText,
    /// Sockets by name.
    pub socket: BTreeMap<String, Spanned<SocketText>>,
    /// Flows by name.
    pub traffic: BTreeMap<String, Spanned<TrafficText>>,
    /// Faults at their times.
    #[serde(default)]
    pub fault: Vec<Spanned<FaultText>>,
    /// Faults at random.
    #[serde(default)]
    pub random: Vec<Spanned<RandomText>>,
    /// What has to come true.
    #[serde(default)]
    pub expect: Expect,
}

/// The head of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct About {
    /// What it is called.
    pub name: String,
    /// What it teaches, in a sentence.
    pub teaches: String,
    /// Which seeds are run: `1..20`.
    #[serde(default)]
    pub seeds: Option<Spanned<String>>,
    /// How long it runs.
    pub duration: Span,
    /// How long before the end random faults are over.
    #[serde(default)]
    pub quiet_tail: Option<Span>,
}

/// What connections are like; see [`Line`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinkText {
    latency: Option<Range<Span>>,
    bandwidth: Option<Bandwidth>,
    mtu: Option<Size>,
    sndbuf: Option<Size>,
    rcvbuf: Option<Size>,
    tcp_give_up: Option<Span>,
}

/// A socket, or several alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SocketText {
    /// Its type: `REQ`.
    #[serde(rename = "type")]
    kind: Spanned<String>,
    /// The process it is in; its own name if absent.
    on: Option<Spanned<String>>,
    /// How many; their names are `name.1` and so on, and each is in a process of its own.
    count: Option<u32>,
    #[serde(default)]
    bind: bool,
    /// The socket it connects to, or several.
    connect: Option<Spanned<Names>>,
    #[serde(default)]
    options: BTreeMap<String, Spanned<Setting>>,
    #[serde(default)]
    subscribe: Vec<String>,
    work: Option<Work>,
    #[serde(default)]
    takes: Span,
    /// The socket that it forwards to.
    to: Option<Spanned<String>>,
}

/// One name or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn list(&self) -> Vec<&str> {
        match self {
            Self::One(name) => vec![name],
            Self::Several(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

/// Messages that one socket sends, or each of several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrafficText {
    from: Spanned<String>,
    /// Whom a ROUTER sends to.
    to: Option<Spanned<Names>>,
    #[serde(default)]
    start: Span,
    rate: Rate,
    count: u32,
    size: Option<Range<Size>>,
    parts: Option<u8>,
    #[serde(default)]
    topics: Vec<Spanned<String>>,
    patience: Option<Span>,
    #[serde(default)]
    then: Then,
}

/// A fault; which fields it needs depends on what it does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FaultText {
    at: Spanned<Span>,
    #[serde(rename = "do")]
    kind: Spanned<String>,
    node: Option<Spanned<String>>,
    between: Option<Spanned<[String; 2]>>,
    /// How long; for ever if absent.
    #[serde(rename = "for")]
    lasts: Option<Span>,
    way: Option<crate::schedule::Way>,
    p: Option<f64>,
    latency: Option<Range<Span>>,
    bandwidth: Option<Bandwidth>,
    most: Option<Size>,
    octets: Option<Size>,
    percent: Option<u32>,
    new_identity: Option<bool>,
    socket: Option<Spanned<String>>,
    hex: Option<Spanned<String>>,
    closes: Option<bool>,
}

/// Faults that the seed chooses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RandomText {
    kinds: Vec<Spanned<String>>,
    rate: Rate,
    #[serde(default)]
    from: Span,
    longest: Option<Span>,
}

/// What is wrong with a file, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// From 1; 0 if it is about the file as a whole.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl core::fmt::Display for Mistake {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.line > 0 {
            write!(f, "{}: {}", self.line, self.what)
        } else {
            f.write_str(&self.what)
        }
    }
}

/// The line of an octet of a text, from 1.
fn line_of(text: &str, octet: usize) -> usize {
    text.as_bytes().iter().take(octet).filter(|octet| **octet == b'\n').count() + 1
}

/// Reads a scenario and spells it out for its first seed, so that all of it has been checked.
///
/// # Errors
/// The first mistake in it.
pub fn parse(text: &str) -> Result<Scenario, Mistake> {
    let scenario: Scenario = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        Mistake { line, what: error.message().to_owned() }
    })?;
    seeds(&scenario, text)?;
    expand(&scenario, text, 1)?;
    Ok(scenario)
}

/// The seeds it asks for: the first, and one after the last.
///
/// # Errors
/// They are none.
pub fn seeds(scenario: &Scenario, text: &str) -> Result<core::ops::Range<u64>, Mistake> {
    let Some(seeds) = &scenario.scenario.seeds else { return Ok(1..2) };
    seed_range(seeds.get_ref())
        .map_err(|what| Mistake { line: line_of(text, seeds.span().start), what })
}

/// Seeds as people write them, both ends included: `1..20`, or one.
///
/// # Errors
/// Says how to write them.
pub fn seed_range(text: &str) -> Result<core::ops::Range<u64>, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (number(first), number(last).and_then(|last| last.checked_add(1))) {
        (Some(first), Some(end)) if first < end => Ok(first..end),
        _ => Err(format!("{text:?} are no seeds; write them like \"1..20\" or \"7\"")),
    }
}

/// The schedule of a seed.
///
/// # Errors
/// The first mistake in the scenario.
pub fn expand(scenario: &Scenario, text: &str, seed: u64) -> Result<Schedule, Mistake> {
    expand::Expansion { scenario, text }.schedule(seed)
}

impl LinkText {
    fn line(&self) -> Line {
        let usual = Line::default();
        Line {
            latency: self.latency.unwrap_or(usual.latency),
            bandwidth: self.bandwidth.or(usual.bandwidth),
            mtu: self.mtu.unwrap_or(usual.mtu),
            sndbuf: self.sndbuf.unwrap_or(usual.sndbuf),
            rcvbuf: self.rcvbuf.unwrap_or(usual.rcvbuf),
            tcp_give_up: self.tcp_give_up.unwrap_or(usual.tcp_give_up),
        }
    }
}
