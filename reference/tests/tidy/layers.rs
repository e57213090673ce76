//! Who may import whom, in sources and in manifests. The diagram is in `ARCHITECTURE.md`.
//!
//! Sources are judged by the names of crates in their code, comments aside; manifests by the
//! workspace crates in any of their dependency tables. Absent: imports inside one crate.

use super::tree::{Broken, File, numbered};

/// Crates that code under `under` may not name.
struct Wall {
    under: &'static str,
    /// Paths that may after all: they, their folder, or files that go on with `_`.
    except: &'static [&'static str],
    crates: &'static [&'static str],
    reason: &'static str,
}

const OURS: &[&str] = &[
    "zeroproof_vectors",
    "zeroproof_reference",
    "zeroproof_sim",
    "zeroproof_fuzz",
    "zeroproof_conformance",
    "zeroproof_benches",
];

const WALLS: &[Wall] = &[
    Wall {
        under: "conformance/",
        except: &["conformance/src/target/memory"],
        crates: &["zeroproof_reference"],
        reason: "a bug shared with the judge agrees with itself; build and parse our own octets",
    },
    Wall {
        under: "reference/src/",
        except: &["reference/src/runtime"],
        crates: &["tokio"],
        reason: "the core is sans-I/O; leave tasks and timers to its driver",
    },
    Wall {
        under: "reference/src/",
        except: &[],
        crates: &["zeroproof_vectors"],
        reason: "the engine must not read the answers; use the vectors in reference/tests",
    },
    Wall {
        under: "vectors/src/",
        except: &[],
        crates: &[
            "zeroproof_reference",
            "zeroproof_sim",
            "zeroproof_fuzz",
            "zeroproof_conformance",
            "zeroproof_benches",
        ],
        reason: "vectors is data for everybody and imports nothing of ours",
    },
    Wall {
        under: "sim/",
        except: &[],
        crates: &["zeroproof_conformance", "zeroproof_vectors"],
        reason: "the simulator runs the engine and parses the wire on its own",
    },
];

impl Wall {
    fn stands_before(&self, path: &str) -> bool {
        let excepted = |except: &str| {
            path.strip_prefix(except).is_some_and(|rest| rest.starts_with(['.', '/', '_']))
        };
        path.starts_with(self.under) && !self.except.iter().any(|except| excepted(except))
    }
}

pub(super) fn forbidden_words(file: &File) -> Vec<Broken> {
    let tokens = file.tokens();
    let walls = WALLS.iter().filter(|wall| wall.stands_before(&file.path));
    walls
        .flat_map(|wall| {
            let named = tokens.iter().filter(|token| wall.crates.contains(&token.text.as_str()));
            named.map(|token| {
                Broken::new(file, token.line, format!("`{}`: {}", token.text, wall.reason))
            })
        })
        .collect()
}

/// The workspace crates that each manifest may depend on, and in tests alone.
const MANIFESTS: &[(&str, &[&str], &[&str])] = &[
    ("vectors/Cargo.toml", &[], &[]),
    ("reference/Cargo.toml", &[], &["zeroproof-vectors"]),
    ("sim/Cargo.toml", &["zeroproof-reference"], &[]),
    (
        "fuzz/Cargo.toml",
        &["zeroproof-reference", "zeroproof-sim", "zeroproof-vectors", "zeroproof-conformance"],
        &[],
    ),
    // The program has the commands of the simulator as well.
    ("conformance/Cargo.toml", &["zeroproof-reference", "zeroproof-sim", "zeroproof-vectors"], &[]),
    ("conformance/example/Cargo.toml", &[], &["zeroproof-conformance"]),
    ("benches/Cargo.toml", &["zeroproof-reference", "zeroproof-conformance"], &[]),
];

pub(super) fn forbidden_dependencies(file: &File) -> Vec<Broken> {
    let Some((_, always, in_tests)) = MANIFESTS.iter().find(|(path, ..)| *path == file.path) else {
        return Vec::new();
    };
    let mut section = "";
    let mut broken = Vec::new();
    for (line, text) in numbered(&file.text) {
        if text.starts_with('[') {
            section = text.trim_matches(['[', ']']);
        }
        // `[dependencies]` with a line a crate, or `[dependencies.a-crate]`.
        let (table, name) = match section.rsplit_once("dependencies.") {
            Some((before, name)) if text.starts_with('[') => (before, name),
            _ => (section, text.split(['=', '.', ' ']).next().unwrap_or_default()),
        };
        let ours = OURS.contains(&name.replace('-', "_").as_str());
        let declared = table.ends_with("dependencies") || section.contains("dependencies.");
        let allowed =
            always.contains(&name) || (table.contains("dev-") && in_tests.contains(&name));
        if ours && declared && !allowed {
            let complaint = format!("`{name}` is not below this crate; see ARCHITECTURE.md");
            broken.push(Broken::new(file, line, complaint));
        }
    }
    broken
}

#[test]
fn an_import_across_each_wall_is_caught() {
    for wall in WALLS {
        for name in wall.crates {
            let path = format!("{}src/a.rs", wall.under);
            let bad = File::new(&path, &format!("use {name}::wire;"));
            assert_eq!(forbidden_words(&bad).len(), 1, "{path} {name}");
            let spoken = File::new(&path, &format!("//! Never {name}.\nlet a = \"{name}\";"));
            assert!(forbidden_words(&spoken).is_empty(), "{path} {name}");
        }
    }
}

#[test]
fn only_the_memory_target_may_name_the_reference() {
    let judged =
        |path: &str| forbidden_words(&File::new(path, "use zeroproof_reference::x;")).len();
    for good in ["memory.rs", "memory/link.rs", "memory_liar.rs"] {
        assert_eq!(judged(&format!("conformance/src/target/{good}")), 0, "{good}");
    }
    for bad in ["src/target/memorable.rs", "src/target/tcp.rs", "src/lib.rs", "tests/suite.rs"] {
        assert_eq!(judged(&format!("conformance/{bad}")), 1, "{bad}");
    }
}

#[test]
fn a_dependency_upwards_is_caught_in_every_spelling() {
    let bad = [
        "[dependencies]\nzeroproof-reference.workspace = true",
        "[dependencies]\nzeroproof-reference = { path = \"../reference\" }",
        "[dev-dependencies]\nserde.workspace = true\nzeroproof-reference.workspace = true",
        "[dependencies.zeroproof-reference]\nworkspace = true",
        "[target.'cfg(unix)'.dependencies]\nzeroproof-reference.workspace = true",
    ];
    for text in bad {
        assert_eq!(
            forbidden_dependencies(&File::new("vectors/Cargo.toml", text)).len(),
            1,
            "{text}"
        );
    }
}

#[test]
fn dependencies_downwards_pass_and_tests_only_ones_in_tests_only() {
    let judged = |path: &str, text: &str| forbidden_dependencies(&File::new(path, text)).len();
    assert_eq!(
        judged("conformance/Cargo.toml", "[dependencies]\nzeroproof-vectors.workspace = true"),
        0
    );
    assert_eq!(judged("vectors/Cargo.toml", "[package]\nname = \"zeroproof-vectors\""), 0);
    let vectors = "zeroproof-vectors.workspace = true";
    assert_eq!(judged("reference/Cargo.toml", &format!("[dev-dependencies]\n{vectors}")), 0);
    assert_eq!(judged("reference/Cargo.toml", &format!("[dependencies]\n{vectors}")), 1);
}
