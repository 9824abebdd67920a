//! Choosing between values that people said without knowing of each other: a statement of the registrar, made on everything that was said.

use std::collections::BTreeSet;

use ploughshare_core::cbor::Value;
use ploughshare_core::document::{self, Conflict};
use ploughshare_core::domain::draft::json_to_value;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::{DocId, EntryHash, OperationId};
use serde_json::{Value as Json, json};

use super::{By, RegistrarError, Steady, TRIES, Told, reasoned, told};
use crate::app::App;
use crate::decide::{Said, Stated, state};
use crate::http::plain_json;
use crate::store::read_documents;

/// A choice to be made.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The document.
    pub item: DocId,
    /// Where several values stand.
    pub path: String,
    /// The value, as it is shown or as it is written in a form.
    pub value: Json,
    /// Why.
    pub reason: String,
    /// It may be another value than those that stand.
    pub new: bool,
    /// The entries whose values the registrar saw; none where that is not said.
    pub seen: Option<BTreeSet<EntryHash>>,
}

/// A choice made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Where.
    pub operation: OperationId,
    /// The statement.
    pub entry: EntryHash,
    /// What stands there now.
    pub value: Value,
}

/// Chooses.
pub async fn choose(app: &App, by: &By, choice: &Choice) -> Result<Chosen, RegistrarError> {
    reasoned(&choice.reason)?;
    let all = crate::store::identity::operations(&app.store.feed).await?.into_iter().map(|one| one.id).collect();
    let mut first: Option<BTreeSet<EntryHash>> = choice.seen.clone();
    for _ in 0..TRIES {
        let found = read_documents::find(&app.store.register, &choice.item, &all).await?;
        let (operation, kind) = found.ok_or(RegistrarError::ItemUnknown)?;
        by.registrar_in(&operation)?;
        let steady = Steady::take(app, &BTreeSet::from([operation])).await?;
        let told = told(app, &operation, &choice.item).await?;
        let conflict = told.counts.conflicts().into_iter().find(|one| one.path == choice.path);
        let sayers: BTreeSet<EntryHash> = conflict.iter().flat_map(sayers).collect();
        // What stood when the request was looked at first is what the registrar saw, where they do not say.
        if first.get_or_insert_with(|| sayers.clone()) != &sayers {
            return Err(RegistrarError::ConflictChanged { present: present(&told, &choice.path) });
        }
        let Some(conflict) = conflict else { return Err(settled(&told, choice)) };
        let value = value(&kind, &conflict, choice)?;
        let everything = told.exceptions.without(BTreeSet::new());
        let after = document::fold(choice.item, &told.statements, &everything).heads;
        let Some(mut tx) = steady.lock(app).await? else { continue };
        let edit = Edit::Choose { path: choice.path.clone(), value: value.clone(), reason: choice.reason.clone() };
        let said = Said {
            document: Some(choice.item),
            after,
            officer: by.officer,
            edits: vec![edit],
            verb: "conflict.chosen",
        };
        let stated = state(app, &mut tx, &operation, &by.actor, vec![Stated::Said(said)]).await?;
        tx.commit().await?;
        app.wake.notify_one();
        let entry = stated.first().map_or(EntryHash::from_bytes([0; 32]), |(hash, _)| *hash);
        return Ok(Chosen { operation, entry, value });
    }
    Err(RegistrarError::Busy)
}

fn sayers(conflict: &Conflict) -> Vec<EntryHash> {
    conflict.values.iter().flat_map(|said| said.by.iter().copied()).collect()
}

/// Where nothing is to be chosen: somebody chose, or there never was anything.
fn settled(told: &Told, choice: &Choice) -> RegistrarError {
    let lines = document::history(choice.item, &told.statements, &told.exceptions);
    let last = lines.iter().rev().find(|line| line.path == choice.path && !line.superseded);
    if last.is_some_and(|line| line.from.len() > 1) {
        RegistrarError::ConflictChanged { present: present(told, &choice.path) }
    } else {
        RegistrarError::NoConflict
    }
}

/// What stands at a path, with the entries that say it.
fn present(told: &Told, path: &str) -> Json {
    let said = told.counts.fields.get(path).into_iter().flatten();
    said.map(|said| {
        let by: Vec<String> = said.by.iter().map(ToString::to_string).collect();
        json!({ "value": plain_json(&said.value), "by": by })
    })
    .collect()
}

/// The value meant: one of those that stand, as they are shown; else as forms write it.
fn value(kind: &str, conflict: &Conflict, choice: &Choice) -> Result<Value, RegistrarError> {
    let shown = conflict.values.iter().find(|said| plain_json(&said.value) == choice.value);
    if let Some(said) = shown {
        return Ok(said.value.clone());
    }
    let value = json_to_value(kind, &choice.path, &choice.value)
        .map_err(|error| RegistrarError::BadValue(error.to_string()))?;
    if choice.new || conflict.values.iter().any(|said| said.value == value) {
        Ok(value)
    } else {
        Err(RegistrarError::NotAChoice)
    }
}
