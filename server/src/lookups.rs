//! The serials that the register wants noticed, kept ready for tablets: a signed base in parts, and signed additions since.
//!
//! A base is made once and then only added to, until the additions are a twentieth of it; then the next one is made beside it, while the old one
//! goes on to be answered. Both are made of the register's rows alone and can be dropped at any time.

mod gather;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ploughshare_core::limits;
use ploughshare_core::lookup::{Additions, Base, BaseHash, LookupError, Manifest};
use tokio::sync::Mutex;

use crate::app::App;
use crate::store::{StoreError, lookups as rows};

/// Additions below which no new base is made.
const FEW: u64 = 512;
/// A new base is made when the additions are more than one in so many of its keys.
const SHARE: u64 = 20;

/// Why there is no table to give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupsError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept here was damaged.
    #[error("the look-up table kept here cannot be read: {0}")]
    Damaged(#[from] LookupError),
    /// There are more serials than a table may hold.
    #[error("the look-up table could not be made of {keys} serials")]
    TooMany {
        /// How many.
        keys: u64,
    },
    /// The task that makes it was cut off.
    #[error("the look-up table was not finished")]
    Cancelled,
    /// Additions to a base that is not the newest any more.
    #[error("there is a newer look-up table; fetch that one")]
    BaseGone,
    /// A part that no base here has.
    #[error("no look-up table here has this part; fetch the newest head")]
    PartUnknown,
}

impl LookupsError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Damaged(_) | Self::TooMany { .. } | Self::Cancelled => "lookup.failed",
            Self::BaseGone => "lookup.base_gone",
            Self::PartUnknown => "lookup.part_unknown",
        }
    }
}

/// What a server keeps in memory of the newest base.
#[derive(Debug, Default)]
pub struct Lookups {
    known: Mutex<Option<Known>>,
    making: AtomicBool,
}

#[derive(Debug)]
struct Known {
    number: u64,
    hash: BaseHash,
    head: Vec<u8>,
    base: Arc<Base>,
    added: Vec<(u64, u8)>,
    latest: BTreeMap<u64, u8>,
    seq: u64,
    /// A class occurs that the base does not name.
    fresh_class: bool,
}

impl Known {
    /// What tablets that hold all of this know of a key.
    fn get(&self, key: u64) -> Option<u8> {
        self.latest.get(&key).copied().or_else(|| self.base.get(key))
    }

    fn is_outgrown(&self) -> bool {
        let added = self.added.len() as u64;
        self.fresh_class || (added > FEW && added > self.base.keys / SHARE)
    }

    fn push(&mut self, entries: &[(u64, u8)]) {
        self.added.extend(entries);
        self.latest.extend(entries.iter().copied());
    }
}

/// The signed head of the newest base, with its name.
pub async fn head(app: &Arc<App>) -> Result<(BaseHash, Vec<u8>), LookupsError> {
    let mut known = app.lookups.known.lock().await;
    let known = current(app, &mut known).await?;
    Ok((known.hash, known.head.clone()))
}

/// A part of a base, by its hash.
pub async fn part(app: &App, hash: &[u8; 32]) -> Result<Vec<u8>, LookupsError> {
    rows::part(&app.store.register, hash).await?.ok_or(LookupsError::PartUnknown)
}

/// Signed additions to a base, from one on.
pub async fn additions(app: &Arc<App>, base: &BaseHash, from: u64) -> Result<Vec<u8>, LookupsError> {
    let mut known = app.lookups.known.lock().await;
    let known = current(app, &mut known).await?;
    if known.hash != *base || from > known.added.len() as u64 {
        return Err(LookupsError::BaseGone);
    }
    let entries: Vec<_> = known.added.iter().skip(from as usize).take(limits::LOOKUP_ADDITIONS).copied().collect();
    let more = from + (entries.len() as u64) < known.added.len() as u64;
    let additions = Additions { register: app.register, base: *base, first: from, entries, seq: known.seq, more };
    Ok(additions.sign(&app.key))
}

/// Brings what is kept in memory up to what the register is now.
async fn current<'a>(app: &Arc<App>, slot: &'a mut Option<Known>) -> Result<&'a mut Known, LookupsError> {
    let newest = rows::newest(&app.store.register).await?;
    let same = |known: &Known, (base, added): &(rows::Published, u64)| {
        known.number == base.number && known.hash == base.hash && known.added.len() as u64 == *added
    };
    let mut known = match (slot.take(), newest) {
        (Some(known), Some(newest)) if same(&known, &newest) => known,
        // Another server made it, or this one has just begun.
        (_, Some((base, _))) => load(app, base).await?,
        (_, None) => make(app, 1).await?,
    };
    follow(app, &mut known).await?;
    if known.is_outgrown() && !app.lookups.making.swap(true, Ordering::AcqRel) {
        tokio::spawn(renew(Arc::clone(app), known.number + 1));
    }
    Ok(slot.insert(known))
}

/// Makes the next base while the one before goes on to be answered.
async fn renew(app: Arc<App>, number: u64) {
    match make(&app, number).await {
        Ok(known) => *app.lookups.known.lock().await = Some(known),
        Err(error) => tracing::warn!(code = error.code(), cause = %error, "lookups.not_renewed"),
    }
    app.lookups.making.store(false, Ordering::Release);
}

async fn load(app: &App, published: rows::Published) -> Result<Known, LookupsError> {
    let parts = rows::parts(&app.store.register, &published.hash).await?;
    let manifest = Manifest::verify(&published.head, &app.register, &app.key.public())?;
    let base = Arc::new(manifest.assemble(parts.iter().map(Vec::as_slice))?);
    let rows::Published { number, hash, head, mut seq, .. } = published;
    let mut added = Vec::new();
    for (key, tag, at) in rows::additions(&app.store.register, &hash, 0).await? {
        added.push((u64::from_be_bytes(key), tag));
        seq = seq.max(at);
    }
    let latest = added.iter().copied().collect();
    Ok(Known { number, hash, head, base, added, latest, seq, fresh_class: false })
}

/// Makes a base of everything that stands in the register now.
async fn make(app: &App, number: u64) -> Result<Known, LookupsError> {
    let begun = std::time::Instant::now();
    let salt = app.random();
    let gathered = gather::everything(app, &salt).await?;
    let (register, seq, keys) = (app.register, gathered.seq, gathered.entries.len() as u64);
    let built = tokio::task::spawn_blocking(move || {
        let base = Base::build(register, salt, seq, gathered.classes, &gathered.entries)?;
        let parts: Vec<_> = base.parts().map(|part| (part.to_vec(), ploughshare_core::keys::sha256(part))).collect();
        Some((base, parts))
    });
    let built = built.await.map_err(|_| LookupsError::Cancelled)?;
    let (base, parts) = built.ok_or(LookupsError::TooMany { keys })?;
    let (hash, head) = (base.hash(), base.sign(&app.key));
    let published = rows::Published { number, hash, head: head.clone(), seq, keys, made_at: app.now_us() };
    let bytes: usize = parts.iter().map(|(part, _)| part.len()).sum();
    let mut tx = app.store.register.begin_write().await?;
    match rows::publish(&mut tx, &published, parts).await {
        Ok(()) => tx.commit().await?,
        // Another server was faster; its base is as good.
        Err(error) if error.is_constraint("lookup_base_pkey") => {
            tx.rollback().await?;
            let newest = rows::newest(&app.store.register).await?;
            return load(app, newest.ok_or(LookupsError::Cancelled)?.0).await;
        }
        Err(error) => return Err(error.into()),
    }
    let duration_ms = begun.elapsed().as_millis() as u64;
    tracing::info!(number, keys, bytes, duration_ms, "lookups.made");
    Ok(Known {
        number,
        hash,
        head,
        base: Arc::new(base),
        added: Vec::new(),
        latest: BTreeMap::new(),
        seq,
        fresh_class: false,
    })
}

/// Adds what the register took in since.
async fn follow(app: &App, known: &mut Known) -> Result<(), LookupsError> {
    let salt = known.base.salt;
    let Some(gather::Since { seq, found, classes }) = gather::since(app, &salt, known.seq).await? else {
        return Ok(());
    };
    known.fresh_class |= classes.iter().any(|class| !known.base.classes.contains(class));
    let fresh: Vec<(u64, u8)> = found.into_iter().filter(|(key, tag)| known.get(*key) != Some(*tag)).collect();
    if !fresh.is_empty() {
        let mut tx = app.store.register.begin_write().await?;
        match rows::add(&mut tx, &known.hash, known.added.len() as u64, seq, &fresh).await {
            Ok(()) => tx.commit().await?,
            // Another server added first; what it said is read at the next question.
            Err(error) if error.is_constraint("lookup_addition_pkey") => {
                tx.rollback().await?;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        known.push(&fresh);
    }
    known.seq = seq;
    Ok(())
}
