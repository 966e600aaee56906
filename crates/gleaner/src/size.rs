//! Sizes in bytes with units, as `512MiB`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(pub(crate) u64);

const UNITS: [(&str, u64); 10] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("b", 1),
    ("", 1),
];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim().to_lowercase();
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let number: Option<f64> = number.parse().ok();
        match (number, factor) {
            (Some(number), Some(factor)) if (number * factor as f64) < u64::MAX as f64 => {
                Ok(Size((number * factor as f64) as u64))
            }
            _ => Err(format!("`{text}` is no size; write a number and a unit, as 512MiB or 4GiB")),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0 as f64;
        let units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
        match units.iter().find(|(_, factor)| bytes >= *factor) {
            Some((unit, factor)) => write!(f, "{:.1} {unit}", bytes / factor),
            None => write!(f, "{bytes} bytes"),
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(bytes) => Ok(Size(bytes)),
            Written::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_with_units() {
        let check = |text: &str, bytes: Option<u64>| {
            assert_eq!(text.parse::<Size>().ok().map(|size| size.0), bytes, "{text}");
        };
        check("0", Some(0));
        check("512MiB", Some(512 << 20));
        check("1.5 GiB", Some(3 << 29));
        check("2kb", Some(2000));
        check("7", Some(7));
        check("-1", None);
        check("12 parsecs", None);
        check("", None);
        check("99999999TiB", None);
    }
}
