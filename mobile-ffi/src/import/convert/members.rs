//! What a row says beside its scalar fields: markings, references, grounds, and the words kept in notes.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::serial as core_serial;

use super::super::mapping::{MarkingRule, RefRule};
use super::super::serial::normalised;
use super::super::text::cut_bytes;
use super::super::vocabulary::{self, Target};
use super::row::Work;

/// Most bytes of one note.
const NOTE_BYTES: usize = 4000;

impl Work<'_, '_, '_> {
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
}
