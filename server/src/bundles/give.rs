//! Making bundles for a tablet: receipts for what it wrote, and the feed from where it says that it stands.

use ploughshare_core::bundle::{Content, Label};
use ploughshare_core::exchange::End;
use ploughshare_core::ids::{DeviceId, OperationId};
use ploughshare_core::limits;

use super::{BundlesError, seal};
use crate::admission::{self, Bringer};
use crate::app::App;
use crate::feed;
use crate::store::bundles as rows;
use crate::store::identity as devices;

/// Segments of the device for which receipts go along.
const RECEIPTS: u32 = 1_024;
/// Bytes that a file needs beside its segments: seal, label, signature, receipts.
const BESIDE: u64 = 64 * 1024;
/// Most bytes of one set; the next one goes on from there.
const SET_BYTES: u64 = 64 * 1024 * 1024;

/// A set of files for one tablet.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The files.
    pub files: Vec<Vec<u8>>,
    /// Whoever takes all of them in knows the feed from here …
    pub after: u64,
    /// … to here.
    pub upto: u64,
    /// Whether there is more behind.
    pub more: bool,
}

/// Makes the files for a device in an operation. Without `after` they begin where its last bundle said that it stands, or else at the
/// beginning. Files have at most `most` bytes, and there are at most `files` of them.
pub async fn give(
    app: &App,
    operation: &OperationId,
    device: &DeviceId,
    after: Option<u64>,
    most: u64,
    files: usize,
) -> Result<Given, BundlesError> {
    let known = devices::device(&app.store.feed, device).await?.ok_or(BundlesError::UnknownSender(*device))?;
    if !rows::takes_part(&app.store.feed, operation, device).await? {
        return Err(BundlesError::NotEnrolled(*device, *operation));
    }
    if known.revoked_at.is_some() {
        return Err(BundlesError::Revoked(*device));
    }
    let recipient = rows::recipient(&app.store.feed, device).await?.ok_or(BundlesError::NoKey(*device))?;
    let asked = rows::asked(&app.store.feed, operation, device).await?;
    let (place, journals) = asked.map_or((0, Vec::new()), |asked| (asked.place, asked.journals));
    let who = Bringer { device: *device, operation: *operation };
    let mut given = Given { after: after.unwrap_or(place), ..Given::default() };
    given.upto = given.after;

    let newest = rows::newest_of(&app.store.feed, operation, device, RECEIPTS).await?;
    let receipts = admission::receipts_again(app, &who, &newest).await?;
    let mut contents = fill(app, &who, &journals, &mut given, most, files).await?;
    if let Some(first) = contents.first_mut() {
        first.receipts = receipts;
    }
    let set = app.random();
    let count = contents.len() as u64;
    for (number, content) in (0..).zip(&contents) {
        let label = Label { set, number, files: count, to: *device };
        given.files.push(seal(app, label, content, &recipient)?);
    }
    Ok(given)
}

async fn fill(
    app: &App,
    who: &Bringer,
    journals: &[End],
    given: &mut Given,
    most: u64,
    files: usize,
) -> Result<Vec<Content>, BundlesError> {
    let most = most.min(limits::BUNDLE_BYTES as u64);
    let room = most.saturating_sub(BESIDE);
    let (mut contents, mut bytes) = (Vec::new(), 0);
    loop {
        let heard = feed::after(app, who, given.upto, journals, room).await?;
        let size: u64 = heard.segments.iter().map(|(_, segment)| segment.len() as u64).sum();
        if size > room {
            let needed = size + BESIDE + size / 2_000;
            return Err(ploughshare_core::bundle::BundleError::TooSmall { asked: most, needed }.into());
        }
        bytes += size;
        contents.push(Content {
            register: app.register,
            operation: who.operation,
            made_ms: app.now_ms(),
            after: given.upto,
            upto: heard.place,
            ends: Vec::new(),
            segments: heard.segments.into_iter().map(|(_, segment)| segment).collect(),
            settled: Vec::new(),
            receipts: Vec::new(),
            refused: Vec::new(),
        });
        given.upto = heard.place;
        given.more = heard.more;
        if !heard.more || contents.len() >= files.min(limits::BUNDLE_FILES) || bytes > SET_BYTES {
            return Ok(contents);
        }
    }
}
