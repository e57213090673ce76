//! Mistakes in scenarios: each is told with its line and what would be right.
#![cfg(test)]

use zeroproof_sim::scenario::parse;

const GOOD: &str = r#"[scenario]
name = "good"
teaches = "A line for each mistake."
duration = "10s"

[socket.server]
type = "ROUTER"
bind = true

[socket.client]
type = "DEALER"
count = 2
connect = "server"

[traffic.calls]
from = "client"
rate = "10/s"
count = 10

[[fault]]
at = "1s"
do = "kill"
node = "server"
for = "1s"
"#;

/// Replaces a line and gives what is said.
fn told(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "{from}");
    parse(&GOOD.replace(from, to))
        .map_or_else(|mistake| mistake.to_string(), |_| "nothing".to_owned())
}

#[test]
fn the_good_one_is_good() {
    parse(GOOD).unwrap();
}

#[test]
fn few_words_do_not_stand_for_any_number_of_things() {
    let many = [
        ("count = 2", "count = 4000000000", "4000000000 sockets, and at most 1000"),
        (
            "connect = \"server\"",
            &format!("count = 900\nconnect = [{}]", ["\"server\""; 200].join(", ")),
            "names, and at most 100000",
        ),
        (
            "for = \"1s\"",
            "for = \"1s\"\n[[random]]\nkinds = [\"cut\"]\nrate = \"1000000000/s\"",
            "about 6666666667 faults, and at most 100000",
        ),
    ];
    for (from, to, words) in many {
        let good = if from.starts_with("connect") {
            GOOD.replace("count = 2\n", "")
        } else {
            GOOD.to_owned()
        };
        let told = parse(&good.replace(from, to)).unwrap_err().to_string();
        assert!(told.contains(words), "{to}: {told}");
    }
}

#[test]
fn every_mistake_has_its_line_and_what_would_be_right() {
    let mistakes = [
        ("duration = \"10s\"", "duration = \"10\"", "4", "\"150ms\""),
        ("duration = \"10s\"", "durration = \"10s\"", "4", "expected one of `name`"),
        ("type = \"ROUTER\"", "type = \"RUTER\"", "7", "there are REQ, REP"),
        ("type = \"ROUTER\"", "type = \"PUB\"", "11", "a DEALER cannot talk to server, a PUB"),
        ("bind = true", "bind = false", "6", "either `bind = true` or `connect"),
        (
            "connect = \"server\"",
            "connect = \"sever\"",
            "13",
            "there are client.1 to client.2, server",
        ),
        ("count = 2", "count = 2\noptions = { sndhmw = 1 }", "13", "sndhmw"),
        ("count = 2", "count = 2\noptions = { swap_dir = \"a\" }", "13", "a disk of its own"),
        ("type = \"ROUTER\"", "type = \"ROUTER\"\noptions = { swap = 1000 }", "8", "swap"),
        ("do = \"kill\"", "do = \"disk-full\"", "23", "server has no disk"),
        ("count = 2", "count = 2\noptions = { sndhwm = -5 }", "13", "0 to 2147483647"),
        ("from = \"client\"", "from = \"clients\"", "16", "there is no \"clients\""),
        ("from = \"client\"", "from = \"server\"", "16", "says with `to` whom"),
        ("rate = \"10/s\"", "rate = \"10\"", "17", "\"500/s\""),
        ("at = \"1s\"", "at = \"11s\"", "21", "the scenario ends at 10s"),
        ("do = \"kill\"", "do = \"murder\"", "22", "there are cut, loss"),
        ("node = \"server\"", "node = \"sever\"", "23", "there are client.1, client.2, server"),
        ("node = \"server\"", "", "20", "kill needs `node`"),
        (
            "for = \"1s\"",
            "for = \"1s\"\np = 0.5",
            "20",
            "kill takes no `p`; it takes at, node, for",
        ),
    ];
    for (from, to, line, words) in mistakes {
        let told = told(from, to);
        assert!(told.starts_with(&format!("{line}: ")) && told.contains(words), "{to}: {told}");
    }
}
