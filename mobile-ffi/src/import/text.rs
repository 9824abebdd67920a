//! Comparing words as people mean them: without accents, case, or the exact number of spaces.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case, no accents, compatibility forms folded, runs of blanks as one space, trimmed.
///
/// `"  NÃO   Identificada "` becomes `"nao identificada"`. Punctuation stays, as calibres need it.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        if c.is_whitespace() || c.is_control() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        out.push(match c {
            '×' => 'x',
            '‐' | '‑' | '–' | '—' | '−' => '-',
            '’' | '‘' | '´' | '`' => '\'',
            '“' | '”' | '«' | '»' => '"',
            other => other,
        });
    }
    out
}

/// As [`fold`], with everything but letters and digits turned into single spaces: for headers.
///
/// `"Número de Série:"` and `"numero_de_serie"` become the same text.
pub fn fold_header(text: &str) -> String {
    let spaced: String = fold(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Trims blanks, including no-break and zero-width ones, and the byte order mark, from both ends.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
    })
}

/// The text cut to at most `max` characters, and whether something was cut.
pub fn cut(text: &str, max: usize) -> (String, bool) {
    match text.char_indices().nth(max) {
        Some((at, _)) => (text.get(..at).unwrap_or(text).to_owned(), true),
        None => (text.to_owned(), false),
    }
}

/// The text cut to at most `max` bytes at the end of a character, and whether something was cut.
pub fn cut_bytes(text: &str, max: usize) -> (String, bool) {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (text.get(..end).unwrap_or_default().to_owned(), end < text.len())
}

#[cfg(test)]
mod tests {
    use super::{cut, cut_bytes, fold, fold_header, trim};

    #[test]
    fn words_are_equal_whatever_their_accents_case_and_blanks() {
        assert_eq!(fold("  NÃO \u{a0} Identificada"), "nao identificada");
        assert_eq!(fold("7,62×39 – Coréia"), "7,62x39 - coreia");
        assert_eq!(fold_header("Número_de  Série:"), fold_header("NUMERO DE SERIE"));
        assert_eq!(trim("\u{feff} x\u{a0}"), "x");
        assert_eq!(cut("número", 2), ("nú".to_owned(), true));
        assert_eq!(cut("nú", 2), ("nú".to_owned(), false));
        assert_eq!(cut_bytes("nú", 2), ("n".to_owned(), true));
        assert_eq!(cut_bytes("nú", 3), ("nú".to_owned(), false));
    }
}
