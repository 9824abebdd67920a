//! Gathering what a certificate rests on from the register.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor;
use ploughshare_core::certificate::{Assessment, Case, CaseItem, assess};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{Exceptions, Statement, fold};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::DestructionRecord;
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DocId, EntryHash, OperationId};

use super::IssueError;
use crate::app::App;
use crate::store::{certificates, read_documents};

/// A destruction with all that was said of it and the items it names, as the register holds them now.
#[derive(Debug)]
pub struct Gathered {
    /// In which operation.
    pub operation: OperationId,
    /// Its document.
    pub document: DocId,
    /// All statements about it.
    pub statements: Vec<Statement>,
    /// Those that do not count, with the codes of the reasons.
    pub left_out: BTreeMap<EntryHash, String>,
    /// The decisions of the operation.
    pub authority: Authority,
    /// The items that are named.
    pub items: BTreeMap<DocId, CaseItem>,
}

impl Gathered {
    /// What it came to, and what stands in the way of a certificate.
    pub fn assess(&self) -> Assessment {
        assess(&Case {
            document: self.document,
            statements: &self.statements,
            claims: &self.left_out.keys().copied().collect(),
            authority: &self.authority,
            items: &self.items,
        })
    }
}

/// Gathers what is known of a destruction.
pub async fn gather(app: &App, operation: &OperationId, document: &DocId) -> Result<Gathered, IssueError> {
    let register = &app.store.register;
    let kind = read_documents::find(register, document, &BTreeSet::from([*operation])).await?;
    if kind.is_none_or(|(_, kind)| kind != "destruction") {
        return Err(IssueError::Unknown);
    }
    let mut statements = Vec::new();
    let mut left_out = BTreeMap::new();
    for received in read_documents::entries(register, operation, document).await? {
        let entry = Entry::from_bytes(&received.bytes)?;
        statements.push(Statement { hash: received.hash, entry });
        if received.status == "claim" {
            left_out.insert(received.hash, received.code.unwrap_or_default());
        }
    }
    let mut authority = Authority::default();
    for bytes in read_documents::decisions(register, operation).await? {
        authority.take_entry(&Entry::from_bytes(&bytes)?);
    }
    // Items that anybody ever named: what was signed may name others than what is said by now.
    let everything = Exceptions { bridged: authority.bridged.clone(), ..Exceptions::default() };
    let record = DestructionRecord::read(&fold(*document, &statements, &everything).content());
    let planned = record.planned.iter().filter_map(|planned| planned.item);
    let named: BTreeSet<DocId> = planned.chain(record.results.iter().filter_map(|result| result.item)).collect();
    let mut items = BTreeMap::new();
    for id in named {
        let Some(row) = certificates::item(register, operation, &id).await? else { continue };
        let content = cbor::decode(&row.content).unwrap_or(cbor::Value::Null);
        let pairs = content.as_map().unwrap_or_default().iter();
        let content = pairs.filter_map(|(path, value)| Some((path.as_text()?.to_owned(), value.clone()))).collect();
        let record = ItemRecord::read(&content);
        items.insert(id, CaseItem { record, digest: row.digest, recorder: row.recorder, blocking: row.blocking });
    }
    Ok(Gathered { operation: *operation, document: *document, statements, left_out, authority, items })
}
