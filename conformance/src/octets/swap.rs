//! The files of a swap log, as `reference/docs/swap-format.md` has them, with what they hold and
//! where they are broken. Never fails, as [`super::label`]. Absent: the rules of what a log does
//! about damage (ZP-SWAP-010 and on); this only says what is there.

use super::label::{Unit, frames, unit};

/// Octets of a segment's head, and of a slot of the position.
const HEAD: usize = 36;
/// Octets of a record before its message.
const BEFORE: usize = 20;
/// Where the second slot of the position lies.
const SECOND: usize = 512;
/// The only version there is.
const VERSION: u64 = 1;
/// How many times its own octets a segment may cost to be searched for whole records.
const PATIENCE: usize = 8;

/// A segment or a position as units; `None` for anything else.
pub fn swap(octets: &[u8]) -> Option<Vec<Unit>> {
    match octets.get(..6)? {
        b"ZPSWAP" => Some(segment(octets)),
        b"ZPSPOS" => Some(position(octets)),
        _ => None,
    }
}

/// A whole number in network order.
fn number(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |value, &octet| value << 8 | u64::from(octet))
}

/// CRC-32C of some pieces, one behind the other.
fn crc(pieces: &[&[u8]]) -> u32 {
    let octets = pieces.iter().flat_map(|piece| piece.iter());
    !octets.fold(!0_u32, |sum, &octet| {
        (0..8).fold(sum ^ u32::from(octet), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0x82F6_3B78 } else { sum >> 1 }
        })
    })
}

/// What a sum says, beside what it should be.
fn sum(said: &[u8], due: u32) -> (bool, String) {
    let is_right = number(said) == u64::from(due);
    (
        is_right,
        if is_right { "sum, right".into() } else { format!("sum, BROKEN: {due:08x} is due") },
    )
}

/// The head of a segment or a slot: the four numbers behind its magic, and whether its sum holds.
fn head(at: usize, octets: &[u8], what: &str, names: [&str; 3]) -> Option<(Unit, [u64; 4], bool)> {
    let head = octets.get(at..)?.first_chunk::<HEAD>()?;
    let [_, _, _, _, _, _, rest @ ..] = head;
    let (version, rest) = rest.split_at_checked(2)?;
    let (numbers, said) = rest.split_at_checked(24)?;
    let (numbers, _) = numbers.as_chunks::<8>();
    let (is_right, sum) = sum(said, crc(&[head.get(..HEAD - 4)?]));
    let version = number(version);
    let mut found = [version, 0, 0, 0];
    for (to, octets) in found.iter_mut().skip(1).zip(numbers) {
        *to = number(octets);
    }
    let [_, first, second, _] = found;
    let [one, two, three] = names;
    let broken = if is_right { "" } else { ", BROKEN" };
    let unknown = if version == VERSION { "" } else { ", of an unknown version" };
    let title = format!("{what}{unknown}: {one} {first}, {two} {second}{broken}");
    let (first, second) = (format!("{one} {first}"), format!("{two} {second}"));
    let version = format!("version {version}");
    let fields: [(usize, &str); 6] =
        [(6, what), (2, &version), (8, &first), (8, &second), (8, three), (4, &sum)];
    Some((unit(at, HEAD, title, &fields), found, is_right))
}

fn position(octets: &[u8]) -> Vec<Unit> {
    let mut found = Vec::new();
    for at in [0, SECOND] {
        let names = ["generation", "all handed over before", "salt"];
        let slot = octets.get(at..at + 6) == Some(b"ZPSPOS");
        match head(at, octets, "slot", names).filter(|_| slot) {
            Some((unit, ..)) => found.push(unit),
            None if octets.len() > at => {
                let len = (octets.len() - at).min(HEAD);
                found.push(unit(at, len, format!("no slot in {len} octets"), &[]));
            }
            None => {}
        }
    }
    found
}

fn segment(octets: &[u8]) -> Vec<Unit> {
    let names = ["number", "first record", "salt"];
    let Some((unit_of_head, [version, _, first, salt], _)) = head(0, octets, "segment", names)
    else {
        let title = format!("a head cut short: {} of {HEAD} octets", octets.len());
        return vec![unit(0, octets.len(), title, &[])];
    };
    let mut found = vec![unit_of_head];
    if version == VERSION {
        records(octets, salt, first, &mut found);
    } else if octets.len() > HEAD {
        found.push(unit(HEAD, octets.len() - HEAD, "what this version means", &[]));
    }
    found
}

/// Records from the head on; between them, what is none.
fn records(octets: &[u8], salt: u64, first: u64, found: &mut Vec<Unit>) {
    let salt = salt.to_be_bytes();
    let (mut at, mut due) = (HEAD, first);
    let mut patience = octets.len().saturating_mul(PATIENCE);
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let why = match Record::take(rest, &salt, due) {
            Ok(record) => {
                due = record.sequence + 1;
                found.push(record.unit(at));
                at += BEFORE + record.message.len();
                continue;
            }
            Err(why) => why,
        };
        // The next whole record with a number that may come now.
        let next = (1..rest.len()).find_map(|skip| {
            let rest = rest.get(skip..)?;
            let claims = Record::claims(rest, due)?;
            patience = patience.checked_sub(claims)?;
            Record::take(rest, &salt, due).is_ok().then_some(skip)
        });
        let len = next.unwrap_or(rest.len());
        found.push(unit(at, len, format!("BROKEN: {len} octets that are no record: {why}"), &[]));
        at += len;
    }
}

struct Record<'a> {
    sum: &'a [u8],
    sequence: u64,
    unsynced: u64,
    message: &'a [u8],
}

impl<'a> Record<'a> {
    /// Octets that a record here takes, if one with a number from `due` on may start here.
    fn claims(octets: &[u8], due: u64) -> Option<usize> {
        let length =
            usize::try_from(number(octets.get(4..8)?)).ok().filter(|&length| length >= 2)?;
        let sequence = number(octets.get(8..16)?);
        // No record is shorter than 22 octets.
        let most = due.saturating_add(octets.len() as u64);
        let whole = BEFORE.checked_add(length).filter(|&whole| whole <= octets.len())?;
        (due..most).contains(&sequence).then_some(whole)
    }

    fn take(octets: &'a [u8], salt: &[u8; 8], due: u64) -> Result<Self, String> {
        let cut = || format!("{} octets are left of one", octets.len());
        let before = octets.get(..BEFORE).ok_or_else(cut)?;
        let [said @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = before else {
            return Err(cut());
        };
        let length = number(before.get(4..8).unwrap_or_default());
        let sequence = number(before.get(8..16).unwrap_or_default());
        let unsynced = number(before.get(16..).unwrap_or_default());
        if length < 2 {
            return Err(format!("length {length}, and the shortest message has 2 octets"));
        }
        let message = usize::try_from(length)
            .ok()
            .and_then(|length| octets.get(BEFORE..BEFORE.checked_add(length)?))
            .ok_or_else(|| format!("length {length}, and less is left"))?;
        let due_sum = crc(&[salt, before.get(4..).unwrap_or_default(), message]);
        if number(said) != u64::from(due_sum) {
            return Err(format!("the sum of record {sequence} is not {due_sum:08x}"));
        }
        if sequence < due {
            return Err(format!("record {sequence}, after the one before {due}"));
        }
        Ok(Self { sum: said, sequence, unsynced, message })
    }

    fn unit(&self, at: usize) -> Unit {
        let parts = frames(self.message);
        let whole = self.is_one_message();
        let broken = if whole { "" } else { ", BROKEN: not one message" };
        let count = parts.len();
        let frames = if count == 1 { "frame" } else { "frames" };
        let title = format!("record {}: {count} {frames}{broken}", self.sequence);
        let length = format!("length {}", self.message.len());
        let sequence = format!("sequence number {}", self.sequence);
        let unsynced = format!("{} before it were not durable", self.unsynced);
        let mut fields: Vec<(usize, &str)> =
            vec![(self.sum.len(), "sum, right"), (4, &length), (8, &sequence), (4, &unsynced)];
        fields.extend(parts.iter().map(|part| (part.len, part.title.as_str())));
        unit(at, BEFORE + self.message.len(), title, &fields)
    }

    /// All frames but the last have MORE, none is a command, and nothing is left.
    fn is_one_message(&self) -> bool {
        let mut rest = self.message;
        while let Ok(Some((frame, used))) = super::take_frame(rest) {
            rest = rest.get(used..).unwrap_or_default();
            if frame.is_command() || frame.has_more() == rest.is_empty() {
                return false;
            }
            if rest.is_empty() {
                return true;
            }
        }
        false
    }
}
