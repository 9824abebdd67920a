//! Serial cells as people fill them: a serial, a statement about it ("removed by grinding"), or both in one breath.
//!
//! ```text
//! "AB12345"                      read      AB12345
//! "AB12??? (barrel)"             partial   AB12???  on the barrel
//! "AB123 (frame) CD456 (barrel)" read      two markings, each in its place
//! "removed by mechanical action" obliterated, no text: words are never kept as a serial
//! ```

use regex::Regex;
use serde::Deserialize;

use super::lookup::regex;
use super::text::{fold, trim};

/// Characters that stand for one that could not be read.
const WILDCARDS: [char; 4] = ['?', '*', '#', '_'];

/// Words of one language about serials, as a mapping file writes them. Patterns are over folded text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSerialWords {
    /// Short words that could be taken for letters of a serial when written in capitals.
    #[serde(default)]
    stop_words: Vec<String>,
    /// Patterns of whole texts that fill a form without saying anything: `0+`.
    #[serde(default)]
    placeholders: Vec<String>,
    /// `[pattern, location code]`.
    #[serde(default)]
    locations: Vec<[String; 2]>,
    /// `[pattern, side code]`.
    #[serde(default)]
    sides: Vec<[String; 2]>,
    /// What words say about a marking; the first that fits counts.
    #[serde(default)]
    states: Vec<RawState>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawState {
    pattern: String,
    /// Where no serial stands beside the words.
    alone: Option<State>,
    /// Where one does.
    beside: Option<State>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    status: String,
    condition: Option<String>,
}

/// The words, ready for use.
#[derive(Debug)]
pub struct SerialWords {
    stop_words: Vec<String>,
    placeholders: Vec<Regex>,
    locations: Vec<(Regex, String)>,
    sides: Vec<(Regex, String)>,
    states: Vec<(Regex, Option<State>, Option<State>)>,
}

/// What a cell says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// A code of `serial_status`.
    pub status: String,
    /// The markings the cell speaks of: none where the status says all.
    pub markings: Vec<Mark>,
    /// Whether the cell is a serial and nothing else.
    pub plain: bool,
    /// Whether the words were understood.
    pub understood: bool,
}

/// One marking in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The serial as seen.
    pub text: Option<String>,
    /// A code of the conditions of markings.
    pub condition: Option<String>,
    /// A code of the locations of markings.
    pub location: Option<String>,
    /// A code of the sides of markings.
    pub side: Option<String>,
}

/// Letters and digits that may be a serial, and where they stand in the text.
struct Run {
    text: String,
    start: usize,
    end: usize,
    missing: bool,
}

impl SerialWords {
    /// Compiles the words of a mapping file.
    ///
    /// # Errors
    /// A sentence naming the pattern that is wrong.
    pub fn compile(raw: &RawSerialWords) -> Result<Self, String> {
        let pairs = |list: &[[String; 2]]| {
            list.iter().map(|[p, code]| Ok((regex(p)?, code.clone()))).collect::<Result<Vec<_>, String>>()
        };
        Ok(Self {
            stop_words: raw.stop_words.iter().map(|word| fold(word)).collect(),
            placeholders: raw.placeholders.iter().map(|p| regex(&format!("^(?:{p})$"))).collect::<Result<_, _>>()?,
            locations: pairs(&raw.locations)?,
            sides: pairs(&raw.sides)?,
            states: raw
                .states
                .iter()
                .map(|s| Ok((regex(&s.pattern)?, s.alone.clone(), s.beside.clone())))
                .collect::<Result<_, String>>()?,
        })
    }

    /// Every code the words can give, with the field it is for: to be checked against the vocabulary.
    pub fn codes(&self) -> Vec<(&'static str, &str)> {
        let states = self.states.iter().flat_map(|(_, alone, beside)| alone.iter().chain(beside));
        let mut all: Vec<_> = self.locations.iter().map(|(_, code)| ("location", code.as_str())).collect();
        all.extend(self.sides.iter().map(|(_, code)| ("side", code.as_str())));
        for state in states {
            all.push(("serial_status", &state.status));
            all.extend(state.condition.as_deref().map(|code| ("condition", code)));
        }
        all
    }

    /// Reads the text of a cell that is not empty.
    pub fn read(&self, text: &str) -> Reading {
        let text = trim(text).replace("(?)", "?").replace("(*)", "*");
        let folded = fold(&text);
        let nothing =
            |status: &str, understood| Reading { status: status.to_owned(), understood, ..Reading::default() };
        if self.placeholders.iter().any(|pattern| pattern.is_match(&folded)) {
            return nothing("not_inspected", true);
        }
        let runs = self.runs(&text);
        let mut stated = self.states.iter().filter(|(pattern, ..)| pattern.is_match(&folded));
        if runs.is_empty() {
            return self.alone(&text, &folded, stated.find_map(|(_, alone, _)| alone.as_ref()));
        }
        let state = stated.find_map(|(.., beside)| beside.as_ref());
        let missing = runs.iter().any(|run| run.missing) || text.contains(['?', '*']);
        let whole = runs.len() == 1 && runs.first().is_some_and(|run| trim_ends(&text) == run.text);
        let status = match state {
            _ if missing => "partial".to_owned(),
            Some(state) => state.status.clone(),
            None => "read".to_owned(),
        };
        let mut markings = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            let until = runs.get(index + 1).map_or(text.len(), |next| next.start);
            let near = fold(text.get(run.end..until).unwrap_or_default());
            let place = |list: &[(Regex, String)]| {
                first(list, &near).or_else(|| if runs.len() == 1 { first(list, &folded) } else { None })
            };
            let condition = match state {
                _ if run.missing => Some("PLE".to_owned()),
                Some(state) => state.condition.clone(),
                None => Some("LEG".to_owned()),
            };
            markings.push(Mark {
                text: Some(run.text.clone()),
                condition,
                location: place(&self.locations),
                side: place(&self.sides),
            });
        }
        Reading { status, markings, plain: whole && state.is_none(), understood: true }
    }

    /// A cell without a serial in it.
    fn alone(&self, text: &str, folded: &str, state: Option<&State>) -> Reading {
        if let Some(state) = state {
            let mark = state.condition.as_ref().map(|condition| Mark {
                text: None,
                condition: Some(condition.clone()),
                location: first(&self.locations, folded),
                side: first(&self.sides, folded),
            });
            return Reading {
                status: state.status.clone(),
                markings: mark.into_iter().collect(),
                plain: false,
                understood: true,
            };
        }
        if text.chars().all(|c| WILDCARDS.contains(&c) || c.is_whitespace() || c.is_ascii_punctuation()) {
            return Reading { status: "not_legible".to_owned(), understood: true, ..Reading::default() };
        }
        // Letters only, in capitals, or a single word with digits: an odd serial, but a serial.
        let capitals = text.len() <= 12 && text.chars().all(|c| c.is_ascii_uppercase());
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if capitals || (digits >= 2 && text.chars().all(|c| c.is_ascii_alphanumeric())) {
            let mark = Mark { text: Some(text.to_owned()), condition: Some("LEG".to_owned()), ..Mark::default() };
            return Reading { status: "read".to_owned(), markings: vec![mark], plain: true, understood: true };
        }
        Reading { status: "not_inspected".to_owned(), ..Reading::default() }
    }

    /// The parts of a text that are serials.
    fn runs(&self, text: &str) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut open: Vec<Token<'_>> = Vec::new();
        let tokens = tokens(text);
        for (index, token) in tokens.iter().enumerate() {
            let serial = token.looks_serial();
            let part = serial || (token.is_letters() && !self.is_word(&tokens, index));
            let long_pair = token.dash && token.text.len() >= 5 && open.last().is_some_and(|last| last.text.len() >= 5);
            if token.breaks || long_pair || !part {
                self.close(text, &mut open, &mut runs);
            }
            if part {
                open.push(*token);
            }
        }
        self.close(text, &mut open, &mut runs);
        runs
    }

    /// Whether letters are a word of the language here and not a part of a serial: a stop word that joins two serials,
    /// or stands where other words stand.
    fn is_word(&self, tokens: &[Token<'_>], index: usize) -> bool {
        let Some(token) = tokens.get(index) else { return false };
        if !self.stop_words.contains(&fold(token.text)) {
            return false;
        }
        let from = (0..=index).rev().find(|at| tokens.get(*at).is_some_and(|token| token.breaks)).unwrap_or(0);
        let rest = tokens.iter().enumerate().skip(from);
        let mut segment = rest.take_while(|(at, token)| *at <= index || !token.breaks).map(|(_, token)| token);
        let only_parts = segment.all(|token| token.looks_serial() || token.is_letters());
        let digits = |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(Token::looks_serial);
        !only_parts || (index > from && digits(index.checked_sub(1)) && digits(index.checked_add(1)))
    }

    /// Ends a run of tokens: it counts if it holds a digit, or if it is letters at the very start of words that follow.
    fn close(&self, text: &str, open: &mut Vec<Token<'_>>, runs: &mut Vec<Run>) {
        let tokens = std::mem::take(open);
        let (Some(from), Some(to)) = (tokens.first(), tokens.last()) else { return };
        let (start, end) = (from.start, to.start + to.text.len());
        let run = text.get(start..end).unwrap_or_default();
        let digits = run.chars().any(|c| c.is_ascii_digit());
        let missing = tokens.iter().any(Token::is_missing);
        let letters = run.chars().any(|c| c.is_ascii_alphabetic() && !(missing && c == 'x'));
        let leads = start == 0
            && end < text.len()
            && letters
            && self.states.iter().any(|(p, _, beside)| beside.is_some() && p.is_match(&fold(text)));
        if digits || (missing && letters) || leads {
            runs.push(Run { text: run.to_owned(), start, end, missing: missing || (leads && !digits) });
        }
    }
}

fn first(list: &[(Regex, String)], folded: &str) -> Option<String> {
    list.iter().find(|(pattern, _)| pattern.is_match(folded)).map(|(_, code)| code.clone())
}

fn trim_ends(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '/' | '-' | '"' | '\'' | '(' | ')')
    })
}

/// One word of a text.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    start: usize,
    /// Whether something stands before it that ends a run: a bracket, a comma, a stroke.
    breaks: bool,
    /// Whether a dash of its own stands before it.
    dash: bool,
}

impl Token<'_> {
    /// Letters and digits with at least one digit or sign for a missing one, and no word inside.
    fn looks_serial(&self) -> bool {
        let allowed = self
            .text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | ':') || WILDCARDS.contains(&c));
        let telling = self.text.chars().any(|c| c.is_ascii_digit()) || self.is_missing();
        let mut lower = 0;
        let word = self.text.chars().any(|c| {
            lower = if c.is_ascii_lowercase() && c != 'x' { lower + 1 } else { 0 };
            lower >= 4
        });
        // ".32ACP" is a calibre.
        allowed && telling && !word && !self.text.starts_with('.')
    }

    /// Up to five capitals, with dashes between them.
    fn is_letters(&self) -> bool {
        self.text.len() <= 5
            && self.text.starts_with(|c: char| c.is_ascii_uppercase())
            && self.text.chars().all(|c| c.is_ascii_uppercase() || c == '-')
    }

    /// Whether a character is marked as not read.
    fn is_missing(&self) -> bool {
        self.text.contains(WILDCARDS) || self.text.contains("xx") || self.text.contains("---")
    }
}

/// Words with their places. Brackets, commas, semicolons, colons, `=` and strokes between long parts end a run; a
/// bracket that explains a sign, as in `12*4 (*not read)`, is passed over.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut cutter = Cutter { text, all: Vec::new(), breaks: true, dash: false };
    let mut start = None;
    let mut legend = false;
    for (at, c) in text.char_indices() {
        let next = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let ends = matches!(c, '(' | ')' | ';' | '=' | '[' | ']')
            || (matches!(c, ',' | ':') && next.is_none_or(char::is_whitespace));
        if ends || c.is_whitespace() {
            if let Some(from) = start.take().filter(|_| !legend) {
                cutter.cut(from, at);
            }
            cutter.breaks |= ends;
            legend = (legend && c != ')') || (c == '(' && next == Some('*'));
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(from) = start.filter(|_| !legend) {
        cutter.cut(from, text.len());
    }
    cutter.all
}

/// Makes tokens out of the stretches between blanks.
struct Cutter<'a> {
    text: &'a str,
    all: Vec<Token<'a>>,
    breaks: bool,
    dash: bool,
}

impl Cutter<'_> {
    fn cut(&mut self, from: usize, to: usize) {
        let whole = self.text.get(from..to).unwrap_or_default();
        let joined =
            whole.split('/').all(|part| part.len() <= 4) || whole.split('/').any(|part| (1..=2).contains(&part.len()));
        let mut at = from;
        for part in whole.split_inclusive(|c| c == '/' && !joined) {
            let bare = part.trim_end_matches('/');
            let cut = bare.trim_start_matches(['-', '"', '\'', '/']);
            let lead = bare.len() - cut.len();
            // A tail of hyphens is kept where it stands for what was removed.
            let kept =
                if cut.ends_with("---") { cut } else { cut.trim_end_matches(['.', '-', '"', '\'', '/', ':', ',']) };
            let stroke = part.ends_with('/') && !joined;
            if kept.is_empty() {
                self.dash |= bare.contains('-');
                self.breaks |= !bare.contains('-');
            } else {
                self.all.push(Token { text: kept, start: at + lead, breaks: self.breaks, dash: self.dash });
                (self.breaks, self.dash) = (stroke, false);
            }
            at += part.len();
        }
    }
}

/// A serial in the form in which serials are compared, with `?` for each character that was not read.
pub fn normalised(text: &str) -> String {
    let hidden = text.contains("xx");
    let missing = |c: char| c == '#' || (hidden && c == 'x');
    let told: String = text.chars().map(|c| if missing(c) { '?' } else { c }).collect();
    ploughshare_core::domain::serial::normalise(&told.replace("---", "*"))
}

#[cfg(test)]
#[path = "serial/tests.rs"]
mod tests;
