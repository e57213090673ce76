//! House rules 3, 7, 11 and 15 as far as words show them: constructs and names that are banned.
//!
//! Constructs are looked for in code only, so a comment may say why one is absent; unfinished work
//! and paths of a machine are looked for everywhere, in documents too. Absent: what clippy denies.

use super::lexer::Token;
use super::tree::{Broken, File, numbered};

/// A run of tokens that may not occur in code under `under`. A `*` stands for the rest of a word.
struct Construct {
    under: &'static str,
    run: &'static [&'static str],
    /// Why not, then what instead.
    reason: &'static str,
}

const fn everywhere(run: &'static [&'static str], reason: &'static str) -> Construct {
    Construct { under: "", run, reason }
}

/// Everything of the engine but its driver.
const fn core(run: &'static [&'static str], reason: &'static str) -> Construct {
    Construct { under: "reference/src/", run, reason }
}

/// Where the core may touch the world.
const DRIVER: &str = "reference/src/runtime/";

const CONSTRUCTS: &[Construct] = &[
    everywhere(&["todo", "!"], "no stubs; leave the item out until it exists"),
    everywhere(&["unimplemented", "!"], "no stubs; leave the item out until it exists"),
    everywhere(&["#", "[", "ignore"], "an ignored test rots; assert today's result and say why"),
    everywhere(&["should_panic"], "any panic passes it; assert the returned error"),
    everywhere(&["fn", "get_*"], "`get_` says nothing; name what is returned"),
    everywhere(&["struct", "*Manager"], "everything manages; name what the type is"),
    everywhere(&["mod", "utils"], VAGUE),
    everywhere(&["mod", "util"], VAGUE),
    everywhere(&["mod", "helpers"], VAGUE),
    everywhere(&["mod", "manager"], VAGUE),
    core(&["HashMap"], "its order differs between runs; use BTreeMap"),
    core(&["HashSet"], "its order differs between runs; use BTreeSet"),
    core(&["async"], SANS_IO),
    core(&[".", "await"], SANS_IO),
    core(&["std", ":", ":", "fs"], SANS_IO),
    core(&["std", ":", ":", "io"], SANS_IO),
    core(&["std", ":", ":", "net"], SANS_IO),
    core(&["std", ":", ":", "process"], SANS_IO),
    core(&["std", ":", ":", "thread"], SANS_IO),
    core(&["SystemTime"], "time is an argument; take a crate::time::Instant"),
    core(&["Instant", ":", ":", "now"], "time is an argument; take a crate::time::Instant"),
    core(&["println", "!"], "the core has no log; return an event"),
    core(&["eprintln", "!"], "the core has no log; return an event"),
    Construct {
        under: "reference/src/violation",
        run: &["Other"],
        reason: "a violation without a name tells nothing; add a variant with the offending value",
    },
];

const VAGUE: &str = "the name says nothing; split by noun";
const SANS_IO: &str = "the core is sans-I/O; take octets, time and entropy as arguments";

pub(super) fn banned_constructs(file: &File) -> Vec<Broken> {
    let tokens = file.tokens();
    let is_driver = file.path.starts_with(DRIVER);
    let here = CONSTRUCTS.iter().filter(|construct| {
        let is_of_core = construct.under == "reference/src/";
        file.path.starts_with(construct.under) && !(is_of_core && is_driver)
    });
    here.flat_map(|construct| {
        let complaint = format!("`{}`: {}", construct.run.concat(), construct.reason);
        let found = tokens.windows(construct.run.len()).filter(|run| matches(run, construct.run));
        found.map(move |run| Broken::new(file, run[0].line, complaint.clone())).collect::<Vec<_>>()
    })
    .collect()
}

fn matches(tokens: &[Token], run: &[&str]) -> bool {
    tokens.iter().zip(run).all(|(token, pattern)| {
        match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
            (Some(prefix), _) => token.text.starts_with(prefix),
            (_, Some(suffix)) => token.text.ends_with(suffix),
            (None, None) => token.is(pattern),
        }
    })
}

/// The same names as of modules, for files that are roots of their own.
pub(super) fn vague_file_name(file: &File) -> Option<Broken> {
    let vague = ["util", "utils", "helpers", "manager"].contains(&file.stem());
    vague.then(|| Broken::new(file, 1, VAGUE))
}

/// Files that may wait for time itself, each with the reason: time is what they model, and nothing
/// is decided by how long the wait took.
pub(super) const SLEEPS_WITH_A_REASON: &[(&str, &str)] = &[
    ("conformance/src/context/returns.rs", "as long as the peer itself takes to come back"),
    ("conformance/src/quiet.rs", "the quiet window: the one time in which nothing must happen"),
    ("conformance/src/target/liar/application.rs", "a liar that comes back late"),
    ("conformance/src/runner/stop.rs", "the end of a run that --max-time sets"),
    ("reference/src/runtime/endpoints.rs", "the waits that the back-off of the core asks for"),
    ("reference/src/runtime/session.rs", "the deadlines that the core asks for"),
    ("sim/src/world/turmoil/produce.rs", "the time of a flow's next message, which is virtual"),
    ("sim/src/world/turmoil/transport.rs", "the waits of TCP, which are virtual"),
    ("sim/src/world/turmoil/work.rs", "how long an application works, which is virtual"),
];

/// Sleeps outside the allow list, and entries of the list that allow nothing any more.
pub(super) fn sleeps<'a>(
    files: impl Iterator<Item = &'a File>,
    allowed: &[(&str, &str)],
) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut unused: Vec<&str> = allowed.iter().map(|(path, _)| *path).collect();
    for file in files {
        let tokens = file.tokens();
        let found = tokens.windows(2).filter(|pair| {
            ["sleep", "sleep_until"].contains(&pair[0].text.as_str()) && pair[1].is("(")
        });
        let lines: Vec<usize> = found.map(|pair| pair[0].line).collect();
        if allowed.iter().any(|(path, _)| *path == file.path) && !lines.is_empty() {
            unused.retain(|path| *path != file.path);
            continue;
        }
        let complaint = "a sleep is not synchronisation; wait for the event, with a deadline";
        broken.extend(lines.into_iter().map(|line| Broken::new(file, line, complaint)));
    }
    let stale = "listed in SLEEPS_WITH_A_REASON but does not sleep; remove the entry";
    broken.extend(unused.into_iter().map(|path| Broken::new(&File::new(path, ""), 1, stale)));
    broken
}

/// Spelled in halves, so that this file passes its own rule.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const MACHINE_PATHS: [&str; 3] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

pub(super) fn banned_text(file: &File) -> Vec<Broken> {
    const JUDGED: [&str; 9] =
        [".rs", ".md", ".toml", ".json", ".yml", ".py", ".js", ".ci/run", ".c"];
    if !JUDGED.iter().any(|ending| file.path.ends_with(ending)) {
        return Vec::new();
    }
    let findings = |(line, text): (usize, &str)| {
        let unfinished = UNFINISHED.into_iter().filter(|word| holds_word(text, word));
        let unfinished =
            unfinished.map(|word| format!("`{word}`: finish it or say it in an issue"));
        let paths = MACHINE_PATHS.into_iter().filter(|path| holds_path(text, path));
        let paths =
            paths.map(|path| format!("`{path}` is a path of one machine; take it as input"));
        let all: Vec<String> = unfinished.chain(paths).collect();
        all.into_iter().map(move |complaint| Broken::new(file, line, complaint))
    };
    numbered(&file.text).flat_map(findings).collect()
}

fn holds_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(|c| c.is_alphanumeric() || c == '_')
    })
}

/// A path from the root of a file system, not a part of a longer one.
fn holds_path(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_.-/}".contains(c))
    })
}

#[test]
fn every_banned_construct_is_caught_in_code_and_only_there() {
    for construct in CONSTRUCTS {
        let code = construct.run.join(" ").replace('*', "Xy");
        let path = format!("{}/a.rs", construct.under.trim_end_matches('/'));
        let found = banned_constructs(&File::new(&path, &code));
        assert_eq!(found.len(), 1, "{code} in {path}");
        for hidden in [format!("// {code}"), format!("/* {code} */"), format!("\"{code}\"")] {
            assert!(banned_constructs(&File::new(&path, &hidden)).is_empty(), "{hidden}");
        }
    }
}

#[test]
fn likely_neighbours_of_banned_constructs_pass() {
    let neighbours = "todo; fn target(); mod utility; mod node; struct Man; #[expect(x)] ignore";
    assert!(banned_constructs(&File::new("sim/src/a.rs", neighbours)).is_empty());
    let elsewhere = "use std::collections::HashMap; async fn f() { g().await }";
    assert!(banned_constructs(&File::new("conformance/src/a.rs", elsewhere)).is_empty());
}

#[test]
fn a_vague_file_name_is_caught() {
    assert!(vague_file_name(&File::new("sim/tests/utils.rs", "")).is_some());
    assert!(vague_file_name(&File::new("sim/tests/link.rs", "")).is_none());
}

#[test]
fn a_sleep_is_caught_unless_allowed_and_a_stale_allowance_too() {
    let bad = ["thread::sleep(d)", "tokio::time::sleep(d).await", "sleep_until(t)", "sleep (d)"];
    for code in bad {
        let file = File::new("a.rs", code);
        assert_eq!(sleeps([&file].into_iter(), &[]).len(), 1, "{code}");
        assert!(sleeps([&file].into_iter(), &[("a.rs", "modelled time")]).is_empty(), "{code}");
    }
    let good = File::new("a.rs", "fn asleep() {} // sleep(d)");
    assert!(sleeps([&good].into_iter(), &[]).is_empty());
    assert_eq!(sleeps([&good].into_iter(), &[("a.rs", "modelled time")]).len(), 1);
}

#[test]
fn unfinished_work_and_machine_paths_are_caught_everywhere() {
    for word in UNFINISHED {
        for text in [format!("// {word}: later"), format!("let a = \"{word}\";")] {
            assert_eq!(banned_text(&File::new("a.rs", &text)).len(), 1, "{text}");
        }
        assert!(banned_text(&File::new("a.rs", &format!("{word}S and MY{word}"))).is_empty());
    }
    for path in MACHINE_PATHS {
        for text in [format!("{path}main"), format!("see `{path}x`"), format!("file://a {path}x")] {
            assert_eq!(banned_text(&File::new("README.md", &text)).len(), 1, "{text}");
        }
        let inside = format!("frame{path}x and .{path}x");
        assert!(banned_text(&File::new("README.md", &inside)).is_empty(), "{inside}");
    }
}
