//! Who may do what, as the decisions so far say, operation by operation; and which documents a new decision touches.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::policy;
use ploughshare_core::rules::Tunings;
use ploughshare_core::rules::models::{Maker, ModelEntry, named_alike};

use super::ProjectionError;
use super::findings::Ruling;
use crate::store::Tx;
use crate::vals;

/// The authorities of all operations seen so far.
#[derive(Debug, Default)]
pub(super) struct Authorities {
    known: BTreeMap<OperationId, Authority>,
    all: bool,
}

impl Authorities {
    /// The authority of an operation, read from the register on first use.
    pub async fn of(&mut self, tx: &mut Tx, operation: &OperationId) -> Result<&mut Authority, ProjectionError> {
        if !self.known.contains_key(operation) {
            let rows = tx
                .query(
                    "select bytes from entry where operation = $1 and kind = 'decision' and status = 'folded' order by number",
                    &vals![operation.as_bytes()],
                )
                .await?;
            let mut authority = Authority::default();
            for row in rows {
                if let Ok(entry) = Entry::from_bytes(row.bytes(0)?) {
                    take(&mut authority, &entry);
                }
            }
            self.known.insert(*operation, authority);
        }
        Ok(self.known.entry(*operation).or_default())
    }

    /// Reads those of all operations that the register has anything of: items are compared across operations, each with its own rules.
    pub async fn know_all(&mut self, tx: &mut Tx) -> Result<(), ProjectionError> {
        if self.all {
            return Ok(());
        }
        for row in tx.query("select operation from projected_scope order by operation", &[]).await? {
            self.of(tx, &OperationId::from_bytes(row.array(0)?)).await?;
        }
        self.all = true;
        Ok(())
    }

    /// How rules are run in an operation, and in those that its items are compared with.
    pub fn ruling(&self, operation: &OperationId) -> Ruling {
        let own = self.known.get(operation);
        Ruling {
            operation: *operation,
            tunings: self.known.iter().map(|(id, authority)| (*id.as_bytes(), Tunings::from(authority))).collect(),
            models: own.map(|authority| authority.models.clone()).unwrap_or_default(),
            sites: own.map(|authority| authority.sites.clone()).unwrap_or_default(),
            blocks: own.map(|authority| authority.marks.clone()).unwrap_or_default(),
            bridged: own.map(|authority| authority.bridged.clone()).unwrap_or_default(),
            witnesses: own.map_or(policy::WITNESSES.usual, |authority| authority.policy(&policy::WITNESSES)),
        }
    }
}

/// Whether a decision changes how rules are run, so that they have to be run again on everything there is.
pub(super) fn changes_rules(entry: &Entry) -> bool {
    entry.edits.iter().filter_map(Decision::from_edit).any(|decision| match decision {
        Decision::RuleTuned { .. } | Decision::SiteDescribed { .. } => true,
        Decision::PolicySet { policy, .. } => policy == policy::WITNESSES.name,
        _ => false,
    })
}

/// Takes the decisions of one entry in.
pub(super) fn take(authority: &mut Authority, entry: &Entry) {
    authority.take_entry(entry);
}

/// Documents whose entries have to be judged or folded anew because of a decision.
pub(super) async fn touched(
    tx: &mut Tx,
    operation: &OperationId,
    authority: &Authority,
    entry: &Entry,
) -> Result<BTreeSet<DocId>, ProjectionError> {
    let mut docs = BTreeSet::new();
    for decision in entry.edits.iter().filter_map(Decision::from_edit) {
        let (sql, key): (&'static str, Vec<crate::store::Val>) = match &decision {
            Decision::RoleRevoked { officer, effective_ms, .. } => (
                "select distinct doc from entry where operation = $1 and officer = $2 and received_at >= $3 and kind <> 'decision'",
                vals![operation.as_bytes(), officer.as_bytes(), effective_ms.saturating_mul(1000)],
            ),
            Decision::EntryQuarantined { entry, .. } | Decision::EntryReleased { entry, .. } => (
                "select distinct doc from entry where operation = $1 and hash = $2",
                vals![operation.as_bytes(), entry.as_bytes()],
            ),
            Decision::EntryBridged { entry, .. } => (
                "select distinct entry.doc from waiting join entry on entry.operation = waiting.operation and entry.hash = waiting.entry \
                 where waiting.operation = $1 and waiting.missing = $2",
                vals![operation.as_bytes(), entry.as_bytes()],
            ),
            Decision::OfficerKeyAdded { officer, .. } => (
                "select distinct doc from entry where operation = $1 and officer = $2 and status = 'claim'",
                vals![operation.as_bytes(), officer.as_bytes()],
            ),
            Decision::OfficerKeyRevoked { effective_ms, .. } => (
                "select distinct doc from entry where operation = $1 and kind = 'attest' and received_at >= $2",
                vals![operation.as_bytes(), effective_ms.saturating_mul(1000)],
            ),
            Decision::PolicySet { policy, .. } if *policy == policy::ONE_DEVICE_COUNTS.name => {
                ("select distinct doc from entry where operation = $1 and kind = 'attest'", vals![operation.as_bytes()])
            }
            Decision::DocumentMoved { document, .. } => (
                "select distinct doc from entry where operation = $1 and doc = $2",
                vals![operation.as_bytes(), document.as_bytes()],
            ),
            Decision::DeviceEnrolled { device, .. } => (
                "select distinct doc from entry where operation = $1 and device = $2 and status = 'claim'",
                vals![operation.as_bytes(), device.as_bytes()],
            ),
            // Until the first block is given, blocks say nothing of a mark; another one can only explain marks that are found in none.
            Decision::MarksReserved { .. } if authority.marks.is_empty() => {
                ("select distinct item from marking where operation = $1 and type = 'PRP'", vals![operation.as_bytes()])
            }
            Decision::MarksReserved { .. } => (
                "select distinct item from finding where state in ('open', 'justified') and rule = 'R12' and operation = $1 \
                 and other_item is null and subject_kind = 'item'",
                vals![operation.as_bytes()],
            ),
            Decision::JournalForked { journal, number } => (
                "select distinct doc from entry where operation = $1 and journal = $2 and number >= $3",
                vals![operation.as_bytes(), journal.as_bytes(), *number],
            ),
            Decision::ModelAdded { .. } | Decision::ModelWithdrawn { .. } => {
                docs.extend(of_model(tx, operation, authority, &decision).await?);
                continue;
            }
            Decision::MakerAdded { .. } | Decision::MakerWithdrawn { .. } => {
                docs.extend(of_maker(tx, operation, authority, &decision).await?);
                continue;
            }
            _ => continue,
        };
        for row in tx.query(sql, &key).await? {
            docs.insert(DocId::from_bytes(row.array(0)?));
        }
    }
    Ok(docs)
}

/// Items that bear a name of a model before or after a decision about it.
async fn of_model(
    tx: &mut Tx,
    operation: &OperationId,
    authority: &Authority,
    decision: &Decision,
) -> Result<BTreeSet<DocId>, ProjectionError> {
    let (id, after) = match decision {
        Decision::ModelAdded { toml } => match ModelEntry::from_toml(toml) {
            Ok(model) => (model.id.clone(), Some(model)),
            Err(_) => return Ok(BTreeSet::new()),
        },
        Decision::ModelWithdrawn { id } => (id.clone(), None),
        _ => return Ok(BTreeSet::new()),
    };
    let before = authority.models.reference().get(&id);
    let models: Vec<&ModelEntry> = before.into_iter().chain(&after).collect();
    let sql = "select distinct model, make from item where operation = $1 and model is not null";
    let mut docs = BTreeSet::new();
    for row in tx.query(sql, &vals![operation.as_bytes()]).await? {
        let (name, make) = (row.text(0)?, row.opt_text(1)?);
        if !models.iter().any(|model| named_alike(model, make, name)) {
            continue;
        }
        let sql = "select id from item where operation = $1 and model = $2";
        let found = tx.query(sql, &vals![operation.as_bytes(), name]).await?;
        for row in found {
            docs.insert(DocId::from_bytes(row.array(0)?));
        }
    }
    Ok(docs)
}

/// Items that bear a name of a maker before or after a decision about it.
async fn of_maker(
    tx: &mut Tx,
    operation: &OperationId,
    authority: &Authority,
    decision: &Decision,
) -> Result<BTreeSet<DocId>, ProjectionError> {
    let mut after = authority.models.clone();
    match decision {
        Decision::MakerAdded { toml } => match Maker::from_toml(toml) {
            Ok(maker) => after.add_maker(maker),
            Err(_) => return Ok(BTreeSet::new()),
        },
        Decision::MakerWithdrawn { name } => after.withdraw_maker(name),
        _ => return Ok(BTreeSet::new()),
    }
    let meant = authority.models.changed(&after);
    let sql = "select distinct make from item where operation = $1 and make is not null";
    let mut docs = BTreeSet::new();
    for row in tx.query(sql, &vals![operation.as_bytes()]).await? {
        let make = row.text(0)?;
        if !meant(Some(make), None) {
            continue;
        }
        let found = tx
            .query("select id from item where operation = $1 and make = $2", &vals![operation.as_bytes(), make])
            .await?;
        for row in found {
            docs.insert(DocId::from_bytes(row.array(0)?));
        }
    }
    Ok(docs)
}
