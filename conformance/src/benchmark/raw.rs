//! Peers made of octets: NULL PUSH sockets that are opened by the hundred.
//!
//! What they say is fixed, so that they cost everybody the same. Deliberately absent: looking at
//! what comes back, but for its length: peers are judged elsewhere.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Of a peer of 3.1; its octet 11 is the minor version.
const GREETING: [u8; 64] = {
    let mut greeting = [0; 64];
    greeting[0] = 0xFF;
    greeting[9] = 0x7F;
    greeting[10] = 3;
    greeting[11] = 1;
    (greeting[12], greeting[13], greeting[14], greeting[15]) = (b'N', b'U', b'L', b'L');
    greeting
};

/// READY of a PUSH.
const READY: &[u8] = b"\x04\x1A\x05READY\x0bSocket-Type\0\0\0\x04PUSH";

/// A message of one octet.
const MESSAGE: [u8; 3] = [0, 1, b'x'];

/// A connection whose handshake is over.
///
/// # Errors
/// Whatever the operating system says, an end of the stream before the peer's READY, and `within`.
pub fn connect(address: &str, minor: u8, within: Duration) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(within))?;
    let mut greeting = GREETING;
    greeting[11] = minor;
    stream.write_all(&greeting)?;
    stream.read_exact(&mut [0; 64])?;
    stream.write_all(READY)?;
    // Flags, size, body: a READY is shorter than 256 octets.
    let mut header = [0; 2];
    stream.read_exact(&mut header)?;
    let [_, size] = header;
    stream.read_exact(&mut vec![0; usize::from(size)])?;
    Ok(stream)
}

/// Sends one message of one octet.
///
/// # Errors
/// Whatever the operating system says.
pub fn send(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(&MESSAGE)
}
