//! Golden octets: what peers say to each other, checked octet by octet.
//!
//! Deliberately absent: a codec. The meaning of an octet string stands beside it as data, so that
//! a codec and this file can disagree.

use crate::clause::words;
use crate::decoded::Decoded;
use crate::error::{Error, Fault};
use crate::files;
use crate::record::Record;
use std::collections::BTreeMap;
use std::path::Path;

/// The name of the format this loader reads.
pub const GOLDEN_SCHEMA: &str = "zeroproof/golden/1";

/// One octet string with its meaning. Ids are for ever: see `ids.lock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    /// `G01`: a letter for the kind, a running number.
    pub id: String,
    /// The file it stands in, without folder and extension: `greeting`.
    pub group: String,
    /// What it is, in a few words.
    pub name: String,
    /// The clauses it shows obeyed or broken.
    pub clauses: Vec<String>,
    /// What a strict receiver does with it.
    pub verdict: Verdict,
    /// Why it is here, or what known implementations do with it.
    pub note: Option<String>,
    /// What the octets mean; absent where they mean nothing.
    pub decoded: Option<Decoded>,
    sha256: String,
    octets: Vec<u8>,
}

/// What a strict receiver does with a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Accepts it: the octets obey every clause.
    Valid,
    /// Refuses it: the octets break the clauses the vector cites.
    Invalid,
    /// Does either: the texts contradict each other or say nothing; `note` tells which.
    Either,
}

words!(Verdict: Valid = "valid", Invalid = "invalid", Either = "either");

/// All golden vectors, and the keys with which the CURVE ones were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Golden {
    vectors: Vec<Vector>,
    places: BTreeMap<String, usize>,
    keys: BTreeMap<String, Vec<u8>>,
}

impl Vector {
    /// The octets, written out.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        self.octets.clone()
    }

    /// The same, without a copy.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.octets
    }

    /// SHA-256 of the octets as 64 hexadecimal digits, as the file states it.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    fn read(mut from: Record, group: &str) -> Result<Self, Error> {
        let vector = Self {
            id: from.text("id")?,
            group: group.to_owned(),
            name: from.text("name")?,
            clauses: clauses(&mut from)?,
            octets: from.octets("octets")?,
            sha256: from.text("sha256")?,
            verdict: from.word("verdict", Verdict::parse)?,
            note: from.optional_text("note")?,
            decoded: match from.optional("decoded") {
                Some(value) => Some(Decoded::read(from.inner("decoded", value)?)?),
                None => None,
            },
        };
        let (stated, counted) = (from.number("length")?, vector.octets.len());
        if stated != counted {
            return Err(from.error("length", Fault::LengthDiffers { stated, counted }));
        }
        from.finish()?;
        Ok(vector)
    }
}

impl Golden {
    /// The vectors of one file, given as text.
    ///
    /// # Errors
    /// The first fault in the text, with the id and the field it was found in.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_files([("text", text)])
    }

    /// The vectors of several files, given as pairs of name and text; ids are unique over all.
    ///
    /// # Errors
    /// The first fault, with the name of its file.
    pub fn parse_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let mut golden = Self::default();
        for (name, text) in files {
            golden.add(name, text)?;
        }
        Ok(golden)
    }

    /// The vectors of every `.json` file in a folder, in the order of their names.
    ///
    /// # Errors
    /// A folder or file that cannot be read, or the first fault in a file.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let files = files::read(folder)?;
        Self::parse_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    /// Every vector, in the order of the files.
    #[must_use]
    pub fn vectors(&self) -> &[Vector] {
        &self.vectors
    }

    /// The vector with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Vector> {
        self.places.get(id).and_then(|&place| self.vectors.get(place))
    }

    /// The vectors of one file, by its name without folder and extension.
    pub fn group(&self, name: &str) -> impl Iterator<Item = &Vector> {
        self.vectors.iter().filter(move |vector| vector.group == name)
    }

    /// The vectors that cite this clause.
    pub fn citing(&self, clause: &str) -> impl Iterator<Item = &Vector> {
        self.vectors.iter().filter(move |vector| vector.clauses.iter().any(|id| id == clause))
    }

    /// A key or nonce by the name it has in the file: `server_public`.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&[u8]> {
        self.keys.get(name).map(Vec::as_slice)
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let mut envelope = Record::parse(file, text)?;
        let schema = envelope.text("schema")?;
        if schema != GOLDEN_SCHEMA {
            return Err(envelope.error("schema", Fault::UnknownSchema(schema)));
        }
        envelope.text("title")?;
        if let Some(keys) = envelope.optional("keys") {
            let mut keys = envelope.inner("keys", keys)?;
            for (name, value) in keys.drain() {
                let text = keys.as_text(&name, value)?;
                self.keys.insert(name.clone(), keys.as_octets(&name, &text)?);
            }
        }
        let group = Path::new(file).file_stem().map_or(file.into(), |stem| stem.to_string_lossy());
        for item in envelope.list("vectors")? {
            let record = envelope.inner("vectors", item)?;
            let id = record.id();
            let vector = Vector::read(record, &group)?;
            if self.places.insert(vector.id.clone(), self.vectors.len()).is_some() {
                let (file, field) = (file.to_owned(), Some("id".to_owned()));
                return Err(Error { file, id, field, fault: Fault::Duplicate });
            }
            self.vectors.push(vector);
        }
        envelope.finish()
    }
}

fn clauses(from: &mut Record) -> Result<Vec<String>, Error> {
    let items = from.list("clauses")?;
    items.into_iter().map(|item| from.as_text("clauses", item)).collect()
}
