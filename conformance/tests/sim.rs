//! The simulator as a user meets it: worlds, traces, captures, and what is told of mistakes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::Command;

use zeroproof_conformance::capture::Capture;

/// Runs `zeroproof sim` and gives its exit code and what it said on both streams.
fn sim(arguments: &[&str]) -> (Option<i32>, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_zeroproof"));
    let output = program.arg("sim").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

fn works(arguments: &[&str]) -> String {
    let (code, said) = sim(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}

fn refuses(arguments: &[&str], says: &str) {
    let (code, said) = sim(arguments);
    assert_eq!(code, Some(2), "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?}: {said}");
}

fn in_folder(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

#[test]
fn both_worlds_answer_and_agree() {
    let said = works(&["run", "short-cut", "--seeds", "1..2", "--world", "all"]);
    assert_eq!(said.matches("VERDICT  ok").count(), 2, "{said}");
    assert!(said.contains("WORLD    turmoil") && said.contains("in 2 of 2 seeds"), "{said}");
}

#[test]
fn a_run_is_replayed_in_both_worlds_and_its_first_difference_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (zsim, ndjson) = (in_folder(&folder, "a.zsim"), in_folder(&folder, "a.ndjson"));
    works(&["show", "req-relaxed", "--zsim", &zsim, "--ndjson", &ndjson]);
    let said = works(&["replay", &zsim, "--trace", &ndjson]);
    assert!(said.contains("the trace is that of the file") && said.contains("every event is as"));
    let said = works(&["replay", &zsim, "--world", "all"]);
    assert!(said.contains("tight and turmoil lose alike"), "{said}");
    let text = std::fs::read_to_string(&ndjson).unwrap();
    let other = text.replacen("\"what\":\"received\"", "\"what\":\"refused\"", 1);
    std::fs::write(&ndjson, other).unwrap();
    let (code, said) = sim(&["replay", &zsim, "--trace", &ndjson]);
    assert_eq!(code, Some(1), "{said}");
    let told = said.lines().find(|line| line.starts_with("DIFFERS  event ")).unwrap();
    assert!(told.contains("refused") && told.contains("received"), "{told}");
    let text = std::fs::read_to_string(&zsim).unwrap();
    std::fs::write(&zsim, text.replacen("seed = 1", "seed = 2", 1)).unwrap();
    let (code, said) = sim(&["replay", &zsim]);
    assert!(code == Some(1) && said.contains("DIFFERS  the trace hashes to"), "{said}");
}

#[test]
fn a_run_is_a_capture_with_whole_greetings() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(&folder, "a.pcapng");
    works(&["show", "req-relaxed", "--pcap", &file]);
    let capture = Capture::read(&std::fs::read(Path::new(&file)).unwrap()).unwrap();
    // Those that a dying server has cut short have less.
    let whole = |octets: &[u8]| octets.len() > 64 && octets[0] == 0xFF && octets[9] == 0x7F;
    let connections = capture.connections();
    let both = connections.iter().filter(|(_, one, other)| whole(one) && whole(other)).count();
    assert!(both >= 3, "{both} of {}: three clients, and again", connections.len());
}

#[test]
fn hunts_count_in_either_world_and_shards_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other, sum] = ["1.json", "2.json", "sum.json"].map(|name| in_folder(&folder, name));
    works(&["hunt", "--seeds", "1..40", "--shard", "1/2", "--json", &one]);
    works(&["hunt", "--seeds", "1..40", "--shard", "2/2", "--json", &other]);
    let said = works(&["merge", &one, &other, "--json", &sum]);
    assert!(said.contains("40 seeds, 0 with a finding"), "{said}");
    let said = works(&["hunt", "--seeds", "1..6", "--world", "turmoil"]);
    assert!(said.contains(" 0 with a finding"), "{said}");
}

#[test]
fn mistakes_are_told() {
    refuses(&["run", "paused-worker", "--world", "turmoil"], "turmoil cannot pause a host");
    refuses(&["run", "short-cut", "--world", "mars"], "tight, turmoil, all");
    refuses(&["run", "short-cut", "--seeds", "9..1"], "--seeds");
    refuses(&["run", "short-cat"], "did you mean short-cut?");
    refuses(&["show", "short-cut", "--world", "turmoil", "--pcap", "x"], "only the world tight");
    refuses(&["show", "short-cut", "--ndjson", "no/such/folder/x"], "cannot write no/such/folder");
    refuses(&["hunt", "--shard", "3/2"], "from 1/8 to 8/8");
    refuses(&["replay", "no-such.zsim"], "cannot read no-such.zsim");
    refuses(&["merge", "Cargo.toml"], "is no result of a hunt");
}
