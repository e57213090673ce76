//! What is measured: one cell a row of the table, with the ratio that it has to reach.
//!
//! Deliberately absent: cells in which the kernel does nearly all the work.

/// What a cell makes the two sides do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    /// PUSH to PULL, messages a second.
    Stream {
        /// Under CURVE.
        curve: bool,
    },
    /// PUSH to PULL between two threads of one process, messages a second.
    InProcess,
    /// REQ and REP on one core, the median in microseconds.
    RoundTrip,
    /// XPUB to so many SUB, what all of them get a second.
    FanOut(usize),
    /// Raw peers that connect, send one message and close, one after the other, a second.
    Visits {
        /// The minor version they speak: 3.1 has the binder answer READY, 3.0 send it at once.
        minor: u8,
    },
    /// Memory of the process that is bound, in KiB a connection.
    Idle,
}

impl Work {
    /// The arguments of the side that binds, and of the one that connects.
    pub(crate) const fn modes(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Stream { curve: false } => ("pull", Some("push")),
            Self::Stream { curve: true } => ("curve-pull", Some("curve-push")),
            Self::InProcess => ("inproc", None),
            Self::RoundTrip => ("rep", Some("req")),
            Self::FanOut(_) => ("pub", Some("sub")),
            Self::Visits { .. } => ("pull", None),
            Self::Idle => ("idle", None),
        }
    }

    /// Whether a smaller figure is the better one.
    pub(crate) const fn less_is_more(self) -> bool {
        matches!(self, Self::RoundTrip | Self::Idle)
    }

    /// What the figure counts.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Stream { .. } | Self::InProcess | Self::FanOut(_) => "msg/s",
            Self::RoundTrip => "us",
            Self::Visits { .. } => "conn/s",
            Self::Idle => "KiB",
        }
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) name: &'static str,
    pub(crate) work: Work,
    pub(crate) is_ipc: bool,
    /// Octets of a body.
    pub(crate) size: usize,
    /// Messages, round trips or connections.
    pub(crate) count: usize,
    /// How many times better than libzmq the engine is to be.
    pub(crate) target: f64,
}

const fn tcp(name: &'static str, work: Work, size: usize, count: usize, target: f64) -> Cell {
    Cell { name, work, is_ipc: false, size, count, target }
}

const STREAM: Work = Work::Stream { curve: false };

/// All cells; each run takes about half a second.
pub(crate) const CELLS: [Cell; 11] = [
    tcp("tcp-64", STREAM, 64, 3_000_000, 2.3),
    tcp("tcp-32k", STREAM, 32 << 10, 40_000, 1.5),
    tcp("tcp-1m", STREAM, 1 << 20, 1_500, 1.05),
    Cell { is_ipc: true, ..tcp("ipc-64", STREAM, 64, 3_000_000, 2.8) },
    tcp("inproc-64", Work::InProcess, 64, 3_000_000, 2.5),
    tcp("req-rep-1", Work::RoundTrip, 1, 15_000, 2.6),
    tcp("pub-10-64", Work::FanOut(10), 64, 200_000, 1.4),
    tcp("connections", Work::Visits { minor: 1 }, 1, 3_000, 1.25),
    tcp("connections-3.0", Work::Visits { minor: 0 }, 1, 3_000, 1.25),
    tcp("curve-1k", Work::Stream { curve: true }, 1 << 10, 150_000, 1.3),
    tcp("idle", Work::Idle, 1, 1_000, 2.0),
];
