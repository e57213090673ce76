//! A whole multipart message: one or more parts, each any octets (37-MSG-002, 37-MSG-003).
//!
//! Deliberately absent: a half message. Whoever holds a `Message` holds all of it (37-MSG-001).

/// All parts of one message, in sending order; there is always at least one, which may be empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Message {
    parts: Vec<Vec<u8>>,
}

impl Message {
    /// A message of these parts. No parts at all means one empty part, the smallest message there
    /// is on the wire.
    #[must_use]
    pub fn new(parts: Vec<Vec<u8>>) -> Self {
        //= 37-MSG-002
        if parts.is_empty() { Self { parts: vec![Vec::new()] } } else { Self { parts } }
    }

    /// The parts, in order; never empty.
    #[must_use]
    pub fn parts(&self) -> &[Vec<u8>] {
        &self.parts
    }

    /// Gives the parts away, in order; never empty.
    #[must_use]
    pub fn into_parts(self) -> Vec<Vec<u8>> {
        self.parts
    }

    /// The only part, if the message has just one.
    #[must_use]
    pub fn single(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [only] => Some(only),
            [] | [_, _, ..] => None,
        }
    }
}

impl From<Vec<u8>> for Message {
    fn from(part: Vec<u8>) -> Self {
        Self { parts: vec![part] }
    }
}

impl From<&[u8]> for Message {
    fn from(part: &[u8]) -> Self {
        Self::from(part.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Message {
    fn from(part: &[u8; N]) -> Self {
        Self::from(part.to_vec())
    }
}

impl From<&str> for Message {
    fn from(part: &str) -> Self {
        Self::from(part.as_bytes())
    }
}
