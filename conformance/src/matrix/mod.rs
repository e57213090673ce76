//! Who talks to whom: every pair of peers, by every pattern, mechanism and transport both have.
//!
//! ```text
//! pattern cell plan    what there is to try
//! crew patience        the processes of the peers, and how long to wait for them
//! stage bodies talk publish    two sockets, their messages, the steps
//! relay attempt        octets between them, a restart, one attempt
//! run outcome known    all cells, what came of them, what was known before
//! report human         what is said of it
//! ```
//!
//! The peers do all the talking; the suite only looks on, so no octet here is ours. Deliberately
//! absent: STREAM, which speaks no ZMTP; draft types; more than one peer at a socket.

mod attempt;
mod bodies;
pub mod cell;
mod crew;
pub mod html;
pub mod human;
mod known;
mod outcome;
mod patience;
mod pattern;
mod plan;
mod publish;
mod relay;
pub mod report;
mod run;
mod silence;
mod stage;
mod talk;

pub use crew::{Crew, Member, Recruit};
pub use known::{Entry, Known};
pub use outcome::{Fault, Outcome, Step};
pub use pattern::{PATTERNS, Pattern, Style};
pub use plan::{Bind, Choice, Planned, plan};
pub use run::{Progress, Record, Run, Settings, run};
