//! Packs: read-only rows of an operation's items, signed, for tablets that do not hold its entries; and what changed since.
//!
//! A pack is made when a tablet asks for one and none is at hand that is near enough: whoever gets an older one asks for the changes since. Made of
//! the register's rows alone, the same rows at the same place give the same bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::limits;
use ploughshare_core::pack::{Changes, Manifest, Row, cut};
use tokio::sync::Mutex;

use crate::app::App;
use crate::decide::register_journal;
use crate::store::packs::{self as rows, Moment, Published};
use crate::store::{StoreError, Tx};

/// Rows read at a time.
const PAGE: u32 = 4_096;
/// A pack is near enough while fewer rows than this changed since.
const FEW: u64 = 256;
/// Likewise while fewer than one in so many of its rows changed.
const SHARE: u64 = 20;

/// Why there is no pack to give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PacksError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row is larger than a part may be, or the task that presses was cut off.
    #[error("the pack could not be made")]
    Unmade,
    /// More changed than one answer holds, or the number is from before the register was made again.
    #[error("too much changed since then; fetch the newest pack")]
    TooOld,
    /// A part that no pack here has.
    #[error("no pack of this operation has this part; fetch the newest head")]
    PartUnknown,
}

impl PacksError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Unmade => "pack.failed",
            Self::TooOld => "pack.too_old",
            Self::PartUnknown => "pack.part_unknown",
        }
    }
}

/// One pack of an operation is made at a time, and whoever asks meanwhile waits for it.
#[derive(Debug, Default)]
pub struct Packs {
    making: Mutex<BTreeMap<OperationId, Arc<Mutex<()>>>>,
}

/// The signed head of a pack of the operation, made now or a little while ago.
pub async fn head(app: &Arc<App>, operation: &OperationId) -> Result<Vec<u8>, PacksError> {
    let own = Arc::clone(app.packs.making.lock().await.entry(*operation).or_default());
    let _one_at_a_time = own.lock().await;
    let mut tx = app.store.register.begin_read().await?;
    let newest = rows::newest(&mut tx, operation).await?;
    let moment = rows::moment(&mut tx, operation, &register_journal(app, operation)).await?;
    if let Some(pack) = newest.filter(|pack| pack.seq <= moment.seq) {
        let most = FEW.max(pack.rows / SHARE).min(limits::PACK_PART_ROWS as u64);
        let changed = rows::changed(&mut tx, operation, pack.seq, most as u32 + 1).await?;
        if changed.len() as u64 <= most {
            tx.rollback().await?;
            return Ok(pack.head);
        }
    }
    make(app, operation, moment, tx).await
}

/// A part of a pack, by its hash.
pub async fn part(app: &App, operation: &OperationId, hash: &[u8; 32]) -> Result<Vec<u8>, PacksError> {
    rows::part(&app.store.register, operation, hash).await?.ok_or(PacksError::PartUnknown)
}

/// Signed rows that changed since a pack, or since the changes before.
pub async fn changes(app: &App, operation: &OperationId, since: u64) -> Result<Vec<u8>, PacksError> {
    let mut tx = app.store.register.begin_read().await?;
    let moment = rows::moment(&mut tx, operation, &register_journal(app, operation)).await?;
    if since > moment.seq {
        return Err(PacksError::TooOld);
    }
    let most = limits::PACK_PART_ROWS;
    let changed = rows::changed(&mut tx, operation, since, most as u32 + 1).await?;
    if changed.len() > most {
        return Err(PacksError::TooOld);
    }
    let rows = rows::of(&mut tx, operation, &changed).await?;
    tx.rollback().await?;
    let Moment { seq, place, .. } = moment;
    let changes = Changes { register: app.register, operation: *operation, from: since, seq, place, rows };
    let key = app.key.clone();
    let signed = tokio::task::spawn_blocking(move || changes.sign(&key)).await;
    signed.map_err(|_| PacksError::Unmade)?.ok_or(PacksError::TooOld)
}

async fn make(app: &App, operation: &OperationId, moment: Moment, mut tx: Tx) -> Result<Vec<u8>, PacksError> {
    let begun = std::time::Instant::now();
    let rows = all(&mut tx, operation).await?;
    tx.rollback().await?;
    let count = rows.len() as u64;
    let cut = tokio::task::spawn_blocking(move || cut(&rows)).await;
    let parts = cut.map_err(|_| PacksError::Unmade)?.ok_or(PacksError::Unmade)?;
    let Moment { seq, place, decision } = moment;
    let (named, parts): (Vec<_>, Vec<_>) = parts.into_iter().map(|(part, bytes)| (part, (part.hash, bytes))).unzip();
    let manifest = Manifest { register: app.register, operation: *operation, place, decision, seq, parts: named };
    let head = manifest.sign(&app.key);
    let bytes = manifest.bytes();
    let pack = Published { operation: *operation, seq, place, head, rows: count, made_at: app.now_us() };
    let mut tx = app.store.register.begin_write().await?;
    rows::publish(&mut tx, &pack, parts).await?;
    tx.commit().await?;
    let duration_ms = begun.elapsed().as_millis() as u64;
    tracing::info!(operation = %operation, place, rows = count, bytes, duration_ms, "packs.made");
    Ok(pack.head)
}

async fn all(tx: &mut Tx, operation: &OperationId) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    let mut after: Option<DocId> = None;
    loop {
        let page = rows::page(tx, operation, after, PAGE).await?;
        let full = page.len() == PAGE as usize;
        after = page.last().map(|row| row.id);
        rows.extend(page);
        if !full {
            return Ok(rows);
        }
    }
}
