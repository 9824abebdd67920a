//! The receipt as plain text of 80 columns, for printers and screens that know nothing else.

use unicode_bidi::{BidiClass, bidi_class};
use unicode_width::UnicodeWidthStr as _;

use crate::clean::field;
use crate::language::Language;
use crate::number::day;
use crate::receipt::statement;
use crate::said::quantity;
use crate::sheet::{ReceiptSheet, SerialSeen};
use crate::words::Words;

/// Columns of a line.
const COLUMNS: usize = 80;

/// A receipt as plain text: lines of at most 80 columns, in the order in which they are read. In Arabic, what runs from left
/// to right is isolated (U+2066 … U+2069), so that a screen that orders lines by the Unicode rules keeps its order.
pub fn receipt_text(sheet: &ReceiptSheet, language: Language) -> String {
    let Ok(words) = Words::new(language) else { return String::new() };
    let mut paper = Paper { out: String::new(), right_to_left: language.is_right_to_left() };
    paper.rule('=');
    paper.line(&words.text("receipt-title"));
    paper.rule('=');
    paper.pair(&words.text("receipt-number"), &field(&sheet.number));
    paper.pair(&words.text("label-operation"), &field(&sheet.operation));
    match &sheet.details {
        Some(details) => {
            paper.pair(&words.text("label-date"), &field(&sheet.handed_in_at));
            paper.pair(&words.text("label-place"), &field(&details.place));
            paper.pen(&words.text("label-name"));
            paper.rule('-');
            paper.pair(&words.text("label-type"), &words.code("weapon_class", &details.item_type));
            paper.pair_some(&words.text("label-make-model"), details.make_model.as_deref());
            paper.pair_some(&words.text("label-calibre"), details.calibre.as_deref());
            paper.pair(&words.text("label-condition"), &words.code("condition", &details.condition));
            match &details.quantity {
                Some(lot) => paper.pair(&words.text("label-quantity"), &quantity(&words, lot)),
                None => paper.pair(&words.text("label-serial"), &serial(&words, details.serial.as_ref())),
            }
        }
        None => paper.pair(&words.text("label-date"), &field(day(&sheet.handed_in_at))),
    }
    paper.pair(&words.text("label-tag"), &field(&sheet.tag));
    paper.rule('-');
    paper.pair(&words.text("label-officer"), &field(&sheet.officer));
    paper.pair_some(&words.text("label-organisation"), sheet.organisation.as_deref());
    paper.pen(&words.text("label-signature-officer"));
    paper.rule('-');
    paper.line(&statement(&words, sheet));
    paper.line(&words.text("receipt-no-permit"));
    paper.line(&words.text("receipt-keep"));
    paper.out
}

fn serial(words: &Words, seen: Option<&SerialSeen>) -> String {
    let Some(seen) = seen else { return "–".to_owned() };
    let status = words.code("serial_status", &seen.status);
    match seen.text.as_deref().map(field).filter(|text| !text.is_empty()) {
        Some(text) if seen.status == "read" => text,
        Some(text) if words.language().is_right_to_left() => format!("\u{2066}{text}\u{2069} ({status})"),
        Some(text) => format!("{text} ({status})"),
        None => status,
    }
}

struct Paper {
    out: String,
    right_to_left: bool,
}

impl Paper {
    fn rule(&mut self, c: char) {
        self.out.extend(std::iter::repeat_n(c, COLUMNS));
        self.out.push('\n');
    }

    fn pair_some(&mut self, label: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.pair(label, &field(value));
        }
    }

    fn pair(&mut self, label: &str, value: &str) {
        let forward = !value.chars().any(|c| matches!(bidi_class(c), BidiClass::R | BidiClass::AL));
        let value = if self.right_to_left && forward { format!("\u{2066}{value}\u{2069}") } else { value.to_owned() };
        self.line(&format!("{label}: {value}"));
    }

    fn pen(&mut self, label: &str) {
        self.out.push('\n');
        let label = format!("{label}: ");
        let rest = COLUMNS.saturating_sub(label.width());
        self.out.push_str(&label);
        self.out.extend(std::iter::repeat_n('_', rest));
        self.out.push_str("\n\n");
    }

    /// A paragraph: broken at spaces, and inside of a word that is longer than a line.
    fn line(&mut self, text: &str) {
        let mut used = 0;
        for word in text.split(' ') {
            let width = word.width();
            if used > 0 && used + 1 + width > COLUMNS {
                self.out.push('\n');
                used = 0;
            }
            if used > 0 {
                self.out.push(' ');
                used += 1;
            }
            for c in word.chars() {
                let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
                if used + wide > COLUMNS {
                    self.out.push('\n');
                    used = 0;
                }
                self.out.push(c);
                used += wide;
            }
        }
        self.out.push('\n');
    }
}
