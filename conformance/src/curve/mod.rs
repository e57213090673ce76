//! The tester's own CURVE (25, 26): boxes, the commands of both sides with every field open, and
//! the tunnel behind the handshake. Nothing here is shared with the reference, whose boxes come
//! from another crate.
//!
//! ```text
//! keys       boxes, nonces; the permanent keys of tester and SUT
//! client     HELLO and INITIATE as a tester sends them, right or bent; what a SUT sent
//! server     WELCOME and READY, likewise
//! tunnel     MESSAGE in both directions
//! dialogue   the way of a case to each stage of the handshake
//! ```

mod client;
mod dialogue;
mod keys;
mod server;
mod tunnel;

#[cfg(test)]
mod tests;

pub use client::{Client, Hello, Initiate, Inside, SeenHello, SeenInitiate};
pub use dialogue::{Refused, Secure, greeting_of, refused, secured, welcomed};
pub(crate) use dialogue::{hello_of, initiate_of, usual_metadata};
pub use keys::{ASKING_OPTIONS, CLIENT_OPTIONS, Keys, SERVER_OPTIONS, long_nonce, short_nonce};
pub use keys::{client_keys, octets, server_keys};
pub use server::{Ready, SeenReady, SeenWelcome, Server, Welcome};
pub use tunnel::{COMMAND_FLAG, MORE_FLAG, Plain, Tunnel};

/// A change of the finished body of a command, its name included.
pub type Twist = fn(&mut Vec<u8>);

/// Flips the lowest bit of the octet at this offset.
pub fn flip(body: &mut [u8], at: usize) {
    body.get_mut(at).into_iter().for_each(|octet| *octet ^= 1);
}
