//! `list`, `conflicts`, `findings`.

use mobile_ffi::{ListFilter, ListPage, RegisterPage, RegisterWanted, Tablet, TabletError, Value, unfit};
use ploughshare_core::domain::schema::{self, SchemaError};

use serde::Serialize;

use super::notice;
use super::show::who;
use crate::args::{Limit, List};
use crate::output::{Output, counted, line, plain, table, time};
use crate::values;

/// A code as its list writes it; one that is in no list finds nothing, and that is said.
fn code(path: &str, text: Option<String>) -> Result<Option<String>, TabletError> {
    let Some(text) = text else { return Ok(None) };
    match values::typed("item", path, &text).map_err(only_looked)? {
        Value::Text(code) => Ok(Some(code)),
        _ => Ok(Some(text)),
    }
}

/// Nothing was meant to be saved.
fn only_looked(mut error: TabletError) -> TabletError {
    error.hint = error.hint.replace("Nothing was saved. ", "");
    error
}

/// Documents of this tablet, and rows of the register whose statements are not here.
#[derive(Serialize)]
struct Both {
    #[serde(flatten)]
    page: ListPage,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<RegisterPage>,
}

pub fn list(tablet: &Tablet, args: List, output: &Output) -> Result<(), TabletError> {
    if let Some(kind) = args.document.as_ref().filter(|kind| !schema::kinds().contains(&kind.as_str())) {
        return Err(only_looked(unfit(SchemaError::UnknownKind { kind: kind.clone() })));
    }
    let wanted = RegisterWanted {
        kind: code("kind", args.kind.clone())?,
        class: code("class", args.class.clone())?,
        status: code("status", args.status.clone())?,
        text: args.text.clone(),
        serial: args.serial.clone(),
        confusable: args.confusable,
        not_held: true,
        after: args.rows_after,
        limit: args.limit,
        site: None,
    };
    let only_documents = args.in_conflict
        || args.with_findings
        || args.review.is_some()
        || args.after.is_some()
        || args.document.as_ref().is_some_and(|kind| kind != "item");
    let rows = if only_documents { RegisterPage::default() } else { tablet.register_rows(&wanted)? };
    let page = tablet.list(ListFilter {
        kind: args.document,
        item_kind: code("kind", args.kind)?,
        class: code("class", args.class)?,
        status: code("status", args.status)?,
        text: args.text,
        serial: args.serial,
        confusable: args.confusable,
        in_conflict: args.in_conflict,
        with_findings: args.with_findings,
        review: args.review,
        limit: args.limit,
        after: args.after,
    })?;
    let both = Both { page, register: Some(rows).filter(|rows| rows.place.is_some()) };
    output.print(&both, |Both { page, register }| {
        let registers = register.as_ref().filter(|rows| !rows.rows.is_empty());
        if page.rows.is_empty() {
            return registers.map_or_else(|| line("Nothing found."), notice::rows);
        }
        let mut rows = table(&["document", "class", "maker", "model", "calibre", "serials", "status", "changed", ""]);
        for row in &page.rows {
            let mut marks = Vec::new();
            if let Some(operation) = &row.moved_to {
                marks.push(format!("moved to operation {operation}"));
            }
            if row.conflicts > 0 {
                marks.push(format!("{} in conflict", row.conflicts));
            }
            if row.open_findings > 0 {
                marks.push(counted(row.open_findings, "finding"));
            }
            if row.review_state != "none" {
                marks.push(row.review_state.replace('_', " "));
            }
            if row.waiting > 0 {
                marks.push("waiting".to_owned());
            }
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            rows.add_row(vec![
                row.document.chars().take(12).collect(),
                row.class.clone().or_else(|| row.item_kind.clone()).or_else(|| row.kind.clone()).unwrap_or_default(),
                text(&row.make),
                text(&row.model),
                text(&row.calibre),
                row.serials.join(", "),
                text(&row.status),
                time(row.changed_ms),
                marks.join(", "),
            ]);
        }
        line(&rows.to_string());
        if let Some(next) = &page.next {
            line(&format!("There are more: the same with --after {next}"));
        }
        if let Some(rows) = registers {
            notice::rows(rows);
        }
    })
}

pub fn conflicts(tablet: &Tablet, args: &Limit, output: &Output) -> Result<(), TabletError> {
    output.print(&tablet.conflicts(args.limit)?, |all| {
        if all.is_empty() {
            return line("No conflicts.");
        }
        for conflict in all {
            line(&format!("{} {}", conflict.document, conflict.path));
            for (index, said) in conflict.values.iter().enumerate() {
                let by: Vec<String> = said.by.iter().map(who).collect();
                line(&format!("  {index}: {} — {}", plain(&said.value), by.join("; ")));
            }
        }
        line("Choose with: fieldkit resolve DOCUMENT PATH --index N --reason TEXT");
    })
}

pub fn findings(tablet: &Tablet, args: &Limit, output: &Output) -> Result<(), TabletError> {
    output.print(&tablet.findings(args.limit)?, |all| {
        if all.is_empty() {
            return line("No open findings.");
        }
        let mut rows = table(&["document", "rule", "weight", "what is the matter", "justified"]);
        for finding in all {
            rows.add_row(vec![
                finding.document.chars().take(12).collect(),
                finding.rule.clone(),
                finding.severity.clone(),
                finding.message.clone(),
                finding.justification.clone().unwrap_or_default(),
            ]);
        }
        line(&rows.to_string());
    })
}
