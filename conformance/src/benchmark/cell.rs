//! What is measured: a cell is one kind of work with one size of message.
//!
//! Counts are such that a run takes a libzmq about a third of a second. Deliberately absent:
//! targets; what must not become slower is kept in the histories of those who care.

use crate::adapter::Can;

/// What the sides of a cell do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// PUSH to PULL between two processes.
    Stream {
        /// Under CURVE.
        curve: bool,
    },
    /// PUSH to PULL between two threads of one process.
    InProcess,
    /// REQ and REP, one question at a time.
    RoundTrip {
        /// Both processes on one core.
        pinned: bool,
    },
    /// XPUB without loss to so many SUB of one process.
    FanOut(usize),
    /// So many PUSH of one process to one PULL.
    FanIn(usize),
    /// Bare peers that connect, shake hands, send one message and close, one after the other.
    Visits {
        /// The minor version they speak: under 3.1 a binder may wait for their READY before it
        /// sends its own (37-NULL-007), under 3.0 nobody waits (23-NULL-001).
        minor: u8,
    },
    /// Memory for each of so many connections that say nothing.
    Idle(usize),
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// `tcp-64`.
    pub name: String,
    /// What is done.
    pub work: Work,
    /// `tcp`, `ipc`, `inproc`.
    pub transport: &'static str,
    /// Octets of a message.
    pub size: usize,
    /// Messages, round trips or connections that are measured.
    pub count: u64,
    /// Left out unless it is named.
    pub on_demand: bool,
}

/// Sizes of messages, and how many of them make a run of a stream.
const SIZES: [(usize, &str, u64); 6] = [
    (16, "16", 2_000_000),
    (64, "64", 1_500_000),
    (256, "256", 1_000_000),
    (1 << 10, "1k", 400_000),
    (32 << 10, "32k", 20_000),
    (1 << 20, "1m", 1_000),
];

/// All cells, in the order of the tables.
pub fn all() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut add = |name: String, work, transport, size, count| {
        cells.push(Cell { name, work, transport, size, count, on_demand: false });
    };
    for transport in ["tcp", "ipc"] {
        for (size, name, count) in SIZES {
            let work = Work::Stream { curve: false };
            add(format!("{transport}-{name}"), work, transport, size, count);
        }
    }
    for (transport, pinned, name) in [
        ("tcp", true, "req-rep-tcp"),
        ("ipc", true, "req-rep-ipc"),
        ("tcp", false, "req-rep-tcp-unpinned"),
    ] {
        add(name.into(), Work::RoundTrip { pinned }, transport, 1, 15_000);
    }
    for (many, count) in [(1, 1_000_000), (10, 150_000), (100, 15_000)] {
        add(format!("pub-sub-{many}"), Work::FanOut(many), "tcp", 64, count);
    }
    for (size, name, count) in
        [(64, "64", 400_000), (1 << 10, "1k", 120_000), (32 << 10, "32k", 8000)]
    {
        add(format!("curve-{name}"), Work::Stream { curve: true }, "tcp", size, count);
    }
    add("connections".into(), Work::Visits { minor: 1 }, "tcp", 1, 3_000);
    add("connections-3.0".into(), Work::Visits { minor: 0 }, "tcp", 1, 3_000);
    add("idle-1000".into(), Work::Idle(1_000), "tcp", 1, 1_000);
    for (size, name, count) in SIZES {
        add(format!("inproc-{name}"), Work::InProcess, "inproc", size, count);
    }
    add("fan-in-8".into(), Work::FanIn(8), "tcp", 64, 1_200_000);
    add("idle-10000".into(), Work::Idle(10_000), "tcp", 1, 10_000);
    if let Some(last) = cells.last_mut() {
        last.on_demand = true;
    }
    cells
}

impl Cell {
    /// The same with a tenth of the messages, for a look.
    #[must_use]
    pub fn quick(mut self) -> Self {
        if !matches!(self.work, Work::Idle(_)) {
            self.count = (self.count / 10).max(100);
        }
        self
    }

    /// Messages before those that count.
    pub const fn warm_up(&self) -> u64 {
        match self.work {
            Work::RoundTrip { .. } => 500,
            // The same number for each of the sockets, so that their shares are whole.
            Work::Stream { .. } | Work::InProcess | Work::FanOut(_) => self.count / 20,
            Work::FanIn(many) => many as u64 * (self.count / many as u64 / 20),
            Work::Visits { .. } | Work::Idle(_) => 0,
        }
    }

    /// Sockets of the side that has many.
    pub const fn many(&self) -> usize {
        match self.work {
            Work::FanOut(many) | Work::FanIn(many) | Work::Idle(many) => many,
            _ => 1,
        }
    }

    /// Whether a smaller figure is the better one.
    pub const fn less_is_more(&self) -> bool {
        matches!(self.work, Work::RoundTrip { .. } | Work::Idle(_))
    }

    /// What the figure counts.
    pub const fn unit(&self) -> &'static str {
        match self.work {
            Work::RoundTrip { .. } => "us",
            Work::Visits { .. } => "connections/s",
            Work::Idle(_) => "KiB/connection",
            _ => "messages/s",
        }
    }

    /// The part of the page and of the table it belongs to.
    pub const fn group(&self) -> &'static str {
        match (self.work, self.transport.as_bytes()) {
            (Work::Stream { curve: true }, _) => "CURVE: PUSH to PULL",
            (Work::Stream { curve: false }, [b'i', ..]) => "ipc: PUSH to PULL",
            (Work::Stream { curve: false }, _) => "tcp: PUSH to PULL",
            (Work::InProcess, _) => "inproc: PUSH to PULL",
            (Work::RoundTrip { .. }, _) => "REQ and REP: round trip of 1 B, median",
            (Work::FanOut(_), _) => "XPUB to many SUB, 64 B, all subscribers together",
            (Work::FanIn(_), _) => "Many PUSH to one PULL, 64 B",
            (Work::Visits { .. }, _) => "Connections made, one after the other",
            (Work::Idle(_), _) => "Memory of a connection that says nothing",
        }
    }

    /// Why a peer that can do this much cannot be measured here; `None` if it can.
    pub fn lacks(&self, can: &Can) -> Option<String> {
        let (types, options): (&[&str], &[&str]) = match self.work {
            Work::Stream { curve: true } => {
                (&["PUSH", "PULL"], &["curve_secretkey", "curve_serverkey", "curve_server"])
            }
            Work::RoundTrip { .. } => (&["REQ", "REP"], &[]),
            Work::FanOut(_) => (&["XPUB", "SUB"], &["xpub_nodrop"]),
            Work::Visits { .. } | Work::Idle(_) => (&["PULL"], &[]),
            Work::Stream { .. } | Work::InProcess | Work::FanIn(_) => (&["PUSH", "PULL"], &[]),
        };
        let kind = types.iter().find(|kind| !can.has_type(kind)).map(|kind| format!("type {kind}"));
        let option = options.iter().find(|option| !can.has_opt(option));
        let option = option.map(|option| format!("option {option}"));
        let transport = (!can.has_transport(self.transport)).then(|| self.transport.to_owned());
        let curve = self.work == Work::Stream { curve: true } && !can.has_mech("CURVE");
        let curve = curve.then(|| "CURVE".to_owned());
        kind.or(transport).or(curve).or(option).map(|what| format!("it has no {what}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_shares_are_whole() {
        let cells = all();
        for (at, cell) in cells.iter().enumerate() {
            assert!(cells.iter().take(at).all(|other| other.name != cell.name), "{}", cell.name);
            for cell in [cell.clone(), cell.clone().quick()] {
                let sockets = if let Work::FanIn(many) = cell.work { many as u64 } else { 1 };
                assert_eq!((cell.count % sockets, cell.warm_up() % sockets), (0, 0));
            }
        }
    }

    #[test]
    fn what_a_peer_lacks_is_named() {
        let find = |name: &str| all().into_iter().find(|cell| cell.name == name).unwrap();
        let names = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        let can =
            Can { types: names(&["PUSH", "PULL"]), transport: names(&["tcp"]), ..Can::default() };
        assert_eq!(find("tcp-64").lacks(&can), None);
        for (cell, what) in [
            ("ipc-64", "ipc"),
            ("req-rep-tcp", "type REQ"),
            ("curve-64", "CURVE"),
            ("inproc-1m", "inproc"),
        ] {
            let lacks = find(cell).lacks(&can).unwrap();
            assert!(lacks.contains(what), "{lacks}");
        }
    }
}
