//! The house rules that a machine can judge, over every crate of the workspace.
//!
//! One `#[test]` a rule, below; the rules live in `tidy/`, each file beside the liars that prove
//! its rules able to fail. A failure prints `file:line: what is wrong; how to mend it`, all of
//! them at once. The tree is walked without git, since a source archive has none.
//!
//! Deliberately absent: what rustfmt, rustc or clippy judge already (formatting, `unsafe`,
//! `unwrap`, indexing), and taste. Those are in `Cargo.toml`, `clippy.toml` and `CONTRIBUTING.md`.

#[cfg(test)]
mod tidy {
    mod citations;
    mod engine;
    mod layers;
    mod lexer;
    mod markdown;
    mod reach;
    mod shape;
    mod tree;
    mod violations;
    mod words;

    use tree::{Broken, Tree};

    /// Fails with every finding of one rule, a line each.
    #[track_caller]
    fn judge(broken: impl IntoIterator<Item = Broken>) {
        let lines: Vec<String> = broken.into_iter().map(|each| each.to_string()).collect();
        assert!(lines.is_empty(), "{} broken:\n{}", lines.len(), lines.join("\n"));
    }

    #[test]
    fn files_have_at_most_400_lines() {
        judge(Tree::workspace().rust().flat_map(shape::long_file));
    }

    #[test]
    fn functions_have_at_most_70_lines() {
        judge(Tree::workspace().rust().flat_map(shape::long_functions));
    }

    #[test]
    fn lines_have_at_most_100_columns() {
        judge(Tree::workspace().rust().flat_map(shape::wide_lines));
    }

    #[test]
    fn files_open_with_a_map() {
        judge(Tree::workspace().rust().flat_map(shape::missing_head));
    }

    #[test]
    fn modules_have_real_names() {
        judge(Tree::workspace().rust().flat_map(words::vague_file_name));
    }

    #[test]
    fn no_banned_construct_in_code() {
        judge(Tree::workspace().rust().flat_map(words::banned_constructs));
    }

    #[test]
    fn sleeps_are_modelled_time_or_absent() {
        let tree = Tree::workspace();
        judge(words::sleeps(tree.rust(), words::SLEEPS_WITH_A_REASON));
    }

    #[test]
    fn no_unfinished_work_and_no_path_of_a_machine() {
        judge(Tree::workspace().texts().flat_map(words::banned_text));
    }

    #[test]
    fn every_rust_file_is_reachable() {
        judge(reach::dead_files(&Tree::workspace()));
    }

    #[test]
    fn every_mod_is_seen_by_these_rules() {
        judge(reach::blind_spots(&Tree::workspace()));
    }

    #[test]
    fn cited_clauses_exist() {
        judge(citations::unknown_clauses(&Tree::workspace()));
    }

    #[test]
    fn every_clause_that_binds_the_engine_is_cited_in_it() {
        judge(engine::uncited(&Tree::workspace(), engine::REASONS));
    }

    #[test]
    fn every_violation_is_expected_by_a_test() {
        judge(violations::untested(&Tree::workspace()));
    }

    #[test]
    fn sources_import_only_what_their_layer_may() {
        judge(Tree::workspace().rust().flat_map(layers::forbidden_words));
    }

    #[test]
    fn manifests_depend_only_on_lower_layers() {
        judge(Tree::workspace().texts().flat_map(layers::forbidden_dependencies));
    }

    #[test]
    fn paths_in_documents_exist() {
        judge(markdown::dead_paths(&Tree::workspace()));
    }
}
