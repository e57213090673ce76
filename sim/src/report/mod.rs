//! What people read: the loss report, the picture of a run, and the life of one message.
//!
//! ```text
//! text      the loss report: its first three lines answer "what do I lose?"
//! advice    what to change
//! svg       the run as a picture: a lane for each process, faults above
//! explain   one message, from the application that sent it to its end
//! ndjson    all events, for other tools
//! ```

mod advice;
mod explain;
mod ndjson;
mod svg;
mod text;

pub use advice::advice;
pub use explain::{explain, parse_message};
pub use ndjson::{first_difference, ndjson};
pub use svg::svg;
pub use text::{loss_report, outcome_lines};
