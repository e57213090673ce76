//! Answers and parts, as they stand in a line.

use std::io::Write;

use serde_json::{Value, json};

use crate::{Answer, Failure};

/// The largest part a fill may ask for, in octets.
const MAX_PART: u64 = 64 << 20;
/// Above this a part is answered as a fill, where it is one.
const BIG_PART: usize = 4096;

pub(crate) fn answer(id: u64, result: Answer<Value>) {
    match result {
        Ok(ok) => accept(id, &ok),
        Err(failure) => refuse(Some(id), &failure),
    }
}

pub(crate) fn accept(id: u64, ok: &Value) {
    say(&json!({"id": id, "ok": ok}));
}

pub(crate) fn refuse(id: Option<u64>, Failure(kind, message): &Failure) {
    say(&json!({"id": id, "err": {"kind": kind, "message": message}}));
}

/// Tells that the sockets of a `bench` are there.
pub(crate) fn ready(of: u64, endpoint: &str) {
    say(&json!({"ev": "ready", "of": of, "endpoint": endpoint}));
}

fn say(reply: &Value) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{reply}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |&octet: &u8| char::from(octet).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// A part as it stands in a request.
pub(crate) fn octets(value: &Value) -> Answer<Vec<u8>> {
    let fill = || {
        let unit = unhex(value.get("fill")?.as_str()?).filter(|unit| !unit.is_empty())?;
        let size = value.get("len")?.as_u64().filter(|size| *size <= MAX_PART)?;
        Some(unit.iter().copied().cycle().take(usize::try_from(size).ok()?).collect())
    };
    let part = value.as_str().map_or_else(fill, unhex);
    part.ok_or_else(|| Failure::new("refused", format!("not a part: {value:.80}")))
}

/// A part as it stands in an answer.
pub(crate) fn part(octets: &[u8]) -> Value {
    let hex = |octets: &[u8]| octets.iter().map(|o| format!("{o:02x}")).collect::<String>();
    let repeats = |n: &usize| octets.get(*n..).is_some_and(|rest| octets.starts_with(rest));
    if octets.len() > BIG_PART
        && let Some(n) = (1..=64).find(repeats)
    {
        return json!({"fill": hex(octets.get(..n).unwrap_or_default()), "len": octets.len()});
    }
    json!(hex(octets))
}
