//! Which cells there are: peers by patterns, mechanisms and transports, as the user chose.

use super::cell::{Cell, Mech, Side, Transport};
use super::crew::Crew;
use super::pattern::{PATTERNS, Pattern, Style};

/// What to try; an empty list chooses everything.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Who meets whom: the first and the second side.
    pub pairs: Vec<[usize; 2]>,
    /// Patterns.
    pub patterns: Vec<&'static Pattern>,
    /// Mechanisms of the first and the second side.
    pub mechs: Vec<[Mech; 2]>,
    /// Transports.
    pub transports: Vec<Transport>,
    /// Who may bind: a side, or a peer by number.
    pub bind: Option<Bind>,
    /// Every combination, and every step of it; else each pair meets by all that both have, but not
    /// by all at once.
    pub every: bool,
}

/// Who binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// This side.
    Side(Side),
    /// This peer.
    Peer(usize),
}

/// A cell, or why it cannot be tried.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The cell.
    pub cell: Cell,
    /// Who lacks what; empty if nothing is lacking.
    pub lacks: String,
}

/// All cells of a choice. A pattern of one type meets each pair of peers once, from both sides,
/// unless only one was chosen.
pub fn plan(crew: &Crew, choice: &Choice) -> Vec<Planned> {
    let alone = choice.pairs.len() == 1;
    let mut cells = Vec::new();
    for pattern in PATTERNS.iter().filter(|each| chosen(&choice.patterns, each)) {
        for mechs in
            mechs_of(pattern).filter(|each| choice.mechs.is_empty() || choice.mechs.contains(each))
        {
            for transport in transports(pattern, mechs) {
                if !choice.transports.is_empty() && !choice.transports.contains(&transport) {
                    continue;
                }
                for bind in Side::ALL {
                    let pairs = choice.pairs.iter().filter(|[first, second]| {
                        let twin = pattern.is_symmetric() && !alone && first > second;
                        !twin && binds(choice.bind, bind, [*first, *second])
                    });
                    let whole = choice.every;
                    let pairs =
                        pairs.map(|&peers| Cell { peers, bind, pattern, mechs, transport, whole });
                    cells.extend(pairs.filter(|cell| choice.every || is_usual(cell)));
                }
            }
        }
    }
    let lacks = |cell: &Cell| {
        let side = |side: Side| {
            let member = crew.members().get(*side.of(&cell.peers))?;
            Some(format!("{} has no {}", member.name, cell.lacks(side, &member.hello)?))
        };
        let mut all: Vec<String> = Side::ALL.into_iter().filter_map(side).collect();
        all.dedup();
        all.join("; ")
    };
    cells.into_iter().map(|cell| Planned { lacks: lacks(&cell), cell }).collect()
}

/// Whether a cell is tried where nobody asks for every combination. Each pair meets by every
/// pattern, with NULL over tcp, and either side binds. What secures or carries a connection does
/// not look at patterns: it is met by one way, and by both with names in the handshake; CURVE,
/// which seals commands, by subscriptions too; and each meets each once as server and once as
/// client. So do strangers, in type or in security: nothing may get through.
fn is_usual(cell: &Cell) -> bool {
    let null = cell.mechs == [Mech::Null; 2];
    if null && cell.transport == Transport::Tcp && cell.talks() {
        return true;
    }
    let carries = match cell.pattern.id {
        "push-pull" | "dealer-router" => null || cell.transport == Transport::Tcp,
        "pub-sub" => cell.mechs == [Mech::Curve; 2] && cell.transport == Transport::Tcp,
        _ => false,
    };
    cell.bind == Side::First && (carries || !cell.talks())
}

fn chosen(patterns: &[&'static Pattern], pattern: &Pattern) -> bool {
    patterns.is_empty() || patterns.iter().any(|each| each.id == pattern.id)
}

fn binds(choice: Option<Bind>, bind: Side, peers: [usize; 2]) -> bool {
    match choice {
        None => true,
        Some(Bind::Side(side)) => side == bind,
        Some(Bind::Peer(peer)) => *bind.of(&peers) == peer,
    }
}

/// Strangers meet without security. Those who are secured in different ways meet as PUSH and PULL.
fn mechs_of(pattern: &'static Pattern) -> impl Iterator<Item = [Mech; 2]> {
    let all = Mech::ALL.into_iter().flat_map(|one| Mech::ALL.map(|other| [one, other]));
    all.filter(move |&[one, other]| match pattern.style {
        Style::Strangers => one == Mech::Null && other == Mech::Null,
        Style::OneWay => true,
        Style::LockStep | Style::BothWays | Style::Publish => one == other,
    })
}

/// Whether peers go together does not depend on the transport.
fn transports(
    pattern: &Pattern,
    [one, other]: [Mech; 2],
) -> impl Iterator<Item = Transport> + use<> {
    let talks = pattern.talks() && one == other;
    let all = Transport::ALL.into_iter().filter(move |_| cfg!(unix) || !talks);
    all.filter(move |transport| talks || *transport == Transport::Tcp)
}
