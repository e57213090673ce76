//! Which frames a lie means, and what it does to them.

use super::wire::Frame;
use super::{Edit, Which};
use crate::octets::{LONG, Property, RESERVED, header, properties};

/// The commands of RFC 37 and of the handshakes of PLAIN and CURVE; another name is unknown.
const KNOWN: [&str; 12] = [
    "READY",
    "ERROR",
    "SUBSCRIBE",
    "CANCEL",
    "PING",
    "PONG",
    "JOIN",
    "LEAVE",
    "HELLO",
    "WELCOME",
    "INITIATE",
    "MESSAGE",
];
/// The properties of RFC 37.
const PROPERTIES: [&[u8]; 3] = [b"Socket-Type", b"Identity", b"Resource"];

/// What follows a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    On,
    Close,
    Stall,
}

/// Edits the frames of one direction.
#[derive(Debug, Default)]
pub(super) struct Editor {
    /// READY has passed.
    ready: bool,
    /// A frame that waits for the next one.
    swapped: Vec<u8>,
    /// The data of the first command of its kind.
    first: Option<Vec<u8>>,
}

impl Editor {
    /// Whether a lie means this frame, the `number`th of its direction.
    pub(super) fn picks(&self, which: Which, number: usize, frame: &Frame) -> bool {
        let size = frame.body.len();
        let message = !frame.is_command();
        let name = frame.command().map(|(name, _)| name);
        match which {
            Which::Any => true,
            Which::Behind => !frame.is("READY"),
            Which::Command => frame.is_command(),
            Which::Named(is) => frame.is(is),
            Which::Unknown => {
                name.is_some_and(|name| !KNOWN.iter().any(|known| known.as_bytes() == name))
            }
            Which::NamedSized(is, least, most) => frame.command().is_some_and(|(name, data)| {
                name == is.as_bytes() && (least..=most).contains(&data.len())
            }),
            Which::Message => message,
            Which::More => message && frame.has_more(),
            Which::Last => message && !frame.has_more(),
            Which::Sized(least, most) => message && (least..=most).contains(&size),
            Which::Starts(octet) => message && frame.body.first() == Some(&octet),
            Which::Early => message && !self.ready,
            Which::NeedlessLong => frame.flags & LONG != 0 && size < 256,
            Which::Reserved => frame.flags & RESERVED != 0,
            Which::Nth(nth) => number == nth,
            Which::Property(start) => {
                ready(frame).iter().any(|(name, _)| name.starts_with(start.as_bytes()))
            }
            Which::OtherProperty => {
                let known = |name: &[u8]| PROPERTIES.iter().any(|k| k.eq_ignore_ascii_case(name));
                ready(frame).iter().any(|(name, _)| !known(name))
            }
            Which::Value(least, most) => {
                ready(frame).iter().any(|(_, value)| (least..=most).contains(&value.len()))
            }
            Which::Properties(least, most) => {
                frame.is("READY") && (least..=most).contains(&ready(frame).len())
            }
        }
    }

    /// Remembers a frame that has passed.
    pub(super) fn passed(&mut self, frame: &Frame) {
        self.ready |= frame.is("READY");
    }

    /// Writes what becomes of a frame.
    pub(super) fn edit(
        &mut self,
        (which, edit): (Which, Edit),
        number: usize,
        frame: Frame,
        sink: &mut Vec<u8>,
    ) -> Then {
        let picked = self.picks(which, number, &frame);
        self.passed(&frame);
        if !picked {
            sink.extend(frame.octets());
            sink.append(&mut self.swapped);
            return Then::On;
        }
        let whole = frame.octets();
        match edit {
            Edit::Drop => {}
            Edit::Double => sink.extend(whole.repeat(2)),
            Edit::Times(count) => sink.extend(whole.repeat(count)),
            Edit::Swap if self.swapped.is_empty() => self.swapped = whole,
            Edit::Swap => {
                sink.extend(whole);
                sink.append(&mut self.swapped);
            }
            Edit::Oversize => {
                sink.extend(header(frame.flags, frame.body.len() as u64 + 1));
                sink.extend(frame.body);
            }
            Edit::Before(octets) => sink.extend([octets, &whole].concat()),
            Edit::After(octets) => sink.extend([&whole, octets].concat()),
            Edit::Close => return Then::Close,
            Edit::Tear => {
                sink.extend(whole.iter().take(whole.len() / 2));
                return Then::Close;
            }
            Edit::ThenClose => {
                sink.extend(whole);
                return Then::Close;
            }
            Edit::Stall => return Then::Stall,
            _ => sink.extend(self.changed(edit, frame).octets()),
        }
        Then::On
    }

    /// The frame with another octet somewhere.
    fn changed(&mut self, edit: Edit, mut frame: Frame) -> Frame {
        let mut body = frame.body.clone();
        match edit {
            Edit::Set(bits) => frame.flags |= bits,
            Edit::Clear(bits) => frame.flags &= !bits,
            Edit::Long => frame.flags |= LONG,
            Edit::Append(octets) => {
                body.extend_from_slice(octets);
                frame.set_body(body);
            }
            Edit::Cut(count) => {
                body.truncate(body.len().saturating_sub(count));
                frame.set_body(body);
            }
            Edit::Flip(at, bits) => {
                body.get_mut(at).into_iter().for_each(|octet| *octet ^= bits);
                frame.set_body(body);
            }
            Edit::Rename(name) => {
                let data = frame.command().map(|(_, data)| data.to_vec()).unwrap_or_default();
                let size = u8::try_from(name.len()).unwrap_or(u8::MAX);
                frame.set_body([&[size], name.as_bytes(), &data].concat());
            }
            Edit::Data(data) => frame.set_data(data),
            Edit::Body(body) => frame.set_body(body.to_vec()),
            Edit::First => {
                let data = frame.command().map(|(_, data)| data.to_vec()).unwrap_or_default();
                let first = self.first.get_or_insert(data).clone();
                frame.set_data(&first);
            }
            _ => {}
        }
        frame
    }

    /// A frame that waited for one that did not come.
    pub(super) fn held(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.swapped)
    }
}

/// The properties of a READY, as far as they can be read.
fn ready(frame: &Frame) -> Vec<Property> {
    let data = frame.command().filter(|(name, _)| name == b"READY").map(|(_, data)| data);
    data.and_then(|data| properties(data).ok()).unwrap_or_default()
}
