//! `zeroproof bench`: the same work for every implementation, in one run, side by side.
//!
//! ```text
//! order    the op `bench`, as it is written and read     cell    what is measured
//! crew     who is measured, by which program             floor   the same without messages
//! run      one run of one cell, and why it is invalid    raw     bare peers, made of octets
//! machine  load, processor, memory, what crossed `lo`    series  A B A B, medians, ratios
//! report   the result as JSON                            human   as tables    html  as a page
//! ```
//!
//! An adapter sends and receives in loops of its own, in a process of its own; here are only the
//! clock of the whole, the system's figures, and doubt: a run that did not deliver everything is
//! invalid, never fast. Deliberately absent: verdicts on speed; a machine is as fast as it is.

pub mod cell;
pub mod crew;
pub mod floor;
pub mod html;
pub mod human;
pub mod machine;
pub mod order;
pub mod raw;
pub mod report;
pub mod run;
pub mod series;
