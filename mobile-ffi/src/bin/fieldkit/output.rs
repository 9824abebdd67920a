//! What is printed: one JSON document, or plain words and tables.

use std::io::Write as _;

use comfy_table::{LineStyle, Table, TableStyle};
use mobile_ffi::TabletError;
use serde::Serialize;
use serde_json::json;

/// How to print.
pub struct Output {
    /// JSON instead of words.
    pub json: bool,
}

/// Writes a line; a reader that went away is no error of ours.
pub fn line(text: &str) {
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// Says something beside the answer, on standard error.
pub fn warn(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "warning: {text}"));
}

/// A table with these headers.
pub fn table(headers: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(headers.to_vec());
    table
}

/// So many of a thing: "1 statement", "2 statements".
pub fn counted(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// Whether the data is safe, and what is left of the hint: neither is said twice.
fn reassurance(error: &TabletError) -> (&'static str, &str) {
    const SAFE: [(&str, &str); 2] = [
        ("Nothing was saved.", "Nothing was saved now; what was saved before is safe."),
        ("Everything is safe on this device.", "Everything is safe on this device."),
    ];
    if !error.data_safe {
        return ("What was saved may be damaged.", &error.hint);
    }
    let said = SAFE.iter().find_map(|(begins, said)| Some((*said, error.hint.strip_prefix(begins)?.trim_start())));
    said.unwrap_or(("What was saved before is safe.", &error.hint))
}

/// A time in words.
pub fn time(ms: i64) -> String {
    let text = ploughshare_core::domain::time::format_iso8601(ms);
    text.get(..16).map_or(text.clone(), |minutes| minutes.replace('T', " "))
}

/// A value in words.
pub fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "(cleared)".to_owned(),
        other => other.to_string(),
    }
}

/// A usage error as JSON.
pub fn usage_json(message: &str) {
    let error = json!({ "error": { "code": "usage", "message": message, "data_safe": true, "hint": "See --help." } });
    drop(writeln!(std::io::stderr().lock(), "{error}"));
}

impl Output {
    /// Prints a value as JSON, or what `words` says of it.
    pub fn print<T: Serialize>(&self, value: &T, words: impl FnOnce(&T)) -> Result<(), TabletError> {
        if self.json {
            let text = serde_json::to_string_pretty(value).map_err(|e| TabletError::internal(e.to_string()))?;
            line(&text);
        } else {
            words(value);
        }
        Ok(())
    }

    /// Prints an error on standard error: what happened, whether the data is safe, what to do.
    pub fn error(&self, error: &TabletError) {
        let TabletError { code, message, data_safe, hint, .. } = error;
        let mut stderr = std::io::stderr().lock();
        let written = if self.json {
            let json = json!({ "error": { "code": code, "message": message, "data_safe": data_safe, "hint": hint } });
            writeln!(stderr, "{json}")
        } else {
            let (safe, hint) = reassurance(error);
            writeln!(stderr, "fieldkit: {message} [{code}]\n{safe} {hint}")
        };
        drop(written);
    }
}

#[cfg(test)]
mod tests {
    use mobile_ffi::TabletError;

    use super::{counted, reassurance};

    #[test]
    fn one_is_one_and_more_are_many() {
        assert_eq!([0, 1, 2].map(|n| counted(n, "statement")), ["0 statements", "1 statement", "2 statements"]);
    }

    #[test]
    fn that_the_data_is_safe_is_said_once() {
        for (hint, safe, rest) in [
            (
                "Nothing was saved. Give a year.",
                "Nothing was saved now; what was saved before is safe.",
                "Give a year.",
            ),
            ("Everything is safe on this device. Wait.", "Everything is safe on this device.", "Wait."),
            ("See `list`.", "What was saved before is safe.", "See `list`."),
        ] {
            assert_eq!(reassurance(&TabletError::refused("a.b", "c", hint)), (safe, rest));
        }
    }
}
