//! Which cases run, on which socket types, roles and splits; and why the others do not.

use std::fmt;

use crate::case::{Case, Depth, Mechanism};
use crate::runner::Record;
use crate::socket_type::SocketType;
use crate::spec::Spec;
use crate::split::Split;
use crate::target::{Offers, Role};
use crate::verdict::Verdict;

/// What a case runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Axes {
    /// The socket type of the SUT.
    pub kind: SocketType,
    /// Who opens the connection.
    pub role: Role,
    /// How the tester's octets are cut.
    pub split: Split,
}

impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind, self.role, self.split)
    }
}

/// A case on its axes.
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    /// The case.
    pub case: &'static Case,
    /// On what.
    pub axes: Axes,
}

impl Instance {
    /// Whether it may use a socket together with other cases: it asks nothing of the application,
    /// and the SUT's socket takes more than one peer at a time.
    pub fn may_share(&self) -> bool {
        self.case.needs.is_empty()
            && self.axes.role == Role::Bind
            && !self.axes.kind.takes_one_peer()
    }
}

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The cases, in order of ids.
    pub cases: Vec<&'static Case>,
    /// How much of the axes.
    pub level: Depth,
    /// Only this socket type.
    pub kind: Option<SocketType>,
    /// Only this role.
    pub role: Option<Role>,
    /// Ways to cut; at least one.
    pub splits: Vec<Split>,
}

/// What will run, and what will not.
#[derive(Debug, Default)]
pub struct Plan {
    /// To run.
    pub instances: Vec<Instance>,
    /// Not to run, each with its reason.
    pub idle: Vec<Record>,
}

impl Plan {
    /// A case that will not run, and why.
    pub fn leave_out(&mut self, case: &'static Case, reason: &str) {
        let kind = case.types.first().copied().unwrap_or(SocketType::Pull);
        let role = case.roles.first().copied().unwrap_or(Role::Bind);
        let axes = Axes { kind, role, split: Split::Whole };
        self.idle.push(Record::idle(case, axes, Verdict::NotApplicable, reason));
    }
}

/// Lays out a selection on what the SUT offers; `version` is what it announces.
pub fn plan(selection: &Selection, offers: &Offers, version: (u8, u8)) -> Plan {
    let mut plan = Plan::default();
    for &case in &selection.cases {
        if case.depth > selection.level {
            continue;
        }
        match axes_of(case, selection, offers, version) {
            Ok(all) => plan.instances.extend(all.into_iter().map(|axes| Instance { case, axes })),
            Err(reason) => plan.leave_out(case, &reason),
        }
    }
    plan
}

/// Socket types that the full level runs in the roles behind the first: what a promise means does
/// not change with both at once.
const OTHER_ROLE: usize = 3;

/// Whether a SUT that announces 2.0 can be asked: about 1.0 and 2.0, and about the patterns, whose
/// messages are the same there.
fn speaks_older(case: &Case) -> bool {
    let patterns =
        |clause: &&str| ["28-", "29-", "30-", "31-"].iter().any(|p| clause.starts_with(p));
    let older = Spec::V20.has(case) || Spec::V10.has(case);
    let above = case.clauses.iter().any(patterns) && case.mechanism() == Mechanism::Null;
    case.minor == 0 && (older || above)
}

fn axes_of(
    case: &Case,
    selection: &Selection,
    offers: &Offers,
    version: (u8, u8),
) -> Result<Vec<Axes>, String> {
    if version < (3, case.minor) && !(version < (3, 0) && speaks_older(case)) {
        return Err(format!("needs a SUT that announces 3.{}", case.minor));
    }
    if let Some(need) = case.needs.iter().find(|need| !offers.needs.contains(need)) {
        return Err(format!("needs an adapter that can {}", need.name()));
    }
    if let Some(known) = &offers.options {
        let unknown = case.options.iter().find(|(name, _)| !known.iter().any(|k| k == name));
        if let Some((name, _)) = unknown {
            return Err(format!("needs option {name}"));
        }
    }
    let offered = |kind: &&SocketType| offers.types.contains(kind);
    let asked = |kind: &&SocketType| selection.kind.is_none_or(|asked| asked == **kind);
    let kinds: Vec<_> = case.types.iter().filter(offered).filter(asked).copied().collect();
    let roles: Vec<_> = case
        .roles
        .iter()
        .filter(|role| offers.roles.contains(role))
        .filter(|role| selection.role.is_none_or(|asked| asked == **role))
        .copied()
        .collect();
    if kinds.is_empty() {
        let names: Vec<_> = case.types.iter().map(|kind| kind.name()).collect();
        return Err(format!("needs a socket of type {}", names.join(", ")));
    }
    let Some(&first) = roles.first() else {
        let names: Vec<_> = case.roles.iter().map(|role| role.name()).collect();
        return Err(format!("needs a SUT that can {}", names.join(" or ")));
    };
    let mut all = Vec::new();
    for &role in &roles {
        let most = match selection.level {
            Depth::Quick if role == first => 1,
            Depth::Quick => 0,
            Depth::Full if role != first => OTHER_ROLE,
            Depth::Full | Depth::Exhaustive => usize::MAX,
        };
        for &kind in kinds.iter().take(most) {
            all.extend(selection.splits.iter().map(|&split| Axes { kind, role, split }));
        }
    }
    Ok(all)
}
