//! The published schemas accept every data file, and refuse what the loader refuses.

use jsonschema::Validator;
use serde_json::{Value, json};
use zeroproof_vectors::{Catalogue, Golden, SOCKET_TYPES};

fn json_of(name: &str) -> Value {
    serde_json::from_str(&super::text(name)).unwrap()
}

fn validator(kind: &str) -> Validator {
    let schema = json_of(&format!("schema/{kind}.schema.json"));
    assert!(jsonschema::meta::is_valid(&schema), "{kind}");
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn every_data_file_follows_its_schema() {
    for kind in ["clauses", "golden"] {
        let validator = validator(kind);
        for file in super::files(kind) {
            let text = std::fs::read_to_string(&file).unwrap();
            let data: Value = serde_json::from_str(&text).unwrap();
            let broken = validator
                .iter_errors(&data)
                .map(|each| format!("{} at {}: {each}", file.display(), each.instance_path()));
            let broken: Vec<String> = broken.collect();
            assert!(broken.is_empty(), "{broken:#?}");
        }
    }
}

/// Data files are laid out for readers and for diffs: nobody's tool changes more than it means to.
#[test]
fn data_files_are_laid_out_alike() {
    for file in ["clauses", "golden", "schema"].into_iter().flat_map(super::files) {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.display();
        assert!(text.starts_with("{\n  \"") && text.ends_with("\n}\n"), "{name}");
        assert!(!text.contains(['\t', '\r']), "{name}");
        assert!(text.lines().all(|line| line == line.trim_end()), "{name}");
    }
}

/// Whether schema and loader both refuse the file after `change`; they have to agree.
fn refused(kind: &str, file: &str, change: impl Fn(&mut Value)) -> bool {
    let mut data = json_of(&format!("{kind}/{file}.json"));
    change(&mut data);
    let text = data.to_string();
    let loaded = match kind {
        "clauses" => Catalogue::parse(&text).map(drop),
        _ => Golden::parse(&text).map(drop),
    };
    let valid = validator(kind).is_valid(&data);
    assert_eq!(valid, loaded.is_ok(), "{kind}: schema and loader disagree: {loaded:?}");
    !valid
}

/// Every field of `pointer` in turn: left out, then with a value of no type any field has.
fn each_field(kind: &str, file: &str, pointer: &str, optional: &[&str]) {
    let data = json_of(&format!("{kind}/{file}.json"));
    let fields: Vec<String> =
        data.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect();
    for field in fields {
        let object = |data: &mut Value| {
            data.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(&field)
        };
        let without = refused(kind, file, |data| drop(object(data)));
        assert_eq!(without, !optional.contains(&field.as_str()), "{pointer} without {field}");
        let wrong = |data: &mut Value| data.pointer_mut(pointer).unwrap()[&field] = json!(1.5);
        assert!(refused(kind, file, wrong), "{pointer} with {field}: 1.5");
    }
    let unknown = |data: &mut Value| data.pointer_mut(pointer).unwrap()["surprise"] = json!("x");
    assert!(refused(kind, file, unknown), "{pointer} with a surprise");
}

#[test]
fn a_clause_without_or_with_a_wrong_field_is_refused() {
    each_field("clauses", "rfc37", "", &[]);
    let optional = ["also_rfc", "peers", "reading", "dispute"];
    each_field("clauses", "rfc37", "/clauses/0", &optional);
    each_field("clauses", "rfc37", "/clauses/0/peers/libzmq", &["note"]);
}

#[test]
fn a_vector_without_or_with_a_wrong_field_is_refused() {
    each_field("golden", "curve", "", &["keys"]);
    // An invalid vector, since a valid one has to have a meaning by the schema alone.
    each_field("golden", "frame", "/vectors/10", &["note"]);
    for (file, pointer) in [
        ("greeting", "/vectors/0/decoded"),
        ("frame", "/vectors/0/decoded"),
        ("frame", "/vectors/0/decoded/frames/0"),
        ("ready", "/vectors/0/decoded"),
        ("error", "/vectors/0/decoded"),
        ("subscription", "/vectors/0/decoded"),
        ("heartbeat", "/vectors/0/decoded"),
        ("plain", "/vectors/0/decoded"),
        ("plain", "/vectors/3/decoded"),
        ("curve", "/vectors/0/decoded"),
        ("radio", "/vectors/0/decoded"),
        ("radio", "/vectors/2/decoded"),
        ("websocket", "/vectors/0/decoded"),
        ("zap", "/vectors/0/decoded"),
        ("legacy", "/vectors/0/decoded"),
    ] {
        each_field("golden", file, pointer, &[]);
    }
}

#[test]
fn a_value_outside_its_words_is_refused() {
    for (kind, file, pointer, value) in [
        ("clauses", "rfc37", "/schema", json!("zeroproof/clauses/2")),
        ("clauses", "rfc37", "/clauses/0/id", json!("23-NULL-001")),
        ("clauses", "rfc37", "/clauses/0/level", json!("SHALL")),
        ("clauses", "rfc37", "/clauses/0/role", json!("peer-as-STREAM")),
        ("clauses", "rfc37", "/clauses/0/observable", json!("maybe")),
        ("clauses", "rfc37", "/clauses/0/peers/libzmq/verdict", json!("fine")),
        ("golden", "frame", "/vectors/0/verdict", json!("fine")),
        ("golden", "frame", "/vectors/0/octets", json!("0 0")),
        ("golden", "frame", "/vectors/0/octets", json!("00*01")),
        ("golden", "frame", "/vectors/0/octets", json!("00  00")),
        ("golden", "frame", "/vectors/0/octets", json!("0A00")),
        ("golden", "frame", "/vectors/0/decoded/is", json!("letter")),
        ("golden", "frame", "/vectors/0/decoded/frames/0/kind", json!("last")),
        ("golden", "ready", "/vectors/0/decoded/properties/0", json!(["Socket-Type"])),
        ("golden", "heartbeat", "/vectors/0/decoded/ttl", json!(65536)),
    ] {
        let change = |data: &mut Value| *data.pointer_mut(pointer).unwrap() = value.clone();
        // That an id belongs to its file is beyond a schema, so there the loader alone refuses.
        if pointer.ends_with("/id") {
            let mut data = json_of(&format!("{kind}/{file}.json"));
            change(&mut data);
            assert!(Catalogue::parse(&data.to_string()).is_err());
        } else {
            assert!(refused(kind, file, change), "{file}{pointer} = {value}");
        }
    }
}

/// Rules that hold for our own files and that the loader leaves to third parties.
#[test]
fn the_schema_alone_asks_for_more() {
    let validator = validator("golden");
    let frame = json_of("golden/frame.json");
    assert!(validator.is_valid(&frame));
    for (pointer, value) in [
        ("/vectors/0/id", json!("frame-1")),
        ("/vectors/0/clauses", json!([])),
        ("/vectors/0/clauses/0", json!("37.FRAME.1")),
        ("/vectors/0/sha256", json!("00")),
        ("/vectors/0/verdict", json!("invalid")),
        ("/vectors/10/verdict", json!("valid")),
        ("/vectors", json!([])),
    ] {
        let mut changed = frame.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
}

#[test]
fn schema_and_loader_know_the_same_roles() {
    let validator = validator("clauses");
    let mut data = json_of("clauses/rfc37.json");
    for name in SOCKET_TYPES {
        data["clauses"][0]["role"] = json!(format!("peer-as-{name}"));
        assert!(validator.is_valid(&data), "{name}");
        assert!(Catalogue::parse(&data.to_string()).is_ok(), "{name}");
    }
}
