//! The golden octets: as long as they say, hashed as they say, citing what exists.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use zeroproof_vectors::{Golden, Vector, Verdict, clauses, golden, hex};

fn vectors() -> &'static [Vector] {
    golden().unwrap().vectors()
}

#[test]
fn the_embedded_vectors_are_the_folder() {
    let folder = Golden::read(&super::home().join("golden")).unwrap();
    assert_eq!(golden().unwrap(), &folder);
}

#[test]
fn hashes_are_those_of_the_octets() {
    for vector in vectors() {
        let digest = Sha256::digest(vector.as_octets());
        let digest: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(vector.sha256(), digest, "{}", vector.id);
    }
}

#[test]
fn every_vector_cites_clauses_that_exist() {
    let clauses = clauses().unwrap();
    for vector in vectors() {
        assert!(!vector.clauses.is_empty(), "{} cites nothing", vector.id);
        for id in &vector.clauses {
            assert!(clauses.find(id).is_some(), "{} cites {id}", vector.id);
        }
    }
}

#[test]
fn vectors_are_found_by_id_group_and_clause() {
    let golden = golden().unwrap();
    let vector = golden.find("F04").unwrap();
    assert_eq!((vector.group.as_str(), vector.verdict), ("frame", Verdict::Valid));
    assert_eq!(vector.octets(), [[0x00, 0xff].as_slice(), &[0x61; 255]].concat());
    assert_eq!(golden.find("F99"), None);
    assert!(golden.group("frame").any(|frame| frame == vector));
    assert_eq!(golden.group("nothing").count(), 0);
    assert!(golden.citing("37-HB-007").all(|short| short.verdict == Verdict::Invalid));
    assert_eq!(golden.citing("37-HB-007").count(), 2);
}

#[test]
fn only_what_may_be_accepted_has_a_meaning() {
    for vector in vectors() {
        match vector.verdict {
            Verdict::Valid => assert!(vector.decoded.is_some(), "{} means nothing", vector.id),
            Verdict::Invalid => assert_eq!(vector.decoded, None, "{}", vector.id),
            Verdict::Either => assert!(vector.note.is_some(), "{} says not why", vector.id),
        }
    }
}

/// W15 is W01 again on purpose: the place in the stream makes the difference.
#[test]
fn no_octets_stand_twice_among_ids_of_one_letter() {
    let mut seen: BTreeMap<(&str, &[u8]), &str> = BTreeMap::new();
    for vector in vectors().iter().filter(|vector| vector.id != "W15") {
        let before = seen.insert((&vector.id[..1], vector.as_octets()), &vector.id);
        assert_eq!(before, None, "{} repeats", vector.id);
    }
}

#[test]
fn the_keys_of_curve_are_all_there() {
    let golden = golden().unwrap();
    for side in ["client", "client_transient", "server", "server_transient"] {
        for half in ["public", "secret"] {
            let name = format!("{side}_{half}");
            assert_eq!(golden.key(&name).map(<[u8]>::len), Some(32), "{name}");
        }
    }
    assert_eq!(golden.key("cookie_key").map(<[u8]>::len), Some(32));
    for nonce in ["cookie_nonce", "welcome_nonce", "vouch_nonce"] {
        assert_eq!(golden.key(nonce).map(<[u8]>::len), Some(16), "{nonce}");
    }
    assert_eq!(golden.key("nothing"), None);
}

#[test]
fn octets_survive_the_way_through_text() {
    for vector in vectors() {
        let text = hex::encode(vector.as_octets());
        assert_eq!(hex::decode(&text).as_deref(), Ok(vector.as_octets()), "{}", vector.id);
    }
}
