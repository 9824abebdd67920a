//! Listing documents in pages, and conflicts.

use ploughshare_core::cbor::Value;
use ploughshare_core::decision::Authority;
use ploughshare_core::document::ReviewState;
use ploughshare_core::domain::serial;

use super::Tablet;
use super::read::Reading;
use crate::error::TabletError;
use crate::model::{ConflictView, ListFilter, ListPage, ListRow};
use crate::store::Result;
use crate::store::query::{self, Found, Wanted};

/// Fewest characters that a search looks for.
const SHORTEST: usize = 3;

fn wanted(filter: ListFilter) -> Result<Wanted> {
    let too_short = |what: &str| {
        TabletError::refused(
            "list.too_short",
            format!("{what} is found by {SHORTEST} characters or more"),
            "Give more characters.",
        )
    };
    if let Some(text) = &filter.serial
        && serial::normalise(text).chars().count() < SHORTEST
    {
        return Err(too_short("a serial"));
    }
    if let Some(text) = &filter.text
        && (text.trim().is_empty() || text.split_whitespace().any(|word| word.chars().count() < SHORTEST))
    {
        return Err(too_short("each word"));
    }
    if let Some(state) = filter.review.as_deref().filter(|state| !ReviewState::ALL.iter().any(|s| s.code() == *state)) {
        let known: Vec<_> = ReviewState::ALL.iter().map(|state| state.code()).collect();
        return Err(TabletError::refused(
            "list.no_such_review",
            format!("no review comes to `{state}`"),
            &format!("Reviews come to: {}.", known.join(", ")),
        ));
    }
    let before_row = match &filter.after {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            TabletError::refused("list.bad_page", "that is not where a page begins", "Give `next` of the page before.")
        })?),
    };
    Ok(Wanted {
        kind: filter.kind,
        item_kind: filter.item_kind,
        class: filter.class,
        status: filter.status,
        words: filter.text,
        serial: filter.serial,
        confusable: filter.confusable,
        in_conflict: filter.in_conflict,
        with_findings: filter.with_findings,
        review: filter.review,
        before_row,
        limit: if filter.limit == 0 { 50 } else { filter.limit.min(1_000) },
    })
}

fn row(found: &Found, authority: &Authority) -> ListRow {
    let content = &found.content;
    let text = |path: &str| content.get(path).and_then(Value::as_text).map(str::to_owned);
    ListRow {
        document: found.id.to_string(),
        kind: found.kind.clone(),
        item_kind: text("kind"),
        class: text("class"),
        make: text("make").or_else(|| text("make_as_seen")),
        model: text("model").or_else(|| text("model_as_seen")),
        calibre: text("calibre").or_else(|| text("calibre_as_seen")),
        serials: found.serials.clone(),
        tag: text("tag"),
        status: text("status"),
        conflicts: found.conflicts,
        open_findings: found.open_findings,
        waiting: found.waiting,
        review_state: found.review_state.clone(),
        update_needed: found.update_needed,
        changed_ms: found.changed_ms,
        moved_to: authority.moved.get(&found.id).map(|(operation, _)| operation.to_string()),
    }
}

impl Tablet {
    /// One page of documents, the newest here first.
    pub fn list(&self, filter: ListFilter) -> Result<ListPage> {
        let wanted = wanted(filter)?;
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let conn = engine.store.read();
        let found = query::page(conn, &Wanted { limit: wanted.limit + 1, ..wanted.clone() })?;
        let more = found.len() > wanted.limit as usize;
        let page = found.get(..found.len().min(wanted.limit as usize)).unwrap_or_default();
        let next = if more { page.last().map(|f| f.row.to_string()) } else { None };
        let rows = page.iter().map(|found| row(found, &engine.authority)).collect();
        Ok(ListPage { rows, next })
    }

    /// Conflicts, newest documents first; at most those of `limit` documents (50 if 0).
    pub fn conflicts(&self, limit: u32) -> Result<Vec<ConflictView>> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let now_ms = self.platform.now_ms()?;
        let limit = if limit == 0 { 50 } else { limit };
        let mut all = Vec::new();
        for found in query::page(engine.store.read(), &Wanted { in_conflict: true, limit, ..Wanted::default() })? {
            let (kept, folded) = engine.load(&found.id)?;
            all.extend(Reading::new(&engine, folded, &kept, now_ms).conflicts());
        }
        Ok(all)
    }
}
