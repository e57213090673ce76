//! What octets mean, for people: one direction of a connection cut into greeting and frames, each
//! with a title and, field by field, what its octets say. Never fails: what is outside the grammar
//! becomes a unit that says so.

use super::read::{
    Frame, GREETING_SIZE, ReadError, SeenGreeting, properties, take_frame, take_size,
};
use super::{MORE, hex};

/// Which framing a connection uses after its opening; it takes both directions to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// ZMTP 1.0, RFC 13.
    V1,
    /// ZMTP 2.0, RFC 15.
    V2,
    /// ZMTP 3.x, RFCs 23 and 37.
    V3,
}

/// One greeting, frame or remainder of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Offset of the first octet in its direction.
    pub at: usize,
    /// Octets it takes.
    pub len: usize,
    /// One line: `READY Socket-Type=PULL`.
    pub title: String,
    /// The parts of it, in order of their octets.
    pub fields: Vec<Field>,
}

/// Some octets of a unit and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Offset of the first octet in its direction.
    pub at: usize,
    /// Octets it takes.
    pub len: usize,
    /// What they say.
    pub text: String,
}

impl Dialect {
    /// The framing two openings lead to, as far as their octets tell (37-BACK1-002 to -004).
    pub fn of(one: &[u8], other: &[u8]) -> Self {
        [one, other]
            .into_iter()
            .map(Self::opened)
            .min_by_key(|dialect| *dialect as u8)
            .unwrap_or(Self::V3)
    }

    fn opened(octets: &[u8]) -> Self {
        match (octets.first(), octets.get(9), octets.get(10)) {
            (None | Some(0xFF), None, _) => Self::V3,
            (Some(0xFF), Some(last), _) if last & 1 == 0 => Self::V1,
            (Some(0xFF), Some(_), Some(1 | 2)) => Self::V2,
            (Some(0xFF), Some(_), _) => Self::V3,
            _ => Self::V1,
        }
    }
}

/// Cuts one direction of a connection into units.
pub fn units(octets: &[u8], dialect: Dialect) -> Vec<Unit> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let unit = match dialect {
            Dialect::V3 if at == 0 => greeting_unit(rest),
            Dialect::V2 if at == 0 => opening_v2_unit(rest),
            Dialect::V1 => frame_v1_unit(at, rest),
            Dialect::V2 | Dialect::V3 => frame_unit(at, rest),
        };
        at += unit.len.max(1);
        found.push(unit);
    }
    found
}

/// Frames of 3.x from the first octet on, as they follow a handshake.
pub fn frames(octets: &[u8]) -> Vec<Unit> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let unit = frame_unit(at, rest);
        at += unit.len.max(1);
        found.push(unit);
    }
    found
}

/// A frame in one line: `PONG ctx="abcd"`.
pub fn title(frame: &Frame) -> String {
    whole_frame_unit(0, frame.octets().len(), frame).title
}

pub(super) fn unit(
    at: usize,
    len: usize,
    title: impl Into<String>,
    fields: &[(usize, &str)],
) -> Unit {
    let mut start = at;
    let fields = fields.iter().map(|&(len, text)| {
        let field = Field { at: start, len, text: text.to_owned() };
        start += len;
        field
    });
    Unit { at, len, title: title.into(), fields: fields.collect() }
}

fn greeting_unit(octets: &[u8]) -> Unit {
    let Some(greeting) = octets.first_chunk::<GREETING_SIZE>() else {
        let title = match octets.len() {
            10 => "signature".to_owned(),
            11 => "signature and major version".to_owned(),
            len => format!("{len} octets, no whole greeting"),
        };
        return unit(0, octets.len(), title, &[]);
    };
    let seen = SeenGreeting(*greeting);
    let (major, minor) = seen.version();
    let name = seen.mechanism_name();
    let role = if greeting[32] == 0 { "" } else { " as server" };
    unit(
        0,
        GREETING_SIZE,
        format!("greeting {major}.{minor} {name}{role}"),
        &[
            (1, "signature starts"),
            (8, "padding"),
            (1, "signature ends"),
            (2, &format!("version {major}.{minor}")),
            (20, &format!("mechanism {name}")),
            (1, &format!("as-server {}", greeting[32])),
            (31, "filler"),
        ],
    )
}

fn opening_v2_unit(octets: &[u8]) -> Unit {
    let opening = octets.split_at_checked(12).and_then(|(head, rest)| {
        let (frame, used) = take_frame(rest).ok()??;
        Some((*head.get(10)?, *head.get(11)?, frame, used))
    });
    let Some((revision, code, identity, used)) = opening else {
        return unit(0, octets.len(), format!("{} octets of a 2.0 opening", octets.len()), &[]);
    };
    let name = text(&identity.body);
    let title = format!("2.0 opening, revision {revision}, type {code:02x}, identity {name}");
    unit(
        0,
        12 + used,
        title,
        &[
            (10, "signature"),
            (1, &format!("revision {revision}")),
            (1, &format!("socket type {code:02x}")),
            (used, &format!("identity {name}")),
        ],
    )
}

fn frame_v1_unit(at: usize, octets: &[u8]) -> Unit {
    let (size, head) = match octets {
        [0xFF, rest @ ..] => match rest.first_chunk::<8>() {
            Some(size) => (u64::from_be_bytes(*size), 9),
            None => return unit(at, octets.len(), "start of a 1.0 frame", &[]),
        },
        [size, ..] => (u64::from(*size), 1),
        [] => return unit(at, 0, "", &[]),
    };
    let whole = usize::try_from(size).ok().and_then(|size| octets.get(head..)?.get(..size));
    let Some((flags, body)) = whole.and_then(<[u8]>::split_first) else {
        let len = if size == 0 { head } else { octets.len() };
        return unit(at, len, format!("1.0 frame, length {size}, not whole"), &[]);
    };
    let more = if flags & MORE == 0 { "" } else { ", more follow" };
    unit(
        at,
        head + 1 + body.len(),
        format!("1.0 frame {}{more}", text(body)),
        &[
            (head, &format!("length {size}")),
            (1, &format!("flags {flags:02x}")),
            (body.len(), &format!("body {}", text(body))),
        ],
    )
}

fn frame_unit(at: usize, octets: &[u8]) -> Unit {
    match take_frame(octets) {
        Ok(Some((frame, used))) => whole_frame_unit(at, used, &frame),
        Ok(None) => unit(at, octets.len(), format!("{} octets, no whole frame", octets.len()), &[]),
        Err(error @ (ReadError::ReservedFlags(_) | ReadError::CommandWithMore(_))) => {
            // The size may still be right: label this frame alone, and go on behind it.
            let len = claimed(octets).filter(|len| *len <= octets.len());
            unit(at, len.unwrap_or(octets.len()), format!("ILLEGAL: {error}"), &[])
        }
        Err(error) => unit(at, octets.len(), format!("ILLEGAL: {error}"), &[]),
    }
}

/// Octets of a frame as its header has them, whatever else its flags say; no octet is copied, as
/// there may be such a frame every two octets.
fn claimed(octets: &[u8]) -> Option<usize> {
    let (&flags, rest) = octets.split_first()?;
    let (size, body) = take_size(flags, rest)?;
    usize::try_from(size).ok()?.checked_add(octets.len() - body.len())
}

fn whole_frame_unit(at: usize, used: usize, frame: &Frame) -> Unit {
    let head = used - frame.body.len();
    let kind = match (frame.is_command(), frame.has_more()) {
        (true, _) => "command",
        (false, true) => "message frame, more follow",
        (false, false) => "message frame, last",
    };
    let flags = format!("flags {:02x}: {kind}", frame.flags);
    let size = format!("size {}", frame.body.len());
    let body = text(&frame.body);
    if !frame.is_command() {
        let more = if frame.has_more() { ", more follow" } else { "" };
        let fields = [(1, flags.as_str()), (head - 1, &size), (frame.body.len(), &body)];
        return unit(at, used, format!("message {body}{more}"), &fields);
    }
    let Ok(command) = frame.command() else {
        return unit(
            at,
            used,
            "ILLEGAL: command without a name",
            &[(1, &flags), (head - 1, &size)],
        );
    };
    let name = command.name.escape_ascii().to_string();
    let data = command_data(&name, command.data);
    let title = data.iter().fold(name.clone(), |title, (_, text)| format!("{title} {text}"));
    let mut fields = vec![(1, flags.as_str()), (head - 1, &size), (1 + command.name.len(), &name)];
    fields.extend(data.iter().map(|(len, text)| (*len, text.as_str())));
    unit(at, used, title, &fields)
}

/// The data of a command as (octets, meaning), in order.
fn command_data(name: &str, data: &[u8]) -> Vec<(usize, String)> {
    if let Some(sealed) = sealed_data(name, data) {
        return sealed;
    }
    match (name, data) {
        ("READY" | "INITIATE", _) => match properties(data) {
            Ok(all) => all
                .iter()
                .map(|(name, value)| {
                    let len = 1 + name.len() + 4 + value.len();
                    (len, format!("{}={}", name.escape_ascii(), text(value)))
                })
                .collect(),
            Err(error) => vec![(data.len(), format!("ILLEGAL: {error}"))],
        },
        ("PING", [high, low, context @ ..]) => vec![
            (2, format!("ttl={}", u16::from_be_bytes([*high, *low]))),
            (context.len(), format!("ctx={}", text(context))),
        ],
        ("PONG", _) => vec![(data.len(), format!("ctx={}", text(data)))],
        ("ERROR", [size, reason @ ..]) if usize::from(*size) == reason.len() => {
            vec![(1, format!("length {size}")), (reason.len(), format!("reason={}", text(reason)))]
        }
        (_, []) => Vec::new(),
        _ => vec![(data.len(), text(data))],
    }
}

/// The same for a command of CURVE, which its size tells (26-GEN-009); a READY of CURVE starts with
/// a counter, and so with a zero that no metadata starts with.
fn sealed_data(name: &str, data: &[u8]) -> Option<Vec<(usize, String)>> {
    let heads: &[(usize, &str)] = match (name, data.len(), data.first()) {
        ("HELLO", 194, _) => &[(2, "version"), (72, "padding"), (32, "C'"), (8, "nonce")],
        ("WELCOME", 160, _) => &[(16, "nonce")],
        ("INITIATE", 248.., _) if properties(data).is_err() => &[(96, "cookie"), (8, "nonce")],
        ("READY", 24.., Some(0)) => &[(8, "nonce")],
        _ => return None,
    };
    let head: usize = heads.iter().map(|(size, _)| size).sum();
    let sealed = data.len().checked_sub(head)?;
    let heads = heads.iter().map(|&(size, what)| (size, what.to_owned()));
    Some(heads.chain([(sealed, format!("box of {sealed}"))]).collect())
}

/// Octets as quoted text when they are printable, else as hex; long ones by their size.
fn text(octets: &[u8]) -> String {
    let printable = |octet: &u8| (0x20..0x7F).contains(octet);
    match octets.len() {
        0 => "\"\"".to_owned(),
        len if len > 48 => {
            format!("({len} octets, {}...)", hex(octets.get(..8).unwrap_or_default()))
        }
        _ if octets.iter().all(printable) => format!("\"{}\"", String::from_utf8_lossy(octets)),
        _ => hex(octets),
    }
}
