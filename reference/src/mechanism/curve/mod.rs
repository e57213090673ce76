//! CURVE: both sides prove who they are, and everything after that is sealed (25, 26).
//!
//! ```text
//! client   start/HELLO -> AwaitWelcome --WELCOME/INITIATE--> AwaitReady --READY--> done
//! server   AwaitHello --HELLO/WELCOME--> AwaitInitiate --INITIATE--> ask --admitted/READY--> done
//!
//! keys         C c  client   S s  server   C' c' S' s'  transient ones of the same
//! secret_box   the two primitives, on the key stream of salsa
//! client, server, cipher
//! ```
//!
//! A client never sends ERROR (26-GEN-006). Either side may close in silence whenever it likes
//! (26-GEN-002). Deliberately absent: who may come in, which is what a ZAP handler is for
//! (26-GEN-008).

mod cipher;
mod client;
mod keys;
mod salsa;
pub mod secret_box;
mod server;

pub use cipher::{Cipher, OVERHEAD};
pub use client::Client;
pub use keys::{Entropy, KeyPair, PublicKey, SecretKey};
pub use server::{Admitting, Server};

use crate::mechanism::Refusal;
use crate::violation::{CurvePart, Violation};
use crate::wire::curve::Command;

/// A nonce of 8 known octets and 16 random ones.
fn long_nonce(prefix: &[u8; 8], random: &[u8; 16]) -> [u8; 24] {
    nonce(prefix, random)
}

/// A nonce of 16 known octets and a counter.
fn short_nonce(prefix: &[u8; 16], counter: &[u8; 8]) -> [u8; 24] {
    nonce(prefix, counter)
}

fn nonce(prefix: &[u8], rest: &[u8]) -> [u8; 24] {
    //= 26-GEN-010
    let mut octets = prefix.iter().chain(rest).copied();
    core::array::from_fn(|_| octets.next().unwrap_or(0))
}

/// What a box holds, if it opened.
fn opened(what: CurvePart, plain: Option<Vec<u8>>) -> Result<Vec<u8>, Violation> {
    plain.ok_or(Violation::BoxForged(what))
}

fn unexpected(command: &Command<'_>) -> Refusal {
    Refusal::Silent(Violation::UnexpectedCommand(command.name().to_owned()))
}
