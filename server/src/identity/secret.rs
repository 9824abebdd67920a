//! Secrets that people type or carry: 128 random bits as text that survives being read aloud, kept only as a hash.
//!
//! ```text
//! 4K7Q-0ZRM-9XJC-V2TE-8HWD-A31B-6N     26 letters of Crockford's base 32 (no I, L, O, U), in groups of four
//! ```
//!
//! Lower case, spaces, dashes, and O for 0, I or L for 1 are understood.

use ploughshare_core::keys::sha256;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 26;
const GROUP: usize = 4;

/// The text for 128 bits.
pub fn to_text(secret: &[u8; 16]) -> String {
    let bits = u128::from_be_bytes(*secret);
    let mut text = String::with_capacity(LETTERS + LETTERS / GROUP);
    for letter in 0..LETTERS {
        if letter > 0 && letter % GROUP == 0 {
            text.push('-');
        }
        // 26 letters hold 130 bits: the first carries three.
        let shift = 5 * (LETTERS - 1 - letter);
        let digit = usize::try_from((bits >> shift) & 31).unwrap_or_default();
        text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
    }
    text
}

/// The 128 bits of a text, or `None` if it is not one of ours.
pub fn from_text(text: &str) -> Option<[u8; 16]> {
    let mut bits: u128 = 0;
    let mut count = 0;
    for letter in text.chars() {
        let letter = match letter.to_ascii_uppercase() {
            '-' | ' ' => continue,
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let digit = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
        if count == 0 && digit > 7 {
            return None;
        }
        bits = (bits << 5) | digit as u128;
        count += 1;
        if count > LETTERS {
            return None;
        }
    }
    (count == LETTERS).then(|| bits.to_be_bytes())
}

/// What is kept of a secret: SHA-256 with a word for its purpose. With 128 random bits no slow hash is needed.
pub fn hash(purpose: &str, secret: &[u8; 16]) -> [u8; 32] {
    sha256(&[purpose.as_bytes(), b"\n", secret].concat())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_secret_reads_back_however_it_is_typed() {
        for secret in [[0; 16], [0xff; 16], *b"0123456789abcdef"] {
            let text = to_text(&secret);
            assert_eq!(text.len(), 32);
            assert_eq!(from_text(&text), Some(secret));
            assert_eq!(from_text(&text.to_lowercase().replace('-', " ")), Some(secret));
            assert_eq!(from_text(&text.replace('0', "O").replace('1', "l")), Some(secret));
        }
    }

    #[test]
    fn what_is_no_secret_is_told() {
        let text = to_text(&[7; 16]);
        let shorter = text.strip_suffix(|_: char| true).unwrap();
        for wrong in ["", "hello", shorter, &format!("{text}0"), &text.replacen(|_: char| true, "Z", 1), "ÄÄÄÄ"] {
            assert_eq!(from_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_secret_hashes_differently_for_each_purpose() {
        assert_ne!(hash("ticket", &[1; 16]), hash("setup", &[1; 16]));
    }
}
