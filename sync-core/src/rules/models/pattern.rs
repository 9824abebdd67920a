//! Patterns of serial numbers, as far as a maker's way of numbering is commonly known. A hint, never a proof.
//!
//! ```text
//! A        a letter          #  a digit          x  either
//! 'BER'    these characters  [#] one more of what stands inside, or none
//! ```
//!
//! `AAA#####` is three letters and five digits; `'BER'######[A]` is BER, six digits, and perhaps a letter.

use core::fmt;

/// Longest pattern, in characters.
const LONGEST: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum One {
    Letter,
    Digit,
    Either,
    Just(char),
}

impl One {
    fn fits(self, c: char) -> bool {
        match self {
            Self::Letter => c.is_alphabetic(),
            Self::Digit => c.is_ascii_digit(),
            Self::Either => c.is_alphanumeric(),
            Self::Just(one) => c == one,
        }
    }
}

/// A pattern that read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// Each place, and whether it may be empty.
    places: Vec<(One, bool)>,
}

impl Pattern {
    /// Reads a pattern; `None` if it is none.
    pub fn read(text: &str) -> Option<Self> {
        let (mut places, mut quoted, mut optional) = (Vec::new(), false, false);
        for c in text.chars() {
            let one = match c {
                '\'' => {
                    quoted = !quoted;
                    continue;
                }
                c if quoted && c.is_alphanumeric() => One::Just(c.to_uppercase().next().unwrap_or(c)),
                '[' if !quoted && !optional => {
                    optional = true;
                    continue;
                }
                ']' if !quoted && optional => {
                    optional = false;
                    continue;
                }
                'A' if !quoted => One::Letter,
                '#' if !quoted => One::Digit,
                'x' if !quoted => One::Either,
                _ => return None,
            };
            places.push((one, optional));
        }
        let whole = !quoted && !optional && text.chars().count() <= LONGEST;
        (whole && places.iter().any(|(_, optional)| !optional)).then(|| Self { text: text.to_owned(), places })
    }

    /// Whether a serial in its compared form ([`normalise`](crate::domain::serial::normalise)) is written so.
    pub fn matches(&self, serial: &str) -> bool {
        // The places that may come next, all followed at once: no pattern takes longer than places times characters.
        let mut at = vec![false; self.places.len() + 1];
        if let Some(first) = at.first_mut() {
            *first = true;
        }
        self.skip(&mut at);
        for c in serial.chars() {
            let mut next = vec![false; at.len()];
            for ((here, (one, _)), there) in at.iter().zip(&self.places).zip(next.iter_mut().skip(1)) {
                *there = *here && one.fits(c);
            }
            self.skip(&mut next);
            at = next;
        }
        at.last() == Some(&true)
    }

    /// Whoever may be before a place that may be empty may be behind it.
    fn skip(&self, at: &mut [bool]) {
        let mut before = false;
        for (place, here) in at.iter_mut().enumerate() {
            let optional = place.checked_sub(1).and_then(|p| self.places.get(p)).is_some_and(|(_, optional)| *optional);
            *here |= before && optional;
            before = *here;
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_held_against_letters_digits_literals_and_what_may_be_missing() {
        for (pattern, serial, fits) in [
            ("AAA#####", "TXY12345", true),
            ("AAA#####", "TXY1234", false),
            ("AAA#####", "T1Y12345", false),
            ("AA####", "ЯБ1943", true),
            ("'BER'######[A]", "BER123456", true),
            ("'BER'######[A]", "BER123456Z", true),
            ("'BER'######[A]", "BET123456", false),
            ("#[#][#]", "7", true),
            ("#[#][#]", "777", true),
            ("#[#][#]", "7777", false),
            ("[##]A", "A", true),
            ("[##]A", "12A", true),
            ("xx", "A1", true),
        ] {
            assert_eq!(Pattern::read(pattern).map(|p| p.matches(serial)), Some(fits), "{pattern} {serial}");
        }
        for none in ["", "[#]", "'AB", "[#", "#]", "B#", "[[#]]", "A-#", &"#".repeat(61)] {
            assert_eq!(Pattern::read(none), None, "{none}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_reads_or_does_not_and_any_serial_is_judged_in_time(text in "[A#x'\\[\\]]{0,60}", serial in "\\PC{0,60}") {
            if let Some(pattern) = Pattern::read(&text) {
                proptest::prop_assert_eq!(pattern.to_string(), text);
                let _ = pattern.matches(&serial);
            }
        }
    }
}
