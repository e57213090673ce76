//! Octets as text: hexadecimal pairs with a repeat form, `00ff 61*255`.
//!
//! ```text
//! octets = [ token *( " " token ) ]
//! token  = 1*pair / pair "*" count
//! pair   = 2( "0"-"9" / "a"-"f" )
//! count  = "1"-"9" *( "0"-"9" )            decimal, how often the one octet stands there
//! ```
//!
//! Deliberately absent: upper case, tabs, comments and nesting. One octet string may be cut into
//! tokens in several ways, so compare octets, never texts.

use std::fmt;

/// The most octets one text may stand for: a repeat form is small, what it asks for need not be.
pub const MAX_OCTETS: usize = 1 << 24;

/// Why a text is not an octet string.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadOctets {
    /// Two spaces in a row, or a space at either end.
    EmptyToken,
    /// A token with half a pair in it.
    HalfPair(String),
    /// A token with a character other than `0-9`, `a-f`.
    NotHexadecimal(String),
    /// A repeat form whose left side is not exactly one pair.
    NotOnePair(String),
    /// A repeat count that is not a decimal number without leading zero.
    BadCount(String),
    /// More octets than [`MAX_OCTETS`].
    TooMany,
}

impl fmt::Display for BadOctets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyToken => write!(f, "tokens are separated by exactly one space"),
            Self::HalfPair(token) => write!(f, "`{token}` has an odd number of digits"),
            Self::NotHexadecimal(token) => write!(f, "`{token}` has a character outside 0-9 a-f"),
            Self::NotOnePair(token) => write!(f, "`{token}` repeats something other than one pair"),
            Self::BadCount(token) => write!(f, "`{token}` has no decimal count after the star"),
            Self::TooMany => write!(f, "stands for more than {MAX_OCTETS} octets"),
        }
    }
}

impl std::error::Error for BadOctets {}

/// The octets that `text` stands for.
///
/// # Errors
/// The first token that breaks the grammar, or [`BadOctets::TooMany`], which is judged before the
/// octets are stored.
pub fn decode(text: &str) -> Result<Vec<u8>, BadOctets> {
    let mut octets = Vec::new();
    if text.is_empty() {
        return Ok(octets);
    }
    for token in text.split(' ') {
        match token.split_once('*') {
            Some((pair, count)) => repeat(token, pair, count, &mut octets)?,
            None => pairs(token, &mut octets)?,
        }
        if octets.len() > MAX_OCTETS {
            return Err(BadOctets::TooMany);
        }
    }
    Ok(octets)
}

/// The text of `octets`: pairs, with the repeat form for eight or more equal octets in a row.
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    const WORTH_REPEATING: usize = 8;
    let mut tokens: Vec<String> = Vec::new();
    let mut plain = String::new();
    for run in octets.chunk_by(|left, right| left == right) {
        let Some(octet) = run.first() else { continue };
        if run.len() < WORTH_REPEATING {
            for _ in run {
                plain.push_str(&format!("{octet:02x}"));
            }
            continue;
        }
        if !plain.is_empty() {
            tokens.push(std::mem::take(&mut plain));
        }
        tokens.push(format!("{octet:02x}*{}", run.len()));
    }
    if !plain.is_empty() {
        tokens.push(plain);
    }
    tokens.join(" ")
}

fn repeat(token: &str, pair: &str, count: &str, octets: &mut Vec<u8>) -> Result<(), BadOctets> {
    let &[high, low] = pair.as_bytes() else {
        return Err(BadOctets::NotOnePair(token.to_owned()));
    };
    let octet = octet(token, high, low)?;
    let digits = !count.starts_with('0') && count.bytes().all(|digit| digit.is_ascii_digit());
    if count.is_empty() || !digits {
        return Err(BadOctets::BadCount(token.to_owned()));
    }
    // A decimal number that does not fit is only too large.
    let count: usize = count.parse().map_err(|_| BadOctets::TooMany)?;
    let length = octets.len().checked_add(count).ok_or(BadOctets::TooMany)?;
    if length > MAX_OCTETS {
        return Err(BadOctets::TooMany);
    }
    octets.resize(length, octet);
    Ok(())
}

fn pairs(token: &str, octets: &mut Vec<u8>) -> Result<(), BadOctets> {
    if token.is_empty() {
        return Err(BadOctets::EmptyToken);
    }
    for pair in token.as_bytes().chunks(2) {
        let &[high, low] = pair else {
            return Err(BadOctets::HalfPair(token.to_owned()));
        };
        octets.push(octet(token, high, low)?);
    }
    Ok(())
}

fn octet(token: &str, high: u8, low: u8) -> Result<u8, BadOctets> {
    match (nibble(high), nibble(low)) {
        (Some(high), Some(low)) => Ok((high << 4) | low),
        (_, _) => Err(BadOctets::NotHexadecimal(token.to_owned())),
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{BadOctets, MAX_OCTETS, decode, encode};

    #[test]
    fn texts_stand_for_octets() {
        for (text, octets) in [
            ("", vec![]),
            ("00ff", vec![0x00, 0xff]),
            ("00 ff", vec![0x00, 0xff]),
            ("61*3", vec![0x61; 3]),
            ("01 61*10 02", [vec![1], vec![0x61; 10], vec![2]].concat()),
        ] {
            assert_eq!(decode(text), Ok(octets.clone()), "{text}");
            assert_eq!(decode(&encode(&octets)), Ok(octets), "{text} and back");
        }
        assert_eq!(encode(&[0; 8]), "00*8");
        assert_eq!(encode(&[[1; 7].as_slice(), &[0; 8], &[2]].concat()), "01010101010101 00*8 02");
    }

    #[test]
    fn what_breaks_the_grammar_is_named() {
        let named = |make: fn(String) -> BadOctets, token: &str| make(token.to_owned());
        for (text, fault) in [
            (" ", BadOctets::EmptyToken),
            ("00 ", BadOctets::EmptyToken),
            ("00  01", BadOctets::EmptyToken),
            ("000", named(BadOctets::HalfPair, "000")),
            ("0G", named(BadOctets::NotHexadecimal, "0G")),
            ("FF", named(BadOctets::NotHexadecimal, "FF")),
            ("\t0", named(BadOctets::NotHexadecimal, "\t0")),
            ("0001*2", named(BadOctets::NotOnePair, "0001*2")),
            ("*2", named(BadOctets::NotOnePair, "*2")),
            ("00*", named(BadOctets::BadCount, "00*")),
            ("00*0", named(BadOctets::BadCount, "00*0")),
            ("00*01", named(BadOctets::BadCount, "00*01")),
            ("00*+1", named(BadOctets::BadCount, "00*+1")),
            ("00*2*2", named(BadOctets::BadCount, "00*2*2")),
            ("é", named(BadOctets::NotHexadecimal, "é")),
        ] {
            assert_eq!(decode(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn a_repeat_form_asks_for_no_more_memory_than_the_limit() {
        assert_eq!(decode(&format!("00*{MAX_OCTETS}")).map(|octets| octets.len()), Ok(MAX_OCTETS));
        for text in [
            format!("00*{}", MAX_OCTETS + 1),
            format!("00 00*{MAX_OCTETS}"),
            format!("00*{MAX_OCTETS} 00"),
            format!("00*{}", u64::MAX),
            "00*99999999999999999999999999".to_owned(),
        ] {
            assert_eq!(decode(&text), Err(BadOctets::TooMany), "{text}");
        }
    }
}
