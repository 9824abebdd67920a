//! Positions on Earth (WGS 84) as whole numbers: degrees times ten million, and metres.

use crate::cbor::Value;

/// Ten million: the steps of a degree.
const STEPS: i64 = 10_000_000;
/// Largest accuracy that says anything: half of the way around the Earth, in metres.
const FARTHEST: i64 = 20_040_000;

/// A position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Latitude in 1e-7 degrees, north positive, −90 to 90 degrees.
    pub lat_e7: i64,
    /// Longitude in 1e-7 degrees, east positive, −180 to 180 degrees.
    pub lon_e7: i64,
    /// Accuracy in metres as the receiver stated it, if it did.
    pub accuracy_m: Option<i64>,
}

impl Place {
    /// A position within range; `None` if any number is out of it.
    pub fn new(lat_e7: i64, lon_e7: i64, accuracy_m: Option<i64>) -> Option<Self> {
        let fits = (-90 * STEPS..=90 * STEPS).contains(&lat_e7)
            && (-180 * STEPS..=180 * STEPS).contains(&lon_e7)
            && accuracy_m.is_none_or(|m| (0..=FARTHEST).contains(&m));
        fits.then_some(Self { lat_e7, lon_e7, accuracy_m })
    }

    /// Reads `{"lat": …, "lon": …, "acc": …}`; unknown keys and numbers out of range make it no position.
    pub fn from_value(value: &Value) -> Option<Self> {
        let known = |(key, _): &(Value, Value)| matches!(key.as_text(), Some("lat" | "lon" | "acc"));
        if !value.as_map()?.iter().all(known) {
            return None;
        }
        let accuracy = match value.get_text("acc") {
            None | Some(Value::Null) => None,
            Some(metres) => Some(metres.as_int()?),
        };
        Self::new(value.get_text("lat")?.as_int()?, value.get_text("lon")?.as_int()?, accuracy)
    }

    /// As a statement carries it.
    pub fn to_value(&self) -> Value {
        let mut pairs = Vec::with_capacity(3);
        if let Some(metres) = self.accuracy_m {
            pairs.push((Value::from("acc"), Value::Int(metres)));
        }
        pairs.push((Value::from("lat"), Value::Int(self.lat_e7)));
        pairs.push((Value::from("lon"), Value::Int(self.lon_e7)));
        Value::Map(pairs)
    }

    /// Distance to another position in metres, by the flat approximation of a degree: right within 1 % below 100 km
    /// and between the polar circles, in whole numbers so that every machine agrees.
    pub fn distance_m(&self, other: &Self) -> i64 {
        let north = (self.lat_e7 - other.lat_e7).abs();
        let mut east = (self.lon_e7 - other.lon_e7).abs();
        if east > 180 * STEPS {
            east = 360 * STEPS - east;
        }
        let middle = i64::midpoint(self.lat_e7, other.lat_e7).abs() / STEPS;
        let shrink = cosine_thousandths(middle);
        // 1e-7 degree of a great circle is 0.0111319 m.
        let north_mm = i128::from(north * 11_132 / 1_000);
        let east_mm = i128::from(east * 11_132 / 1_000 * shrink / 1_000);
        i64::try_from((north_mm * north_mm + east_mm * east_mm).isqrt() / 1_000).unwrap_or(i64::MAX)
    }
}

/// The cosine of whole degrees in thousandths (Bhaskara's approximation, within 0.2 %).
fn cosine_thousandths(degrees: i64) -> i64 {
    let square = degrees * degrees;
    1_000 * (32_400 - 4 * square) / (32_400 + square)
}

/// Reads decimal degrees such as `-3.38123` into 1e-7 degrees, without floats. Digits beyond the seventh are cut off;
/// exponents (`1e-5`), as some programs write small numbers, are understood.
pub fn parse_degrees(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 20 || fraction.len() > 40 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    if !(-40..=10).contains(&exponent) {
        return None;
    }
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent) + 7;
    let mut steps: i64 = 0;
    let mut digits = whole.bytes().chain(fraction.bytes());
    for _ in 0..point.max(0) {
        let digit = digits.next().map_or(0, |b| i64::from(b - b'0'));
        steps = steps.checked_mul(10)?.checked_add(digit)?;
    }
    Some(if negative { -steps } else { steps })
}

/// Writes 1e-7 degrees as decimal degrees without trailing zeros.
pub fn format_degrees(e7: i64) -> String {
    let sign = if e7 < 0 { "-" } else { "" };
    let (whole, fraction) = (e7.unsigned_abs() / 10_000_000, e7.unsigned_abs() % 10_000_000);
    let text = format!("{sign}{whole}.{fraction:07}");
    let text = text.trim_end_matches('0');
    if let Some(whole) = text.strip_suffix('.') { format!("{whole}.0") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn degrees_are_read_exactly() {
        for (text, e7) in [
            ("-3.3812345", -33_812_345),
            ("29.36", 293_600_000),
            ("0", 0),
            ("180", 1_800_000_000),
            ("1e-7", 1),
            ("1.5E1", 150_000_000),
            ("0.123456789", 1_234_567),
        ] {
            assert_eq!(parse_degrees(text), Some(e7), "{text}");
        }
        for text in ["", ".", "-", "1,5", "1.2.3", "NaN", "1e99", "99999999999999999999"] {
            assert_eq!(parse_degrees(text), None, "{text}");
        }
    }

    #[test]
    fn a_place_out_of_range_or_with_unknown_keys_is_no_place() {
        assert!(Place::new(900_000_001, 0, None).is_none());
        assert!(Place::new(0, 1_800_000_001, None).is_none());
        assert!(Place::new(0, 0, Some(-1)).is_none());
        let strange = Value::Map(vec![
            (Value::from("lat"), Value::Int(0)),
            (Value::from("lon"), Value::Int(0)),
            (Value::from("holder"), Value::from("somebody")),
        ]);
        assert!(Place::from_value(&strange).is_none());
    }

    #[test]
    fn a_degree_is_111_km_and_shrinks_towards_the_pole() {
        let at = |lat: i64, lon: i64| Place { lat_e7: lat * STEPS, lon_e7: lon * STEPS, accuracy_m: None };
        assert!((at(0, 0).distance_m(&at(1, 0)) - 111_320).abs() < 1_000);
        assert!((at(60, 10).distance_m(&at(60, 11)) - 55_660).abs() < 1_000);
        assert!((at(0, 180).distance_m(&at(0, -179)) - 111_320).abs() < 1_000);
        assert!(at(90, 180).distance_m(&at(-90, 0)) > 10_000_000);
    }

    proptest! {
        #[test]
        fn degrees_and_places_are_read_as_written(lat in -900_000_000_i64..=900_000_000, lon in -1_800_000_000_i64..=1_800_000_000, acc in proptest::option::of(0_i64..10_000)) {
            prop_assert_eq!(parse_degrees(&format_degrees(lat)), Some(lat));
            let place = Place::new(lat, lon, acc).expect("in range");
            prop_assert_eq!(Place::from_value(&place.to_value()), Some(place));
        }

        #[test]
        fn no_text_panics(text in "[-+0-9eE.]{0,60}") {
            let _ = parse_degrees(&text);
        }
    }
}
