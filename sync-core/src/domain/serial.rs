//! Serials and other markings as text: as seen, normalised so that spellings meet, and folded so that misreadings meet.
//!
//! The text as seen is evidence and is kept; what is made here is only for comparing. Normalising never joins two
//! different serials; folding does, on purpose, and therefore only ever proposes (law: never merge by looks).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// First digits (zeros) of the decimal scripts that markings are met in; nine more follow each.
#[rustfmt::skip]
const ZEROS: [char; 37] = [
    '\u{0660}', '\u{06F0}', '\u{07C0}', '\u{0966}', '\u{09E6}', '\u{0A66}', '\u{0AE6}', '\u{0B66}', '\u{0BE6}',
    '\u{0C66}', '\u{0CE6}', '\u{0D66}', '\u{0DE6}', '\u{0E50}', '\u{0ED0}', '\u{0F20}', '\u{1040}', '\u{1090}',
    '\u{17E0}', '\u{1810}', '\u{1946}', '\u{19D0}', '\u{1A80}', '\u{1A90}', '\u{1B50}', '\u{1BB0}', '\u{1C40}',
    '\u{1C50}', '\u{A620}', '\u{A8D0}', '\u{A900}', '\u{A9D0}', '\u{A9F0}', '\u{AA50}', '\u{ABF0}', '\u{104A0}',
    '\u{1E950}',
];

/// The form in which serials are compared and searched: compatibility forms resolved (NFKC), upper case, local digits
/// as ASCII digits, without spaces, dashes, dots, slashes and other punctuation. Letters of every script stay. `?` and
/// `*` stay as placeholders for one and for any number of characters; an ellipsis counts as `*`, an underscore and the
/// Arabic question mark as `?`.
pub fn normalise(text: &str) -> String {
    let marked = text.replace("...", "*").replace('…', "*");
    let upper: String = marked.nfkc().flat_map(char::to_uppercase).collect();
    let kept: String = upper.nfkc().flat_map(char::to_uppercase).filter_map(keep).collect();
    kept.nfc().collect()
}

/// What a character becomes in the normalised form, if it stays.
fn keep(c: char) -> Option<char> {
    match c {
        '?' | '؟' | '_' | '⸮' => Some('?'),
        '*' => Some('*'),
        c if c.is_ascii() => c.is_ascii_alphanumeric().then_some(c),
        c => match digit(c) {
            Some(digit) => Some(digit),
            // Arabic tatweel stretches a letter and is none itself.
            None => ((c.is_alphanumeric() || is_combining_mark(c)) && c != '\u{0640}').then_some(c),
        },
    }
}

/// The ASCII digit of a decimal digit of another script.
pub(crate) fn digit(c: char) -> Option<char> {
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10)?;
        char::from_digit(value, 10)
    })
}

/// The skeleton in which common misreadings fall together: O, Q and 0; I, L and 1; S and 5; B and 8; Z and 2; Cyrillic
/// and Greek letters that look like Latin ones; accents dropped. Rule R07 compares skeletons; people decide.
///
/// `fold(normalise(x)) == fold(x)` for every text.
pub fn fold(text: &str) -> String {
    let plain: String = normalise(text).nfd().filter(|c| !is_combining_mark(*c)).map(skeleton).collect();
    plain.nfc().collect()
}

fn skeleton(c: char) -> char {
    let latin = match c {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'Е' | 'Ε' => 'E',
        'З' => '3',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' | 'Ӏ' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' | 'И' => 'N',
        'О' | 'Ο' | 'Ø' | 'Θ' | 'Ѳ' | 'Ө' => 'O',
        'Р' | 'Ρ' => 'P',
        'С' | 'Ϲ' => 'C',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'У' | 'Ү' | 'Υ' => 'Y',
        'Х' | 'Χ' => 'X',
        'Ζ' => 'Z',
        'Ԛ' => 'Q',
        'Ԝ' => 'W',
        c => c,
    };
    match latin {
        'O' | 'Q' => '0',
        'I' | 'L' | 'Ł' => '1',
        'S' => '5',
        'B' => '8',
        'Z' => '2',
        c => c,
    }
}

/// The script that most letters (and script-bound digits) of a text belong to, as an ISO 15924 code such as `Latn`,
/// `Cyrl`, `Arab`, `Deva`. `None` where no character belongs to one, as in `12345`. A tie goes to the first seen.
pub fn script(text: &str) -> Option<String> {
    let mut counts: Vec<(Script, usize)> = Vec::new();
    for c in text.chars() {
        let script = match c {
            '\u{0660}'..='\u{0669}' => Script::Arabic,
            c => c.script(),
        };
        if matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
            continue;
        }
        match counts.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += 1,
            None => counts.push((script, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(script, _)| script.short_name().to_owned())
}

/// Whether a text says that characters are missing: a `?`, a `*`, or what [`normalise`] takes for one of them.
pub fn is_partial(text: &str) -> bool {
    normalise(text).contains(['?', '*'])
}

/// Whether a serial fits a pattern: `?` stands for one character, `*` for any number, also none. Both are normalised
/// first. Takes time in proportion to the product of the lengths, whatever the pattern.
pub fn matches(pattern: &str, serial: &str) -> bool {
    let pattern: Vec<char> = normalise(pattern).chars().collect();
    let serial: Vec<char> = normalise(serial).chars().collect();
    let (mut p, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(have) = serial.get(s) {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, s));
                p += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == have => {
                p += 1;
                s += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    p = after_star;
                    s = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

/// A serial taken apart at its last run of digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbered {
    /// What stands before the digits.
    pub prefix: String,
    /// What stands behind them.
    pub suffix: String,
    /// How many digits there are.
    pub width: usize,
    /// Their number.
    pub number: u64,
}

/// Takes a serial (normalised here) apart at its last run of 1 to 18 digits. `None` without digits or with wildcards.
pub fn numbered(serial: &str) -> Option<Numbered> {
    let text = normalise(serial);
    if text.contains(['?', '*']) {
        return None;
    }
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (head, suffix) = text.split_at_checked(end)?;
    let prefix = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = head.get(prefix.len()..)?;
    if digits.len() > 18 {
        return None;
    }
    Some(Numbered {
        number: digits.parse().ok()?,
        width: digits.len(),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
    })
}

/// Whether serial `b` is the one that follows serial `a`: same letters, number one higher (`A0999` then `A1000`).
pub fn consecutive(a: &str, b: &str) -> bool {
    let (Some(a), Some(b)) = (numbered(a), numbered(b)) else { return false };
    let wider = b.width == a.width + 1 && b.number == 10_u64.pow(u32::try_from(a.width).unwrap_or(u32::MAX).min(18));
    a.prefix == b.prefix && a.suffix == b.suffix && b.number == a.number + 1 && (a.width == b.width || wider)
}

/// Texts that stand where a serial should and are none, normalised. From forms met in English, French, Portuguese,
/// Spanish, Arabic and Russian.
#[rustfmt::skip]
const PLACEHOLDERS: [&str; 43] = [
    "NA", "NIL", "NONE", "NULL", "NO", "NONUMBER", "NOSERIAL", "NOSERIALNUMBER", "NOSN", "SN", "NS", "UNKNOWN", "UNK",
    "UNREADABLE", "ILLEGIBLE", "ERASED", "REMOVED", "OBLITERATED", "NOTVISIBLE", "NOTMARKED", "MISSING", "TEST",
    "TBD", "SANSNUMERO", "SANSNUMÉRO", "NEANT", "NÉANT", "ILLISIBLE", "SEMNUMERO", "SEMNÚMERO", "NAOTEM", "NÃOTEM",
    "ILEGIVEL", "ILEGÍVEL", "SINNUMERO", "SINNÚMERO", "ILEGIBLE", "NOTIENE", "ELIMINADO", "بدون", "بدونرقم", "НЕТ",
    "БЕЗНОМЕРА",
];

/// Whether a text is no serial at all: empty, `N/A`, `123…` counting up from 1, a wildcard alone, or one character three
/// times or more (rule R08). A lone `0` counts; other single characters may be real on old weapons.
pub fn is_placeholder(text: &str) -> bool {
    let text = normalise(text);
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return true };
    let count = text.chars().count();
    if matches!(first, '?' | '*' | '0') && characters.all(|c| c == first) {
        return true;
    }
    let counts_up = "12345678901234567890".starts_with(&text);
    (count >= 3 && (counts_up || text.chars().all(|c| c == first))) || PLACEHOLDERS.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_serial_meet() {
        for (text, normal) in [
            (" ab-12.34/5 ", "AB12345"),
            ("AB 12345", "AB12345"),
            ("ＡＢ１２", "AB12"),
            ("١٢٣٤", "1234"),
            ("۱۲۳۴", "1234"),
            ("क१२", "क12"),
            ("ЯБ 1943", "ЯБ1943"),
            ("яб1943", "ЯБ1943"),
            ("12?45", "12?45"),
            ("12…45", "12*45"),
            ("12...45", "12*45"),
            ("12_45", "12?45"),
            ("№ 77", "NO77"),
            ("\u{202e}12\u{200b}3", "123"),
        ] {
            assert_eq!(normalise(text), normal, "{text}");
        }
    }

    #[test]
    fn misreadings_fold_to_one_skeleton_and_other_serials_do_not() {
        for (a, b) in [
            ("O0Q12", "00012"),
            ("I1l7", "1117"),
            ("S5B8Z2", "558822"),
            ("АВС1", "ABC1"),
            ("ΑΒΕ1", "ABE1"),
            ("É9", "E9"),
            ("٥S", "55"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
        assert_ne!(fold("12345"), fold("12346"));
        assert_ne!(fold("ЖБ1"), fold("ABC1"));
    }

    #[test]
    fn the_script_of_a_text_is_known() {
        for (text, expected) in [
            ("AB123", Some("Latn")),
            ("ЯБ123", Some("Cyrl")),
            ("١٢٣", Some("Arab")),
            ("क१२", Some("Deva")),
            ("浙123", Some("Hani")),
            ("12345", None),
            ("", None),
        ] {
            assert_eq!(script(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn wildcards_match_one_or_many() {
        assert!(matches("12?45", "12345"));
        assert!(!matches("12?45", "1245"));
        assert!(matches("12*5", "125"));
        assert!(matches("*45", "12345"));
        assert!(matches("*", ""));
        assert!(!matches("1*2*3", "124"));
        assert!(!matches("", "1"));
        assert!(is_partial("AB…"));
        assert!(is_partial("1؟2"));
        assert!(!is_partial("A-1"));
    }

    #[test]
    fn the_next_serial_is_recognised() {
        for (a, b, yes) in [
            ("AB0999", "AB1000", true),
            ("999", "1000", true),
            ("099", "100", true),
            ("99", "100", true),
            ("12A", "13A", true),
            ("AB1", "AC2", false),
            ("AB1", "AB3", false),
            ("1", "02", false),
            ("A", "B", false),
            ("1?", "2?", false),
            ("999999999999999999", "1000000000000000000", false),
        ] {
            assert_eq!(consecutive(a, b), yes, "{a} {b}");
        }
    }

    #[test]
    fn what_stands_in_for_a_serial_is_no_serial() {
        for text in
            ["", "  ", "N/A", "n.a.", "123", "0000", "0", "1111", "XXXX", "???", "S/N", "none", "Sem número", "-"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["7", "12", "1234A", "0012", "A123", "11", "АБ12", "60777"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn normalising_and_folding_again_changes_nothing(text in "\\PC{0,24}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once.clone());
            prop_assert_eq!(fold(&once), fold(&text));
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn a_serial_matches_itself_and_with_any_one_character_unknown(text in "[A-Z0-9]{1,12}", at in 0_usize..12) {
            prop_assert!(matches(&text, &text));
            let masked: String = text.chars().enumerate().map(|(i, c)| if i == at { '?' } else { c }).collect();
            prop_assert!(matches(&masked, &text));
        }

        #[test]
        fn no_pattern_takes_for_ever(pattern in "[*?a]{0,200}", text in "a{0,200}") {
            let _ = matches(&pattern, &text);
        }
    }
}
