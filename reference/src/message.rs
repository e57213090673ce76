//! A whole multipart message: one or more parts, each any octets (37-MSG-002, 37-MSG-003).
//!
//! Small bodies lie inline and cost no allocation; larger ones are shared. [`Part`] is a part that
//! somebody else owns, and [`Parts`] is whatever can be sent without building a message first.
//! Deliberately absent: a half message. Whoever holds a `Message` holds all of it (37-MSG-001).

use bytes::Bytes;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

/// Octets that a body holds without an allocation; with it a [`Body`] fills ten words.
pub const INLINE: usize = 70;

/// One part of a message; a slice of octets to whoever reads it.
#[derive(Clone)]
pub struct Body(Octets);

/// The tag is a word and the octets begin at one, so that moves in words match earlier stores; the
/// processor waits for those that straddle them.
#[derive(Clone)]
#[repr(u64)]
enum Octets {
    Inline { octets: [u8; INLINE], length: u8 },
    Shared(Bytes),
}

impl Body {
    /// A copy of these octets.
    #[must_use]
    pub fn copy(octets: &[u8]) -> Self {
        Self::inline(octets).unwrap_or_else(|| Self(Octets::Shared(Bytes::copy_from_slice(octets))))
    }

    fn inline(octets: &[u8]) -> Option<Self> {
        let length = u8::try_from(octets.len()).ok()?;
        let mut inline = [0; INLINE];
        inline.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(Self(Octets::Inline { length, octets: inline }))
    }

    /// A copy of the first `length` octets of these, as long as there are some more behind them:
    /// a copy of a fixed length is several times faster. What lies behind is never shown.
    #[inline]
    pub(crate) fn copy_wide(octets: &[u8], length: usize) -> Option<Self> {
        let length = u8::try_from(length).ok().filter(|length| usize::from(*length) <= INLINE)?;
        let octets = *octets.first_chunk()?;
        Some(Self(Octets::Inline { length, octets }))
    }

    /// This part, borrowed.
    #[must_use]
    pub fn part(&self) -> Part<'_> {
        match &self.0 {
            Octets::Inline { .. } => Part::Slice(self),
            Octets::Shared(octets) => Part::Shared(octets),
        }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Octets::Inline { length, octets } => {
                octets.get(..usize::from(*length)).unwrap_or(octets)
            }
            Octets::Shared(octets) => octets,
        }
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Body {
    fn default() -> Self {
        Self(Octets::Inline { length: 0, octets: [0; INLINE] })
    }
}

impl From<&[u8]> for Body {
    fn from(octets: &[u8]) -> Self {
        Self::copy(octets)
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self::copy(text.as_bytes())
    }
}

impl<const N: usize> From<&[u8; N]> for Body {
    fn from(octets: &[u8; N]) -> Self {
        Self::copy(octets)
    }
}

impl From<Vec<u8>> for Body {
    fn from(octets: Vec<u8>) -> Self {
        Self::inline(&octets).unwrap_or_else(|| Self(Octets::Shared(octets.into())))
    }
}

impl From<Bytes> for Body {
    fn from(octets: Bytes) -> Self {
        Self::inline(&octets).unwrap_or(Self(Octets::Shared(octets)))
    }
}

impl From<Body> for Bytes {
    fn from(body: Body) -> Self {
        match &body.0 {
            Octets::Inline { .. } => Self::copy_from_slice(&body),
            Octets::Shared(octets) => octets.clone(),
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl Eq for Body {}

impl PartialEq<[u8]> for Body {
    fn eq(&self, other: &[u8]) -> bool {
        self[..] == *other
    }
}

impl PartialOrd for Body {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Body {
    fn cmp(&self, other: &Self) -> Ordering {
        self[..].cmp(&other[..])
    }
}

impl Hash for Body {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escape_ascii())
    }
}

/// All parts of one message, in sending order; there is always at least one, which may be empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Message(Bodies);

/// `Many` has two bodies or more, so that equal messages are equal values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Bodies {
    One(Body),
    Many(Vec<Body>),
}

impl Message {
    /// A message of these parts. No parts at all means one empty part, the smallest message there
    /// is on the wire.
    #[must_use]
    pub fn new(parts: impl IntoIterator<Item = impl Into<Body>>) -> Self {
        Self::from(parts.into_iter().map(Into::into).collect::<Vec<Body>>())
    }

    /// The parts, in order; never empty.
    #[must_use]
    pub fn parts(&self) -> &[Body] {
        match &self.0 {
            Bodies::One(body) => core::slice::from_ref(body),
            Bodies::Many(bodies) => bodies,
        }
    }

    /// Gives the parts away, in order; never empty.
    #[must_use]
    pub fn into_parts(self) -> Vec<Body> {
        match self.0 {
            Bodies::One(body) => vec![body],
            Bodies::Many(bodies) => bodies,
        }
    }

    /// The first part.
    #[must_use]
    pub fn first(&self) -> &[u8] {
        self.parts().first().map_or(&[], |body| body)
    }

    /// The only part, if the message has just one.
    #[must_use]
    pub fn single(&self) -> Option<&[u8]> {
        match &self.0 {
            Bodies::One(body) => Some(body),
            Bodies::Many(_) => None,
        }
    }

    /// This message with one part more, before all others.
    #[must_use]
    pub fn with_first(self, first: Body) -> Self {
        match self.0 {
            Bodies::One(body) => Self(Bodies::Many(vec![first, body])),
            Bodies::Many(mut bodies) => {
                bodies.insert(0, first);
                Self(Bodies::Many(bodies))
            }
        }
    }

    /// The message behind so many parts; there are more than these.
    pub(crate) fn behind(self, parts: usize) -> Self {
        match self.0 {
            Bodies::One(_) => self,
            Bodies::Many(mut bodies) => {
                bodies.drain(..parts.min(bodies.len()));
                Self::from(bodies)
            }
        }
    }

    /// The first part, and a message of the others if there are any.
    #[must_use]
    pub fn split_first(self) -> (Body, Option<Self>) {
        match self.0 {
            Bodies::One(body) => (body, None),
            Bodies::Many(mut bodies) => {
                let first = bodies.remove(0);
                (first, Some(Self::from(bodies)))
            }
        }
    }
}

impl From<Vec<Body>> for Message {
    fn from(mut bodies: Vec<Body>) -> Self {
        //= 37-MSG-002
        match bodies.len() {
            0 | 1 => Self(Bodies::One(bodies.pop().unwrap_or_default())),
            2.. => Self(Bodies::Many(bodies)),
        }
    }
}

impl<B: Into<Body>> From<B> for Message {
    fn from(part: B) -> Self {
        Self(Bodies::One(part.into()))
    }
}

/// A part that somebody else owns.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// Octets to copy.
    Slice(&'a [u8]),
    /// Octets to share, if they are too many to copy.
    Shared(&'a Bytes),
}

impl<'a> Part<'a> {
    /// Its octets.
    #[must_use]
    pub fn octets(self) -> &'a [u8] {
        match self {
            Self::Slice(octets) => octets,
            Self::Shared(octets) => octets,
        }
    }
}

/// What can be sent as one message: octets, text, a [`Message`], or a list of parts.
pub trait Parts {
    /// Lends the parts, in order; never none.
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R;
}

impl Parts for Message {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        match &self.0 {
            Bodies::One(body) => lend(&[body.part()]),
            Bodies::Many(bodies) => lend(&bodies.iter().map(Body::part).collect::<Vec<_>>()),
        }
    }
}

impl Parts for Bytes {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(&[Part::Shared(self)])
    }
}

impl Parts for [u8] {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(&[Part::Slice(self)])
    }
}

impl<const N: usize> Parts for [u8; N] {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(&[Part::Slice(self)])
    }
}

impl Parts for Vec<u8> {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(&[Part::Slice(self)])
    }
}

impl Parts for str {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(&[Part::Slice(self.as_bytes())])
    }
}

impl Parts for String {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        self.as_str().with_parts(lend)
    }
}

impl<const N: usize> Parts for [&[u8]; N] {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(&self.map(Part::Slice))
    }
}

impl<const N: usize> Parts for [&str; N] {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(&self.map(|text| Part::Slice(text.as_bytes())))
    }
}

impl Parts for [Part<'_>] {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        lend(self)
    }
}

impl<P: Parts + ?Sized> Parts for &P {
    fn with_parts<R>(&self, lend: impl FnOnce(&[Part<'_>]) -> R) -> R {
        (**self).with_parts(lend)
    }
}
