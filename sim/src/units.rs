//! Times, sizes and rates as people write them: `1.5s`, `2ms..6ms`, `64KB`, `500/s`.
//!
//! Each reads back exactly what it writes, so that files can be written and read again.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// Nanoseconds: a length of time, or a point in time since the start.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub u64);

const UNITS: [(&str, u64); 6] = [
    ("min", 60_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
];

impl Span {
    /// So many milliseconds.
    #[must_use]
    pub const fn ms(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// So many seconds.
    #[must_use]
    pub const fn secs(seconds: u64) -> Self {
        Self::ms(seconds.saturating_mul(1000))
    }

    /// Seconds, for people.
    #[must_use]
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns")];
        let (unit, name) =
            units.into_iter().find(|(unit, _)| self.0.is_multiple_of(*unit)).unwrap_or((1, "ns"));
        write!(f, "{}{name}", self.0 / unit)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no time; write it like \"150ms\", \"2.5s\" or \"1min\"");
        let found = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)));
        let (number, unit) = found.ok_or_else(wrong)?;
        decimal(number.trim_end(), *unit).map(Self).ok_or_else(wrong)
    }
}

/// A decimal number times a unit, exactly; `None` if it is no number or has too many digits.
fn decimal(text: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let parts = if fraction.is_empty() { 0 } else { fraction.parse::<u64>().ok()? };
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    whole.checked_add(u64::try_from(u128::from(parts) * u128::from(unit) / u128::from(scale)).ok()?)
}

/// A number of octets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size(pub u64);

const SIZES: [(&str, u64); 5] =
    [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10), ("B", 1), ("", 1)];

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = SIZES.iter().find(|(_, unit)| self.0 > 0 && self.0.is_multiple_of(*unit));
        match found {
            Some((name, unit)) if *unit > 1 => write!(f, "{}{name}", self.0 / unit),
            _ => write!(f, "{}", self.0),
        }
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = SIZES
            .iter()
            .find_map(|(name, unit)| decimal(text.strip_suffix(name)?.trim_end(), *unit));
        found.map(Self).ok_or_else(|| {
            format!("{text:?} is no size; write it like \"200\", \"64KB\" or \"1MB\"")
        })
    }
}

/// From one value to another, both included: `a..b`, or `a` alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(
    try_from = "String",
    into = "String",
    bound(
        serialize = "T: Clone, String: From<Range<T>>",
        deserialize = "Range<T>: TryFrom<String, Error = String>"
    )
)]
pub struct Range<T> {
    /// The least.
    pub least: T,
    /// The most.
    pub most: T,
}

impl<T: Copy> Range<T> {
    /// This value alone.
    pub const fn only(value: T) -> Self {
        Self { least: value, most: value }
    }
}

impl<T: fmt::Display + PartialEq> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            write!(f, "{}", self.least)
        } else {
            write!(f, "{}..{}", self.least, self.most)
        }
    }
}

impl<T: FromStr<Err = String> + Copy + PartialOrd> FromStr for Range<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (least, most) = match text.split_once("..") {
            Some((least, most)) => (least.trim().parse()?, most.trim().parse()?),
            None => text.trim().parse().map(|value| (value, value))?,
        };
        if least > most {
            return Err(format!("{text:?} goes from more to less; write the smaller one first"));
        }
        Ok(Self { least, most })
    }
}

/// A rate, kept as the time from one to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(pub Span);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match 1_000_000_000_u64.checked_rem(self.0.0) {
            Some(0) => write!(f, "{}/s", 1_000_000_000 / self.0.0),
            _ => write!(f, "1 per {}", self.0),
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no rate; write it like \"500/s\", \"0.2/s\" or \"1 per 3s\"");
        if let Some(every) = text.strip_prefix("1 per ") {
            return every.parse().map(Self).map_err(|_| wrong());
        }
        let number = text.strip_suffix("/s").ok_or_else(wrong)?;
        // In billionths, so that one division is left.
        let billionths = decimal(number.trim_end(), 1_000_000_000).ok_or_else(wrong)?;
        let every = 1_000_000_000_000_000_000_u64.checked_div(billionths).ok_or_else(wrong)?;
        if every == 0 { Err(wrong()) } else { Ok(Self(Span(every))) }
    }
}

/// Octets in a second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bandwidth(pub Size);

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl FromStr for Bandwidth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = text.strip_suffix("/s").and_then(|size| size.parse::<Size>().ok());
        size.filter(|size| size.0 > 0)
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no bandwidth; write it like \"10MB/s\""))
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl TryFrom<String> for $type {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    )*};
}
as_text!(Span, Size, Rate, Bandwidth, Range<Span>, Range<Size>);

#[cfg(test)]
mod tests {
    use super::*;

    fn round<T: FromStr<Err = String> + fmt::Display>(text: &str) -> String {
        text.parse::<T>().map_or_else(|error| error, |value| value.to_string())
    }

    #[test]
    fn what_is_written_reads_back() {
        let spans =
            [("1.5s", "1500ms"), ("2ms", "2ms"), ("1min", "60s"), ("7ns", "7ns"), ("0s", "0s")];
        for (text, back) in spans {
            assert_eq!(round::<Span>(text), back);
            assert_eq!(round::<Span>(back), back);
        }
        for (text, back) in [("64KB", "64KB"), ("65536", "64KB"), ("200", "200"), ("1.5KB", "1536")]
        {
            assert_eq!(round::<Size>(text), back);
        }
        assert_eq!(round::<Range<Span>>("2ms..6ms"), "2ms..6ms");
        assert_eq!(round::<Range<Size>>("7"), "7");
        for (text, back) in [("500/s", "500/s"), ("0.2/s", "1 per 5s"), ("1 per 5s", "1 per 5s")] {
            assert_eq!(round::<Rate>(text), back);
        }
        assert_eq!(round::<Bandwidth>("10MB/s"), "10MB/s");
    }

    #[test]
    fn what_makes_no_sense_says_how_to_write_it() {
        for text in ["", "5", "s", "-1s", "1,5s", "5 parsecs", "99999999999999999999s"] {
            assert!(round::<Span>(text).contains("write it like"), "{text}");
        }
        assert!(round::<Range<Span>>("6ms..2ms").contains("smaller one first"));
        for text in ["0/s", "x/s", "5", "1 per x"] {
            assert!(round::<Rate>(text).contains("write it like"), "{text}");
        }
        assert!(round::<Bandwidth>("0MB/s").contains("write it like"));
    }
}
