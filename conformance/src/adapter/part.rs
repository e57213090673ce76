//! Message parts as JSON: `"00ff"`, or `{"fill":"ab","len":n}` = the first n octets of the pattern
//! repeated for ever. Both forms are exact, so what was received is compared octet by octet.
//! Deliberately absent: digests; a digest says that a message differs, never where.

use serde_json::{Value, json};

use crate::octets::hex;

/// The largest part in octets: what a `fill` may ask either side to build.
pub const MAX_PART: usize = 64 << 20;
/// Parts above this many octets are written as a fill where they are one.
const BIG_PART: usize = 4096;
/// The longest pattern looked for, in octets.
const LONGEST_FILL: usize = 64;

/// Writes a part: hex, or a fill when it is large and repeats a pattern of at most 64 octets.
pub fn to_json(part: &[u8]) -> Value {
    let pattern = (part.len() > BIG_PART).then(|| pattern_of(part)).flatten();
    match pattern {
        Some(pattern) => json!({"fill": hex(pattern), "len": part.len()}),
        None => Value::String(hex(part)),
    }
}

/// The shortest pattern that, repeated, gives all of `part`.
fn pattern_of(part: &[u8]) -> Option<&[u8]> {
    (1..=LONGEST_FILL).find_map(|n| {
        let (pattern, shifted) = part.split_at_checked(n)?;
        let (unshifted, _) = part.split_at_checked(part.len() - n)?;
        (shifted == unshifted).then_some(pattern)
    })
}

/// Reads a part.
///
/// # Errors
/// What is wrong with it.
pub fn from_json(part: &Value) -> Result<Vec<u8>, String> {
    match part {
        Value::String(digits) => unhex(digits),
        Value::Object(fill) => {
            let pattern = unhex(fill.get("fill").and_then(Value::as_str).unwrap_or_default())?;
            let len = fill.get("len").and_then(Value::as_u64).ok_or("a fill needs `len`")?;
            let len = usize::try_from(len).ok().filter(|len| *len <= MAX_PART);
            let len = len.ok_or_else(|| format!("`len` is above {MAX_PART}"))?;
            if pattern.is_empty() {
                return Err("`fill` is one octet at least, in hex".into());
            }
            let mut octets = pattern.repeat(len / pattern.len() + 1);
            octets.truncate(len);
            Ok(octets)
        }
        other => Err(format!("a part is a hex string or a fill, not {other}")),
    }
}

fn unhex(digits: &str) -> Result<Vec<u8>, String> {
    let digit = |d: u8| char::from(d).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let octets = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    match octets.collect::<Option<Vec<u8>>>() {
        Some(octets) if rest.is_empty() => Ok(octets),
        _ => Err("hex is an even number of digits 0-9 a-f".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_parts_are_hex_and_large_patterns_are_fills_and_both_come_back_exact() {
        let odd = b"abc".repeat(2000)[..5999].to_vec();
        let mut noise = vec![7u8; 5000];
        noise[4999] = 8;
        let rows: [(Vec<u8>, Option<Value>); 6] = [
            (vec![], Some(json!(""))),
            (vec![0, 0xab], Some(json!("00ab"))),
            (vec![0xab; 4096], None),
            (vec![0xab; 1 << 20], Some(json!({"fill": "ab", "len": 1 << 20}))),
            (odd, Some(json!({"fill": "616263", "len": 5999}))),
            (noise, None),
        ];
        for (octets, expected) in rows {
            let written = to_json(&octets);
            assert_eq!(written, expected.unwrap_or_else(|| json!(hex(&octets))));
            assert_eq!(from_json(&written).unwrap(), octets);
        }
    }

    #[test]
    fn what_is_no_part_is_refused_before_it_is_built() {
        for bad in [
            json!("a"),
            json!("zz"),
            json!("é"),
            json!(7),
            json!({"fill": "", "len": 1}),
            json!({"fill": "ab"}),
            json!({"fill": "ab", "len": 1u64 << 60}),
            json!({"len": 3}),
        ] {
            assert!(from_json(&bad).is_err(), "{bad}");
        }
        assert_eq!(from_json(&json!({"fill": "AB", "len": 0})), Ok(vec![]));
    }
}
