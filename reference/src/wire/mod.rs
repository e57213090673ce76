//! The codecs: octets to values and back, as pure functions that borrow what they read.
//!
//! ```text
//! reader     a cursor that cannot run past its end
//! greeting   the 64 opening octets, and which protocol a peer speaks
//! frame      flags and size, 3.x
//! batch      whole messages on their way: queued as frames, read as messages
//! command    name and data of a command body
//! metadata   name/value properties inside READY
//! plain      the commands of PLAIN
//! curve      the commands of CURVE
//! z85        keys as text
//! zap        requests to and replies from a ZAP handler, as message parts
//! legacy     frames and socket-type codes of 1.0 and 2.0
//! ```
//!
//! Where a value may arrive in pieces, `Ok(None)` asks for more octets. Deliberately absent:
//! buffers and sizes allowed; the connection holds the former and judges the latter.

pub mod batch;
pub mod command;
pub mod curve;
pub mod frame;
pub mod greeting;
pub mod legacy;
pub mod metadata;
pub mod plain;
pub mod reader;
pub mod z85;
pub mod zap;
