//! Taking a file in: may it come, part by part, and once it is whole: is it what its name says?

use std::sync::Arc;

use ploughshare_core::audit::Leaf;
use ploughshare_core::ids::{DeviceId, MediaHash, OperationId};
use ploughshare_core::keys::sha256;
use ploughshare_core::limits;
use ploughshare_core::media::{Format, has_metadata};

use super::{MediaError, Upload};
use crate::app::App;
use crate::store::audit_log::{self, Log};
use crate::store::media::{self as rows, Blob};
use crate::store::{Tx, identity};
use crate::vals;

/// Who brings it, and how far the device's word goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bringer {
    /// The device.
    pub device: DeviceId,
    /// For which operation.
    pub operation: OperationId,
    /// The device was revoked: it may bring what statements name that were taken in, and nothing else.
    pub late: bool,
}

/// What became of a beginning.
#[derive(Debug)]
pub enum Begun {
    /// The file is stored, as large as this.
    Stored(u64),
    /// It may go on.
    Open(Upload),
}

/// Says how much of a file is here, if it may come at all. What was whole and not finished is finished.
#[tracing::instrument(name = "media.begin", skip_all, fields(device = %who.device, operation = %who.operation, media = %hash))]
pub async fn begin(app: &Arc<App>, who: Bringer, hash: MediaHash, size: u64) -> Result<Begun, MediaError> {
    let name = (who.device, who.operation, hash);
    if let Some(blob) = rows::blob(&app.store.feed, &who.operation, &hash).await? {
        app.media.incoming.forget(&name);
        return Ok(Begun::Stored(blob.bytes));
    }
    if size == 0 || size > limits::MEDIA_BYTES as u64 {
        return Err(MediaError::BadSize);
    }
    let mut upload = app.media.incoming.claim(name, size)?;
    let named = may_bring(app, who, hash, size).await?;
    if upload.have > size {
        // It was begun as another size; which of the two is the file, its hash will tell.
        std::fs::remove_file(&upload.path)?;
        upload.have = 0;
    }
    if upload.have == 0 {
        if app.media.files.size(&who.operation, &hash).await? == Some(size) {
            // It was put there, and the server stopped before it was written down.
            return adopt(app, who, hash, size, named).await.map(Begun::Stored);
        }
        app.media.incoming.room(&who.device)?;
    }
    if upload.is_whole() {
        return finish(app, who, hash, upload).await.map(Begun::Stored);
    }
    Ok(Begun::Open(upload))
}

/// Takes the next bytes of a part.
pub async fn append(upload: &mut Upload, bytes: axum::body::Bytes) -> Result<(), MediaError> {
    upload.write(bytes).await
}

/// Makes durable what came, whether the part was whole or not.
pub async fn settle(upload: &mut Upload) -> Result<(), MediaError> {
    upload.settle().await
}

/// Whether a file may come; whether a statement names it.
async fn may_bring(app: &App, who: Bringer, hash: MediaHash, size: u64) -> Result<bool, MediaError> {
    let feed = &app.store.feed;
    let operation = identity::operation(feed, &who.operation).await?.ok_or(MediaError::UnknownOperation)?;
    let named = rows::named(&app.store.register, &who.operation, &[hash]).await?.contains(&hash);
    if !named && who.late {
        return Err(MediaError::Revoked);
    }
    if !named && operation.closed_at.is_some() {
        return Err(MediaError::Closed);
    }
    let brought = rows::bytes_of(feed, &who.device).await?;
    if brought + size > app.settings.media_bytes_per_device {
        return Err(MediaError::Quota(brought));
    }
    if !named {
        // The statement may be on its way, or in the feed and not yet in the register.
        let unnamed = still_unnamed(app, &who.device).await?;
        if unnamed + size > app.settings.media_unnamed_bytes {
            return Err(MediaError::Unnamed(unnamed));
        }
    }
    Ok(named)
}

/// Bytes that a device has brought and no statement names by now.
async fn still_unnamed(app: &App, device: &DeviceId) -> Result<u64, MediaError> {
    let mut left = 0;
    let unnamed = rows::unnamed_of(&app.store.feed, device).await?;
    for some in unnamed.chunk_by(|a, b| a.operation == b.operation) {
        let Some(operation) = some.first().map(|blob| blob.operation) else { continue };
        let hashes: Vec<MediaHash> = some.iter().map(|blob| blob.hash).collect();
        let named = rows::named(&app.store.register, &operation, &hashes).await?;
        left += some.iter().filter(|blob| !named.contains(&blob.hash)).map(|blob| blob.bytes).sum::<u64>();
        if !named.is_empty() {
            let mut tx = app.store.feed.begin_write().await?;
            rows::mark_named(&mut tx, &operation, &named).await?;
            tx.commit().await?;
        }
    }
    Ok(left)
}

/// Checks a whole file against its name and stores it. Goes on to its end also when the tablet hangs up meanwhile.
pub async fn finish(app: &Arc<App>, who: Bringer, hash: MediaHash, upload: Upload) -> Result<u64, MediaError> {
    let app = Arc::clone(app);
    let working = tokio::spawn(async move {
        let _turn = app.media.finishing.acquire().await.map_err(|_| MediaError::Cancelled)?;
        let path = upload.path.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let bytes = std::fs::read(path)?;
            Ok::<_, std::io::Error>((sha256(&bytes), described(&bytes), bytes))
        });
        let (found, (mime, metadata), bytes) = looked.await.map_err(|_| MediaError::Cancelled)??;
        if found != *hash.as_bytes() {
            refuse(&app, who, &hash, &found, bytes).await?;
            std::fs::remove_file(&upload.path)?;
            return Err(MediaError::HashDiffers);
        }
        drop(bytes);
        let size = upload.have;
        let moved = app.media.files.keep(upload.path.clone(), &who.operation, &hash).await?;
        let named = rows::named(&app.store.register, &who.operation, &[hash]).await?.contains(&hash);
        write_down(&app, who, hash, size, (mime, metadata), named).await?;
        if !moved {
            app.media.incoming.forget(&(upload.device(), who.operation, hash));
        }
        tracing::debug!(bytes = size, "media.stored");
        Ok(size)
    });
    working.await.map_err(|_| MediaError::Cancelled)?
}

/// Writes down a file that is in the store already, after looking whether it is what its name says.
async fn adopt(app: &App, who: Bringer, hash: MediaHash, size: u64, named: bool) -> Result<u64, MediaError> {
    let _turn = app.media.finishing.acquire().await.map_err(|_| MediaError::Cancelled)?;
    let bytes = app.media.files.whole(&who.operation, &hash).await?;
    let looked = tokio::task::spawn_blocking(move || (sha256(&bytes), described(&bytes)));
    let (found, about) = looked.await.map_err(|_| MediaError::Cancelled)?;
    if found != *hash.as_bytes() {
        return Err(MediaError::Files(format!("{hash} is in the store with other bytes")));
    }
    write_down(app, who, hash, size, about, named).await?;
    Ok(size)
}

fn described(bytes: &[u8]) -> (&'static str, bool) {
    (Format::of(bytes).map_or("application/octet-stream", Format::mime), has_metadata(bytes))
}

/// The row and the leaf, in one transaction. Of two who bring the same at once one writes it down.
async fn write_down(
    app: &App,
    who: Bringer,
    hash: MediaHash,
    bytes: u64,
    (mime, metadata): (&'static str, bool),
    named: bool,
) -> Result<(), MediaError> {
    let Bringer { device, operation, .. } = who;
    let received_at = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    audit_log::append(&mut tx, Log::Audit, &[]).await?;
    if rows::blob(&mut tx, &operation, &hash).await?.is_some() {
        return Ok(tx.rollback().await?);
    }
    let leaf = Leaf::new("media.stored", received_at, &device.to_string(), &hash.to_string())
        .fact("operation", operation)
        .fact("bytes", bytes)
        .encode()?;
    let leaf = audit_log::append(&mut tx, Log::Audit, &[leaf]).await?.indexes.start;
    let mime = mime.to_owned();
    rows::add(&mut tx, &Blob { operation, hash, bytes, mime, metadata, device, received_at, leaf, named }).await?;
    Ok(tx.commit().await?)
}

/// Keeps bytes that are not what they were called as evidence: whole up to the quota of the device, then as hash and reason.
async fn refuse(
    app: &App,
    who: Bringer,
    named: &MediaHash,
    found: &[u8; 32],
    bytes: Vec<u8>,
) -> Result<(), MediaError> {
    let now = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    if !known_refusal(&mut tx, who, found).await? {
        let sql = "select cast(coalesce(sum(length(bytes)), 0) as bigint) from refusal where device = $1 and bytes is not null";
        let used = tx.query_one(sql, &vals![who.device]).await?.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
        let fits = used + bytes.len() as u64 <= app.settings.evidence_quota_bytes;
        let columns = ["id", "device", "operation", "code", "hash", "received_at", "bytes", "detail"];
        let (code, detail) = ("media.hash_differs", format!("called {named}"));
        let evidence = fits.then_some(bytes);
        let row = vals![app.random::<16>(), who.device, who.operation, code, found, now, evidence, detail];
        tx.insert_many("refusal", &columns, vec![row]).await?;
        let leaf = Leaf::new("media.refused", now, &who.device.to_string(), &named.to_string())
            .fact("operation", who.operation)
            .fact("code", code)
            .encode()?;
        audit_log::append(&mut tx, Log::Audit, &[leaf]).await?;
    }
    Ok(tx.commit().await?)
}

async fn known_refusal(tx: &mut Tx, who: Bringer, found: &[u8; 32]) -> Result<bool, MediaError> {
    let sql = "select 1 from refusal where device = $1 and hash = $2 and code = 'media.hash_differs'";
    Ok(tx.query_one(sql, &vals![who.device, found]).await?.is_some())
}
