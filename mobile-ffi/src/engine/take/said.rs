//! Taking in what was said about some documents, in one transaction: the register's own segments as in every answer, and of the segments of
//! others only the entries that were asked for, so that no document is here by half.

use std::collections::BTreeSet;

use ploughshare_core::document::Document;
use ploughshare_core::entries::Said;
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DeviceId, DocId, EntryHash, SegmentHash};
use ploughshare_core::keys::PublicKey;
use ploughshare_core::segment::{Header, SegmentError, open, open_excerpt};

use super::Intake;
use crate::engine::officers::Stamp;
use crate::engine::{Engine, review};
use crate::error::{ErrorKind, TabletError};
use crate::store::{Connection, Result, decisions, documents, entries, kv, officers, segments};

/// A piece of an answer that was proven.
struct Proven<'a> {
    hash: SegmentHash,
    header: Header,
    device: DeviceId,
    count: u64,
    whole: bool,
    bytes: &'a [u8],
    entries: Vec<(EntryHash, Entry)>,
}

fn unproven(error: &SegmentError) -> TabletError {
    TabletError::new(
        ErrorKind::Server,
        error.code(),
        format!("the answer holds statements that are not proven: {error}"),
        "Everything is safe on this device; nothing of the answer was taken in. Somebody may stand between this device and the register: tell the administrator.",
    )
}

fn unknown_device() -> TabletError {
    TabletError::new(
        ErrorKind::Server,
        "segment.unknown_device",
        "the answer holds statements of a device that no decision held here names",
        "Everything is safe on this device. Sync, and try again.",
    )
}

/// Takes in an answer. `wanted` are the documents asked about; `None` takes in every entry that came. Gives how many entries are new here.
pub(in crate::engine) fn said(
    engine: &mut Engine,
    said: &Said,
    wanted: Option<&BTreeSet<DocId>>,
    now: &Stamp,
) -> Result<u64> {
    let now_ms = now.wall_ms;
    let Engine { store, session, authority, decisions: known, .. } = engine;
    let session = session.as_ref().ok_or_else(TabletError::not_enrolled)?;
    let register = session.register_key.device();
    let tx = store.write()?;
    let mut intake = Intake {
        conn: &tx,
        session,
        authority: authority.clone(),
        touched: BTreeSet::new(),
        decided: Vec::new(),
        pulled: 0,
        now_ms,
    };
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for bytes in &said.segments {
        let opened = open(bytes).map_err(|error| unproven(&error))?;
        if opened.device() == register { own.push(bytes.clone()) } else { others.push((opened, bytes)) }
    }
    intake.all(&own)?;
    let Intake { authority: fresh, mut touched, decided, mut pulled, .. } = intake;

    let key_of = |device: DeviceId| {
        if device == register {
            return Ok(session.register_key.clone());
        }
        let known = fresh.devices.get(&device).and_then(|known| PublicKey::from_bytes(&known.key).ok());
        known.ok_or_else(unknown_device)
    };
    let mut proven = Vec::new();
    for (opened, bytes) in others {
        let key = key_of(opened.device())?;
        let verified = opened.verify(&session.register, &key).map_err(|error| unproven(&error))?;
        let (hash, header, device) = (verified.hash(), verified.header().clone(), verified.device());
        let entries = verified.into_entries();
        proven.push(Proven { hash, header, device, count: entries.len() as u64, whole: true, bytes, entries });
    }
    for bytes in &said.excerpts {
        let opened = open_excerpt(bytes).map_err(|error| unproven(&error))?;
        let key = key_of(opened.device())?;
        let verified = opened.verify(&session.register, &key).map_err(|error| unproven(&error))?;
        let (hash, header, device, count) =
            (verified.hash(), verified.header().clone(), verified.device(), verified.count());
        proven.push(Proven { hash, header, device, count, whole: false, bytes, entries: verified.into_entries() });
    }
    for piece in proven {
        if piece.header.operation != session.operation {
            return Err(TabletError::new(
                ErrorKind::Server,
                "segment.wrong_operation",
                "the answer holds statements of another operation",
                "Everything is safe on this device; nothing of the answer was taken in.",
            ));
        }
        let Proven { hash, header, device, count, whole, bytes, entries: came } = piece;
        let row = match segments::row_of(&tx, &hash)? {
            Some(row) => row,
            None => segments::add_part(&tx, (&hash, &header, count), &device, bytes, whole)?,
        };
        for (hash, entry) in came {
            let about = entry.about(&hash);
            if wanted.is_some_and(|wanted| !wanted.contains(&about)) {
                continue;
            }
            if entries::add(&tx, &hash, &entry, &entry.to_bytes(), Some(row), now_ms)?.is_some() {
                pulled += 1;
                touched.insert(about);
            }
        }
    }
    if fresh.bridged != authority.bridged {
        touched.extend(documents::waiting(&tx)?.into_iter().map(|(id, _)| id));
    }
    if fresh.models != authority.models {
        let means = |make: Option<&str>, name: &str| super::changed(&authority.models, &fresh.models, make, name);
        touched.extend(documents::with_model(&tx, &means)?);
    }
    let reviewer =
        |conn: &Connection, document: &Document| review::state(conn, &document.id, Some(session), &fresh, now_ms);
    for document in &touched {
        documents::refold(&tx, document, &fresh, &reviewer, now_ms)?;
    }
    for document in review::stirred(&tx, &decided)?.difference(&touched) {
        documents::review_again(&tx, document, &fresh, &reviewer)?;
    }
    kv::put_number(&tx, kv::LAST_SYNC, now_ms)?;
    kv::put_number(&tx, kv::SEEN, now_ms)?;
    officers::renew_all(&tx, now)?;
    let count = decisions::count(&tx)?;
    tx.commit()?;
    *authority = fresh;
    *known = count;
    Ok(pulled)
}
