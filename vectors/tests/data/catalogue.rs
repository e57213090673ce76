//! The clauses: complete, citable, and each a sentence that says something.

use std::collections::BTreeSet;
use zeroproof_vectors::{Catalogue, Level, Observable, PeerVerdict, Role, clauses};

#[test]
fn the_embedded_catalogue_is_the_folder() {
    let folder = Catalogue::read(&super::home().join("clauses")).unwrap();
    assert_eq!(clauses().unwrap().clauses(), folder.clauses());
    assert!(super::files("clauses").iter().all(|file| file.extension().is_some()));
}

#[test]
fn a_file_is_named_after_its_rfc() {
    for (rfc, _) in clauses().unwrap().rfcs() {
        let name = match rfc {
            0 => "libzmq".to_owned(),
            99 => "swap".to_owned(),
            _ => format!("rfc{rfc:02}"),
        };
        let text = super::text(&format!("clauses/{name}.json"));
        let file = Catalogue::parse(&text).unwrap();
        assert!(file.clauses().iter().all(|clause| clause.rfc == rfc), "{name}");
    }
}

#[test]
fn clauses_are_found_by_id_and_by_rfc() {
    let catalogue = clauses().unwrap();
    let clause = catalogue.find("37-FRAME-007").unwrap();
    assert_eq!((clause.rfc, clause.level, &clause.role), (37, Level::Must, &Role::Any));
    assert_eq!(clause.observable, Observable::Wire);
    assert_eq!(clause.also_rfc, [23]);
    assert_eq!(clause.peers[0].verdict, PeerVerdict::Conforms);
    assert_eq!(catalogue.find("37-FRAME-7"), None);
    assert!(catalogue.rfc(23).all(|clause| clause.id.starts_with("23-")));
    assert!(catalogue.rfc(0).all(|clause| clause.id.starts_with("LZ-")));
    assert!(catalogue.rfc(99).all(|clause| clause.id.starts_with("ZP-")));
    assert_eq!(catalogue.rfc(98).count(), 0);
    let total: usize = catalogue.rfcs().map(|(rfc, _)| catalogue.rfc(rfc).count()).sum();
    assert_eq!(total, catalogue.clauses().len());
}

#[test]
fn ids_of_a_file_count_up_within_their_topic() {
    let catalogue = clauses().unwrap();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for clause in catalogue.clauses() {
        let (topic, number) = clause.id.rsplit_once('-').unwrap();
        let number: u32 = number.parse().unwrap();
        let before = format!("{topic}-{:03}", number - 1);
        assert!(number == 1 || seen.contains(before.as_str()), "{} is out of order", clause.id);
        seen.insert(&clause.id);
    }
}

#[test]
fn also_rfc_names_other_specifications_at_hand() {
    let catalogue = clauses().unwrap();
    let known: BTreeSet<u16> = catalogue.rfcs().map(|(rfc, _)| rfc).collect();
    for clause in catalogue.clauses() {
        let also = &clause.also_rfc;
        assert!(!also.contains(&clause.rfc), "{} names its own RFC", clause.id);
        assert!(also.iter().all(|rfc| *rfc != 0 && known.contains(rfc)), "{}", clause.id);
        assert!(also.is_sorted_by(|left, right| left < right), "{}", clause.id);
    }
}

#[test]
fn no_two_clauses_of_an_rfc_say_the_same_of_the_same_role() {
    let mut seen = BTreeSet::new();
    for clause in clauses().unwrap().clauses() {
        let new = seen.insert((clause.rfc, clause.role.to_string(), clause.text.as_str()));
        assert!(new, "{} repeats: {}", clause.id, clause.text);
    }
}

#[test]
fn clauses_that_name_clauses_name_existing_ones() {
    let catalogue = clauses().unwrap();
    for clause in catalogue.clauses() {
        let notes = clause.peers.iter().filter_map(|peer| peer.note.as_deref());
        let texts = [clause.text.as_str(), &clause.how].into_iter().chain(notes);
        for text in texts.chain(clause.reading.as_deref()) {
            for id in named(text) {
                assert!(catalogue.find(id).is_some(), "{} names {id}", clause.id);
            }
        }
    }
}

/// The words of `text` that are built like the id of a clause.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.len() == 3 && parts[2].len() == 3 && parts[1].starts_with(|c: char| c.is_uppercase())
    })
}

#[test]
fn words_of_the_format_are_read_and_written_alike() {
    for level in Level::ALL {
        assert_eq!(Level::parse(level.as_str()), Some(*level));
    }
    for observable in Observable::ALL {
        assert_eq!(Observable::parse(&observable.to_string()), Some(*observable));
    }
    for word in ["any", "binder", "zap-handler", "ws-client", "peer-as-CHANNEL"] {
        assert_eq!(Role::parse(word).map(|role| role.to_string()).as_deref(), Some(word));
    }
    for word in ["Any", "peer-as-", "peer-as-STREAM", "peer-as-pub", ""] {
        assert_eq!(Role::parse(word), None, "{word}");
    }
    for clause in clauses().unwrap().clauses() {
        assert_eq!(Role::parse(&clause.role.to_string()).as_ref(), Some(&clause.role));
    }
}
