//! What is printed: one JSON document, or plain words and tables.

use std::io::Write as _;

use comfy_table::{Table, presets};
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

/// A table with these headers.
pub fn table(headers: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(headers.to_vec());
    table
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
            let safe = if *data_safe { "What was saved before is safe." } else { "What was saved may be damaged." };
            writeln!(stderr, "fieldkit: {message} [{code}]\n{safe}\n{hint}")
        };
        drop(written);
    }
}
