//! One row on its way: rules are applied in the order of the mapping, the first that decides a field wins.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::draft::Draft;

use super::super::lookup::{CodeTable, Found};
use super::super::mapping::{Condition, FieldRule, Operand, Otherwise, Shape, Test};
use super::super::table::{Cell, CellKind, Row};
use super::super::text::{cut_bytes, fold};
use super::super::vocabulary::{self, Target};
use super::super::when;
use super::{Change, Converter, Flag};

/// A row being converted.
pub struct Work<'c, 'm, 'r> {
    pub(super) converter: &'c mut Converter<'m>,
    pub(super) row: &'r Row,
    pub(super) draft: Draft,
    pub(super) decided: BTreeSet<String>,
    pub(super) kept: Vec<(String, String)>,
    /// Columns whose peculiarity has been told once.
    told: BTreeSet<String>,
    /// Columns some rule has taken a text from.
    pub(super) taken: BTreeSet<String>,
    changes: Vec<Change>,
    flags: Vec<Flag>,
}

/// The text of a cell as a rule sees it.
pub(super) struct Seen {
    pub(super) text: String,
    pub(super) kind: CellKind,
}

impl<'c, 'm, 'r> Work<'c, 'm, 'r> {
    pub fn new(converter: &'c mut Converter<'m>, row: &'r Row) -> Self {
        Self {
            converter,
            row,
            draft: Draft::item(),
            decided: BTreeSet::new(),
            kept: Vec::new(),
            told: BTreeSet::new(),
            taken: BTreeSet::new(),
            changes: Vec::new(),
            flags: Vec::new(),
        }
    }

    pub fn flag(&mut self, column: &str, code: &'static str, text: String) {
        self.flags.push(Flag { column: column.to_owned(), code, text });
    }

    pub(super) fn change(&mut self, column: &str, path: &str, from: &str, to: &str, why: &'static str) {
        let (column, path, from, to) = (column.to_owned(), path.to_owned(), from.to_owned(), to.to_owned());
        self.changes.push(Change { column, path, from, to, why });
    }

    /// The text of a column; `None` where it is empty or says so. Dates that a spreadsheet made are undone first.
    pub(super) fn seen(&mut self, column: &str, path: &str, undo_date: Option<&str>) -> Option<Seen> {
        let at = self.converter.column(column)?;
        let cell: &Cell = self.row.cells.get(at)?;
        let mut seen = Seen { text: cell.text.clone(), kind: cell.kind.clone() };
        if seen.kind == CellKind::Error {
            if self.told.insert(column.to_owned()) {
                self.flag(column, "cell.error", format!("the file holds the error {} here", seen.text));
                self.kept.push((column.to_owned(), seen.text));
            }
            return None;
        }
        self.taken.insert(column.to_owned());
        let blank = seen.text.is_empty()
            || self.converter.mapping.blank.iter().any(|pattern| pattern.is_match(&fold(&seen.text)));
        if blank {
            if !seen.text.is_empty() && self.told.insert(column.to_owned()) {
                self.change(column, path, &seen.text, "", "blank_word");
                self.kept.push((column.to_owned(), seen.text));
            }
            return None;
        }
        if seen.kind == CellKind::LiteralFormula && self.told.insert(column.to_owned()) {
            let text = seen.text.clone();
            self.change(column, path, "(formula)", &text, "formula");
        }
        if seen.kind == CellKind::Date
            && let Some(text) = undo_date.and_then(|pattern| when::write(&seen.text, pattern))
        {
            if self.told.insert(column.to_owned()) {
                self.change(column, path, &seen.text, &text, "date_undone");
                let note = format!("a spreadsheet had taken {text} for the date {}", seen.text);
                self.flag(column, "cell.date_undone", note);
            }
            seen = Seen { text, kind: CellKind::Text };
        }
        Some(seen)
    }

    pub(super) fn holds(&self, when: &[Condition]) -> bool {
        when.iter().all(|condition| {
            let text = match &condition.of {
                Operand::Column(column) => fold(self.converter.text(self.row, column)),
                Operand::Path(path) => text_of(&self.draft, path).map(fold).unwrap_or_default(),
            };
            let yes = match &condition.test {
                Test::Is(words) => words.contains(&text),
                Test::Pattern(pattern) => pattern.is_match(&text),
            };
            yes != condition.not
        })
    }

    pub fn fields(&mut self) {
        let mapping = self.converter.mapping;
        for rule in &mapping.fields {
            if !self.decided.contains(&rule.path) && self.holds(&rule.when) {
                self.field(rule);
            }
        }
    }

    fn field(&mut self, rule: &FieldRule) {
        if let Some(value) = &rule.value {
            self.set(&rule.path, value.clone());
            return;
        }
        let Some(column) = &rule.column else { return };
        let Some(seen) = self.seen(column, &rule.path, rule.undo_date.as_deref()) else { return };
        if let Some((path, limit)) = &rule.as_seen
            && !self.draft.fields.contains_key(path)
        {
            let (text, shortened) = cut_bytes(&seen.text, *limit);
            if shortened {
                self.too_long(column, path, &seen.text);
            }
            self.set(path, Value::Text(text));
        }
        if rule.serial {
            self.leading_zeros(column, &seen);
        }
        match rule.table {
            Some(table) => self.by_table(rule, column, &seen, table),
            None => self.as_it_is(rule, column, &seen),
        }
    }

    fn by_table(&mut self, rule: &FieldRule, column: &str, seen: &Seen, table: usize) {
        let found = self.converter.look_up(table, &seen.text);
        let (code, why) = match found {
            Found::Code(code) => (code, "code_table"),
            Found::Assumed(code) => {
                let text = format!("{:?} is read as {code}; by itself it could mean something else", seen.text);
                self.flag(column, "word.assumed", text);
                (code, "code_table")
            }
            Found::Unknown | Found::Nothing => {
                let unknown = found == Found::Unknown;
                let otherwise = if unknown { &rule.unknown } else { &rule.unmatched };
                if *otherwise == Otherwise::Next {
                    return;
                }
                let open = self.converter.mapping.tables.get(table).is_some_and(CodeTable::is_open);
                if !unknown && !open {
                    let text = format!("{:?} is not in the table for {}", seen.text, rule.path);
                    self.flag(column, "word.not_in_table", text);
                }
                match otherwise {
                    Otherwise::Code(code) => (code.clone(), "unknown_word"),
                    Otherwise::Keep => return self.as_it_is(rule, column, seen),
                    Otherwise::Clear | Otherwise::Next => {
                        self.decided.insert(rule.path.clone());
                        if rule.as_seen.is_none() {
                            self.kept.push((column.to_owned(), seen.text.clone()));
                        }
                        return;
                    }
                }
            }
        };
        let value = match rule.shape {
            Shape::Bool => Value::Bool(code == "true"),
            Shape::Int(..) => code.parse().map_or(Value::Null, Value::Int),
            _ => Value::Text(code.clone()),
        };
        if code != seen.text {
            self.change(column, &rule.path, &seen.text, &code, why);
            // Words that no field keeps as seen are kept in the note.
            if rule.as_seen.is_none() && !self.kept.iter().any(|(kept, _)| kept == column) {
                self.kept.push((column.to_owned(), seen.text.clone()));
            }
        }
        self.set(&rule.path, value);
    }

    fn as_it_is(&mut self, rule: &FieldRule, column: &str, seen: &Seen) {
        let value = match rule.shape {
            Shape::Text(limit) => {
                let text = if rule.upper { seen.text.to_uppercase() } else { seen.text.clone() };
                let (text, shortened) = cut_bytes(&text, limit);
                if shortened {
                    self.too_long(column, &rule.path, &seen.text);
                } else if text != seen.text {
                    self.change(column, &rule.path, &seen.text, &text, "upper_case");
                }
                Some(Value::Text(text))
            }
            Shape::Code => match vocabulary::scalar(&rule.path) {
                Some(Target::Code(list)) => list.find(&seen.text).map(|code| Value::Text(code.to_owned())),
                _ => None,
            },
            Shape::Int(least, most) => whole(&seen.text).filter(|n| (least..=most).contains(n)).map(Value::Int),
            Shape::Bool => match fold(&seen.text).as_str() {
                "true" | "yes" | "1" | "sim" | "oui" | "si" | "x" => Some(Value::Bool(true)),
                "false" | "no" | "0" | "nao" | "non" => Some(Value::Bool(false)),
                _ => None,
            },
            Shape::Time => self.instant(column, rule, &seen.text),
        };
        if let Some(value) = value {
            self.set(&rule.path, value);
        } else {
            let text = format!("{:?} could not be read as {}", seen.text, rule.path);
            self.flag(column, "cell.unreadable", text);
            self.kept.push((column.to_owned(), seen.text.clone()));
            match &rule.unmatched {
                Otherwise::Next => {}
                Otherwise::Code(code) => self.set(&rule.path, Value::Text(code.clone())),
                Otherwise::Keep | Otherwise::Clear => {
                    self.decided.insert(rule.path.clone());
                }
            }
        }
    }

    fn instant(&mut self, column: &str, rule: &FieldRule, text: &str) -> Option<Value> {
        let mapping = self.converter.mapping;
        let local = mapping.date_formats.iter().find_map(|format| when::parse(text, format))?;
        let instant = mapping.clock.instant(local);
        let shown = when::iso(instant.div_euclid(1000));
        self.change(column, &rule.path, text, &format!("{shown} UTC"), "instant");
        Some(Value::Int(instant))
    }

    pub(super) fn leading_zeros(&mut self, column: &str, seen: &Seen) {
        match seen.kind {
            CellKind::Number => self.flag(
                column,
                "serial.leading_zeros",
                format!("{} is stored as a number and may have lost leading zeros", seen.text),
            ),
            CellKind::LongNumber => self.flag(
                column,
                "serial.lost_digits",
                format!("{} is stored as a number of more than 15 digits; the last ones are lost", seen.text),
            ),
            _ => {}
        }
    }

    pub(super) fn too_long(&mut self, column: &str, path: &str, text: &str) {
        self.flag(column, "cell.too_long", format!("the text is longer than {path} takes; all of it is in the note"));
        self.kept.push((column.to_owned(), text.to_owned()));
    }

    pub(super) fn set(&mut self, path: &str, value: Value) {
        let value = clean(value);
        self.decided.insert(path.to_owned());
        match vocabulary::accepts(path, &value) {
            Ok(()) => {
                self.draft.fields.insert(path.to_owned(), value);
            }
            Err(why) => {
                if let Value::Text(text) = value {
                    self.kept.push((path.to_owned(), text));
                }
                self.flag(path, "field.not_accepted", why);
            }
        }
    }

    pub(super) fn member(&mut self, set: &str, fields: BTreeMap<String, Value>, column: &str) {
        let fields: BTreeMap<String, Value> = fields.into_iter().map(|(name, value)| (name, clean(value))).collect();
        for (name, value) in &fields {
            if let Err(why) = vocabulary::accepts(&format!("{set}/*/{name}"), value) {
                if let Value::Text(text) = value {
                    self.kept.push((column.to_owned(), text.clone()));
                }
                return self.flag(column, "field.not_accepted", why);
            }
        }
        self.draft.add(set, fields);
    }

    pub fn done(self) -> (Draft, Vec<Change>, Vec<Flag>) {
        (self.draft, self.changes, self.flags)
    }
}

/// Line breaks and other control characters become blanks in texts of one line; signs that turn the direction of
/// writing are taken out. A note keeps its line feeds.
fn clean(value: Value) -> Value {
    match value {
        Value::Text(text) => {
            let turns = |c: &char| matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
            let plain = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
            Value::Text(text.chars().filter(|c| !turns(c)).map(plain).collect())
        }
        other => other,
    }
}

fn text_of<'d>(draft: &'d Draft, path: &str) -> Option<&'d str> {
    draft.fields.get(path).and_then(Value::as_text)
}

/// A whole number, with or without marks between thousands and a fraction of zeros: `1 250`, `12,0`.
fn whole(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    let bare = match text.rsplit_once(['.', ',']) {
        Some((whole, zeros)) if zeros.len() < 3 && zeros.bytes().all(|b| b == b'0') => whole.to_owned(),
        _ => text,
    };
    bare.parse().ok()
}
