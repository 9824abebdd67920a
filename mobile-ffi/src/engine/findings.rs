//! What the rules notice on this device, on its own view of each item.

use ploughshare_core::ids::DocId;

use super::Tablet;
use crate::model::FindingView;
use crate::store::query::{self, Wanted};
use crate::store::{Connection, Result};

/// Findings kept for a document.
pub(super) fn of_document(conn: &Connection, document: &DocId) -> Result<Vec<FindingView>> {
    let view = |row: query::FindingRow| FindingView {
        document: document.to_string(),
        rule: row.rule,
        severity: row.severity,
        path: row.path,
        message: row.message,
        justification: row.justification,
    };
    Ok(query::findings(conn, document)?.into_iter().map(view).collect())
}

impl Tablet {
    /// Findings of the documents that have open ones, newest documents first; at most `limit` documents (50 if 0).
    pub fn findings(&self, limit: u32) -> Result<Vec<FindingView>> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let conn = engine.store.read();
        let limit = if limit == 0 { 50 } else { limit };
        let mut all = Vec::new();
        for found in query::page(conn, &Wanted { with_findings: true, limit, ..Wanted::default() })? {
            all.extend(of_document(conn, &found.id)?);
        }
        Ok(all)
    }
}
