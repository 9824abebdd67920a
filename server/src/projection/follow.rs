//! Following the feeds: segment by segment in the order of their audit leaves. A segment is the unit of change, whatever fits into one
//! transaction, so that a rebuild in other steps gives the same rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::document::Statement;
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DeviceId, DocId, EntryHash, OperationId};
use ploughshare_core::keys::PublicKey;
use ploughshare_core::segment::{self, SegmentError, VerifiedSegment};

use super::authority::{Authorities, changes_rules, take, touched};
use super::fold::{Told, fold};
use super::links::{self, Moment};
use super::plan::{RegisterChange, plan};
use super::{ProjectionError, apply, by_keys, findings};
use crate::app::App;
use crate::store::{Db, Tx, Val};
use crate::vals;

/// Entries after which a transaction is closed. Readers see the register move in steps of about this size.
const ENTRIES_A_STEP: u64 = 1_500;

/// Whether a step did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepped {
    /// There is more to look at.
    On,
    /// Everything admitted is in the register.
    Nothing,
}

/// Makes register tables out of the feed, in whichever database it is pointed at.
#[derive(Debug)]
pub struct Projector {
    register: Db,
    next_leaf: u64,
    until: u64,
    authorities: Authorities,
    /// Entries taken in since the start.
    pub entries: u64,
    /// Segments taken in since the start.
    pub segments: u64,
}

/// A segment of the feed with its circumstances.
struct Placed {
    operation: OperationId,
    place: u64,
    leaf: u64,
    received_us: i64,
    segment: VerifiedSegment,
}

impl Projector {
    /// A projector into a register.
    pub fn new(register: Db) -> Self {
        Self {
            register,
            next_leaf: 0,
            until: u64::MAX >> 1,
            authorities: Authorities::default(),
            entries: 0,
            segments: 0,
        }
    }

    /// Goes no further than this leaf.
    #[must_use]
    pub fn until(self, leaf: u64) -> Self {
        Self { until: leaf, ..self }
    }

    /// The next audit leaf that it will look at.
    pub fn next_leaf(&self) -> u64 {
        self.next_leaf
    }

    /// Forgets what it keeps in memory; the next step reads it again.
    pub fn forget(&mut self) {
        self.authorities = Authorities::default();
        self.next_leaf = 0;
    }

    /// Takes in the next segments, in one transaction with how far it is. Holds the row of the head meanwhile, so that of several
    /// servers one projects at a time.
    pub async fn step(&mut self, app: &App) -> Result<Stepped, ProjectionError> {
        if !self.anything_new(app).await? {
            return Ok(Stepped::Nothing);
        }
        let mut tx = self.register.begin_write().await?;
        let head = tx.query_locked("select seq from projection_head where id = 1", &[]).await?;
        let next = head.first().map(|row| row.uint(0)).transpose()?.unwrap_or(0);
        if next != self.next_leaf {
            // Another server was here meanwhile, or we have just begun.
            self.authorities = Authorities::default();
            self.next_leaf = next;
        }
        let mut taken = 0;
        let before = self.next_leaf;
        while taken < ENTRIES_A_STEP {
            let Some(placed) = self.read(app, self.next_leaf).await? else { break };
            taken += placed.segment.entries().len() as u64;
            self.next_leaf = placed.leaf + 1;
            self.segments += 1;
            self.take_in(app, &mut tx, placed).await?;
        }
        if self.next_leaf == before {
            return Ok(Stepped::Nothing);
        }
        self.entries += taken;
        tx.execute(
            "update projection_head set seq = $1, updated_at = $2 where id = 1",
            &vals![self.next_leaf, app.now_us()],
        )
        .await?;
        let committed = tx.commit().await;
        if committed.is_err() {
            self.forget();
        }
        committed?;
        Ok(Stepped::On)
    }

    async fn anything_new(&self, app: &App) -> Result<bool, ProjectionError> {
        let sql = "select 1 from segment where leaf_index >= $1 and leaf_index < $2 limit 1";
        Ok(app.store.feed.query_one(sql, &vals![self.next_leaf, self.until]).await?.is_some())
    }

    /// The next segment from a leaf on, verified again.
    async fn read(&self, app: &App, from: u64) -> Result<Option<Placed>, ProjectionError> {
        let row = app
            .store
            .feed
            .query_one(
                "select segment.operation, segment.place, segment.leaf_index, segment.received_at, segment.bytes, device.public_key \
                 from segment left join device on device.id = segment.device \
                 where segment.leaf_index >= $1 and segment.leaf_index < $2 order by segment.leaf_index limit 1",
                &vals![from, self.until],
            )
            .await?;
        let Some(mut row) = row else { return Ok(None) };
        let operation = OperationId::from_bytes(row.array(0)?);
        let (place, leaf, received_us) = (row.uint(1)?, row.uint(2)?, row.int(3)?);
        let bytes = row.take_bytes(4)?;
        let key = row.opt_bytes(5)?.map(<[u8]>::to_vec);
        let (register, own) = (app.register, app.key.public());
        let verified = tokio::task::spawn_blocking(move || {
            let opened = segment::open(&bytes)?;
            let key = if opened.device() == own.device() {
                own
            } else {
                PublicKey::from_bytes(&key.unwrap_or_default()).map_err(SegmentError::Key)?
            };
            opened.verify(&register, &key)
        })
        .await
        .map_err(|_| ProjectionError::Cancelled)?;
        let segment = verified.map_err(|source| ProjectionError::Segment { operation, place, source })?;
        Ok(Some(Placed { operation, place, leaf, received_us, segment }))
    }

    async fn take_in(&mut self, app: &App, tx: &mut Tx, placed: Placed) -> Result<(), ProjectionError> {
        let operation = placed.operation;
        self.authorities.know_all(tx).await?;
        let authority = self.authorities.of(tx, &operation).await?;
        let device = placed.segment.device();
        let by_register = device == app.key.public().device();
        let held = placed.segment.header().decision_held.min(authority.next.saturating_sub(1));
        let entries = placed.segment.into_entries();
        let known = known(tx, &operation, &entries).await?;

        let mut fresh: BTreeMap<DocId, Vec<Told>> = BTreeMap::new();
        let mut dirty: BTreeSet<DocId> = BTreeSet::new();
        let mut loose = Vec::new();
        let mut rules_changed = false;
        let mut decisions = Vec::new();
        for (index, (hash, entry)) in entries.into_iter().enumerate() {
            if known.contains(&hash) {
                continue;
            }
            let decides = by_register && entry.document.is_none() && !entry.has_content();
            if decides {
                // Before it is taken in: what a model was called so far counts as well.
                dirty.extend(touched(tx, &operation, authority, &entry).await?);
                take(authority, &entry);
                rules_changed |= changes_rules(&entry);
                decisions.extend(entry.edits.iter().filter_map(Decision::from_edit).map(|one| (entry.number, one)));
            }
            let told = Told {
                device,
                received_us: placed.received_us,
                decision_held: held,
                by_register,
                place: placed.place,
                index,
                kept: None,
                statement: Statement { hash, entry },
            };
            let doc = told.statement.entry.about(&hash);
            if decides || (told.statement.entry.document.is_none() && !told.statement.entry.creates()) {
                loose.push((doc, decides, told));
            } else {
                dirty.insert(doc);
                fresh.entry(doc).or_default().push(told);
            }
        }
        let mut told = stored(tx, app, &operation, &dirty).await?;
        for (doc, more) in fresh {
            told.entry(doc).or_default().extend(more);
        }
        let changes = fold_all(operation, told, authority.clone(), placed.leaf).await?;
        let ruling = self.authorities.ruling(&operation);
        apply::loose(tx, &operation, &loose).await?;
        let moment = Moment { seq: placed.leaf, place: placed.place, at_us: placed.received_us };
        let mut linked = links::take_in(tx, &mut self.authorities, &operation, &decisions, moment).await?;
        linked.extend(apply::changes(tx, &ruling, changes, placed.leaf, placed.received_us).await?);
        links::settle(tx, &ruling, linked, placed.leaf, placed.received_us).await?;
        if rules_changed {
            findings::all_again(tx, &ruling, (placed.leaf, placed.received_us)).await?;
        }
        let row = vals![operation.as_bytes(), placed.place];
        tx.upsert_many("projected_scope", &["operation", "place"], &["operation"], vec![row]).await?;
        let row = vals![placed.leaf, operation.as_bytes(), placed.place];
        tx.insert_many("projection_order", &["seq", "operation", "place"], vec![row]).await?;
        Ok(())
    }
}

/// Which of the entries are here already: the same entry may come in segments sealed twice.
async fn known(
    tx: &mut Tx,
    operation: &OperationId,
    entries: &[(EntryHash, Entry)],
) -> Result<BTreeSet<EntryHash>, ProjectionError> {
    let keys: Vec<Val> = entries.iter().map(|(hash, _)| Val::from(hash.as_bytes())).collect();
    let sql = "select hash from entry where operation = $1 and hash in ({})";
    let rows = by_keys(tx, sql, &vals![operation.as_bytes()], &keys).await?;
    rows.into_iter().map(|row| Ok(EntryHash::from_bytes(row.array(0)?))).collect()
}

/// All entries kept about some documents.
async fn stored(
    tx: &mut Tx,
    app: &App,
    operation: &OperationId,
    docs: &BTreeSet<DocId>,
) -> Result<BTreeMap<DocId, Vec<Told>>, ProjectionError> {
    let keys: Vec<Val> = docs.iter().map(|doc| Val::from(doc.as_bytes())).collect();
    let sql = "select doc, hash, bytes, device, received_at, decision_held, place, idx, status, code from entry \
               where operation = $1 and doc in ({})";
    let own = app.key.public().device();
    let mut told: BTreeMap<DocId, BTreeMap<EntryHash, Told>> = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![operation.as_bytes()], &keys).await? {
        let hash = EntryHash::from_bytes(row.array(1)?);
        let Ok(entry) = Entry::from_bytes(row.bytes(2)?) else {
            tracing::error!(entry = %hash, "an entry of the register does not read");
            continue;
        };
        let device = DeviceId::from_bytes(row.array(3)?);
        let one = Told {
            statement: Statement { hash, entry },
            device,
            received_us: row.int(4)?,
            decision_held: row.uint(5)?,
            by_register: device == own,
            place: row.uint(6)?,
            index: row.uint(7)? as usize,
            kept: Some((row.text(8)?.to_owned(), row.opt_text(9)?.map(str::to_owned))),
        };
        told.entry(DocId::from_bytes(row.array(0)?)).or_default().insert(hash, one);
    }
    Ok(told.into_iter().map(|(doc, told)| (doc, told.into_values().collect())).collect())
}

/// Folds and plans all documents, on as many threads as there are.
async fn fold_all(
    operation: OperationId,
    told: BTreeMap<DocId, Vec<Told>>,
    authority: Authority,
    seq: u64,
) -> Result<Vec<RegisterChange>, ProjectionError> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = told.len().div_ceil(threads).max(1);
    let authority = Arc::new(authority);
    let mut told = told.into_iter();
    let mut parts = Vec::new();
    while told.len() > 0 {
        let (part, authority) = (told.by_ref().take(share).collect::<Vec<_>>(), Arc::clone(&authority));
        let work = move || {
            let folded = part.into_iter().map(|(doc, told)| fold(doc, told, &authority));
            folded.map(|folded| plan(&operation, &folded, &authority, seq)).collect::<Vec<_>>()
        };
        parts.push(tokio::task::spawn_blocking(work));
    }
    let mut changes = Vec::new();
    for part in parts {
        changes.append(&mut part.await.map_err(|_| ProjectionError::Cancelled)?);
    }
    Ok(changes)
}
