//! The kill matrix of a self-test, `zeroproof/kills/1`: which mutant of the engine is caught by
//! which cases.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The form of the file.
const SCHEMA: &str = "zeroproof/kills/1";

/// The whole matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kills {
    schema: String,
    mutants: Vec<Killed>,
}

/// A mutant and what noticed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Killed {
    /// `M01`.
    pub id: String,
    /// What it does wrong.
    pub title: String,
    /// The cases, or tests of the engine, that noticed it; none for a mutant that lives.
    pub killed_by: Vec<String>,
}

impl Kills {
    /// The matrix of these.
    pub fn new(mutants: Vec<Killed>) -> Self {
        Self { schema: SCHEMA.to_owned(), mutants }
    }

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
            SCHEMA => Ok(kills),
            other => Err(format!("{name} is no kill matrix: its schema is '{other}'")),
        }
    }
}
