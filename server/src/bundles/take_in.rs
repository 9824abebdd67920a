//! Taking one file in. The same file again gets the same receipts and adds nothing.

use ploughshare_core::bundle::{Content, File, Label, OpenedBundle};
use ploughshare_core::exchange::{Refused, Request};
use ploughshare_core::ids::{DeviceId, OperationId};
use ploughshare_core::keys::PublicKey;

use super::{BundlesError, keys, seal};
use crate::admission::{self, Bringer};
use crate::app::App;
use crate::store::bundles as rows;
use crate::store::identity as devices;

/// What a file came to.
#[derive(Debug, Clone)]
pub struct TakenIn {
    /// Which file.
    pub label: Label,
    /// The device that made it.
    pub from: DeviceId,
    /// In which operation.
    pub operation: OperationId,
    /// Segments that are safe now.
    pub safe: usize,
    /// Those of them that were not here before.
    pub fresh: usize,
    /// Segments that were refused.
    pub refused: Vec<Refused>,
    /// Receipts and refusals, sealed to the device that made it; none where it has no key for that or was revoked.
    pub reply: Option<Vec<u8>>,
}

/// Takes one file in.
pub async fn take_in(app: &App, bytes: Vec<u8>) -> Result<TakenIn, BundlesError> {
    let (label, opened) = open(app, bytes).await?;
    let from = opened.from();
    let device = devices::device(&app.store.feed, &from).await?.ok_or(BundlesError::UnknownSender(from))?;
    let key = PublicKey::from_bytes(&device.public_key).map_err(|_| BundlesError::UnknownSender(from))?;
    let content = opened.verify(&key)?;
    if content.register != app.register {
        return Err(BundlesError::WrongRegister);
    }
    let operation = content.operation;
    if !rows::takes_part(&app.store.feed, &operation, &from).await? {
        return Err(BundlesError::NotEnrolled(from, operation));
    }
    let brought = content.segments.len();
    let accepted = admission::accept(app, &Bringer { device: from, operation }, content.segments).await?;
    let mut taken = TakenIn {
        label,
        from,
        operation,
        safe: brought.saturating_sub(accepted.refused.len()),
        fresh: accepted.fresh,
        refused: accepted.refused.clone(),
        reply: None,
    };
    if device.revoked_at.is_some() {
        // What it brought is set aside for a person to decide; it learns nothing.
        return Ok(taken);
    }
    let (place, journals) = (content.after, content.ends);
    let asked = Request { operation, place, journals, segments: Vec::new(), budget: 0 };
    let mut tx = app.store.feed.begin_write().await?;
    rows::ask(&mut tx, &from, &asked, content.made_ms).await?;
    tx.commit().await?;
    if let Some(recipient) = rows::recipient(&app.store.feed, &from).await? {
        let label = Label { set: app.random(), number: 0, files: 1, to: from };
        let reply = Content {
            register: app.register,
            operation,
            made_ms: app.now_ms(),
            after: 0,
            upto: 0,
            ends: Vec::new(),
            segments: Vec::new(),
            settled: Vec::new(),
            receipts: accepted.receipts,
            refused: accepted.refused,
        };
        taken.reply = Some(seal(app, label, &reply, &recipient)?);
    }
    Ok(taken)
}

/// Opens the seal, apart from the threads that answer.
async fn open(app: &App, bytes: Vec<u8>) -> Result<(Label, OpenedBundle), BundlesError> {
    let (identity, ours) = (keys::identity(app)?, app.key.public().device());
    let work = move || {
        let File { label, sealed } = File::from_bytes(&bytes)?;
        if label.to != ours {
            return Err(BundlesError::NotForUs(label.to));
        }
        let plain = age::decrypt(&identity, &sealed).map_err(|_| BundlesError::Damaged)?;
        Ok((label, OpenedBundle::open(label, &plain)?))
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| BundlesError::Cancelled)?
}
