//! Every way an option can be refused, with what is allowed instead.
//!
//! Deliberately absent: the offending value, which may be a password.

use super::Allowed;
use crate::socket_type::SocketType;
use core::fmt;

/// Why an option keeps its value, or does not tell it; EINVAL to libzmq.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OptionError {
    /// No option is called this.
    Unknown(String),
    /// libzmq has this option, and we do not.
    NotOffered {
        /// The option.
        name: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// The option means nothing to this type of socket.
    NotForType {
        /// The option.
        name: &'static str,
        /// The type of the socket.
        socket_type: SocketType,
    },
    /// The option can be read, and not set.
    ReadOnly(&'static str),
    /// The option can be set, and not read.
    WriteOnly(&'static str),
    /// A peer has the name that the option gives to the next one.
    Taken(&'static str),
    /// The value is not one that the option takes.
    Value {
        /// The option.
        name: &'static str,
        /// What it takes.
        allowed: Allowed,
    },
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "no option \"{}\"", name.escape_debug()),
            Self::NotOffered { name, reason } => write!(f, "{name} is not offered: {reason}"),
            Self::NotForType { name, socket_type } => {
                write!(f, "{name} means nothing to {socket_type}")
            }
            Self::ReadOnly(name) => write!(f, "{name} can be read, not set"),
            Self::WriteOnly(name) => write!(f, "{name} can be set, not read"),
            Self::Taken(name) => write!(f, "{name}: a peer has this name, give another"),
            Self::Value { name, allowed } => write!(f, "{name} takes {allowed}"),
        }
    }
}

impl core::error::Error for OptionError {}
