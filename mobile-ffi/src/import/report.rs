//! What an import did, row by row and in sum: nothing is changed, flagged, refused or passed over without a line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ploughshare_core::cbor::Value;
use serde::Serialize;
use serde_json::json;

use super::convert::{Converter, Outcome, Ready, Refused};
use super::error::ImportError;
use super::text::cut;

/// Most different texts listed for one reason.
const TEXTS: usize = 2_000;
/// Most row numbers listed for one text. All rows are in the detailed report.
const ROWS: usize = 20;

/// The sums of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows that hold something.
    pub rows: u64,
    /// Rows recorded as new documents.
    pub recorded: u64,
    /// Rows that had been recorded by an earlier import.
    pub already: u64,
    /// Of those, rows whose content is no longer what was recorded.
    pub already_but_different: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows with at least one change.
    pub rows_changed: u64,
    /// Rows with at least one flag.
    pub rows_flagged: u64,
    /// Rows of each kind of item.
    pub kinds: BTreeMap<String, u64>,
    /// Columns the mapping does not name; their texts are kept in notes.
    pub columns_not_mapped: Vec<String>,
    /// Columns left out, and why.
    pub columns_ignored: Vec<(String, String)>,
    /// Columns the mapping names and the file does not have.
    pub columns_missing: Vec<String>,
    /// Changes by reason.
    pub changes: BTreeMap<String, Reason>,
    /// Flags by reason.
    pub flags: BTreeMap<String, Reason>,
    /// Refusals by reason.
    pub refusals: BTreeMap<String, Reason>,
}

/// How often something happened, to which texts, in which rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// How often.
    pub count: u64,
    /// The texts concerned.
    pub texts: BTreeMap<String, ReasonRows>,
    /// How many more different texts there were than are listed.
    pub texts_left_out: u64,
}

/// The rows something happened in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReasonRows {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<u64>,
}

impl Reason {
    fn add(&mut self, text: String, row: u64) {
        self.count += 1;
        if self.texts.len() >= TEXTS && !self.texts.contains_key(&text) {
            self.texts_left_out += 1;
            return;
        }
        let rows = self.texts.entry(text).or_default();
        rows.count += 1;
        if rows.first.len() < ROWS {
            rows.first.push(row);
        }
    }
}

/// A report being made: told every outcome, it keeps the sums and hands on each line.
#[derive(Debug, Default)]
pub struct Report {
    summary: Summary,
}

impl Report {
    /// Begins a report on a file; the converter knows which columns are used.
    pub fn new(converter: &Converter<'_>) -> Self {
        let summary = Summary {
            columns_not_mapped: converter.unmapped_columns(),
            columns_ignored: converter.ignored_columns(),
            columns_missing: converter.missing_columns(),
            ..Summary::default()
        };
        Self { summary }
    }

    /// A row was recorded.
    pub fn recorded(&mut self, ready: &Ready) {
        self.summary.recorded += 1;
        self.ready(ready);
    }

    /// A row had been recorded before; `different` says that its content hash is another one now.
    pub fn already(&mut self, ready: &Ready, different: bool) {
        self.summary.already += 1;
        self.summary.already_but_different += u64::from(different);
        if different {
            self.summary.flags.entry("row.changed_since".to_owned()).or_default().add(ready.row_id.clone(), ready.row);
        }
        self.ready(ready);
    }

    /// A row was refused.
    pub fn refused(&mut self, refused: &Refused) {
        self.summary.rows += 1;
        self.summary.refused += 1;
        self.summary.refusals.entry(refused.code.to_owned()).or_default().add(cut(&refused.why, 200).0, refused.row);
    }

    fn ready(&mut self, ready: &Ready) {
        let summary = &mut self.summary;
        summary.rows += 1;
        summary.rows_changed += u64::from(!ready.changes.is_empty());
        summary.rows_flagged += u64::from(!ready.flags.is_empty());
        *summary
            .kinds
            .entry(ready.draft.fields.get("kind").and_then(Value::as_text).unwrap_or("none").to_owned())
            .or_default() += 1;
        for change in &ready.changes {
            // Texts that differ in every row are counted, not listed: the detailed report has them.
            let text = if matches!(change.why, "formula" | "instant") {
                change.column.clone()
            } else {
                format!("{}: {} -> {}", change.column, cut(&change.from, 80).0, cut(&change.to, 80).0)
            };
            summary.changes.entry(format!("{}.{}", change.path, change.why)).or_default().add(text, ready.row);
        }
        for flag in &ready.flags {
            let text = if flag.column.is_empty() {
                cut(&flag.text, 160).0
            } else {
                format!("{}: {}", flag.column, cut(&flag.text, 160).0)
            };
            summary.flags.entry(flag.code.to_owned()).or_default().add(text, ready.row);
        }
    }

    /// The sums so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
}

impl Summary {
    /// The sums as a table for people.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let kinds: Vec<String> = self.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        for (label, count, always) in [
            ("rows read", self.rows, true),
            ("recorded", self.recorded, true),
            ("recorded by an earlier import, not added again", self.already, true),
            ("of these, rows that read otherwise now", self.already_but_different, false),
            ("refused", self.refused, true),
            ("in other words or codes than in the file", self.rows_changed, false),
            ("to look at", self.rows_flagged, false),
        ] {
            if always || count > 0 {
                let what = if label == "rows read" && !kinds.is_empty() {
                    format!(" ({})", kinds.join(", "))
                } else {
                    String::new()
                };
                let _ = writeln!(out, "{count:>9}  {label}{what}");
            }
        }
        for (title, reasons) in
            [("Refused", &self.refusals), ("To look at", &self.flags), ("Said in other words or codes", &self.changes)]
        {
            if !reasons.is_empty() {
                let _ = writeln!(out, "\n{title}");
            }
            for (code, reason) in reasons {
                let _ = writeln!(out, "{:>9}  {}", reason.count, words(code));
                let mut texts: Vec<_> = reason.texts.iter().collect();
                texts.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.count));
                for (text, rows) in texts.iter().take(5) {
                    let _ = writeln!(out, "{:>19}  {} ({})", rows.count, text.replace('\n', " "), some_rows(rows));
                }
                let left = (reason.texts.len() as u64 + reason.texts_left_out).saturating_sub(5);
                if left > 0 {
                    let _ = writeln!(out, "{:>19}  and {left} more, all of them in the report", "");
                }
            }
        }
        for (title, columns) in [
            ("Columns kept in notes, as the mapping does not name them", &self.columns_not_mapped),
            ("Columns the mapping names and the file does not have", &self.columns_missing),
        ] {
            if !columns.is_empty() {
                let _ = writeln!(out, "\n{title}: {}", columns.join(", "));
            }
        }
        for (column, why) in &self.columns_ignored {
            let _ = writeln!(out, "\nColumn left out: {column} ({why})");
        }
        out
    }
}

/// A reason in words, with its stable code.
fn words(code: &str) -> String {
    let said = match code {
        "import.row.too_long" => "more cells than the header has",
        "import.row.formula_without_value" => "a formula without its value",
        "import.row.no_identity" => "nothing in the column that tells rows apart",
        "row.not_recorded" => "does not fit the vocabulary",
        "row.identity_repeated" => "the same identity as another row, and other content",
        "row.changed_since" => "reads otherwise than when it was imported; what was recorded stands",
        "word.not_in_table" => "a word the mapping does not know, kept as it stands",
        "word.assumed" => "a word with several meanings; the usual one was taken",
        "cell.unreadable" => "could not be read, kept in a note",
        "cell.too_long" => "too long for its field, whole in a note",
        "cell.error" => "the spreadsheet shows an error",
        "cell.date_undone" => "the spreadsheet had made a date of it",
        "serial.not_stated" => "nothing said about the serial",
        "serial.not_understood" => "words about the serial that were not understood",
        "serial.several" => "several serials in one cell",
        "serial.leading_zeros" => "a serial kept as a number: zeros in front may be lost",
        "serial.lost_digits" => "a serial kept as a number: digits are lost",
        _ => match code.rsplit_once('.') {
            Some((path, why)) => return format!("{path}: {} [{code}]", reworded(why)),
            None => return code.to_owned(),
        },
    };
    format!("{said} [{code}]")
}

/// What was done to a value.
fn reworded(why: &str) -> &str {
    match why {
        "code_table" => "the code for the word",
        "unknown_word" => "a word that is in no table",
        "blank_word" => "a word that says nothing is known",
        "formula" => "what the formula gives",
        "upper_case" => "in capitals",
        "instant" => "as an instant, in UTC",
        "date_undone" => "the text that the spreadsheet took for a date",
        "state_of_marking" => "words about the marking as its state",
        other => other,
    }
}

/// The first rows, and how many more.
fn some_rows(rows: &ReasonRows) -> String {
    let first: Vec<String> = rows.first.iter().take(3).map(u64::to_string).collect();
    let plural = if rows.count == 1 { "" } else { "s" };
    let more = match rows.count.saturating_sub(first.len() as u64) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("row{plural} {}{more}", first.join(", "))
}

/// The detailed report: one JSON object a line for each row that was changed, flagged, refused or passed over, written
/// as the import goes, so that it is there also when the import is interrupted. The last line holds the sums.
pub struct ReportWriter {
    path: PathBuf,
    file: BufWriter<File>,
    report: Report,
}

impl ReportWriter {
    /// Creates the file.
    ///
    /// # Errors
    /// [`ImportError::Report`].
    pub fn create(path: &Path, report: Report) -> Result<Self, ImportError> {
        let file = File::create(path).map_err(|source| ImportError::Report { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file), report })
    }

    /// A row was recorded. Call it when the record is durable.
    ///
    /// # Errors
    /// [`ImportError::Report`].
    pub fn recorded(&mut self, ready: &Ready) -> Result<(), ImportError> {
        self.report.recorded(ready);
        self.ready(ready, "recorded")
    }

    /// A row had been recorded before.
    ///
    /// # Errors
    /// [`ImportError::Report`].
    pub fn already(&mut self, ready: &Ready, different: bool) -> Result<(), ImportError> {
        self.report.already(ready, different);
        self.ready(ready, if different { "already_but_different" } else { "already" })
    }

    /// A row was refused.
    ///
    /// # Errors
    /// [`ImportError::Report`].
    pub fn refused(&mut self, refused: &Refused) -> Result<(), ImportError> {
        self.report.refused(refused);
        self.write(&json!({ "row": refused.row, "outcome": "refused", "code": refused.code, "why": refused.why }))
    }

    /// An outcome that was, where it is ready, recorded.
    ///
    /// # Errors
    /// [`ImportError::Report`].
    pub fn outcome(&mut self, outcome: &Outcome) -> Result<(), ImportError> {
        match outcome {
            Outcome::Ready(ready) => self.recorded(ready),
            Outcome::Refused(refused) => self.refused(refused),
        }
    }

    fn ready(&mut self, ready: &Ready, outcome: &str) -> Result<(), ImportError> {
        if ready.changes.is_empty() && ready.flags.is_empty() && outcome == "recorded" {
            return Ok(());
        }
        self.write(&json!({ "row": ready.row, "outcome": outcome, "row_id": ready.row_id, "changes": ready.changes, "flags": ready.flags }))
    }

    fn write(&mut self, line: &serde_json::Value) -> Result<(), ImportError> {
        writeln!(self.file, "{line}").map_err(|source| ImportError::Report { path: self.path.clone(), source })
    }

    /// Hands all lines to the operating system; worth calling after each batch recorded.
    ///
    /// # Errors
    /// [`ImportError::Report`].
    pub fn flush(&mut self) -> Result<(), ImportError> {
        self.file.flush().map_err(|source| ImportError::Report { path: self.path.clone(), source })
    }

    /// The sums so far.
    pub fn summary(&self) -> &Summary {
        self.report.summary()
    }

    /// Writes the sums and closes the file.
    ///
    /// # Errors
    /// [`ImportError::Report`].
    pub fn finish(mut self) -> Result<Summary, ImportError> {
        let line = json!({ "outcome": "summary", "summary": self.report.summary() });
        self.write(&line)?;
        self.flush()?;
        Ok(self.report.summary)
    }
}
