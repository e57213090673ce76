//! The table of options: how a row is written, found, and used to judge, write and read a value.
//!
//! Deliberately absent: the rows; each lies beside the field that it is about.

use super::error::OptionError;
use super::value::{Allowed, Unit, Value};
use super::{Change, Options, about, absent, pubsub, queues, routing, security, swap, tcp, timing};
use crate::socket_type::SocketType;
use crate::wire::metadata::is_name_octet;
use crate::wire::z85;

/// Older names of libzmq, and the names of today.
const ALIASES: [(&str, &str); 5] = [
    ("identity", "routing_id"),
    ("connect_rid", "connect_routing_id"),
    ("delay_attach_on_connect", "immediate"),
    ("fail_unroutable", "router_mandatory"),
    ("router_behavior", "router_mandatory"),
];

/// What types of socket an option means something to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Types {
    /// Any, and where it has no effect it is accepted as libzmq does.
    Every,
    /// These.
    Only(&'static [SocketType]),
}

impl Types {
    /// Whether a socket of this type takes the option.
    #[must_use]
    pub fn contains(self, socket_type: SocketType) -> bool {
        match self {
            Self::Every => true,
            Self::Only(types) => types.contains(&socket_type),
        }
    }
}

/// How an option is set and read.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// A switch.
    Flag(fn(&Options) -> bool, fn(&mut Options, bool)),
    /// A number in these bounds.
    Number(Allowed, fn(&Options) -> i64, fn(&mut Options, i64)),
    /// Octets in these bounds.
    Octets(Allowed, fn(&Options) -> &[u8], fn(&mut Options, &[u8])),
    /// A CURVE key, as octets or as text; read as octets.
    Key(fn(&Options) -> &[u8; 32], fn(&mut Options, [u8; 32])),
    /// One of these words, by its place among them.
    Word(&'static [&'static str], fn(&Options) -> usize, fn(&mut Options, usize)),
    /// One more property, its name and its value. Not to be read.
    Property(fn(&mut Options, &str, &[u8])),
    /// Something for the socket to do. Not to be read.
    Filter(fn(Vec<u8>) -> Change),
    /// Not to be set.
    Fact(fn(&Options) -> Value),
    /// Known to the socket alone, and not to be set.
    Asked,
    /// Not offered, for this reason.
    Absent(&'static str),
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name of libzmq, in lower case and without its prefix.
    pub name: &'static str,
    /// The number of libzmq; none for options of ours.
    pub number: Option<u16>,
    /// What types of socket take it.
    pub types: Types,
    /// Whether it works at once, and not only on what is bound or connected afterwards.
    pub at_once: bool,
    /// How it is set and read.
    pub rule: Rule,
    /// What it does, in a line.
    pub doc: &'static str,
}

/// Every option of libzmq, and ours.
pub fn table() -> impl Iterator<Item = &'static Row> {
    let parts = [
        about::ROWS,
        queues::ROWS,
        timing::ROWS,
        routing::ROWS,
        pubsub::ROWS,
        security::ROWS,
        tcp::ROWS,
        swap::ROWS,
        absent::ROWS,
    ];
    parts.into_iter().flatten()
}

pub(super) fn find(name: &str) -> Result<&'static Row, OptionError> {
    let alias = ALIASES.iter().find(|(old, _)| *old == name);
    let today = alias.map_or(name, |(_, today)| today);
    let row = table().find(|row| row.name == today);
    row.ok_or_else(|| OptionError::Unknown(name.to_owned()))
}

impl Row {
    pub(super) const fn new(
        name: &'static str,
        number: u16,
        rule: Rule,
        doc: &'static str,
    ) -> Self {
        Self { name, number: Some(number), types: Types::Every, at_once: false, rule, doc }
    }

    pub(super) const fn absent(name: &'static str, number: u16, reason: &'static str) -> Self {
        Self::new(name, number, Rule::Absent(reason), "")
    }

    /// The same, without a number of libzmq.
    pub(super) const fn ours(self) -> Self {
        Self { number: None, ..self }
    }

    /// The same, for these types alone.
    pub(super) const fn only(self, types: &'static [SocketType]) -> Self {
        Self { types: Types::Only(types), ..self }
    }

    /// The same, at work at once.
    pub(super) const fn at_once(self) -> Self {
        Self { at_once: true, ..self }
    }

    pub(super) const fn is_filter(&self) -> bool {
        matches!(self.rule, Rule::Filter(_))
    }

    /// What it takes.
    #[must_use]
    pub const fn allowed(&self) -> Allowed {
        match self.rule {
            Rule::Flag(..) => Allowed::Flag,
            Rule::Number(allowed, ..) | Rule::Octets(allowed, ..) => allowed,
            Rule::Key(..) => Allowed::Key,
            Rule::Word(words, ..) => Allowed::Word(words),
            Rule::Property(_) => Allowed::Property,
            Rule::Filter(_) => Allowed::Octets { min: 0, max: usize::MAX },
            Rule::Fact(_) | Rule::Asked | Rule::Absent(_) => Allowed::Nothing,
        }
    }

    pub(super) fn write(
        &self,
        options: &mut Options,
        value: &Value,
    ) -> Result<Change, OptionError> {
        let stored = match self.rule {
            Rule::Flag(_, write) => flag(value).map(|switch| write(options, switch)),
            Rule::Number(allowed, _, write) => {
                number(value, allowed).map(|number| write(options, number))
            }
            Rule::Octets(allowed, _, write) => {
                octets(value, allowed).map(|octets| write(options, octets))
            }
            Rule::Word(words, _, write) => word(value, words).map(|word| write(options, word)),
            Rule::Key(_, write) => key(value).map(|key| write(options, key)),
            Rule::Property(write) => property(value).map(|(name, held)| write(options, name, held)),
            Rule::Filter(change) => {
                let prefix = value.as_octets().ok_or_else(|| self.refusal())?;
                return Ok(change(prefix.to_vec()));
            }
            Rule::Fact(_) | Rule::Asked => return Err(OptionError::ReadOnly(self.name)),
            Rule::Absent(reason) => return Err(self.absence(reason)),
        };
        stored.map(|()| Change::Stored).ok_or_else(|| self.refusal())
    }

    pub(super) fn read(&self, options: &Options) -> Result<Option<Value>, OptionError> {
        let value = match self.rule {
            Rule::Flag(read, _) => Value::Bool(read(options)),
            Rule::Number(_, read, _) => Value::Int(read(options)),
            Rule::Octets(_, read, _) => Value::from(read(options)),
            Rule::Word(words, read, _) => {
                Value::from(words.get(read(options)).copied().unwrap_or_default())
            }
            Rule::Key(read, _) => Value::from(read(options)),
            Rule::Fact(read) => read(options),
            Rule::Asked => return Ok(None),
            Rule::Property(_) | Rule::Filter(_) => return Err(OptionError::WriteOnly(self.name)),
            Rule::Absent(reason) => return Err(self.absence(reason)),
        };
        Ok(Some(value))
    }

    const fn refusal(&self) -> OptionError {
        OptionError::Value { name: self.name, allowed: self.allowed() }
    }

    const fn absence(&self, reason: &'static str) -> OptionError {
        OptionError::NotOffered { name: self.name, reason }
    }
}

/// A number from `min` to `max`.
pub(super) const fn number_in(min: i64, max: i64, unit: Unit) -> Allowed {
    Allowed::Number { min, max, unit }
}

fn flag(value: &Value) -> Option<bool> {
    match value.as_int()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn number(value: &Value, allowed: Allowed) -> Option<i64> {
    let Allowed::Number { min, max, unit } = allowed else { return None };
    let number = match value {
        Value::Int(number) => Some(*number),
        Value::Time(time) => unit.count(*time),
        Value::Bool(_) | Value::Bytes(_) | Value::Text(_) => None,
    };
    number.filter(|number| (min..=max).contains(number))
}

fn octets(value: &Value, allowed: Allowed) -> Option<&[u8]> {
    let octets = value.as_octets()?;
    let fits = match allowed {
        Allowed::Octets { min, max } => (min..=max).contains(&octets.len()),
        //= 24-HS-003
        Allowed::Visible => octets.len() <= 255 && octets.iter().all(u8::is_ascii_graphic),
        //= 37-IDENT-003, 37-IDENT-004
        Allowed::RoutingId => {
            octets.len() <= 255 && octets.first().is_some_and(|&first| first != 0)
        }
        Allowed::Flag
        | Allowed::Number { .. }
        | Allowed::Key
        | Allowed::Property
        | Allowed::Word(_)
        | Allowed::Nothing => false,
    };
    fits.then_some(octets)
}

fn word(value: &Value, words: &[&str]) -> Option<usize> {
    let octets = value.as_octets()?;
    words.iter().position(|word| word.as_bytes() == octets)
}

fn key(value: &Value) -> Option<[u8; 32]> {
    let octets = value.as_octets()?;
    let text = || octets.try_into().ok().and_then(z85::decode);
    octets.try_into().ok().or_else(text)
}

/// The name and the value of `X-name:value`.
fn property(value: &Value) -> Option<(&str, &[u8])> {
    let text = core::str::from_utf8(value.as_octets()?).ok()?;
    let (name, held) = text.split_once(':')?;
    let named = name.starts_with("X-") && name.len() <= 255 && name.bytes().all(is_name_octet);
    (named && !held.is_empty()).then_some((name, held.as_bytes()))
}
