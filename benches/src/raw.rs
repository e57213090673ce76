//! Peers made of octets: NULL PUSH sockets that a benchmark opens by the hundred.
//!
//! What they say is fixed, so that they cost either engine the same. Deliberately absent: looking
//! at what comes back, but for its length: both engines are judged elsewhere.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// Of a peer of 3.1.
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
/// Whatever the operating system says, and an end of the stream before the peer's READY.
pub(crate) fn connect(port: u16, minor: u8) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
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

/// Connects, sends one message of one octet, closes; so many times, one after the other.
///
/// # Errors
/// As [`connect`].
pub(crate) fn visit(port: u16, minor: u8, times: usize) -> io::Result<()> {
    (0..times).try_for_each(|_| connect(port, minor)?.write_all(&MESSAGE))
}
