//! Metadata: a list of properties and nothing else (37-NULL-011 to -016).
//!
//! Octets: the data of a READY. The engine against a model, and round trips at every border.

use crate::bounded::Bound;
use crate::mutator::Shape;
use crate::named::{LIMIT, clause};
use zeroproof_reference::wire::metadata::{self, Property};

/// Properties from the first octet on.
pub const SHAPE: Shape = Shape::Properties;

/// The most properties that are allowed here.
const MOST: usize = 8;

/// Name and value of each property.
pub(crate) type Properties<'a> = Vec<(&'a [u8], &'a [u8])>;

/// The properties of a body, or the first thing wrong with it.
pub(crate) fn model(mut body: &[u8], most: usize) -> Result<Properties<'_>, &'static str> {
    let mut found = Vec::new();
    while let Some((&length, rest)) = body.split_first() {
        if found.len() == most {
            return Err(LIMIT);
        }
        if length == 0 {
            return Err("37-NULL-013");
        }
        let Some((name, rest)) = rest.split_at_checked(length.into()) else {
            return Err("37-NULL-011");
        };
        let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.+".contains(octet);
        if !name.iter().all(legal) {
            return Err("37-NULL-012");
        }
        let Some((size, rest)) = rest.split_first_chunk::<4>() else { return Err("37-NULL-011") };
        if size.first().is_some_and(|first| *first >= 0x80) {
            return Err("37-NULL-015");
        }
        let size = size.iter().fold(0_usize, |size, digit| size << 8 | usize::from(*digit));
        let Some((value, rest)) = rest.split_at_checked(size) else { return Err("37-NULL-011") };
        found.push((name, value));
        body = rest;
    }
    Ok(found)
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let bound = Bound { each: 32, once: 1 << 10 };
    let decoded = bound.watch(octets.len(), || metadata::decode(octets, MOST));
    let model = model(octets, MOST);
    let properties = match (decoded, &model) {
        (Err(violation), Err(expected)) => {
            assert_eq!(clause(&violation), *expected);
            return;
        }
        (Ok(properties), Ok(_)) => properties,
        (decoded, model) => {
            assert_eq!(format!("{decoded:?}"), format!("{model:?}"), "another verdict");
            return;
        }
    };
    let said: Properties<'_> =
        properties.iter().map(|property| (property.name.as_bytes(), property.value)).collect();
    assert_eq!(Ok(&said), model.as_ref());
    let mut encoded = Vec::new();
    metadata::encode(&properties, &mut encoded);
    assert_eq!(encoded, octets, "there is one way only to write properties");
    borders(octets, &properties);
}

/// What is cut is whole where a property ends, and nowhere else.
fn borders(octets: &[u8], properties: &[Property<'_>]) {
    let mut borders = vec![0];
    for property in properties {
        let last = borders.last().copied().unwrap_or(0);
        borders.push(last + 5 + property.name.len() + property.value.len());
        let mixed = property.name.to_ascii_uppercase();
        assert!(property.is(&mixed), "case has no meaning in names");
    }
    for cut in 0..octets.len().min(300) {
        let part = metadata::decode(octets.get(..cut).unwrap_or_default(), MOST);
        assert_eq!(part.is_ok(), borders.contains(&cut), "cut at {cut}");
    }
}
