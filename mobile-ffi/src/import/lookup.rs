//! Code tables: from the many words people write to one code, or to the plain statement that the word is not known.

use std::collections::BTreeMap;

use ploughshare_core::domain::calibre::canonical;
use ploughshare_core::domain::codes::COUNTRY;
use regex::Regex;
use serde::Deserialize;

use super::text::fold;

/// A table as a mapping file writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTable {
    /// Code to the words that mean it; compared without accents, case and blanks.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    /// Code to the texts that mean it, compared exactly.
    #[serde(default)]
    exact: BTreeMap<String, Vec<String>>,
    /// `[pattern, code]` or `[pattern, code, "assumed"]`, tried in order on the folded text after the words.
    #[serde(default)]
    patterns: Vec<Vec<String>>,
    /// Patterns of whole texts that say nothing is known.
    #[serde(default)]
    unknown: Vec<String>,
    /// `"calibre"` or `"country"`: what the table does not know is looked up in the vocabulary, by code or English label.
    vocabulary: Option<String>,
    /// Texts outside the table are expected, so that they are kept without a flag.
    #[serde(default)]
    open: bool,
}

/// A table ready for use.
#[derive(Debug, Default)]
pub struct CodeTable {
    exact: BTreeMap<String, String>,
    words: BTreeMap<String, String>,
    patterns: Vec<(Regex, String, bool)>,
    unknown: Vec<Regex>,
    vocabulary: Option<fn(&str) -> Option<&'static str>>,
    open: bool,
}

/// What a table says about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This code.
    Code(String),
    /// This code, but the text alone could mean another: worth a flag.
    Assumed(String),
    /// A word that says nothing is known.
    Unknown,
    /// The table does not know the text.
    Nothing,
}

impl CodeTable {
    /// Compiles a table.
    ///
    /// # Errors
    /// A sentence naming the pattern or word that is wrong.
    pub fn compile(raw: &RawTable) -> Result<Self, String> {
        let mut table = Self::default();
        match raw.vocabulary.as_deref() {
            None => {}
            Some("calibre") => table.vocabulary = Some(canonical),
            Some("country") => table.vocabulary = Some(country),
            Some(other) => {
                return Err(format!(
                    "the vocabulary cannot look up {other:?}; it can look up \"calibre\" and \"country\""
                ));
            }
        }
        table.open = raw.open;
        for (code, words) in &raw.words {
            for word in words {
                if let Some(other) = table.words.insert(fold(word), code.clone())
                    && other != *code
                {
                    return Err(format!("{word:?} stands for both {other:?} and {code:?}"));
                }
            }
        }
        for (code, words) in &raw.exact {
            table.exact.extend(words.iter().map(|word| (word.clone(), code.clone())));
        }
        for pattern in &raw.patterns {
            let (text, code, assumed) = match pattern.as_slice() {
                [text, code] => (text, code, false),
                [text, code, mark] if mark == "assumed" => (text, code, true),
                other => {
                    return Err(format!("a pattern is [pattern, code] or [pattern, code, \"assumed\"], not {other:?}"));
                }
            };
            table.patterns.push((regex(text)?, code.clone(), assumed));
        }
        for pattern in &raw.unknown {
            table.unknown.push(regex(&format!("^(?:{pattern})$"))?);
        }
        Ok(table)
    }

    /// Looks a text up: exact, words, unknown words, then the patterns in order.
    pub fn find(&self, text: &str) -> Found {
        if let Some(code) = self.exact.get(text.trim()) {
            return Found::Code(code.clone());
        }
        let folded = fold(text);
        if let Some(code) = self.words.get(&folded) {
            return Found::Code(code.clone());
        }
        if self.unknown.iter().any(|pattern| pattern.is_match(&folded)) {
            return Found::Unknown;
        }
        match self.patterns.iter().find(|(pattern, ..)| pattern.is_match(&folded)) {
            Some((_, code, true)) => Found::Assumed(code.clone()),
            Some((_, code, false)) => Found::Code(code.clone()),
            None => self
                .vocabulary
                .and_then(|look_up| look_up(text))
                .map_or(Found::Nothing, |code| Found::Code(code.to_owned())),
        }
    }

    /// Whether texts outside the table are expected.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Every code the table can give.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.exact
            .values()
            .chain(self.words.values())
            .map(String::as_str)
            .chain(self.patterns.iter().map(|(_, code, _)| code.as_str()))
    }
}

/// The country of that code or English label.
fn country(text: &str) -> Option<&'static str> {
    let folded = fold(text);
    let label = || COUNTRY.codes.iter().find(|country| fold(country.label) == folded).map(|country| country.code);
    COUNTRY.find(text).or_else(label)
}

/// A pattern over folded text, of bounded size.
pub fn regex(pattern: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| format!("pattern {pattern:?}: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{CodeTable, Found, RawTable};

    fn table(text: &str) -> Result<CodeTable, String> {
        CodeTable::compile(&toml::from_str::<RawTable>(text).unwrap())
    }

    #[test]
    fn words_then_unknown_words_then_patterns_in_order() {
        let table = table(
            r#"
            unknown = ["n[ao]o identificad[oa]", "ignorado"]
            words = { BR = ["Brasil", "Brazil"] }
            patterns = [["^9 ?mm curto", "9x17"], ["^9 ?mm", "9x19", "assumed"]]
            "#,
        )
        .unwrap();
        assert_eq!(table.find("BRASIL "), Found::Code("BR".into()));
        assert_eq!(table.find("Não Identificada"), Found::Unknown);
        assert_eq!(table.find("9 MM CURTO"), Found::Code("9x17".into()));
        assert_eq!(table.find("9mm"), Found::Assumed("9x19".into()));
        assert_eq!(table.find("não identificada ainda"), Found::Nothing);
    }

    #[test]
    fn a_word_that_means_two_codes_or_a_broken_pattern_is_refused() {
        assert!(table("words = { A = ['x'], B = ['X'] }").unwrap_err().contains("both"));
        assert!(table("patterns = [['(', 'A']]").unwrap_err().contains("pattern"));
        assert!(table("patterns = [['a']]").unwrap_err().contains("[pattern, code]"));
    }
}
