//! What the rules notice on this device, on its own view of each item.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::item::JustificationRecord;
use ploughshare_core::ids::DocId;
use ploughshare_core::rules::pace::{Recorded, paced};
use ploughshare_core::rules::{self, Tunings};
use rusqlite::Connection;

use super::Tablet;
use crate::model::FindingView;
use crate::store::query::{self, Wanted};
use crate::store::{Result, documents};

const DAY_MS: i64 = 86_400_000;

/// Findings kept for a document.
pub(super) fn of_row(conn: &Connection, row: i64, document: &DocId) -> Result<Vec<FindingView>> {
    let view = |row: query::FindingRow| FindingView {
        document: document.to_string(),
        rule: row.rule,
        severity: row.severity,
        path: row.path,
        message: row.message,
        justification: row.justification,
    };
    Ok(query::findings(conn, row)?.into_iter().map(view).collect())
}

/// Rule R71 across the records of each officer on each day, as far as they are here: more than anybody inspects in an hour, or two places too
/// far apart. It belongs to no single document, so it is looked for when findings are asked for; the register finds the same once it has
/// the same records.
fn hurried(conn: &Connection, tunings: &Tunings) -> Result<Vec<FindingView>> {
    let mut days: BTreeMap<i64, Vec<Recorded>> = BTreeMap::new();
    let mut reasons: BTreeMap<DocId, Vec<JustificationRecord>> = BTreeMap::new();
    for (recorded, given) in documents::recorded(conn)? {
        if !given.is_empty() {
            reasons.insert(recorded.item, given);
        }
        days.entry(recorded.claimed_ms.div_euclid(DAY_MS)).or_default().push(recorded);
    }
    let mut found = Vec::new();
    for one in days.values().flat_map(|records| paced(records, tunings)) {
        // A rush is told of its first record, a leap of the two records that it lies between.
        let told = if one.finding.key.contains("/leap/") { 2 } else { 1 };
        let items: BTreeSet<DocId> = one.items.into_iter().take(told).collect();
        let given: Vec<JustificationRecord> =
            items.iter().filter_map(|item| reasons.get(item)).flatten().cloned().collect();
        for finding in rules::settle(vec![one.finding], tunings, &given) {
            found.extend(items.iter().map(|item| FindingView {
                document: item.to_string(),
                rule: finding.rule.to_owned(),
                severity: finding.severity.name().to_owned(),
                path: None,
                message: finding.message.clone(),
                justification: finding.justification.clone(),
            }));
        }
    }
    Ok(found)
}

impl Tablet {
    /// Findings of the documents that have open ones, newest documents first, at most `limit` documents (50 if 0); then those about the pace of
    /// an officer's day.
    pub fn findings(&self, limit: u32) -> Result<Vec<FindingView>> {
        let engine = self.engine();
        let conn = engine.store.read();
        let limit = if limit == 0 { 50 } else { limit };
        let mut all = Vec::new();
        for found in query::page(conn, &Wanted { with_findings: true, limit, ..Wanted::default() })? {
            all.extend(of_row(conn, found.row, &found.id)?);
        }
        all.extend(hurried(conn, &Tunings::from(&engine.authority))?);
        Ok(all)
    }
}
