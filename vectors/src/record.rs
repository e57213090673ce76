//! One JSON object, read field by field: a fault always names file, id and field, and a field that
//! nobody asked for is a fault too.
//!
//! Deliberately absent: derived readers, because their messages do not say which field was wrong.

use crate::error::{Error, Fault};
use serde_json::{Map, Value};

/// An object of which fields are taken until none is left.
pub(crate) struct Record {
    file: String,
    id: Option<String>,
    fields: Map<String, Value>,
}

impl Record {
    /// The object that `text` holds.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let whole = |fault| Error { file: file.to_owned(), id: None, field: None, fault };
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Ok(Self { file: file.to_owned(), id: None, fields }),
            Ok(_) => Err(whole(Fault::WrongType("an object"))),
            Err(why) => Err(whole(Fault::NotJson(why.to_string()))),
        }
    }

    /// An object inside this one; it keeps the id of this one unless it has its own.
    pub(crate) fn inner(&self, field: &str, value: Value) -> Result<Self, Error> {
        let Value::Object(fields) = value else {
            return Err(self.error(field, Fault::WrongType("an object")));
        };
        let own = fields.get("id").and_then(Value::as_str).map(ToOwned::to_owned);
        Ok(Self { file: self.file.clone(), id: own.or_else(|| self.id.clone()), fields })
    }

    /// The id of this object, or of the one around it.
    pub(crate) fn id(&self) -> Option<String> {
        self.id.clone()
    }

    /// An error at `field` of this object.
    pub(crate) fn error(&self, field: &str, fault: Fault) -> Error {
        let (file, id) = (self.file.clone(), self.id.clone());
        Error { file, id, field: Some(field.to_owned()), fault }
    }

    pub(crate) fn optional(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field)
    }

    pub(crate) fn required(&mut self, field: &str) -> Result<Value, Error> {
        self.optional(field).ok_or_else(|| self.error(field, Fault::Missing))
    }

    pub(crate) fn text(&mut self, field: &str) -> Result<String, Error> {
        let value = self.required(field)?;
        self.as_text(field, value)
    }

    pub(crate) fn optional_text(&mut self, field: &str) -> Result<Option<String>, Error> {
        self.optional(field).map(|value| self.as_text(field, value)).transpose()
    }

    pub(crate) fn number<T: TryFrom<u64>>(&mut self, field: &str) -> Result<T, Error> {
        let value = self.required(field)?;
        self.as_number(field, &value)
    }

    pub(crate) fn as_number<T>(&self, field: &str, value: &Value) -> Result<T, Error>
    where
        T: TryFrom<u64>,
    {
        let number = value.as_u64().and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.error(field, Fault::WrongType("a small whole number")))
    }

    pub(crate) fn flag(&mut self, field: &str) -> Result<bool, Error> {
        let value = self.required(field)?;
        value.as_bool().ok_or_else(|| self.error(field, Fault::WrongType("true or false")))
    }

    /// Octets in the form of [`crate::hex`].
    pub(crate) fn octets(&mut self, field: &str) -> Result<Vec<u8>, Error> {
        let text = self.text(field)?;
        self.as_octets(field, &text)
    }

    pub(crate) fn as_octets(&self, field: &str, text: &str) -> Result<Vec<u8>, Error> {
        crate::hex::decode(text).map_err(|why| self.error(field, Fault::BadOctets(why)))
    }

    /// A required field that holds a list.
    pub(crate) fn list(&mut self, field: &str) -> Result<Vec<Value>, Error> {
        let value = self.required(field)?;
        self.as_list(field, value)
    }

    /// The items of an optional list; an absent one is empty.
    pub(crate) fn optional_list(&mut self, field: &str) -> Result<Vec<Value>, Error> {
        self.optional(field).map_or_else(|| Ok(Vec::new()), |value| self.as_list(field, value))
    }

    pub(crate) fn as_list(&self, field: &str, value: Value) -> Result<Vec<Value>, Error> {
        match value {
            Value::Array(items) => Ok(items),
            _ => Err(self.error(field, Fault::WrongType("a list"))),
        }
    }

    pub(crate) fn as_text(&self, field: &str, value: Value) -> Result<String, Error> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(self.error(field, Fault::WrongType("a text"))),
        }
    }

    /// A required text that is one of the words that `read` knows.
    pub(crate) fn word<T>(
        &mut self,
        field: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let text = self.text(field)?;
        read(&text).ok_or_else(|| self.error(field, Fault::NotAllowed(text)))
    }

    /// All remaining fields with their names, for objects whose names are data.
    pub(crate) fn drain(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.fields)
    }

    /// Ends the reading: what is left is unknown.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.fields.keys().next() {
            Some(field) => Err(self.error(field, Fault::Unknown)),
            None => Ok(()),
        }
    }
}
