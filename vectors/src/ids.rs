//! Every id that was ever given, so that none is given twice and an old citation still leads on.
//!
//! ```text
//! file   = *( comment / line )            lines in rising order of their ids
//! line   = id " " fate LF
//! fate   = "clause" / "vector" / "renamed " id / "removed " reason
//! ```
//!
//! Deliberately absent: chains of renames. When an id is renamed again, its older names point at
//! the newest one.

use crate::error::{Error, Fault};
use std::collections::BTreeMap;

/// What has become of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It names a clause.
    Clause,
    /// It names a golden vector.
    Vector,
    /// It has another name now.
    Renamed(String),
    /// What it named is gone, for this reason.
    Removed(String),
}

/// All ids, living and dead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    fates: BTreeMap<String, Fate>,
}

impl Ids {
    /// The ids of a lock file, given as text.
    ///
    /// # Errors
    /// The first line that breaks the format, is out of order, or leads to an id without a living
    /// namesake.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut ids = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (id, fate) = line.split_once(' ').unwrap_or((line, ""));
            let fate = fate_of(fate).ok_or_else(|| error(id, Fault::NotAllowed(fate.into())))?;
            if ids.fates.last_key_value().is_some_and(|(last, _)| last.as_str() >= id) {
                return Err(error(id, Fault::OutOfOrder));
            }
            ids.fates.insert(id.to_owned(), fate);
        }
        for (id, fate) in &ids.fates {
            if let Fate::Renamed(to) = fate
                && !matches!(ids.fate(to), Some(Fate::Clause | Fate::Vector))
            {
                return Err(error(id, Fault::NoSuchId(to.clone())));
            }
        }
        Ok(ids)
    }

    /// What has become of `id`; `None` if it was never given.
    #[must_use]
    pub fn fate(&self, id: &str) -> Option<&Fate> {
        self.fates.get(id)
    }

    /// The name that `id` has now; `None` if it was never given or is gone.
    #[must_use]
    pub fn current<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        match self.fate(id)? {
            Fate::Clause | Fate::Vector => Some(id),
            Fate::Renamed(to) => Some(to),
            Fate::Removed(_) => None,
        }
    }

    /// Every id with its fate, in rising order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fate)> {
        self.fates.iter().map(|(id, fate)| (id.as_str(), fate))
    }
}

fn fate_of(words: &str) -> Option<Fate> {
    match words.split_once(' ') {
        None if words == "clause" => Some(Fate::Clause),
        None if words == "vector" => Some(Fate::Vector),
        Some(("renamed", to)) if !to.contains(' ') => Some(Fate::Renamed(to.to_owned())),
        Some(("removed", reason)) if !reason.trim().is_empty() => {
            Some(Fate::Removed(reason.to_owned()))
        }
        Some(_) | None => None,
    }
}

fn error(id: &str, fault: Fault) -> Error {
    Error { file: "ids.lock".to_owned(), id: Some(id.to_owned()), field: None, fault }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Ids};
    use crate::error::Fault;

    #[test]
    fn old_names_lead_to_the_living() {
        let text = "# head\nA01 vector\nA02 renamed A01\nA03 removed it was A01 again\n";
        let ids = Ids::parse(text).unwrap();
        assert_eq!(ids.current("A01"), Some("A01"));
        assert_eq!(ids.current("A02"), Some("A01"));
        assert_eq!(ids.current("A03"), None);
        assert_eq!(ids.current("A04"), None);
        assert_eq!(ids.fate("A03"), Some(&Fate::Removed("it was A01 again".to_owned())));
        assert_eq!(ids.iter().count(), 3);
    }

    #[test]
    fn a_broken_line_is_named() {
        let not = |value: &str| Fault::NotAllowed(value.to_owned());
        for (text, id, fault) in [
            ("A01", "A01", not("")),
            ("A01 thing", "A01", not("thing")),
            ("A01 removed ", "A01", not("removed ")),
            ("A01 renamed A02 A03", "A01", not("renamed A02 A03")),
            ("A02 vector\nA01 vector", "A01", Fault::OutOfOrder),
            ("A01 vector\nA01 vector", "A01", Fault::OutOfOrder),
            ("A01 renamed A02", "A01", Fault::NoSuchId("A02".to_owned())),
            ("A01 renamed A01", "A01", Fault::NoSuchId("A01".to_owned())),
            (
                "A01 renamed A02\nA02 renamed A03\nA03 vector",
                "A01",
                Fault::NoSuchId("A02".to_owned()),
            ),
        ] {
            let error = Ids::parse(text).unwrap_err();
            assert_eq!((error.id.as_deref(), error.fault), (Some(id), fault), "{text}");
        }
    }
}
