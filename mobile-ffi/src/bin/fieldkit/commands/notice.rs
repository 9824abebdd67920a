//! `look`, `open`, and what is said of serials that the register wants noticed and of rows whose statements are not here.

use std::sync::Arc;

use mobile_ffi::{HttpTransport, RegisterPage, RegisterRow, SerialNotice, Tablet, TabletError, WorkingSet};

use crate::output::{Output, counted, line, table};

/// Asks the table of serials; no network.
pub fn look(tablet: &Tablet, serial: &str, class: Option<&str>, output: &Output) -> Result<(), TabletError> {
    output.print(&tablet.notice(serial, class)?, |notices| {
        if notices.is_empty() {
            line("Nothing that the register wants noticed. This says nothing of weapons recorded since the last sync.");
        }
        said(notices);
    })
}

/// Notices, a line each.
pub fn said(notices: &[SerialNotice]) {
    for notice in notices {
        let class = notice.class.as_ref().map(|class| format!(" [{class}]")).unwrap_or_default();
        line(&format!("Look closer at {}{class}: {}.", notice.serial, notice.words));
    }
}

/// Fetches what was said about items, so that more can be said about them.
pub fn open(tablet: &Tablet, items: &[String], output: &Output) -> Result<(), TabletError> {
    let opened = tablet.open_items(Arc::new(HttpTransport::new()), items)?;
    output.print(&opened, |opened| {
        let (items, statements) =
            (counted(opened.opened.len() as u64, "item"), counted(opened.statements, "statement"));
        line(&format!("Opened {items}: {statements} new here, {} received.", counted(opened.bytes_received, "byte")));
    })
}

/// Before something is said about an item of which only the register's row is here, what was said about it is fetched: an edit that had not
/// seen it would contradict everybody.
pub fn open_for_change(tablet: &Tablet, item: &str) -> Result<(), TabletError> {
    let Some(row) = tablet.register_row(item)?.filter(|row| !row.held) else { return Ok(()) };
    tablet.open_items(Arc::new(HttpTransport::new()), std::slice::from_ref(&row.document)).map(drop).map_err(|error| {
        TabletError::refused(
            "pack.read_only",
            format!(
                "of this item only the register's row at place {} is here, and what was said about it could not be fetched: {}",
                row.place, error.message
            ),
            "Nothing was saved. Try again with a link.",
        )
    })
}

/// Changes which items are brought with their statements.
pub fn working_set(tablet: &Tablet, parts: &[String], output: &Output) -> Result<(), TabletError> {
    if !parts.is_empty() {
        tablet.choose_working_set(&WorkingSet::parse(parts)?)?;
    }
    output.print(&tablet.working_set()?, |set| {
        if set.all {
            return line("This tablet holds the statements of every item.");
        }
        let days = set.days.iter().map(|day| format!("day {day} since 1970"));
        let sites = set.sites.iter().map(|site| format!("site {site}"));
        let search = set.search.iter().map(|text| format!("what says '{text}'"));
        let all: Vec<String> = sites.chain(days).chain(search).collect();
        let which = if all.is_empty() { "no item but those opened".to_owned() } else { all.join(", ") };
        line(&format!("This tablet holds the statements of {which}; of all others the register's rows."));
    })
}

/// Rows of the register whose statements are not here.
pub fn rows(page: &RegisterPage) {
    let Some(place) = page.place.filter(|_| !page.rows.is_empty()) else { return };
    line(&format!("From the register at place {place}, read-only (`open` fetches what was said about one):"));
    let mut rows = table(&["item", "class", "maker", "model", "calibre", "serials", "status", "tag", "site", ""]);
    for row in &page.rows {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        rows.add_row(vec![
            row.document.chars().take(12).collect(),
            row.class.clone().unwrap_or_else(|| row.kind.clone()),
            text(&row.make),
            text(&row.model),
            text(&row.calibre),
            row.serials.join(", "),
            text(&row.status),
            text(&row.tag),
            text(&row.site),
            marks(row).join(", "),
        ]);
    }
    line(&rows.to_string());
    if let Some(next) = &page.next {
        line(&format!("There are more: the same with --rows-after {next}"));
    }
}

fn marks(row: &RegisterRow) -> Vec<String> {
    let mut marks = Vec::new();
    if row.moved {
        marks.push("moved to another operation".to_owned());
    }
    if row.conflicts > 0 {
        marks.push(format!("{} in conflict", row.conflicts));
    }
    if row.open_findings > 0 {
        marks.push(counted(row.open_findings, "finding"));
    }
    marks.extend(row.review.clone().map(|state| state.replace('_', " ")));
    marks
}

/// One row, where the statements could not be fetched.
pub fn row(row: &RegisterRow, why: &TabletError, output: &Output) -> Result<(), TabletError> {
    output.print(row, |row| {
        let page = RegisterPage { rows: vec![row.clone()], place: Some(row.place), total: 1, next: None };
        line(&format!("What was said about this item is not here, and could not be fetched: {}.", why.message));
        rows(&page);
    })
}
