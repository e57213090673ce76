//! All runs of a benchmark: A B C, A B C, ... through a cell before the next one, as the machine's
//! own pace changes, and what they come to.
//!
//! A ratio is the median of the ratios of runs of the same round. Deliberately absent: leaving out
//! what is far from the rest; least and most are told beside each median.

use super::cell::{Cell, Work};
use super::crew::{FLOOR, Member};
use super::machine::{Machine, Ports, memcpy};
use super::order::Trips;
use super::report::{CellReport, Figures, Missing, PeerReport, Spread};
use super::run::{Invalid, Place, Sample, run};

/// How much is done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Rounds of each cell.
    pub runs: usize,
    /// After this a run is over.
    pub deadline: std::time::Duration,
    /// Where ipc has its files.
    pub folder: std::path::PathBuf,
}

/// How far a benchmark is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The cell.
    pub cell: &'a str,
    /// Who is measured.
    pub peer: &'a str,
    /// Runs that are over.
    pub done: usize,
    /// All of them.
    pub all: usize,
}

/// The runs of one peer in one cell, round by round.
struct Row<'a> {
    member: &'a Member,
    lacks: Option<String>,
    rounds: Vec<Result<Sample, Invalid>>,
}

/// Measures the cells, each peer beside the others. The first member that is no floor is what the
/// others are compared with. A cell is added to the reports when all its rounds are over.
pub async fn measure(
    (cells, members): (&[Cell], &[Member]),
    settings: &Settings,
    (machine, ports): (&mut Machine, &mut Ports),
    tell: &dyn Fn(Progress<'_>),
    reports: &mut Vec<CellReport>,
) {
    let all = cells.len() * members.len() * settings.runs;
    let mut done = 0;
    for cell in cells {
        let row = |member| Row { member, lacks: lacks(cell, member), rounds: Vec::new() };
        let mut rows: Vec<Row<'_>> = members.iter().map(row).collect();
        for _ in 0..settings.runs {
            for row in &mut rows {
                tell(Progress { cell: &cell.name, peer: &row.member.name, done, all });
                done += 1;
                if row.lacks.is_none() {
                    row.rounds.push(once(cell, row.member, settings, ports).await);
                }
            }
            machine.look();
        }
        reports.push(report(cell, &rows));
    }
}

async fn once(
    cell: &Cell,
    member: &Member,
    settings: &Settings,
    ports: &mut Ports,
) -> Result<Sample, Invalid> {
    let port = ports.take();
    let port =
        port.ok_or_else(|| Invalid("no free port is left below the ephemeral ones".into()))?;
    let (folder, deadline) = (settings.folder.clone(), settings.deadline);
    run(cell, member, &Place { port, folder, deadline }).await
}

/// Why a member is not measured in a cell.
fn lacks(cell: &Cell, member: &Member) -> Option<String> {
    let no_floor =
        matches!(cell.work, Work::FanIn(_) | Work::Visits { .. } | Work::Idle(_) | Work::InProcess)
            || cell.work == Work::Stream { curve: true };
    let no_floor = member.name == FLOOR && no_floor;
    no_floor.then(|| "nothing to compare with".to_owned()).or_else(|| cell.lacks(&member.hello.can))
}

fn report(cell: &Cell, rows: &[Row<'_>]) -> CellReport {
    let is_floor = |row: &&Row<'_>| row.member.name == FLOOR;
    let base = rows.iter().find(|row| !is_floor(row));
    let peers = rows.iter().filter(|row| !is_floor(row)).map(|row| PeerReport {
        peer: row.member.name.clone(),
        figures: figures(cell, row, base),
        invalid: row
            .rounds
            .iter()
            .filter_map(|round| Some(round.as_ref().err()?.0.clone()))
            .collect(),
        missing: row.lacks.clone().map(|why| Missing { why }),
    });
    let floor = rows.iter().find(is_floor);
    let floor = match cell.work {
        Work::InProcess => Some(Spread::of(&[memcpy(cell.size) / cell.size as f64])),
        _ => floor.and_then(|row| {
            let figures: Vec<f64> = good(row).map(|sample| sample.figure).collect();
            (!figures.is_empty()).then(|| Spread::of(&figures))
        }),
    };
    CellReport {
        name: cell.name.clone(),
        group: cell.group().to_owned(),
        unit: cell.unit().to_owned(),
        less_is_more: cell.less_is_more(),
        size: cell.size,
        count: cell.count,
        many: cell.many(),
        peers: peers.collect(),
        floor,
    }
}

fn good<'a>(row: &'a Row<'_>) -> impl Iterator<Item = &'a Sample> {
    row.rounds.iter().filter_map(|round| round.as_ref().ok())
}

fn figures(cell: &Cell, row: &Row<'_>, base: Option<&Row<'_>>) -> Option<Figures> {
    let runs: Vec<f64> = good(row).map(|sample| sample.figure).collect();
    if runs.is_empty() {
        return None;
    }
    let pairs = base.into_iter().flat_map(|base| row.rounds.iter().zip(&base.rounds));
    let ratios = pairs.filter_map(|(own, base)| {
        let (own, base) = (own.as_ref().ok()?.figure, base.as_ref().ok()?.figure);
        Some(if cell.less_is_more() { base / own } else { own / base })
    });
    let ratios: Vec<f64> = ratios.collect();
    let cpu: Vec<f64> = good(row).filter_map(|sample| sample.cpu_ns).collect();
    let trip = |of: fn(&Trips) -> u64| {
        let all: Vec<f64> =
            good(row).filter_map(|sample| Some(of(sample.trips.as_ref()?) as f64 / 1e3)).collect();
        (!all.is_empty()).then(|| Spread::of(&all))
    };
    Some(Figures {
        spread: Spread::of(&runs),
        runs,
        ratio: (!ratios.is_empty()).then(|| Spread::of(&ratios)),
        cpu_ns: (!cpu.is_empty()).then(|| Spread::of(&cpu).median),
        p99_us: trip(|trips| trips.p99),
        p999_us: trip(|trips| trips.p999),
    })
}
