//! The bracket of a statement: between which two moments of the register it was made. A device's clock is never trusted alone.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::ids::OperationId;
use ploughshare_core::segment;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use crate::decide::register_journal;
use crate::store::read_documents;

/// Between which moments of the register's clock something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bracket {
    /// When the register had given what the device held last when it sealed this; none where it held nothing.
    pub after_ms: Option<i64>,
    /// When the register received it.
    pub before_ms: i64,
}

/// The lower ends of segments' brackets, by operation and place, in ms.
#[derive(Debug, Default)]
pub struct Brackets(BTreeMap<(OperationId, u64), Option<i64>>);

impl Brackets {
    /// Reads them for these places.
    pub async fn read(api: &Shared, places: &BTreeSet<(OperationId, u64)>) -> Result<Self, Problem> {
        let mut ends = BTreeMap::new();
        for (operation, place) in places {
            let Some(bytes) = read_documents::segment(&api.app.store.feed, operation, *place).await? else { continue };
            let held = tokio::task::spawn_blocking(move || {
                segment::open(&bytes).ok().map(|opened| (opened.header().place_held, opened.header().decision_held))
            });
            let held = held.await.map_err(|error| Problem::internal("internal.cancelled", &error))?;
            let Some((held_place, decision)) = held else { continue };
            let journal = register_journal(&api.app, operation);
            let feed = &api.app.store.feed;
            let by_place = match held_place {
                Some(held) => read_documents::received_at(feed, operation, held).await?,
                None => None,
            };
            let by_decision = read_documents::stated_at(feed, operation, &journal, decision).await?;
            ends.insert((*operation, *place), by_place.max(by_decision).map(|us| us / 1000));
        }
        Ok(Self(ends))
    }

    /// The bracket of what stands in the segment at a place.
    pub fn of(&self, operation: &OperationId, place: u64, received_us: i64) -> Bracket {
        let after_ms = self.0.get(&(*operation, place)).copied().flatten();
        Bracket { after_ms, before_ms: received_us / 1000 }
    }
}
