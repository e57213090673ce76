//! Metadata: properties, each a name and a value, one behind the other up to the end of the body
//! (37-NULL-011..016, 37-META).
//!
//! Deliberately absent: the meaning of any property. Duplicates are not forbidden; all are kept.

use crate::violation::Violation;
use crate::wire::reader::Reader;

const VALUE_SIZE_END: u32 = 1 << 31;

/// The property that carries a socket type's name.
pub const SOCKET_TYPE: &str = "Socket-Type";
/// The property by which a ROUTER addresses its peer.
pub const IDENTITY: &str = "Identity";

/// One property, as it stands in a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Property<'a> {
    /// 1 to 255 letters, digits, `-`, `_`, `.` or `+`; case has no meaning.
    pub name: &'a str,
    /// Any octets, fewer than 2^31.
    pub value: &'a [u8],
}

impl<'a> Property<'a> {
    /// Whether this is the property of that name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        //= 37-NULL-014
        self.name.eq_ignore_ascii_case(name) //= 37-META-002
    }

    /// Name and value, owned.
    #[must_use]
    pub fn to_owned_pair(&self) -> (String, Vec<u8>) {
        (self.name.to_owned(), self.value.to_vec())
    }

    fn decode(reader: &mut Reader<'a>) -> Result<Self, Violation> {
        let truncated = Violation::PropertyTruncated;
        let Some(length) = reader.octet() else { return Err(truncated) };
        if length == 0 {
            return Err(Violation::PropertyNameEmpty); //= 37-NULL-013
        }
        let Some(name) = reader.take(usize::from(length)) else { return Err(truncated) };
        if let Some(&octet) = name.iter().find(|octet| !is_name_octet(**octet)) {
            return Err(Violation::PropertyNameOctet(octet)); //= 37-NULL-012
        }
        // Its octets are ASCII, so the name is text; the error arm cannot be reached.
        let Ok(name) = core::str::from_utf8(name) else { return Err(truncated) };
        let Some(size) = reader.array().map(u32::from_be_bytes) else { return Err(truncated) };
        if size >= VALUE_SIZE_END {
            return Err(Violation::PropertyValueSize(size)); //= 37-NULL-015
        }
        let held = usize::try_from(size).ok().and_then(|size| reader.take(size));
        let Some(value) = held else { return Err(truncated) };
        Ok(Self { name, value })
    }

    /// Appends the property. Whoever builds one keeps to the grammar; the saturation below only
    /// spells out that there is no panic (our own names are checked as `Misconfigured`).
    fn encode(&self, out: &mut Vec<u8>) {
        let name_length = u8::try_from(self.name.len()).unwrap_or(u8::MAX);
        let value_size = u32::try_from(self.value.len()).unwrap_or(u32::MAX);
        out.push(name_length);
        out.extend_from_slice(self.name.as_bytes());
        out.extend(value_size.to_be_bytes()); //= 37-NULL-016
        out.extend_from_slice(self.value);
    }
}

/// Whether this octet may stand in a property name.
#[must_use]
pub const fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.' | b'+')
}

/// All properties of a body that holds nothing else, in order.
///
/// # Errors
/// The first thing wrong, from the front.
pub fn decode(body: &[u8], max_properties: usize) -> Result<Vec<Property<'_>>, Violation> {
    let mut reader = Reader::new(body);
    let mut properties = Vec::new();
    while !reader.is_empty() {
        if properties.len() == max_properties {
            return Err(Violation::TooManyProperties { limit: max_properties });
        }
        properties.push(Property::decode(&mut reader)?);
    }
    Ok(properties)
}

/// Appends the properties, in order.
pub fn encode(properties: &[Property<'_>], out: &mut Vec<u8>) {
    for property in properties {
        property.encode(out);
    }
}
