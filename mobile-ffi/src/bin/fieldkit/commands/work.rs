//! What the commands for procedures share: items from arguments and files, scanning, progress, times and next steps.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use mobile_ffi::{DeedProgress, ItemLine, OfficerSession, Progress, RefusedItem, Tablet, TabletError, Value};

use super::{read, sign_in};
use crate::args::{Items, Word};
use crate::output::{Output, counted, line, table};
use crate::values;

/// Lines that are saved together where nobody waits at the scanner.
const TOGETHER: usize = 100;

/// A bar on standard error.
struct Bar(ProgressBar);

impl DeedProgress for Bar {
    fn advanced(&self, items: u64) {
        self.0.set_position(items);
    }
}

/// Runs something with many items under a progress bar.
pub fn with_bar<T>(
    output: &Output,
    quiet: bool,
    count: usize,
    run: impl FnOnce(Progress) -> Result<T, TabletError>,
) -> Result<T, TabletError> {
    let hidden = quiet || output.json || count < 20;
    let bar = if hidden { ProgressBar::hidden() } else { ProgressBar::new(count as u64) };
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta} left; nothing is saved before all are done");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let done = run(Some(Arc::new(Bar(bar.clone()))));
    bar.finish_and_clear();
    done
}

/// Items given as arguments and in a file, a line each.
pub fn items(items: Vec<String>, file: Option<&str>) -> Result<Vec<String>, TabletError> {
    let mut all = items;
    if let Some(file) = file {
        all.extend(read(file)?.lines().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned));
    }
    Ok(all)
}

impl Items {
    /// All of them.
    pub fn all(self) -> Result<Vec<String>, TabletError> {
        items(self.items, self.file.as_deref())
    }
}

impl Word {
    /// Signs in whoever speaks; they are signed out when what is given back is dropped.
    pub fn speak(&self, tablet: &Tablet) -> Result<Option<OfficerSession>, TabletError> {
        sign_in(tablet, &self.speaker)
    }
}

/// Reads scanned lines and hands them on: each at once where a person scans, many together from a file or pipe.
pub fn scan(from: &str, mut each: impl FnMut(&[String]) -> Result<(), TabletError>) -> Result<(), TabletError> {
    if from != "-" {
        let lines = items(Vec::new(), Some(from))?;
        return lines.chunks(TOGETHER).try_for_each(&mut each);
    }
    let stdin = std::io::stdin();
    let by_hand = stdin.is_terminal();
    if by_hand {
        drop(writeln!(std::io::stderr(), "Scan, a line each; end with an empty line."));
    }
    let mut waiting = Vec::new();
    for text in stdin.lock().lines() {
        let text = text.map_err(|error| {
            let message = format!("standard input cannot be read: {error}");
            TabletError::refused("file.unreadable", message, "What was scanned before is safe. Scan the rest again.")
        })?;
        let text = text.trim().to_owned();
        if text.is_empty() && by_hand {
            break;
        }
        if !text.is_empty() {
            waiting.push(text);
        }
        if by_hand || waiting.len() >= TOGETHER {
            each(&std::mem::take(&mut waiting))?;
        }
    }
    if waiting.is_empty() { Ok(()) } else { each(&waiting) }
}

/// A moment from its text, ms since the Unix epoch.
pub fn moment(text: Option<&str>) -> Result<Option<i64>, TabletError> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    let with_zone = if text.len() <= 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let value =
        values::typed("item", "collected_at", text).or_else(|_| values::typed("item", "collected_at", &with_zone));
    match value {
        Ok(Value::Int(ms)) => Ok(Some(ms)),
        _ => Err(TabletError::refused(
            "usage.bad_time",
            format!("'{text}' is no time"),
            "Nothing was saved. Write it like 2026-03-01T09:30:00Z (UTC) or 2026-03-01.",
        )),
    }
}

/// The beginning of an id, as it is typed.
pub fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

/// An item in a few words.
pub fn named(item: &ItemLine) -> String {
    let tag = item.tag.clone().unwrap_or_else(|| short(&item.item));
    if item.what.is_empty() { tag } else { format!("{tag} ({})", item.what) }
}

/// Items that were not taken, with why.
pub fn refusals(all: &[RefusedItem], what: &str) {
    if all.is_empty() {
        return;
    }
    line(&format!("{} {what}:", counted(all.len() as u64, "item")));
    let mut rows = table(&["item", "why not", "code"]);
    for one in all {
        rows.add_row(vec![one.named.clone(), one.reason.clone(), one.code.clone()]);
    }
    line(&rows.to_string());
}

/// That it is safe here.
pub fn safe() {
    line("It is safe on this device; `sync` brings it to the register.");
}

/// What comes next.
pub fn next(text: &str) {
    line(&format!("Next: {text}"));
}

/// A length of time in words.
pub fn duration(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{} {hours} h", counted(days.unsigned_abs(), "day")),
    }
}

/// Grams as kilograms, exactly.
pub fn kilograms(grams: i64) -> String {
    format!("{}.{:03} kg", grams / 1000, grams % 1000)
}

/// A status or code without its underscores.
pub fn spoken(code: Option<&str>) -> String {
    code.unwrap_or("unknown").replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_and_weights_are_said_in_words() {
        const MINUTE: i64 = 60_000;
        for (ms, words) in [
            (59_999, "less than a minute"),
            (5 * MINUTE, "5 min"),
            (125 * MINUTE, "2 h 5 min"),
            (1440 * MINUTE, "1 day 0 h"),
            (3 * 1440 * MINUTE + 61 * MINUTE, "3 days 1 h"),
        ] {
            assert_eq!(duration(ms), words);
        }
        assert_eq!([kilograms(3_750), kilograms(40)], ["3.750 kg", "0.040 kg"]);
    }

    #[test]
    fn times_are_read_with_and_without_an_hour() {
        let read = |text| moment(text).map_err(|error| error.code);
        assert_eq!(read(Some("1970-01-02")), Ok(Some(86_400_000)));
        assert_eq!(read(Some("1970-01-01T01:00:00Z")), Ok(Some(3_600_000)));
        assert_eq!(read(Some("tomorrow")), Err("usage.bad_time".to_owned()));
        assert_eq!(read(None), Ok(None));
    }
}
