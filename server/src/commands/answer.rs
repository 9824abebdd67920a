//! What a command answers: words for people, or the same as JSON.

use std::io::Write as _;
use std::process::ExitCode;

use comfy_table::Table;
use serde::Serialize;
use serde_json::Value;

/// What a command answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    json: Value,
    text: String,
    good: bool,
}

impl Answer {
    /// The same twice: for machines and for people.
    pub fn new(json: impl Serialize, text: impl Into<String>) -> Self {
        Self { json: serde_json::to_value(json).unwrap_or_default(), text: text.into(), good: true }
    }

    /// Something that is JSON either way.
    pub fn raw(json: impl Serialize) -> Self {
        let json = serde_json::to_value(json).unwrap_or_default();
        Self { text: serde_json::to_string_pretty(&json).unwrap_or_default(), json, good: true }
    }

    /// A list as a table.
    pub fn table<R>(list: &[R], heads: &[&str], cells: impl Fn(&R) -> Vec<String>, json: impl Fn(&R) -> Value) -> Self {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_header(heads);
        for row in list {
            table.add_row(cells(row));
        }
        let text = if list.is_empty() { "none".to_owned() } else { table.to_string() };
        Self { json: list.iter().map(json).collect(), text, good: true }
    }

    /// Everything went well, but what was found is not good: exit code 1.
    #[must_use]
    pub fn but_bad(mut self) -> Self {
        self.good = false;
        self
    }

    /// Prints it and gives the exit code.
    pub fn print(&self, json: bool) -> ExitCode {
        let mut out = std::io::stdout().lock();
        let written = if json { writeln!(out, "{}", self.json) } else { writeln!(out, "{}", self.text) };
        // A reader that has gone away, such as `head`, is no failure of ours.
        let piped = written.is_ok() || written.is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        if self.good && piped { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// A time in µs as people read it, UTC.
pub fn when(us: i64) -> String {
    let days = us.div_euclid(86_400_000_000);
    let seconds = us.rem_euclid(86_400_000_000) / 1_000_000;
    // Days to a date (Hinnant, "chrono-compatible low-level date algorithms").
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_dates() {
        assert_eq!(when(0), "1970-01-01 00:00:00Z");
        assert_eq!(when(951_782_400_000_000), "2000-02-29 00:00:00Z");
        assert_eq!(when(1_767_225_599_999_999), "2025-12-31 23:59:59Z");
        assert_eq!(when(-1), "1969-12-31 23:59:59Z");
    }
}
