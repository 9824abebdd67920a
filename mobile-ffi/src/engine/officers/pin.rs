//! PINs: what an officer types to open their key. A PIN is never printed, logged or kept.

use core::fmt;

use zeroize::Zeroizing;

use crate::error::TabletError;
use crate::store::Result;

/// Fewest digits of a PIN of digits.
const DIGITS: usize = 6;
/// Fewest characters of a PIN that is not of digits only.
const CHARACTERS: usize = 8;
/// Most characters.
const MOST: usize = 128;
/// A PIN that is a piece of up to so many characters over and over is trivial.
const PIECE: usize = 4;

/// What an officer typed. Hidden when printed, overwritten when dropped.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(hidden)")
    }
}

impl From<String> for Pin {
    fn from(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }
}

impl From<&str> for Pin {
    fn from(typed: &str) -> Self {
        Self::from(typed.to_owned())
    }
}

/// Each character one more, or one less, than the one before; after 9 comes 0.
fn is_sequence(letters: &[char]) -> bool {
    let step = |up: bool| {
        letters.iter().zip(letters.iter().skip(1)).all(|(a, b)| {
            let (first, second) = if up { (*a, *b) } else { (*b, *a) };
            u32::from(second) == u32::from(first) + 1 || (first == '9' && second == '0')
        })
    };
    step(true) || step(false)
}

/// The same few characters over and over: 111111, 121212, 123123.
fn is_repetition(letters: &[char]) -> bool {
    (1..=PIECE.min(letters.len() / 2)).any(|piece| letters.iter().zip(letters.iter().skip(piece)).all(|(a, b)| a == b))
}

impl Pin {
    /// What goes into the derivation of the key.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether a new PIN is good enough: six digits or eight characters, and not one that everybody tries first.
    pub fn check(&self) -> Result<()> {
        let letters: Zeroizing<Vec<char>> = Zeroizing::new(self.0.chars().collect());
        let least = if letters.iter().all(char::is_ascii_digit) { DIGITS } else { CHARACTERS };
        if letters.len() < least || letters.len() > MOST {
            return Err(TabletError::refused(
                "officer.pin_length",
                format!("a PIN has {DIGITS} digits or more, or {CHARACTERS} to {MOST} characters"),
                "Nothing was saved. Choose another PIN.",
            ));
        }
        if is_sequence(&letters) || is_repetition(&letters) {
            return Err(TabletError::refused(
                "officer.pin_trivial",
                "a PIN of repeated or consecutive characters is tried first by whoever finds the tablet",
                "Nothing was saved. Choose another PIN.",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_trivial_pins_are_refused_and_others_taken() {
        for (typed, code) in [
            ("", "officer.pin_length"),
            ("27418", "officer.pin_length"),
            ("barleyx", "officer.pin_length"),
            (&"7x".repeat(65), "officer.pin_length"),
            ("000000", "officer.pin_trivial"),
            ("123456", "officer.pin_trivial"),
            ("789012", "officer.pin_trivial"),
            ("654321", "officer.pin_trivial"),
            ("210987", "officer.pin_trivial"),
            ("272727", "officer.pin_trivial"),
            ("1231231", "officer.pin_trivial"),
            ("19841984", "officer.pin_trivial"),
            ("abcdefgh", "officer.pin_trivial"),
            ("aaaaaaaa", "officer.pin_trivial"),
        ] {
            assert_eq!(Pin::from(typed).check().map_err(|e| e.code), Err(code.to_owned()), "{typed}");
        }
        for typed in ["274183", "112358", "barleyfield", "12345a78", "émeraude"] {
            assert_eq!(Pin::from(typed).check(), Ok(()), "{typed}");
        }
    }

    #[test]
    fn a_pin_is_not_printed() {
        assert_eq!(format!("{:?}", Pin::from("274183")), "Pin(hidden)");
    }
}
