//! One row on its way: rules are applied in the order of the mapping, the first that decides a field wins.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::draft::Draft;
use ploughshare_core::domain::serial as core_serial;

use super::super::lookup::{CodeTable, Found};
use super::super::mapping::{Condition, FieldRule, MarkingRule, Operand, Otherwise, RefRule, Shape, Test};
use super::super::serial::normalised;
use super::super::table::{Cell, CellKind, Row};
use super::super::text::{cut_bytes, fold};
use super::super::vocabulary::{self, Target};
use super::super::when;
use super::{Change, Converter, Flag};

/// Most bytes of one note.
const NOTE_BYTES: usize = 4000;

/// A row being converted.
pub struct Work<'c, 'm, 'r> {
    converter: &'c mut Converter<'m>,
    row: &'r Row,
    draft: Draft,
    decided: BTreeSet<String>,
    kept: Vec<(String, String)>,
    /// Columns whose peculiarity has been told once.
    told: BTreeSet<String>,
    /// Columns some rule has taken a text from.
    taken: BTreeSet<String>,
    changes: Vec<Change>,
    flags: Vec<Flag>,
}

/// The text of a cell as a rule sees it.
struct Seen {
    text: String,
    kind: CellKind,
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

    fn change(&mut self, column: &str, path: &str, from: &str, to: &str, why: &'static str) {
        let (column, path, from, to) = (column.to_owned(), path.to_owned(), from.to_owned(), to.to_owned());
        self.changes.push(Change { column, path, from, to, why });
    }

    /// The text of a column; `None` where it is empty or says so. Dates that a spreadsheet made are undone first.
    fn seen(&mut self, column: &str, path: &str, undo_date: Option<&str>) -> Option<Seen> {
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

    fn holds(&self, when: &[Condition]) -> bool {
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

    fn leading_zeros(&mut self, column: &str, seen: &Seen) {
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

    fn too_long(&mut self, column: &str, path: &str, text: &str) {
        self.flag(column, "cell.too_long", format!("the text is longer than {path} takes; all of it is in the note"));
        self.kept.push((column.to_owned(), text.to_owned()));
    }

    pub fn markings(&mut self) {
        let mapping = self.converter.mapping;
        for rule in &mapping.markings {
            if self.holds(&rule.when) {
                self.marking(rule);
            }
        }
    }

    fn marking(&mut self, rule: &MarkingRule) {
        let column = rule.column.as_str();
        let Some(seen) = self.seen(column, "markings", None) else {
            if let Some(status) =
                rule.blank_status.as_ref().filter(|_| rule.sets_status && !self.decided.contains("serial_status"))
            {
                self.flag(column, "serial.not_stated", "the file says nothing about the serial".to_owned());
                self.set("serial_status", Value::Text(status.clone()));
            }
            return;
        };
        self.leading_zeros(column, &seen);
        let reading = rule.words.read(&seen.text);
        if !reading.understood {
            let text = format!("{:?} is neither a serial nor words that are known; it is kept in the note", seen.text);
            self.flag(column, "serial.not_understood", text);
        }
        if reading.markings.len() > 1 {
            let text = format!("{:?} holds {} serials: one marking each", seen.text, reading.markings.len());
            self.flag(column, "serial.several", text);
        }
        if !reading.plain {
            let marks: Vec<&str> = reading.markings.iter().filter_map(|mark| mark.text.as_deref()).collect();
            let to = format!("{} {}", reading.status, marks.join(" + ")).trim().to_owned();
            self.change(column, "serial_status", &seen.text, &to, "state_of_marking");
            self.kept.push((column.to_owned(), seen.text.clone()));
        }
        if reading.understood && reading.status == "not_inspected" {
            self.flag(column, "serial.not_stated", format!("{:?} does not say what the serial is", seen.text));
        }
        if rule.sets_status && !self.decided.contains("serial_status") {
            self.set("serial_status", Value::Text(reading.status));
        }
        for mark in reading.markings {
            let mut fields = BTreeMap::from([("type".to_owned(), Value::Text(rule.marking_type.clone()))]);
            if let Some(text) = &mark.text {
                let (text, _) = cut_bytes(text, 512);
                fields.insert("normalised".to_owned(), Value::Text(normalised(&text)));
                if let Some(script) = rule.script.clone().or_else(|| core_serial::script(&text)) {
                    fields.insert("script".to_owned(), Value::Text(script));
                }
                fields.insert("text".to_owned(), Value::Text(text));
            }
            for (name, code) in [("condition", mark.condition), ("location", mark.location), ("side", mark.side)] {
                fields.extend(code.map(|code| (name.to_owned(), Value::Text(code))));
            }
            self.member("markings", fields, column);
        }
    }

    pub fn refs(&mut self) {
        let mapping = self.converter.mapping;
        for rule in &mapping.refs {
            if self.holds(&rule.when) {
                self.reference(rule);
            }
        }
    }

    fn reference(&mut self, rule: &RefRule) {
        let Some(seen) = self.seen(&rule.column, "refs", rule.undo_date.as_deref()) else { return };
        let most = match vocabulary::member("refs", "value") {
            Some(Target::Text(most)) => most,
            _ => usize::MAX,
        };
        let (text, shortened) = cut_bytes(&seen.text, most);
        if shortened {
            self.too_long(&rule.column, "refs", &seen.text);
        }
        let fields = BTreeMap::from([
            ("scheme".to_owned(), Value::Text(rule.scheme.clone())),
            ("value".to_owned(), Value::Text(text)),
        ]);
        self.member("refs", fields, &rule.column);
    }

    pub fn members(&mut self) {
        let mapping = self.converter.mapping;
        for rule in &mapping.members {
            if self.holds(&rule.when) {
                self.member(&rule.set, rule.fields.clone(), "");
            }
        }
    }

    pub fn defaults(&mut self) {
        let mapping = self.converter.mapping;
        for (path, value) in &mapping.defaults {
            if !self.decided.contains(path) {
                self.set(path, value.clone());
            }
        }
    }

    /// What no field took, word for word, one line a column.
    pub fn notes(&mut self) {
        let mapping = self.converter.mapping;
        let mut lines = Vec::new();
        let mut said: BTreeSet<&str> = BTreeSet::new();
        let kept = std::mem::take(&mut self.kept);
        for (column, text) in &kept {
            if said.insert(column) {
                lines.push(format!("{column}: {text}"));
            }
        }
        let named = self
            .converter
            .index
            .keys()
            .filter(|column| !mapping.ignore.contains_key(*column) && !self.taken.contains(*column));
        let named: Vec<&String> = mapping
            .notes
            .iter()
            .chain(named.filter(|column| !mapping.notes.contains(column) && !mapping.identity.contains(column)))
            .collect();
        for column in named {
            let text = self.converter.text(self.row, column);
            if !text.is_empty() && said.insert(column) {
                lines.push(format!("{column}: {text}"));
            }
        }
        for at in self.converter.unmapped.clone() {
            let text = self.row.text(at);
            let header = self.converter.headers.get(at).map_or("", String::as_str);
            if !text.is_empty() {
                lines.push(format!(
                    "{}: {text}",
                    if header.is_empty() { format!("column {}", at + 1) } else { header.to_owned() }
                ));
            }
        }
        let mut notes = Vec::new();
        let mut note = String::new();
        for line in lines {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let mut rest = line.as_str();
            while !rest.is_empty() {
                let (part, _) = cut_bytes(rest, NOTE_BYTES);
                rest = rest.get(part.len()..).unwrap_or_default();
                if !note.is_empty() && note.len() + part.len() >= NOTE_BYTES {
                    notes.push(std::mem::take(&mut note));
                }
                if !note.is_empty() {
                    note.push('\n');
                }
                note.push_str(&part);
            }
        }
        if !note.is_empty() {
            notes.push(note);
        }
        for text in notes {
            let mut fields = BTreeMap::from([("text".to_owned(), Value::Text(text))]);
            fields.extend(mapping.language.clone().map(|language| ("language".to_owned(), Value::Text(language))));
            self.member("notes", fields, "");
        }
    }

    fn set(&mut self, path: &str, value: Value) {
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

    fn member(&mut self, set: &str, fields: BTreeMap<String, Value>, column: &str) {
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
