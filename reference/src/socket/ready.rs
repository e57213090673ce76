//! What a socket would do now without waiting, and many messages in one call.
//!
//! Deliberately absent: waiting, which is a driver's.

use super::{Message, Refused, Socket};
use crate::message::Parts;

/// Receiving, sending, or both: what is waited for, or what need not wait.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Ready {
    /// A message can be received.
    pub recv: bool,
    /// A message can be sent, to some peer.
    pub send: bool,
}

impl Ready {
    /// To receive.
    pub const RECV: Self = Self { recv: true, send: false };
    /// To send.
    pub const SEND: Self = Self { recv: false, send: true };
    /// Either.
    pub const ANY: Self = Self { recv: true, send: true };

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { recv: self.recv && other.recv, send: self.send && other.send }
    }

    /// Whether it is neither.
    #[must_use]
    pub const fn is_none(self) -> bool {
        !self.recv && !self.send
    }
}

impl Socket {
    /// What would not have to wait now.
    ///
    /// # Errors
    /// [`Refused::Terminated`].
    pub fn ready(&mut self) -> Result<Ready, Refused> {
        self.check_open()?;
        Ok(Ready {
            recv: self.pattern.can_recv(&mut self.peers, &self.options),
            send: self.swap_has_room() || self.pattern.can_send(&mut self.peers, &self.options),
        })
    }

    /// Appends messages that are there, at most `limit`, and tells how many.
    ///
    /// # Errors
    /// See [`Socket::recv`]; nothing was received.
    pub fn recv_batch(&mut self, into: &mut Vec<Message>, limit: usize) -> Result<usize, Refused> {
        for received in 0..limit {
            match self.recv() {
                Ok(message) => into.push(message),
                Err(refused) if received == 0 => return Err(refused),
                Err(_) => return Ok(received),
            }
        }
        Ok(limit)
    }

    /// Sends messages in order, up to the first that is refused, and tells how many were sent.
    ///
    /// # Errors
    /// See [`Socket::send`]; none was sent.
    pub fn send_batch(&mut self, messages: &[impl Parts]) -> Result<usize, Refused> {
        if self.keeps() {
            self.check_open()?;
            return self.keep_batch(messages);
        }
        for (sent, message) in messages.iter().enumerate() {
            match message.with_parts(|parts| self.send(parts)) {
                Ok(()) => {}
                Err(refused) if sent == 0 => return Err(refused),
                Err(_) => return Ok(sent),
            }
        }
        Ok(messages.len())
    }
}
