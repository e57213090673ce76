//! The page of a report: its structure, what hostile text becomes in it, and, where a browser is
//! installed, how it behaves. `ZEROPROOF_BROWSER` names one; without any, that test says so.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod report;

use std::path::{Path, PathBuf};
use std::process::Command;

use report::{EVIL, case, report, saved, zeroproof};
use serde_json::{Value, json};

const ID: &str = "37/heartbeat/long-ttl";

/// The page of two peers, one of them hostile, and a kill matrix.
fn page(folder: &Path) -> PathBuf {
    let mut odd = case(ID, "PULL", "fail");
    odd["known"] = json!({ "why": EVIL, "issue": format!("javascript:alert(1) {EVIL}") });
    let mut pass = case("37/greeting/signature", "PULL", "pass");
    pass["clauses"] = json!(["37-GREETING-002"]);
    let mut idle = case("37/null/handshake", EVIL, "not-applicable");
    idle["reason"] = json!(EVIL);
    let evil = saved(folder, "evil.json", &report(EVIL, &[odd, pass.clone(), idle]));
    let good = saved(folder, "good.json", &report("good", &[case(ID, "PULL", "pass"), pass]));
    let kills = saved(
        folder,
        "kills.json",
        &json!({ "schema": "zeroproof/kills/1", "mutants": [
            { "id": "M01", "title": EVIL, "killed_by": [ID, EVIL] },
            { "id": "M02", "title": "lives", "killed_by": [] },
        ]}),
    );
    let html = folder.join("html");
    let words = [&evil, &good, &kills, &html].map(|path| path.to_str().unwrap().to_owned());
    let [evil, good, kills, html] = &words;
    let output = zeroproof(&["report", evil, good, "--kills", kills, "--html", html]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Path::new(html).join("index.html")
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).unwrap().1.split_once(to).unwrap().0
}

#[test]
fn hostile_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(page(folder.path())).unwrap();
    assert_eq!(text.matches("<script").count(), 2, "the data and the program");
    assert_eq!(text.matches("</script").count(), 2);
    let shown = between(&text, "<body>", "<script");
    for tag in shown.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()) {
        for word in ["img", "iframe", "link", "base", "src=", "onerror", "style="] {
            assert!(!tag.contains(word), "<{tag}>");
        }
    }
    assert!(shown.contains("&lt;img src=x onerror=&quot;"), "it is told as text");
    assert!(!shown.contains('\u{202e}'), "and turns no direction");
    let data = between(&text, "id=\"data\">", "</script>");
    assert!(!data.contains('<'), "no markup in the data");
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["peers"][0]["name"], format!("{EVIL} 1.2"), "and nothing is lost of it");
}

#[test]
fn the_page_has_its_parts_and_a_policy_for_its_one_script() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(page(folder.path())).unwrap();
    assert!(text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert!(text.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"));
    for part in ["cover", "matrix", "detail", "suite"] {
        assert!(text.contains(&format!("<section id=\"part-{part}\" aria-labelledby")), "{part}");
    }
    let cover = between(&text, "<table class=\"peers\">", "</table>");
    assert_eq!(cover.matches("<tr>").count(), 3, "a head and two peers");
    for said in ["1 unexpected failure", "no failure", "1/2", "2/2", "2026-11-24 17:35"] {
        assert!(cover.contains(said), "{said} is not in {cover}");
    }
    let data: Value = serde_json::from_str(between(&text, "id=\"data\">", "</script>")).unwrap();
    let groups = &data["cases"][ID]["peers"];
    assert_eq!(
        (&groups[0][0]["verdict"], &groups[1][0]["verdict"]),
        (&json!("fail"), &json!("pass"))
    );
    let unit = groups[0][0]["lines"][0][3].as_u64().unwrap();
    let unit = &data["units"][usize::try_from(unit).unwrap()];
    assert_eq!((&unit["title"], &unit["len"]), (&json!("greeting 3.1 NULL"), &json!(64)));
    let sizes = unit["fields"].as_array().unwrap().iter().filter_map(|field| field[1].as_u64());
    assert_eq!(sizes.sum::<u64>(), 64, "the fields cover the greeting");
    assert!(data["rfcs"].as_array().unwrap().len() > 10 && data["kills"]["mutants"][1].is_object());
}

#[test]
fn pages_of_many_failures_stay_below_two_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let cases = |peer: usize| -> Vec<Value> {
        let one = |at: usize| {
            let mut case = case(&format!("37/heartbeat/made-up-{at}"), "PULL", "fail");
            let octets = (0..2000).map(|n| format!("{:02x}", (n * 7 + at * 3 + peer) % 256));
            case["steps"][2]["hex"] = json!(octets.collect::<String>());
            case
        };
        (0..120).map(one).collect()
    };
    let paths: Vec<String> = (0..4)
        .map(|peer| {
            let report = report(&format!("peer {peer}"), &cases(peer));
            saved(folder.path(), &format!("{peer}.json"), &report).display().to_string()
        })
        .collect();
    let html = folder.path().join("html");
    let mut words: Vec<&str> = vec!["report", "--html", html.to_str().unwrap()];
    words.extend(paths.iter().map(String::as_str));
    assert!(zeroproof(&words).status.success());
    let size = std::fs::metadata(html.join("index.html")).unwrap().len();
    assert!((500_000..2_000_000).contains(&size), "{size} octets");
}

#[test]
fn a_check_writes_its_page_and_its_report_keeps_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (html, json) = (path("html"), path("r.json"));
    let output = zeroproof(&["check", "--level", "quick", "--html", &html, "--json", &json]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(Path::new(&html).join("index.html")).unwrap();
    assert!(text.contains("no failure"));
    let schema = include_str!("../../vectors/schema/report.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let made = report("p", &[case(ID, "PULL", "fail"), case(ID, "SUB", "pass")]);
    for report in [serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap(), made] {
        if let Err(error) = validator.validate(&report) {
            panic!("{error} at {}", error.instance_path());
        }
    }
}

/// A browser that can be asked without a screen.
fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("ZEROPROOF_BROWSER") {
        return Some(named.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome-headless-shell"];
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// The document of an address after its scripts ran.
fn dom(browser: &Path, profile: &Path, address: &str) -> String {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(["--dump-dom", address])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_page_works_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path());
    let Some(browser) = browser() else {
        eprintln!("no browser found: the page was not driven; set ZEROPROOF_BROWSER");
        return;
    };
    let profile = folder.path().join("profile");
    // As it is, with its policy: its own script runs, and nothing else.
    let whole = dom(&browser, &profile, &format!("file://{}#matrix?open=1", page.display()));
    assert!(whole.contains("class=\"matrix\"") && whole.contains("37-HB-003</a>"), "{whole:.2000}");
    assert!(!between(&whole, "<title>", "</title>").contains("owned"));
    // Without it, since the driver is a script that it forbids.
    let text = std::fs::read_to_string(&page).unwrap();
    let policy = between(&text, "<meta http-equiv=", ">").to_owned();
    let driver = format!("<script data-driver>{}</script></body>", include_str!("report/drive.js"));
    let text = text.replace(&format!("<meta http-equiv={policy}>"), "").replace("</body>", &driver);
    let driven = folder.path().join("driven.html");
    std::fs::write(&driven, text).unwrap();
    let whole = dom(&browser, &profile, &format!("file://{}", driven.display()));
    let said = between(&whole, "<pre id=\"driven\">", "</pre>");
    assert!(said.ends_with("\nend") && said.matches("ok ").count() > 30, "{said}");
    assert!(!said.contains("BROKEN"), "{said}");
}
