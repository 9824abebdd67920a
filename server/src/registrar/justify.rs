//! Saying why a finding is in order, and taking that back: statements about the item, so that they travel and stay.

use std::collections::BTreeSet;

use ploughshare_core::document;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::{DocId, EntryHash, OperationId};

use super::{By, RegistrarError, Steady, TRIES, reasoned, told};
use crate::app::App;
use crate::decide::{Said, Stated, state};
use crate::store::read_findings::{self, Found};

/// What is to be said of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Why it is in order.
    Justify,
    /// That this was not right.
    Withdraw,
}

/// A statement made about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Where.
    pub operation: OperationId,
    /// The document.
    pub item: DocId,
    /// The statement.
    pub entry: EntryHash,
}

/// Says it.
pub async fn settle(app: &App, by: &By, id: &[u8; 32], deed: Deed, reason: &str) -> Result<Done, RegistrarError> {
    reasoned(reason)?;
    for _ in 0..TRIES {
        let found = read_findings::one(&app.store.register, id).await?.ok_or(RegistrarError::FindingUnknown)?;
        let sides = sides(&found, by);
        if sides.is_empty() {
            return Err(RegistrarError::NoRegistrar);
        }
        let steady = Steady::take(app, &sides.iter().map(|(operation, _)| *operation).collect()).await?;
        let found = read_findings::one(&app.store.register, id).await?.ok_or(RegistrarError::FindingUnknown)?;
        let Some((operation, item, edits)) = edits(app, &found, &sides, deed, reason).await? else {
            return Err(RegistrarError::NotJustified);
        };
        let told = told(app, &operation, &item).await?;
        let everything = told.exceptions.without(BTreeSet::new());
        let after = document::fold(item, &told.statements, &everything).heads;
        let Some(mut tx) = steady.lock(app).await? else { continue };
        let verb = match deed {
            Deed::Justify => "finding.justified",
            Deed::Withdraw => "finding.justification_withdrawn",
        };
        let said = Said { document: Some(item), after, officer: by.officer, edits, verb };
        let stated = state(app, &mut tx, &operation, &by.actor, vec![Stated::Said(said)]).await?;
        tx.commit().await?;
        app.wake.notify_one();
        let entry = stated.first().map_or(EntryHash::from_bytes([0; 32]), |(hash, _)| *hash);
        return Ok(Done { operation, item, entry });
    }
    Err(RegistrarError::Busy)
}

/// The sides of a finding where its reason may be written down.
fn sides(found: &Found, by: &By) -> Vec<(OperationId, DocId)> {
    let own = found.item.map(|item| (found.operation, item));
    let other = found.other_operation.zip(found.other_item);
    own.into_iter().chain(other).filter(|(operation, _)| by.registrar_in(operation).is_ok()).collect()
}

/// What to say, and of which item.
async fn edits(
    app: &App,
    found: &Found,
    sides: &[(OperationId, DocId)],
    deed: Deed,
    reason: &str,
) -> Result<Option<(OperationId, DocId, Vec<Edit>)>, RegistrarError> {
    if deed == Deed::Justify {
        if found.state != "open" {
            return Err(RegistrarError::FindingNotOpen(found.state.clone()));
        }
        let mut fields = vec![("rule".to_owned(), found.rule.as_str().into()), ("reason".to_owned(), reason.into())];
        if !found.key.is_empty() {
            fields.push(("key".to_owned(), found.key.as_str().into()));
        }
        let add = Edit::Add { set: "justifications".to_owned(), fields };
        return Ok(sides.first().map(|(operation, item)| (*operation, *item, vec![add])));
    }
    for (operation, item) in sides {
        let keys = read_findings::reasons(&app.store.register, operation, item, &found.rule, &found.key).await?;
        if !keys.is_empty() {
            let withdraw =
                |key: &String| Edit::Withdraw { path: format!("justifications/{key}"), reason: reason.to_owned() };
            return Ok(Some((*operation, *item, keys.iter().map(withdraw).collect())));
        }
    }
    Ok(None)
}
