//! Calibres as people write them, and the one code each of them means.

use crate::domain::codes::CALIBRES;

/// A calibre of the list [`CALIBRE`](crate::domain::codes::CALIBRE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibre {
    /// The code that documents store.
    pub code: &'static str,
    /// The English label.
    pub label: &'static str,
    /// Nominal bore in hundredths of a millimetre; 0 where the code names none.
    pub bore: u32,
    /// Whether the code names one cartridge; otherwise it only says what the marking says ("7.62 mm").
    pub exact: bool,
    /// Name shared by calibres that are commonly recorded for one another (5.56x45 and .223 Remington). They chamber
    /// alike on paper and are not interchangeable for safety. Empty where there is none.
    pub group: &'static str,
    /// Other spellings of it.
    pub spellings: &'static [&'static str],
}

/// The calibre with that code.
pub fn get(code: &str) -> Option<&'static Calibre> {
    CALIBRES.iter().find(|c| c.code == code)
}

/// The code that a text means, if it means one: `9 mm Luger (9x19 mm)`, `7,62 X 39`, `.38 SPL +P`.
///
/// A text that leaves the cartridge open gives the code that leaves it open (`7.62 mm` gives `7.62`); a text that the
/// table does not know gives nothing. Where the words and the brackets say different things, the one that names a
/// cartridge wins, then the words.
pub fn canonical(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if let Some(found) = get(text) {
        return Some(found.code);
    }
    let (outside, inside) = match text.split_once('(') {
        Some((before, rest)) => (before, rest.split(')').next()),
        None => (text, None),
    };
    let outside = lookup(outside);
    let inside = inside.and_then(lookup);
    match (outside, inside) {
        (Some(out), Some(inner)) if !out.exact && inner.exact => Some(inner.code),
        (Some(out), _) => Some(out.code),
        (None, inner) => inner.map(|c| c.code),
    }
}

/// Whether two calibres can be one and the same weapon's: equal, commonly recorded for one another, or one of them
/// leaves the cartridge open and the bores are equal.
pub fn compatible(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (Some(a), Some(b)) = (get(a), get(b)) else { return false };
    (!a.group.is_empty() && a.group == b.group) || ((!a.exact || !b.exact) && a.bore == b.bore)
}

/// How texts are compared: upper case, point for comma, without spaces, dashes and slashes or a leading point.
fn key(text: &str) -> String {
    let mut key: String = text
        .chars()
        .filter_map(|c| match c {
            ',' => Some('.'),
            '×' => Some('X'),
            '-' | '/' | '*' | '–' => None,
            c if c.is_whitespace() => None,
            c => Some(c.to_ascii_uppercase()),
        })
        .collect();
    key.truncate(key.trim_end_matches(['.', ';']).len());
    for overpressure in ["+P+", "+P"] {
        if let Some(rest) = key.strip_suffix(overpressure) {
            key.truncate(rest.len());
            break;
        }
    }
    key.trim_start_matches('.').to_owned()
}

fn lookup(text: &str) -> Option<&'static Calibre> {
    let wanted = key(text);
    if wanted.is_empty() {
        return None;
    }
    let find = |wanted: &str| {
        CALIBRES
            .iter()
            .find(|c| c.code != "other" && key(c.code) == wanted)
            .or_else(|| CALIBRES.iter().find(|c| c.spellings.iter().any(|s| key(s) == wanted)))
    };
    find(&wanted).or_else(|| {
        // "mm" says nothing where the figures already have a point or a case length; "12 mm" is not "12 gauge".
        let bare = wanted.replace("MM", "");
        (bare != wanted && bare.contains(['.', 'X'])).then(|| find(&bare)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_trade_mean_one_code() {
        for (text, code) in [
            ("9 MM LUGER (9X19MM)", "9x19"),
            ("9 mm Parabellum", "9x19"),
            ("9 mm", "9"),
            ("7,62 X 39 MM (M43)", "7.62x39"),
            ("7,62 mm Kalashnikov", "7.62x39"),
            ("7.62 mm", "7.62"),
            ("7,62 MM NATO", "7.62x51"),
            (".308 WINCHESTER (7,62X51 MM)", ".308 Win"),
            (".223 REMINGTON (5,56X45 MM)", ".223 Rem"),
            ("5,56 NATO (5.56 X 45 MM)", "5.56x45"),
            (".38 SPL+P+,", ".38 Spl"),
            (".38 SPECIAL (9 X 29,5 MM)", ".38 Spl"),
            (".38", ".38"),
            (".380 AUTO (9X17)", "9x17"),
            (".40 S&W (10 X 22)", ".40 S&W"),
            ("40 mm", "40mm"),
            ("12", "12 ga"),
            ("28/70", "28 ga"),
            ("7.62x54", "7.62x54R"),
            (".303", "7.7x56R"),
            ("7.62 mm (7.62x39)", "7.62x39"),
            (".50 BMG", "12.7x99"),
        ] {
            assert_eq!(canonical(text), Some(code), "{text}");
        }
        for text in ["", "12 mm", "INDETERMINADO", "()", "mm"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn every_code_and_every_spelling_means_its_own_calibre() {
        for calibre in CALIBRES {
            assert_eq!(canonical(calibre.code), Some(calibre.code));
            for spelling in calibre.spellings {
                assert_eq!(canonical(spelling), Some(calibre.code), "{spelling}");
            }
        }
    }

    #[test]
    fn a_calibre_is_compatible_with_itself_its_twin_and_the_open_one() {
        assert!(compatible("7.62x51", ".308 Win"));
        assert!(compatible("7.62x39", "7.62"));
        assert!(compatible("9", "9x18"));
        assert!(!compatible("7.62x39", "7.62x51"));
        assert!(!compatible("5.45x39", "5.56x45"));
    }
}
