//! What the loader refuses, and how it says where the fault is.

use std::path::Path;
use zeroproof_vectors::{Catalogue, Error, Fault, Golden, hex::BadOctets};

const CLAUSES: &str = r#"{"schema": "zeroproof/clauses/1", "rfc": 37, "title": "t", "clauses": [
  {"id": "37-a-001", "section": "s", "level": "MUST", "role": "any", "text": "t.",
   "observable": "wire", "how": "h.", "also_rfc": [23],
   "peers": {"p": {"version": "1", "verdict": "conforms", "basis": "docs", "note": "n"}}}]}"#;

const GOLDEN: &str = r#"{"schema": "zeroproof/golden/1", "title": "t", "keys": {"k": "00*2"},
  "vectors": [{"id": "A01", "name": "n", "clauses": ["37-a-001"], "octets": "61*3", "length": 3,
   "sha256": "s", "verdict": "valid", "note": "n",
   "decoded": {"is": "greeting", "version": [3, 1], "mechanism": "NULL", "as_server": false}}]}"#;

/// Field and fault after `from` became `to`, with the id that the message names.
fn refused(text: &str, from: &str, to: &str) -> (Option<String>, Option<String>, Fault) {
    assert_eq!(text.matches(from).count(), 1, "{from} is not unique");
    let text = text.replace(from, to);
    let golden = text.contains("zeroproof/golden");
    let error = if golden { Golden::parse(&text).err() } else { Catalogue::parse(&text).err() };
    let Error { file, id, field, fault } = error.unwrap_or_else(|| panic!("{to} was read"));
    assert_eq!(file, "text");
    (id, field, fault)
}

#[test]
fn the_samples_are_read() {
    let catalogue = Catalogue::parse(CLAUSES).unwrap();
    assert_eq!(catalogue.find("37-a-001").unwrap().peers[0].note.as_deref(), Some("n"));
    let golden = Golden::parse(GOLDEN).unwrap();
    assert_eq!(golden.find("A01").unwrap().octets(), b"aaa");
    assert_eq!(golden.key("k"), Some(&[0, 0][..]));
}

#[test]
fn a_fault_in_a_clause_names_id_and_field() {
    let not = |value: &str| Fault::NotAllowed(value.to_owned());
    let number = Fault::WrongType("a small whole number");
    for (from, to, field, fault) in [
        (r#""MUST""#, r#""must""#, "level", not("must")),
        (r#""any""#, r#""peer-as-X""#, "role", not("peer-as-X")),
        (r#""wire""#, r#""ether""#, "observable", not("ether")),
        (r#""how": "h.""#, r#""how": 1"#, "how", Fault::WrongType("a text")),
        (r#""how": "h.", "#, "", "how", Fault::Missing),
        (r#""how""#, r#""extra": 1, "how""#, "extra", Fault::Unknown),
        ("[23]", "23", "also_rfc", Fault::WrongType("a list")),
        ("[23]", "[-1]", "also_rfc", number.clone()),
        ("[23]", "[65536]", "also_rfc", number.clone()),
        ("[23]", "[2.5]", "also_rfc", number),
        (r#""conforms""#, r#""likes""#, "verdict", not("likes")),
        (r#""docs""#, r#""rumour""#, "basis", not("rumour")),
        (r#""note": "n""#, r#""notes": "n""#, "notes", Fault::Unknown),
        (r#""section": "s""#, r#""section": null"#, "section", Fault::WrongType("a text")),
    ] {
        let expected = (Some("37-a-001".to_owned()), Some(field.to_owned()), fault);
        assert_eq!(refused(CLAUSES, from, to), expected, "{to}");
    }
}

#[test]
fn a_fault_in_a_vector_names_id_and_field() {
    let not = |value: &str| Fault::NotAllowed(value.to_owned());
    let bad = Fault::BadOctets(BadOctets::BadCount("61*".to_owned()));
    let differs = Fault::LengthDiffers { stated: 4, counted: 3 };
    for (from, to, field, fault) in [
        (r#""length": 3"#, r#""length": 4"#, "length", differs),
        ("61*3", "61*", "octets", bad),
        ("61*3", "61*99999999999", "octets", Fault::BadOctets(BadOctets::TooMany)),
        (r#""valid""#, r#""fine""#, "verdict", not("fine")),
        (r#"["37-a-001"]"#, "[37]", "clauses", Fault::WrongType("a text")),
        (r#""greeting""#, r#""farewell""#, "decoded.is", not("farewell")),
        ("[3, 1]", "[3]", "version", Fault::WrongType("a list of major and minor")),
        ("[3, 1]", "[3, 256]", "version", Fault::WrongType("a small whole number")),
        ("false", "0", "as_server", Fault::WrongType("true or false")),
        (r#""NULL","#, r#""NULL", "x": 1,"#, "x", Fault::Unknown),
        (r#""decoded": {"#, r#""decoded": [], "y": {"#, "decoded", Fault::WrongType("an object")),
    ] {
        let expected = (Some("A01".to_owned()), Some(field.to_owned()), fault);
        assert_eq!(refused(GOLDEN, from, to), expected, "{to}");
    }
}

#[test]
fn a_fault_in_the_envelope_names_the_field() {
    let schema = Fault::UnknownSchema("zeroproof/clauses/2".to_owned());
    for (text, from, to, field, fault) in [
        (CLAUSES, "zeroproof/clauses/1", "zeroproof/clauses/2", "schema", schema),
        (CLAUSES, r#""rfc": 37, "#, "", "rfc", Fault::Missing),
        (CLAUSES, r#""title""#, r#""heading""#, "title", Fault::Missing),
        (GOLDEN, r#""title": "t""#, r#""title": "t", "z": 1"#, "z", Fault::Unknown),
        (GOLDEN, r#""00*2""#, "0", "k", Fault::WrongType("a text")),
    ] {
        assert_eq!(refused(text, from, to), (None, Some(field.to_owned()), fault), "{to}");
    }
}

#[test]
fn an_id_belongs_to_its_rfc_and_is_given_once() {
    let (_, field, fault) = refused(CLAUSES, "37-a-001", "23-a-001");
    assert_eq!(field.as_deref(), Some("id"));
    assert_eq!(fault, Fault::NotAllowed("23-a-001".to_owned()));
    let twice = Catalogue::parse_files([("a.json", CLAUSES), ("b.json", CLAUSES)]).unwrap_err();
    assert_eq!((twice.file.as_str(), &twice.fault), ("b.json", &Fault::Duplicate));
    assert_eq!(twice.to_string(), "b.json, 37-a-001, field `id`: this id was used before");
    let twice = Golden::parse_files([("a.json", GOLDEN), ("b.json", GOLDEN)]).unwrap_err();
    assert_eq!((twice.file.as_str(), twice.fault), ("b.json", Fault::Duplicate));
}

#[test]
fn text_that_is_no_object_is_refused() {
    for text in ["", "[]", "null", "{", "\u{0}", "{}", "[[[["] {
        assert!(Catalogue::parse(text).is_err(), "{text}");
        assert!(Golden::parse(text).is_err(), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(Catalogue::parse(&deep).unwrap_err().fault, Fault::NotJson(_)));
}

/// Cutting at every octet finds whatever is read without being asked for.
#[test]
fn a_cut_file_is_refused_at_every_cut() {
    for end in 0..CLAUSES.len() {
        assert!(Catalogue::parse(&CLAUSES[..end]).is_err(), "{end}");
    }
    for end in 0..GOLDEN.len() {
        assert!(Golden::parse(&GOLDEN[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Catalogue::read(Path::new("no/such/folder")).unwrap_err();
    assert_eq!(error.file, "no/such/folder");
    assert!(matches!(error.fault, Fault::Unreadable(_)));
}
