//! A run for other tools: a line of JSON for each event, after one that says what the numbers mean.
//!
//! ```text
//! {"zsim-trace":1,"schedule":"pair","seed":1,"world":"tight","hash":"..","sockets":[..], ..}
//! {"at":1000000,"what":"sent","socket":0,"message":"0/0","octets":50}
//! ```
//!
//! `at` is in nanoseconds. Events name sockets and processes by their places in the first line, and
//! messages as `FLOW/NUMBER`.

use crate::schedule::Schedule;
use crate::trace::Trace;
use crate::world::Which;
use serde::Serialize;

#[derive(Serialize)]
struct Head<'a> {
    #[serde(rename = "zsim-trace")]
    version: u32,
    schedule: &'a str,
    seed: u64,
    world: &'a str,
    hash: String,
    nodes: Vec<&'a str>,
    sockets: Vec<&'a str>,
    flows: Vec<&'a str>,
}

/// All events of a run.
///
/// # Errors
/// Whatever JSON refuses; none is known.
pub fn ndjson(schedule: &Schedule, world: Which, trace: &Trace) -> Result<String, String> {
    let head = Head {
        version: 1,
        schedule: &schedule.name,
        seed: schedule.seed,
        world: world.name(),
        hash: format!("{:016x}", trace.hash),
        nodes: schedule.nodes(),
        sockets: schedule.socket.iter().map(|socket| socket.name.as_str()).collect(),
        flows: schedule.flow.iter().map(|flow| flow.name.as_str()).collect(),
    };
    let mut text = line(&head)?;
    for event in &trace.events {
        text += &line(event)?;
    }
    Ok(text)
}

fn line(what: &impl Serialize) -> Result<String, String> {
    let line = serde_json::to_string(what).map_err(|error| error.to_string())?;
    Ok(line + "\n")
}

/// The first line in which two traces differ, but for their heads, in words.
#[must_use]
pub fn first_difference(before: &str, now: &str) -> Option<String> {
    let (mut before, mut now) = (before.lines().skip(1), now.lines().skip(1));
    for number in 0_u64.. {
        let (one, other) = (before.next(), now.next());
        if one.is_none() && other.is_none() {
            return None;
        }
        if one != other {
            let words = |line: Option<&str>| line.unwrap_or("nothing more").to_owned();
            return Some(format!("event {number} was {}, and is {}", words(one), words(other)));
        }
    }
    None
}
