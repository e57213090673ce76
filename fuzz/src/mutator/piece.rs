//! What octets consist of, read leniently and written with true sizes.

/// A frame whose size is known to be true, or octets that are none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Opening(Vec<u8>),
    Frame {
        flags: u8,
        body: Vec<u8>,
    },
    /// A frame of 1.0, whose length counts the flags.
    Old {
        flags: u8,
        body: Vec<u8>,
    },
    Part(Vec<u8>),
    Property(Vec<u8>, Vec<u8>),
    Other(Vec<u8>),
}

pub(super) fn frame(octets: &[u8]) -> Option<(Piece, &[u8])> {
    let (&flags, rest) = octets.split_first()?;
    let (size, rest) = if flags & 2 == 0 {
        rest.split_first().map(|(size, rest)| (u64::from(*size), rest))?
    } else {
        rest.split_first_chunk().map(|(size, rest)| (u64::from_be_bytes(*size), rest))?
    };
    let (body, behind) = rest.split_at_checked(usize::try_from(size).ok()?)?;
    Some((Piece::Frame { flags, body: body.to_vec() }, behind))
}

pub(super) fn old(octets: &[u8]) -> Option<(Piece, &[u8])> {
    let (length, rest) = match octets {
        [0xFF, rest @ ..] => {
            rest.split_first_chunk().map(|(size, rest)| (u64::from_be_bytes(*size), rest))?
        }
        [length, rest @ ..] => (u64::from(*length), rest),
        [] => return None,
    };
    let (whole, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let (&flags, body) = whole.split_first()?;
    Some((Piece::Old { flags, body: body.to_vec() }, behind))
}

pub(super) fn part(octets: &[u8]) -> Option<(Piece, &[u8])> {
    let (&length, rest) = octets.split_first()?;
    let (part, behind) = rest.split_at_checked(length.into())?;
    Some((Piece::Part(part.to_vec()), behind))
}

pub(super) fn one_property(octets: &[u8]) -> Option<(Piece, &[u8])> {
    let (&length, rest) = octets.split_first()?;
    let (name, rest) = rest.split_at_checked(length.into())?;
    let (size, rest) = rest.split_first_chunk()?;
    let (value, behind) =
        rest.split_at_checked(usize::try_from(u32::from_be_bytes(*size)).ok()?)?;
    Some((Piece::Property(name.to_vec(), value.to_vec()), behind))
}

pub(super) fn write(piece: &Piece, out: &mut Vec<u8>) {
    match piece {
        Piece::Opening(octets) | Piece::Other(octets) => out.extend(octets),
        Piece::Frame { flags, body } => {
            // The long form where it is asked for, or needed.
            match u8::try_from(body.len()) {
                Ok(size) if flags & 2 == 0 => out.extend([*flags, size]),
                Ok(_) | Err(_) => {
                    out.push(flags | 2);
                    out.extend((body.len() as u64).to_be_bytes());
                }
            }
            out.extend(body);
        }
        Piece::Old { flags, body } => {
            let length = body.len() as u64 + 1;
            match u8::try_from(length) {
                Ok(short) if short < 0xFF => out.push(short),
                Ok(_) | Err(_) => {
                    out.push(0xFF);
                    out.extend(length.to_be_bytes());
                }
            }
            out.push(*flags);
            out.extend(body);
        }
        Piece::Part(part) => {
            let part = part.get(..255).unwrap_or(part);
            out.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
            out.extend(part);
        }
        Piece::Property(name, value) => {
            let name = name.get(..255).unwrap_or(name);
            out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
            out.extend(name);
            out.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend(value);
        }
    }
}
