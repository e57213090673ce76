//! Values of options as applications give and get them, and what an option takes.
//!
//! Deliberately absent: sizes of C types, and the zero octet that ends a C string.

use core::fmt;
use core::time::Duration;

/// The largest `int` of C, which bounds most numbers.
pub(super) const INT_MAX: i64 = 0x7FFF_FFFF;

/// A value that an application gives or gets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A switch; 0 and 1 do as well.
    Bool(bool),
    /// A number in the unit of the option.
    Int(i64),
    /// A time; never given back, since options that take one read as numbers.
    Time(Duration),
    /// Any octets.
    Bytes(Vec<u8>),
    /// A text; to options of octets, its UTF-8.
    Text(String),
}

impl Value {
    /// The number, or a switch as 0 or 1.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Bool(switch) => Some(i64::from(*switch)),
            Self::Int(number) => Some(*number),
            Self::Time(_) | Self::Bytes(_) | Self::Text(_) => None,
        }
    }

    /// The octets of octets or a text.
    #[must_use]
    pub fn as_octets(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(octets) => Some(octets),
            Self::Text(text) => Some(text.as_bytes()),
            Self::Bool(_) | Self::Int(_) | Self::Time(_) => None,
        }
    }
}

impl From<bool> for Value {
    fn from(switch: bool) -> Self {
        Self::Bool(switch)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<Duration> for Value {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

impl From<&[u8]> for Value {
    fn from(octets: &[u8]) -> Self {
        Self::Bytes(octets.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(octets: &[u8; N]) -> Self {
        Self::Bytes(octets.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(octets: Vec<u8>) -> Self {
        Self::Bytes(octets)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unit {
    /// Nothing in particular.
    Plain,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Messages.
    Messages,
    /// Octets.
    Octets,
}

impl Unit {
    /// The number of a time in this unit, rounded down.
    pub(super) fn count(self, time: Duration) -> Option<i64> {
        match self {
            Self::Milliseconds => i64::try_from(time.as_millis()).ok(),
            Self::Seconds => i64::try_from(time.as_secs()).ok(),
            Self::Plain | Self::Messages | Self::Octets => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Milliseconds => " ms",
            Self::Seconds => " s",
            Self::Messages => " messages",
            Self::Octets => " octets",
        }
    }
}

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Allowed {
    /// A switch.
    Flag,
    /// A number from `min` to `max`.
    Number {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
        /// What it counts.
        unit: Unit,
    },
    /// From `min` to `max` octets.
    Octets {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// At most 255 characters from 21 to 7E.
    Visible,
    /// 1 to 255 octets that do not start with zero.
    RoutingId,
    /// A CURVE key.
    Key,
    /// One of these.
    Word(&'static [&'static str]),
    /// A property of metadata.
    Property,
    /// Nothing: it cannot be set.
    Nothing,
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("0 or 1"),
            Self::Number { min, max, unit } => write!(f, "{min} to {max}{}", unit.name()),
            Self::Octets { min, max: usize::MAX } => write!(f, "{min} octets or more"),
            Self::Octets { min, max } => write!(f, "{min} to {max} octets"),
            Self::Visible => f.write_str("at most 255 ASCII characters, no spaces"),
            Self::RoutingId => f.write_str("1 to 255 octets, the first not zero"),
            Self::Key => f.write_str("32 octets, or their 40 characters of Z85"),
            Self::Word(words) => f.write_str(&words.join(", ")),
            Self::Property => f.write_str(
                "a text `X-name:value`, of at most 255 letters, digits, '-', '_', '.' or '+' in \
                 the name and at least one octet in the value",
            ),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

/// The time of a number of milliseconds; no time of them for a negative number.
pub(super) fn from_millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// The number of milliseconds of a time.
pub(super) fn to_millis(time: Duration) -> i64 {
    Unit::Milliseconds.count(time).unwrap_or(i64::MAX)
}

/// A number that has no meaning below zero, where -1 is "no".
pub(super) fn unless_negative<T>(number: i64, make: impl Fn(i64) -> T) -> Option<T> {
    (number >= 0).then(|| make(number))
}

/// A number that has no meaning at zero, where 0 is "no".
pub(super) fn unless_zero<T>(number: i64, make: impl Fn(i64) -> T) -> Option<T> {
    (number != 0).then(|| make(number))
}
