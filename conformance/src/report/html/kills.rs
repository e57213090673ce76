//! The kill matrix of a self-test, `zeroproof/kills/1`: which mutant of the engine is caught by
//! which cases.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The whole matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kills {
    schema: String,
    mutants: Vec<Mutant>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mutant {
    id: String,
    title: String,
    /// The cases that failed on it; none for a mutant that lives.
    killed_by: Vec<String>,
}

impl Kills {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read or holds something else.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {name}: {error}"))?;
        let kills: Self = serde_json::from_str(&text)
            .map_err(|error| format!("{name} is no kill matrix: {error}"))?;
        match kills.schema.as_str() {
            "zeroproof/kills/1" => Ok(kills),
            other => Err(format!("{name} is no kill matrix: its schema is '{other}'")),
        }
    }
}
