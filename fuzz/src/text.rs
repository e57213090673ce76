//! Mutations of texts, word by word: lines of JSON and of TOML stay such more often than octets do.
//!
//! Deliberately absent: grammars. A word more or less, or elsewhere, is what people get wrong.

use zeroproof_sim::chance::Chance;

/// Words that mean something in some place.
const WORDS: [&str; 40] = [
    "-",
    "0",
    "1",
    "2",
    "-1",
    "1.5",
    "1e3",
    "4000000000",
    "18446744073709551615",
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "\"\"",
    "\"x\"",
    "\"again\"",
    "\"Again\"",
    "\"id\"",
    "\"ok\"",
    "\"err\"",
    "\"ev\"",
    "\"kind\"",
    "\"fill\"",
    "\"len\"",
    "\"00ff\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "\n",
    "\"7us\"",
    "\"2ms..6ms\"",
    "\"1 per 3s\"",
    "\"64KB\"",
    "count",
    "[[random]]",
];

/// The text with one word changed, or a few.
pub(crate) fn mutate(octets: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut words = words(octets);
    for _ in 0..chance.within(1, 3) {
        let Some(at) = index(words.len() + 1, chance) else { break };
        let known: &[u8] = chance.pick(&WORDS).map_or(b"", |word| word.as_bytes());
        let other = index(words.len(), chance).and_then(|other| words.get(other).copied());
        match chance.below(6) {
            0 if at < words.len() => drop(words.remove(at)),
            1 => words.insert(at, known),
            2 => words.insert(at, other.unwrap_or(known)),
            3 => words.get_mut(at).into_iter().for_each(|word| *word = other.unwrap_or(known)),
            4 => line_twice(&mut words, at),
            _ => words.get_mut(at).into_iter().for_each(|word| *word = known),
        }
    }
    words.concat()
}

fn index(below: usize, chance: &mut Chance) -> Option<usize> {
    usize::try_from(chance.below(below as u64)).ok().filter(|_| below > 0)
}

/// The line of this word once more, at the end.
fn line_twice(words: &mut Vec<&[u8]>, at: usize) {
    let line: Vec<&[u8]> =
        words.split_inclusive(|word| *word == b"\n").nth(at % 8).unwrap_or_default().to_vec();
    words.extend(line);
}

/// Texts in quotes, runs of letters and digits, and every other octet.
fn words(octets: &[u8]) -> Vec<&[u8]> {
    let mut words = Vec::new();
    let mut rest = octets;
    while let Some(&first) = rest.first() {
        let behind = rest.iter().skip(1);
        let length = match first {
            b'"' => behind.take_while(|octet| !matches!(octet, b'"' | b'\n')).count() + 2,
            _ if is_word(first) => behind.take_while(|octet| is_word(**octet)).count() + 1,
            _ => 1,
        };
        let (word, behind) = rest.split_at(length.min(rest.len()));
        words.push(word);
        rest = behind;
    }
    words
}

const fn is_word(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.' | b'/')
}

#[test]
fn words_are_what_people_see() {
    let line: &[u8] = b"{\"id\":12,\"ok\":{}}\n";
    let expected = ["{", "\"id\"", ":", "12", ",", "\"ok\"", ":", "{", "}", "}", "\n"];
    assert_eq!(words(line), expected.map(str::as_bytes));
    let mut chance = Chance::new(1);
    let changed = (0..200).filter(|_| {
        let text = mutate(line, &mut chance);
        text != line && serde_json::from_slice::<serde_json::Value>(&text).is_ok()
    });
    let changed = changed.count();
    assert!(changed > 4, "{changed} of 200 are JSON, and new");
}
