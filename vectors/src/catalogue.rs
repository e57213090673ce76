//! All clauses: found by id, listed by RFC.
//!
//! Deliberately absent: any judgement. The catalogue says what is asked, not who obeys.

use crate::clause::Clause;
use crate::error::{Error, Fault};
use crate::files;
use crate::record::Record;
use std::collections::BTreeMap;
use std::path::Path;

/// The name of the format this loader reads.
pub const CLAUSES_SCHEMA: &str = "zeroproof/clauses/1";

/// Clauses of one or more specifications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    titles: BTreeMap<u16, String>,
    clauses: Vec<Clause>,
    places: BTreeMap<String, usize>,
}

impl Catalogue {
    /// The clauses of one file, given as text.
    ///
    /// # Errors
    /// The first fault in the text, with the id and the field it was found in.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_files([("text", text)])
    }

    /// The clauses of several files, given as pairs of name and text; ids are unique over all.
    ///
    /// # Errors
    /// The first fault, with the name of its file.
    pub fn parse_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let mut catalogue = Self::default();
        for (name, text) in files {
            catalogue.add(name, text)?;
        }
        Ok(catalogue)
    }

    /// The clauses of every `.json` file in a folder, in the order of their names.
    ///
    /// # Errors
    /// A folder or file that cannot be read, or the first fault in a file.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let files = files::read(folder)?;
        Self::parse_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    /// Every clause, in the order of the files and of the RFC's own text.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The clause with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Clause> {
        self.places.get(id).and_then(|&place| self.clauses.get(place))
    }

    /// The clauses that are taken from this RFC; 0 stands for the documentation of libzmq.
    pub fn rfc(&self, number: u16) -> impl Iterator<Item = &Clause> {
        self.clauses.iter().filter(move |clause| clause.rfc == number)
    }

    /// The numbers of the RFCs at hand, in rising order, with their titles.
    pub fn rfcs(&self) -> impl Iterator<Item = (u16, &str)> {
        self.titles.iter().map(|(&number, title)| (number, title.as_str()))
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let mut envelope = Record::parse(file, text)?;
        let schema = envelope.text("schema")?;
        if schema != CLAUSES_SCHEMA {
            return Err(envelope.error("schema", Fault::UnknownSchema(schema)));
        }
        let rfc: u16 = envelope.number("rfc")?;
        let title = envelope.text("title")?;
        for item in envelope.list("clauses")? {
            let record = envelope.inner("clauses", item)?;
            let id = record.id();
            let clause = Clause::read(record, rfc)?;
            if self.places.insert(clause.id.clone(), self.clauses.len()).is_some() {
                let (file, field) = (file.to_owned(), Some("id".to_owned()));
                return Err(Error { file, id, field, fault: Fault::Duplicate });
            }
            self.clauses.push(clause);
        }
        envelope.finish()?;
        self.titles.entry(rfc).or_insert(title);
        Ok(())
    }
}
