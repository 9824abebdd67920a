//! An item beside another one: what it is, who recorded it, when and where, and what was said of it. For pairs that may be one, and for
//! findings that touch two items.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::ids::{DocId, OfficerId, OperationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::brackets::{Bracket, Brackets};
use super::history::{self, Line};
use super::problem::Problem;
use crate::store::read_items::{self, Item};
use crate::store::read_photos::{self, Marking};
use crate::store::{read_documents, read_links::Subject};

/// An item beside another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Side {
    /// What the register holds it to be.
    item: Item,
    /// Every marking.
    marked: Vec<Marking>,
    /// Hashes of its photos.
    photographed: Vec<String>,
    recorder_name: Option<String>,
    /// Between which moments of the register it was recorded.
    recorded: Option<Bracket>,
    /// Who said what of it, in order; only where one finding is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<Line>>,
}

/// Reads a side; nothing when there is no such item.
pub async fn side(
    api: &Shared,
    subject: &Subject,
    names: &BTreeMap<OfficerId, String>,
    with_history: bool,
) -> Result<Option<Side>, Problem> {
    let (operation, id) = subject;
    let register = &api.app.store.register;
    let Some((item, _)) = read_items::one(register, id, &BTreeSet::from([*operation])).await? else { return Ok(None) };
    let received = read_documents::entries(register, operation, id).await?;
    let birth = received.iter().find(|one| one.hash.document() == *id);
    let recorded = match birth {
        None => None,
        Some(birth) => {
            let brackets = Brackets::read(api, &BTreeSet::from([(*operation, birth.place)])).await?;
            Some(brackets.of(operation, birth.place, birth.received_at))
        }
    };
    let recorder_name = item.recorder.parse().ok().and_then(|officer: OfficerId| names.get(&officer).cloned());
    let history = if with_history { Some(history::lines(api, operation, id, names).await?) } else { None };
    Ok(Some(Side {
        marked: read_photos::markings(register, operation, id).await?,
        photographed: read_photos::of(register, operation, id).await?,
        item,
        recorder_name,
        recorded,
        history,
    }))
}

/// A pair of items in a path or cursor: `OPERATION:ITEM:OPERATION:ITEM`.
pub fn pair_of(text: &str) -> Option<(Subject, Subject)> {
    let mut parts = text.splitn(4, ':');
    let mut subject =
        || -> Option<(OperationId, DocId)> { Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?)) };
    Some((subject()?, subject()?))
}
