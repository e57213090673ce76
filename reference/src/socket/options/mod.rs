//! Every option of `zmq_setsockopt(3)` for the stable types of socket, its name in lower case.
//!
//! ```text
//! set(name, value)   table.rs finds the row; the row judges the value and writes a field below
//! value(name)        the row reads the field back
//! queues timing routing pubsub security tcp swap about   a file a noun: the fields, their rows
//! absent             options of libzmq that are not offered here, each with the reason
//! ```
//!
//! The engine reads plain fields. Times without end and switched off are `None` there; the numbers
//! -1 and 0 that libzmq has for them are for applications.
//!
//! Deliberately absent: what an option does, which is the business of whoever reads the field.

mod about;
mod absent;
mod error;
mod pubsub;
mod queues;
mod routing;
mod security;
mod swap;
mod table;
mod tcp;
mod timing;
mod value;

pub use crate::socket::peers::Bound;
pub use error::OptionError;
pub use pubsub::PubSub;
pub use queues::Queues;
pub use routing::Routing;
pub use security::{Mechanism, Security};
pub use swap::Swap;
pub use table::{Row, Rule, Types, table};
pub use tcp::{KeepAlive, Tcp};
pub use timing::{ReconnectStop, Timing};
pub use value::{Allowed, Unit, Value};

use crate::socket_type::SocketType;

/// What one socket has been told, by noun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The type of the socket, which decides what options mean anything.
    pub socket_type: SocketType,
    /// The text of the endpoint bound or connected last; empty before the first.
    pub last_endpoint: String,
    /// How much may wait, and for whom.
    pub queues: Queues,
    /// How long things take.
    pub timing: Timing,
    /// Who peers are, and who they take us for.
    pub routing: Routing,
    /// Subscriptions.
    pub pubsub: PubSub,
    /// Mechanisms, keys and who judges them.
    pub security: Security,
    /// What the operating system is told of a transport.
    pub tcp: Tcp,
    /// What goes to a disk.
    pub swap: Swap,
}

/// What `set` did with a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// It is in its field.
    Stored,
    /// The socket is to subscribe to this prefix; XPUB, on behalf of the last subscriber.
    Subscribe(Vec<u8>),
    /// The socket is to take one such subscription back.
    Unsubscribe(Vec<u8>),
}

impl Options {
    /// The defaults of libzmq for this type.
    #[must_use]
    pub fn new(socket_type: SocketType) -> Self {
        Self {
            socket_type,
            last_endpoint: String::new(),
            queues: Queues::default(),
            timing: Timing::default(),
            routing: Routing::default(),
            pubsub: PubSub::default(),
            security: Security::default(),
            tcp: Tcp::default(),
            swap: Swap::default(),
        }
    }

    /// Gives an option a value.
    ///
    /// # Errors
    /// No such option, not offered, not for this type, not to be set, or not this value. Nothing
    /// has changed then.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<Change, OptionError> {
        let row = table::find(name)?;
        if let Rule::Absent(reason) = row.rule {
            return Err(OptionError::NotOffered { name: row.name, reason });
        }
        let unheard = row.is_filter() && self.socket_type == SocketType::Xpub;
        if !row.types.contains(self.socket_type) || (unheard && !self.pubsub.xpub_manual) {
            let socket_type = self.socket_type;
            return Err(OptionError::NotForType { name: row.name, socket_type });
        }
        row.write(self, &value.into())
    }

    /// The value of an option; `None` for `events`, which only the socket knows.
    ///
    /// # Errors
    /// No such option, not offered, or not to be read.
    pub fn value(&self, name: &str) -> Result<Option<Value>, OptionError> {
        table::find(name)?.read(self)
    }
}

#[cfg(test)]
mod tests;
