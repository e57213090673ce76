//! Framing: flags, sizes, bodies (37-FRAME-001 to -014). What the SUT takes is in `flags`, `sizes`
//! and `segments`, what it sends in `sent`. Absent: the advice for commands to use the short form,
//! which belongs to the mechanism clauses.

mod flags;
mod segments;
mod sent;
mod sizes;

use crate::case::Case;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    sizes::SHORT_SIZES,
    sizes::LONG_FORM,
    sizes::OUT_OF_RANGE,
    sizes::LARGEST,
    sent::MESSAGE_SIZES,
    sent::FLAGS,
    flags::RESERVED_BITS,
    flags::EVERY_RESERVED,
    flags::COMMAND_BIT,
    flags::LONG_BIT_ON_COMMANDS,
    flags::MORE_BIT,
    flags::MORE_ON_COMMANDS,
    flags::HANDSHAKE_AS_MESSAGE,
    segments::OCTET_BY_OCTET,
    segments::ONE_SEGMENT,
    segments::EVERY_CUT,
    segments::EVERY_TRUNCATION,
];
