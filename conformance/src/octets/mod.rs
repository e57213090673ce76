//! The tester's own octets: builders of legal and illegal ZMTP, and a strict reader of what came
//! back. Nothing here is shared with any implementation under test, the reference included: a
//! shared bug would agree with itself.

mod build;
mod label;
mod legacy;
mod read;
mod swap;

pub use build::{Greeting, command, frame, greeting, header, long_frame, message, metadata, ready};
pub use build::{cancel, error, join, leave, ping, pong, property, subscribe};
pub use label::{Dialect, Field, Unit, frames, title, units};
pub use legacy::{frame_v1, frame_v2, identity_v1, opening_v2};
pub use read::{
    Command, Frame, GREETING_SIZE, Property, ReadError, SeenGreeting, properties, take_frame,
};
pub use swap::swap;

/// Flag bit of a frame: more frames of the same message follow (37-FRAME-011).
pub const MORE: u8 = 0x01;
/// Flag bit of a frame: the size takes eight octets (37-FRAME-010).
pub const LONG: u8 = 0x02;
/// Flag bit of a frame: this is a command (37-FRAME-009).
pub const COMMAND: u8 = 0x04;
/// The five flag bits that have no meaning yet (37-FRAME-007).
pub const RESERVED: u8 = 0xF8;

/// Octets as lower-case hex, without separators.
pub fn hex(octets: &[u8]) -> String {
    let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' - 10 + n };
    let mut digits = vec![0; octets.len() * 2];
    for ([high, low], octet) in digits.as_chunks_mut::<2>().0.iter_mut().zip(octets) {
        (*high, *low) = (digit(octet >> 4), digit(octet & 15));
    }
    String::from_utf8(digits).unwrap_or_default()
}
