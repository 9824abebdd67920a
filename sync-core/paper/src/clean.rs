//! Foreign text made fit to print. Nothing is dropped in silence: what has no glyph, or would reorder a line, is printed
//! as its code point, and what is cut is counted.

use crate::fonts;

/// Characters of a short field, such as a serial or a name, that are printed.
pub(crate) const FIELD: usize = 400;

/// `text` as it is printed, at most `most` characters and the note of what was cut.
pub(crate) fn clean(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most * 4));
    let mut printed = 0;
    let mut characters = text.trim().chars();
    let mut marks = 0;
    while let Some(c) = characters.next() {
        let spelled = match c {
            '\t' | '\n' | '\r' => Some(" ".to_owned()),
            c if is_mark(c) => {
                marks += 1;
                // A tower of marks covers its neighbours.
                (marks > 4 || !fonts::covers(c)).then(|| spell(c))
            }
            c if is_unsafe(c) || !fonts::covers(c) => Some(spell(c)),
            _ => None,
        };
        if !is_mark(c) {
            marks = 0;
        }
        let length = spelled.as_ref().map_or(1, |s| s.chars().count());
        if printed + length > most {
            let rest = characters.count() + 1;
            out.extend([" […+", &rest.to_string(), "]"]);
            break;
        }
        printed += length;
        match spelled {
            Some(s) => out.push_str(&s),
            None => out.push(c),
        }
    }
    out
}

/// As [`clean`], for a short field.
pub(crate) fn field(text: &str) -> String {
    clean(text, FIELD)
}

fn spell(c: char) -> String {
    format!("[U+{:04X}]", c as u32)
}

/// Controls, line and paragraph separators, and what changes the direction of text.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{061C}' | '\u{FEFF}' | '\u{00AD}')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E4}' | '\u{06E7}' | '\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        | '\u{08D3}'..='\u{08E1}' | '\u{08E3}'..='\u{08FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bidi_override_is_shown_not_obeyed() {
        assert_eq!(field("AK\u{202E}321\0"), "AK[U+202E]321[U+0000]");
    }

    #[test]
    fn what_has_no_glyph_is_spelled() {
        assert_eq!(field("中🔫"), "[U+4E2D][U+1F52B]");
        assert_eq!(field("Ж-1234 ق"), "Ж-1234 ق");
    }

    #[test]
    fn a_cut_is_counted() {
        let cut = field(&"7".repeat(10_240));
        assert!(cut.ends_with("7 […+9840]"), "{cut}");
        assert_eq!(cut.chars().filter(|c| *c == '7').count(), FIELD);
    }

    #[test]
    fn a_tower_of_marks_is_taken_down() {
        let tower: String = std::iter::once('a').chain(std::iter::repeat_n('\u{0301}', 50)).collect();
        assert_eq!(clean(&tower, 5_000).matches("[U+0301]").count(), 46);
    }
}
