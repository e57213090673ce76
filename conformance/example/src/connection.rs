//! One connection: greeting, READY, then messages. What is wrong ends it.

use std::io::{self, Error, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::{Kind, Message, Shared};

/// A peer that has not said READY by then is none.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// The largest frame, in octets: what is announced is judged before it is stored.
const LARGEST: u64 = 64 << 20;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

struct Frame {
    is_command: bool,
    more: bool,
    body: Vec<u8>,
}

pub(super) async fn run(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let (mut from, mut to) = stream.into_split();
    let shaken = timeout(HANDSHAKE, handshake(&mut from, &mut to, shared.kind)).await;
    let Ok(Ok(())) = shaken else { return };
    let mut ignored = |_| {};
    // Either half ends the other, and with it the connection.
    let _: io::Result<()> = match shared.kind {
        Kind::Pull => receive(&mut from, &mut |message| shared.received(message)).await,
        Kind::Push => tokio::select! {
            ended = receive(&mut from, &mut ignored) => ended,
            ended = transmit(&mut to, &shared) => ended,
        },
    };
}

fn wrong<T>(why: &str) -> io::Result<T> {
    Err(Error::new(ErrorKind::InvalidData, why))
}

/// Greetings and READY, both ways.
async fn handshake(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    kind: Kind,
) -> io::Result<()> {
    let mut greeting = [0; 64];
    let own = [&[0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0][..], b"NULL"].concat();
    for (octet, value) in greeting.iter_mut().zip(own) {
        *octet = value;
    }
    to.write_all(&greeting).await?;
    let mut theirs = [0; 64];
    let (start, rest) = theirs.split_at_mut(11);
    from.read_exact(start).await?;
    if start.first() != Some(&0xff) || start.get(9).is_none_or(|octet| octet & 1 == 0) {
        return wrong("no signature");
    }
    if start.get(10).is_none_or(|major| *major < 3) {
        return wrong("a peer of before 3.0");
    }
    from.read_exact(rest).await?;
    if theirs.get(12..32) != greeting.get(12..32) {
        return wrong("another mechanism");
    }
    let ready = [&b"\x05READY\x0bSocket-Type\0\0\0\x04"[..], kind.name().as_bytes()].concat();
    let size = u8::try_from(ready.len()).unwrap_or_default();
    to.write_all(&[&[COMMAND, size][..], &ready].concat()).await?;
    let frame = read(from).await?;
    let metadata = frame.body.strip_prefix(b"\x05READY").filter(|_| frame.is_command);
    let Some(metadata) = metadata else { return wrong("not READY") };
    match socket_type(metadata) {
        Some(theirs) if theirs == kind.peer().name().as_bytes() => Ok(()),
        _ => wrong("another socket type"),
    }
}

/// The Socket-Type that metadata tells; `None` where it tells none, or is malformed.
fn socket_type(metadata: &[u8]) -> Option<&[u8]> {
    let (mut rest, mut found) = (metadata, None);
    while let Some((&size, after)) = rest.split_first() {
        let (name, after) = after.split_at_checked(usize::from(size))?;
        let (size, after) = after.split_first_chunk()?;
        let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
        let (value, after) = after.split_at_checked(size)?;
        if name.eq_ignore_ascii_case(b"Socket-Type") {
            found = Some(value);
        }
        rest = after;
    }
    found
}

async fn read(from: &mut OwnedReadHalf) -> io::Result<Frame> {
    let flags = from.read_u8().await?;
    let is_command = flags & COMMAND != 0;
    if flags & !(MORE | LONG | COMMAND) != 0 || (is_command && flags & MORE != 0) {
        return wrong("flags that are none");
    }
    let size = match flags & LONG {
        0 => u64::from(from.read_u8().await?),
        _ => from.read_u64().await?,
    };
    if size > LARGEST {
        return wrong("a frame that is too large");
    }
    let mut body = Vec::new();
    if from.take(size).read_to_end(&mut body).await? as u64 != size {
        return wrong("the end within a frame");
    }
    Ok(Frame { is_command, more: flags & MORE != 0, body })
}

async fn receive(from: &mut OwnedReadHalf, take: &mut impl FnMut(Message)) -> io::Result<()> {
    let mut message = Message::new();
    loop {
        let frame = read(from).await?;
        if frame.is_command {
            continue; // 3.0 has none for these sockets
        }
        message.push(frame.body);
        if !frame.more {
            take(std::mem::take(&mut message));
        }
    }
}

async fn transmit(to: &mut OwnedWriteHalf, shared: &Shared) -> io::Result<()> {
    let mut queue = shared.joined();
    while let Some(message) = queue.recv().await {
        let mut octets = Vec::new();
        for (at, part) in message.iter().enumerate() {
            let more = u8::from(at + 1 < message.len()) * MORE;
            match u8::try_from(part.len()) {
                Ok(size) => octets.extend([more, size]),
                Err(_) => {
                    octets.push(more | LONG);
                    octets.extend((part.len() as u64).to_be_bytes());
                }
            }
            octets.extend(part);
        }
        to.write_all(&octets).await?;
    }
    Ok(())
}
