//! What can be wrong with a data file, and where: file, entry id and field.
//!
//! Deliberately absent: positions inside a file. An id is found by any editor; a line number ages.

use std::fmt;

/// A data file that cannot be used, and the place that makes it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file as the caller named it (`clauses/rfc37.json`), or `text` for text without a name.
    pub file: String,
    /// The clause or vector, when the fault lies inside one whose id could be read.
    pub id: Option<String>,
    /// The field that is missing, unknown or wrong.
    pub field: Option<String>,
    /// What is wrong with it.
    pub fault: Fault,
}

/// Every way in which a data file can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The file could not be read.
    Unreadable(String),
    /// The text is not JSON.
    NotJson(String),
    /// `schema` names a format that this loader does not read.
    UnknownSchema(String),
    /// A required field is absent.
    Missing,
    /// The field is not part of the format.
    Unknown,
    /// The value has another JSON type than the format asks for.
    WrongType(&'static str),
    /// The value has the right type, but is none that the format allows.
    NotAllowed(String),
    /// The id was used before.
    Duplicate,
    /// A line that stands before one with a lower id, or twice.
    OutOfOrder,
    /// A reference to an id that names nothing.
    NoSuchId(String),
    /// Octets that do not follow the grammar of the hexadecimal form.
    BadOctets(crate::hex::BadOctets),
    /// `length` differs from the number of octets.
    LengthDiffers {
        /// The number the file states.
        stated: usize,
        /// The number of octets there are.
        counted: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(id) = &self.id {
            write!(f, ", {id}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", field `{field}`")?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::NotJson(why) => write!(f, "is not JSON: {why}"),
            Self::UnknownSchema(name) => write!(f, "format `{name}` is not known to this loader"),
            Self::Missing => write!(f, "is missing"),
            Self::Unknown => write!(f, "is not part of the format"),
            Self::WrongType(wanted) => write!(f, "must be {wanted}"),
            Self::NotAllowed(value) => write!(f, "`{value}` is not an allowed value"),
            Self::Duplicate => write!(f, "this id was used before"),
            Self::OutOfOrder => write!(f, "lines are in rising order of their ids, each id once"),
            Self::NoSuchId(id) => write!(f, "leads to `{id}`, which names nothing"),
            Self::BadOctets(why) => write!(f, "{why}"),
            Self::LengthDiffers { stated, counted } => {
                write!(f, "says {stated}, but there are {counted} octets")
            }
        }
    }
}

impl std::error::Error for Error {}
