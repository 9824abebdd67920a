//! `list`, `conflicts`, `findings`.

use mobile_ffi::{ListFilter, Tablet, TabletError};

use super::show::who;
use crate::args::{Limit, List};
use crate::output::{Output, line, plain, table, time};

pub fn list(tablet: &Tablet, args: List, output: &Output) -> Result<(), TabletError> {
    let page = tablet.list(ListFilter {
        kind: args.document,
        item_kind: args.kind,
        class: args.class,
        status: args.status,
        text: args.text,
        serial: args.serial,
        confusable: args.confusable,
        in_conflict: args.in_conflict,
        with_findings: args.with_findings,
        limit: args.limit,
        after: args.after,
    })?;
    output.print(&page, |page| {
        if page.rows.is_empty() {
            return line("Nothing found.");
        }
        let mut rows = table(&["document", "class", "maker", "model", "calibre", "serials", "status", "changed", ""]);
        for row in &page.rows {
            let mut marks = Vec::new();
            if row.conflicts > 0 {
                marks.push(format!("{} in conflict", row.conflicts));
            }
            if row.open_findings > 0 {
                marks.push(format!("{} findings", row.open_findings));
            }
            if row.waiting > 0 {
                marks.push("waiting".to_owned());
            }
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            rows.add_row(vec![
                row.document.chars().take(12).collect(),
                row.class.clone().or_else(|| row.kind.clone()).unwrap_or_default(),
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
            line(&format!("More: --after {next}"));
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
        let mut rows = table(&["document", "rule", "weight", "field", "what is the matter", "justified"]);
        for finding in all {
            rows.add_row(vec![
                finding.document.chars().take(12).collect(),
                finding.rule.clone(),
                finding.severity.clone(),
                finding.path.clone().unwrap_or_default(),
                finding.message.clone(),
                finding.justification.clone().unwrap_or_default(),
            ]);
        }
        line(&rows.to_string());
    })
}
