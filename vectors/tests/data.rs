//! The data is whole, follows its own format, and hangs together.
//!
//! One file a promise in `data/`: what the loader reads (`catalogue`, `golden`), what it refuses
//! (`faults`), the published schemas (`schema`), ids for ever (`ids`), the disputes (`questions`),
//! and the README, whose readers are run (`readme`).

#[cfg(test)]
mod data {
    mod catalogue;
    mod encoding;
    mod faults;
    mod golden;
    mod ids;
    mod questions;
    mod readme;
    mod schema;

    use std::path::{Path, PathBuf};

    /// The folder of this crate, which is the folder of the data.
    fn home() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// The text of a file below [`home`].
    fn text(name: &str) -> String {
        std::fs::read_to_string(home().join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// The `.json` files of a folder below [`home`], in rising order.
    fn files(folder: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(home().join(folder)).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }
}
