//! The messages of a cell, and what is wrong with one that came instead.
//!
//! Every message bears the word of its cell, so that one of another cell is known for what it is.

use std::time::Duration;

use super::cell::Side;
use super::outcome::Step;
use crate::octets::hex;

/// A message, part by part.
pub(super) type Parts = Vec<Vec<u8>>;

/// The steps that are messages, in order; the mebibyte comes last, so that the octets of all that
/// came before fit into what is told.
pub(super) const PLAIN: [(Step, usize); 5] = [
    (Step::Multipart, 0),
    (Step::EmptyPart, 0),
    (Step::Boundary, 255),
    (Step::Boundary, 256),
    (Step::Mebibyte, 1 << 20),
];

/// The pattern of a large part: no power of two is a multiple of its 61 octets, so a shift shows.
const LARGE: &[u8; 61] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXY";

/// The message of a step: `topic` comes first, then the word of the cell.
pub(super) fn body(step: Step, size: usize, topic: &str, tag: &str, from: Side) -> Parts {
    let way = if from == Side::First { "there" } else { "back" };
    let head = format!("{topic}{tag} {way} {step}").into_bytes();
    match step {
        Step::Multipart => vec![head, b"b".to_vec(), b"c".to_vec()],
        Step::EmptyPart => vec![head, Vec::new(), b"x".to_vec(), Vec::new()],
        Step::Boundary => {
            let rest = b"0123456789".iter().copied().cycle();
            vec![head.into_iter().chain(rest).take(size).collect()]
        }
        Step::Mebibyte => {
            let mut large = LARGE.repeat(size / LARGE.len() + 1);
            large.truncate(size);
            vec![head, large]
        }
        _ => vec![head],
    }
}

/// A message for people: texts as they are, others by size.
pub(super) fn shown(parts: &[Vec<u8>]) -> String {
    let part = |octets: &Vec<u8>| {
        let printable = octets.iter().all(|octet| (0x20..0x7f).contains(octet));
        match octets.len() {
            0..=64 if printable => format!("\"{}\"", String::from_utf8_lossy(octets)),
            0..=16 => hex(octets),
            len => {
                let head = octets.get(..12).unwrap_or_default();
                format!("{len} octets ({}…)", hex(head))
            }
        }
    };
    let shown: Vec<String> = parts.iter().take(6).map(part).collect();
    let more = if parts.len() > 6 {
        format!(", and {} parts more", parts.len() - 6)
    } else {
        String::new()
    };
    format!("[{}{more}]", shown.join(", "))
}

/// In which way a message is not the one that was to come, and what came, in words. `heard` came
/// before on this socket, `later` is still to come, `tag` is the word of the cell.
pub(super) fn difference(
    tag: &str,
    wanted: &Parts,
    got: Option<&Parts>,
    heard: &[Parts],
    later: &[(Step, Parts)],
    limit: Duration,
) -> (&'static str, String) {
    let Some(got) = got else {
        return ("nothing", format!("nothing within {} ms", limit.as_millis()));
    };
    if heard.contains(got) {
        return ("twice", format!("{} a second time", shown(got)));
    }
    if later.iter().any(|(_, body)| body == got) {
        return ("skipped", format!("{}, which was sent later", shown(got)));
    }
    let bears = |tag: &str| got.iter().any(|part| holds(part, tag.as_bytes()));
    let own = tag.split('/').next().unwrap_or(tag);
    if bears("zp-") && !bears(&format!("{tag} ")) {
        let old = tag != own && bears(&format!("{own} "));
        let (signature, what) = match old {
            true => ("old", "a message from before the restart"),
            false => ("foreign", "a message of another pair"),
        };
        return (signature, format!("{}, {what}", shown(got)));
    }
    if got.len() != wanted.len() {
        let words = format!("{} parts instead of {}: {}", got.len(), wanted.len(), shown(got));
        return ("parts", words);
    }
    for (number, (wanted, got)) in wanted.iter().zip(got).enumerate() {
        if wanted.len() != got.len() {
            let words =
                format!("part {} of {} octets instead of {}", number + 1, got.len(), wanted.len());
            return ("size", words);
        }
        let differs = wanted.iter().zip(got).position(|(wanted, got)| wanted != got);
        let octets = differs.and_then(|at| Some((at, wanted.get(at)?, got.get(at)?)));
        if let Some((at, wanted, got)) = octets {
            let words =
                format!("part {}, octet {at}: {got:02x} instead of {wanted:02x}", number + 1);
            return ("changed", words);
        }
    }
    ("changed", shown(got))
}

/// Whether octets hold a word.
fn holds(octets: &[u8], word: &[u8]) -> bool {
    octets.windows(word.len()).take(200).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(tag: &str) -> Parts {
        body(Step::FirstMessage, 0, "", tag, Side::First)
    }

    #[test]
    fn bodies_have_their_sizes_and_bear_the_word_of_the_cell() {
        for (step, size) in PLAIN {
            let parts = body(step, size, "yes/", "zp-7", Side::Second);
            assert!(parts[0].starts_with(b"yes/zp-7 back "), "{step}");
            assert!(size == 0 || parts.last().unwrap().len() == size, "{step}");
        }
        assert_eq!(body(Step::EmptyPart, 0, "", "zp-7", Side::First)[3], b"");
    }

    #[test]
    fn each_way_to_differ_has_its_name() {
        let limit = Duration::from_millis(5);
        let wanted = body(Step::Multipart, 0, "", "zp-7", Side::First);
        let (before, after) = (first("zp-7"), body(Step::EmptyPart, 0, "", "zp-7", Side::First));
        let mut changed = wanted.clone();
        changed[1][0] = b'x';
        let mut longer = wanted.clone();
        longer[2].push(b'x');
        let rows: [(Option<&Parts>, &str, &str); 8] = [
            (None, "nothing", "within 5 ms"),
            (Some(&before), "twice", "second time"),
            (Some(&after), "skipped", "sent later"),
            (Some(&first("zp-8")), "foreign", "another pair"),
            (Some(&first("zp-71")), "foreign", "another pair"),
            (Some(&wanted[..2].to_vec()), "parts", "2 parts instead of 3"),
            (Some(&longer), "size", "part 3 of 2 octets instead of 1"),
            (Some(&changed), "changed", "part 2, octet 0: 78 instead of 62"),
        ];
        for (got, signature, words) in rows {
            let (heard, later) = ([before.clone()], [(Step::EmptyPart, after.clone())]);
            let (name, said) = difference("zp-7", &wanted, got, &heard, &later, limit);
            assert_eq!(name, signature);
            assert!(said.contains(words), "{said}");
        }
    }
}
