//! Transferring items to another operation. Documents do not move: the old one is closed by a decision, a new one is born in the other
//! operation with what counts, and both happen in one transaction or not at all.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor;
use ploughshare_core::cbor::Value;
use ploughshare_core::decision::Decision;
use ploughshare_core::document::carried;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::limits;

use super::{By, RegistrarError, Steady, TRIES, reasoned, told};
use crate::app::App;
use crate::decide::{Said, Stated, state};
use crate::store::read_links::{self, Subject};

/// Most items of one transfer.
const MOST: usize = 200;
/// What an entry holds beside its edit.
const FRAME: usize = 512;
/// States in which an item has come to its end.
const ENDS: [&str; 6] =
    ["destroyed", "transferred_to_state", "deactivated", "exported_returned", "disposed_other", "returned_to_owner"];

/// A transfer to be made.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The items.
    pub items: Vec<DocId>,
    /// Where to.
    pub to: OperationId,
    /// Why.
    pub reason: String,
    /// Also what is held as evidence; the hold goes with it.
    pub with_hold: bool,
}

/// An item that was transferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transferred {
    /// The item as it was.
    pub from: Subject,
    /// What it is now.
    pub to: Subject,
    /// Number of the decision in the old operation.
    pub decision: u64,
}

/// Transfers items.
pub async fn transfer(app: &App, by: &By, asked: &Transfer) -> Result<Vec<Transferred>, RegistrarError> {
    reasoned(&asked.reason)?;
    let items: BTreeSet<DocId> = asked.items.iter().copied().collect();
    if items.is_empty() || items.len() > MOST {
        return Err(RegistrarError::TooMany(MOST));
    }
    by.registrar_in(&asked.to)?;
    for _ in 0..TRIES {
        let mut operations = BTreeSet::from([asked.to]);
        for item in &items {
            let found = read_links::locate(&app.store.register, item).await?.ok_or(RegistrarError::ItemUnknown)?;
            by.registrar_in(&found.subject.0)?;
            operations.insert(found.subject.0);
        }
        let steady = Steady::take(app, &operations).await?;
        let mut leaving: BTreeMap<OperationId, Vec<(DocId, Stated)>> = BTreeMap::new();
        let mut births: BTreeMap<OperationId, Vec<Stated>> = BTreeMap::new();
        for item in &items {
            let (from, birth) = carry(app, by, asked, item).await?;
            let moved = Decision::DocumentMoved { document: *item, to: asked.to, reason: asked.reason.clone() };
            leaving.entry(from).or_default().push((*item, Stated::Decision(moved)));
            births.entry(from).or_default().push(Stated::Said(birth));
        }
        let Some(mut tx) = steady.lock(app).await? else { continue };
        let mut done = Vec::new();
        for (from, leaving) in leaving {
            let (items, decisions): (Vec<DocId>, Vec<Stated>) = leaving.into_iter().unzip();
            let decided = state(app, &mut tx, &from, &by.actor, decisions).await?;
            let born = state(app, &mut tx, &asked.to, &by.actor, births.remove(&from).unwrap_or_default()).await?;
            done.extend(items.into_iter().zip(decided).zip(born).map(|((item, (_, decision)), (hash, _))| {
                Transferred { from: (from, item), to: (asked.to, hash.document()), decision }
            }));
        }
        tx.commit().await?;
        app.wake.notify_one();
        return Ok(done);
    }
    Err(RegistrarError::Busy)
}

/// What is to be said of an item in the other operation, if it may go.
async fn carry(app: &App, by: &By, asked: &Transfer, item: &DocId) -> Result<(OperationId, Said), RegistrarError> {
    let found = read_links::locate(&app.store.register, item).await?.ok_or(RegistrarError::ItemUnknown)?;
    let from = found.subject.0;
    if let Some(to) = found.moved_to {
        return Err(RegistrarError::Moved { item: item.to_string(), to: to.to_string() });
    }
    if from == asked.to {
        return Err(RegistrarError::SameOperation(item.to_string()));
    }
    let told = told(app, &from, item).await?;
    if told.counts.update_needed {
        return Err(RegistrarError::UpdateNeeded(item.to_string()));
    }
    // Where people disagree, every value that stands weighs.
    let said = |path: &str| told.counts.fields.get(path).into_iter().flatten().map(|said| &said.value);
    if said("status").any(|value| value.as_text().is_some_and(|status| ENDS.contains(&status))) {
        return Err(RegistrarError::Ended(item.to_string()));
    }
    let held = said("evidence_hold").any(|value| value.as_bool() == Some(true))
        || said("status").any(|value| value.as_text() == Some("evidence_hold"));
    if held && !asked.with_hold {
        return Err(RegistrarError::Held(item.to_string()));
    }
    let edit = carried(&told.counts, &from, &asked.reason);
    let bytes = cbor::encode(&Value::Array(vec![edit.to_value()])).len() + FRAME;
    if bytes > limits::ENTRY_BYTES {
        return Err(RegistrarError::TooLarge { item: item.to_string(), bytes, most: limits::ENTRY_BYTES });
    }
    let said =
        Said { document: None, after: Vec::new(), officer: by.officer, edits: vec![edit], verb: "item.transferred" };
    Ok((from, said))
}
