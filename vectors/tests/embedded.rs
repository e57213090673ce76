//! The embedded data can be read, is complete, and hangs together.

#[test]
fn every_vector_cites_clauses_that_exist() {
    let clauses = zeroproof_vectors::clauses().unwrap();
    for vector in zeroproof_vectors::golden().unwrap().vectors() {
        assert!(!vector.clauses.is_empty(), "{} cites nothing", vector.id);
        for id in &vector.clauses {
            assert!(clauses.find(id).is_some(), "{} cites {id}", vector.id);
        }
    }
}
