//! Opening items whose statements are not here: they are fetched, and from then on the items are documents like all others.

use std::sync::Arc;

use ploughshare_core::ids::DocId;
use serde::Serialize;

use crate::engine::Tablet;
use crate::engine::sync::Run;
use crate::error::TabletError;
use crate::model::SyncReport;
use crate::store::{Result, documents};
use crate::transport::Transport;

/// What opening came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// Items whose statements are here now.
    pub opened: Vec<String>,
    /// Statements that are new here.
    pub statements: u64,
    /// Bytes received.
    pub bytes_received: u64,
}

impl Tablet {
    /// Fetches everything said about some items, so that more can be said about them. Of items that are here already it fetches what is new.
    pub fn open_items(&self, transport: Arc<dyn Transport>, documents: &[String]) -> Result<Opened> {
        let mut ids = Vec::with_capacity(documents.len());
        for text in documents {
            let row = self.register_row(text)?.map(|row| row.document);
            let id = row.as_deref().unwrap_or(text).trim().parse::<DocId>();
            ids.push(id.map_err(|_| TabletError::not_found("item", text))?);
        }
        let _one_at_a_time = self.one_sync_at_a_time();
        let mut run = Run::begin(self, transport.as_ref(), SyncReport::default())?;
        run.entries_of(&ids, 0)?;
        let report = run.report;
        let engine = self.engine();
        let mut opened =
            Opened { statements: report.pulled, bytes_received: report.bytes_received, ..Opened::default() };
        for id in ids {
            if documents::row_of(engine.store.read(), &id)?.is_none() {
                return Err(TabletError::not_found("item", &id.to_string()));
            }
            opened.opened.push(id.to_string());
        }
        Ok(opened)
    }
}
