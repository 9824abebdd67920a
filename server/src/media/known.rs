//! What is known of files: which statements name them, which are stored, which are missing, and who may be shown one.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DeviceId, DocId, EntryHash, MediaHash, OperationId};
use ploughshare_core::limits;
use ploughshare_core::media::receipt::{MediaReceipt, hashes};

use super::MediaError;
use crate::app::App;
use crate::store::media::{self as rows, Blob, Reference};

/// Statements looked at in one step of a search for what is missing, and steps in one answer.
const PAGE: u32 = 500;
const PAGES: usize = 20;

/// A file that a statement names, and whether it is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The statement.
    pub reference: Reference,
    /// Whether it is stored.
    pub stored: bool,
}

/// A page of files that are named and not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The files, those first that were named first.
    pub files: Vec<Reference>,
    /// Where to go on, if there may be more.
    pub next: Option<(i64, EntryHash, u64)>,
}

/// The file of this name in an operation, or the working copy of it, if a statement names it or the asking device brought it itself.
pub async fn find(
    app: &App,
    operation: &OperationId,
    hash: &MediaHash,
    small: bool,
    device: Option<&DeviceId>,
) -> Result<Blob, MediaError> {
    let (register, feed) = (&app.store.register, &app.store.feed);
    if small {
        let copies = rows::copies(register, operation, hash).await?;
        if copies.is_empty() && rows::naming(register, operation, hash).await?.is_empty() {
            return Err(MediaError::Unknown);
        }
        for copy in &copies {
            if let Some(blob) = stored(app, operation, &copy.hash, copy.by_register).await? {
                return Ok(blob);
            }
        }
        return Err(MediaError::NotHere);
    }
    let naming = rows::naming(register, operation, hash).await?;
    let own = rows::blob(feed, operation, hash).await?.filter(|blob| Some(&blob.device) == device);
    if naming.is_empty() {
        return own.ok_or(MediaError::Unknown);
    }
    let taken_over = naming.iter().any(|one| one.by_register);
    stored(app, operation, hash, taken_over).await?.ok_or(MediaError::NotHere)
}

/// A file that is stored for an operation. What the register took over from another operation names files that came there; a tablet's word
/// alone never reaches into another operation.
async fn stored(
    app: &App,
    operation: &OperationId,
    hash: &MediaHash,
    taken_over: bool,
) -> Result<Option<Blob>, MediaError> {
    let own = rows::blob(&app.store.feed, operation, hash).await?;
    if own.is_some() || !taken_over {
        return Ok(own);
    }
    Ok(rows::blob_anywhere(&app.store.feed, hash).await?)
}

/// Which of some references are to files that are here.
async fn here(app: &App, operation: &OperationId, references: &[Reference]) -> Result<BTreeSet<MediaHash>, MediaError> {
    let all: Vec<MediaHash> = references.iter().map(|one| one.hash).collect::<BTreeSet<_>>().into_iter().collect();
    let mut found = rows::stored(&app.store.feed, operation, &all).await?;
    let over = references.iter().filter(|one| one.by_register && !found.contains(&one.hash)).map(|one| one.hash);
    let over: Vec<MediaHash> = over.collect::<BTreeSet<_>>().into_iter().collect();
    if !over.is_empty() {
        found.extend(rows::stored_anywhere(&app.store.feed, &over).await?);
    }
    Ok(found)
}

/// Every file that statements about a document name.
pub async fn of_document(app: &App, operation: &OperationId, doc: &DocId) -> Result<Vec<Shown>, MediaError> {
    let references = rows::of_document(&app.store.register, operation, doc).await?;
    let here = here(app, operation, &references).await?;
    let shown = |reference: Reference| Shown { stored: here.contains(&reference.hash), reference };
    Ok(references.into_iter().map(shown).collect())
}

/// Files that are named and not here. Looks at a bounded number of statements; `next` says where to go on, also on an empty page.
pub async fn missing(
    app: &App,
    operation: &OperationId,
    device: Option<&DeviceId>,
    after: Option<(i64, EntryHash, u64)>,
    limit: usize,
) -> Result<Missing, MediaError> {
    let mut files: Vec<Reference> = Vec::new();
    let mut seen: BTreeSet<MediaHash> = BTreeSet::new();
    let mut next = after;
    for _ in 0..PAGES {
        let page = rows::references(&app.store.register, operation, device, next.as_ref(), PAGE).await?;
        let here = here(app, operation, &page).await?;
        let last = page.len() < PAGE as usize;
        for one in page {
            next = Some((one.received_at, one.entry, one.index));
            if here.contains(&one.hash) || !seen.insert(one.hash) {
                continue;
            }
            files.push(one);
            if files.len() == limit {
                return Ok(Missing { files, next });
            }
        }
        if last {
            return Ok(Missing { files, next: None });
        }
    }
    Ok(Missing { files, next })
}

/// The signed answer to which of some files are stored for an operation.
pub async fn receipt(
    app: &App,
    operation: &OperationId,
    device: &DeviceId,
    asked: &[u8],
) -> Result<Vec<u8>, MediaError> {
    let asked = hashes(asked).filter(|all| (1..=limits::MEDIA_ASKED).contains(&all.len()));
    let asked: BTreeSet<MediaHash> = asked.ok_or(MediaError::BadQuestion)?.into_iter().collect();
    let all: Vec<MediaHash> = asked.iter().copied().collect();
    let stored = rows::stored(&app.store.feed, operation, &all).await?;
    let missing = asked.difference(&stored).copied().collect();
    let (register, operation, device) = (app.register, *operation, *device);
    let stored = stored.into_iter().collect();
    Ok(MediaReceipt { register, operation, device, at_ms: app.now_ms(), stored, missing }.sign(&app.key))
}
