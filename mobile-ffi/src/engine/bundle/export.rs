//! Making the files of a bundle, for the register or for another tablet.

use std::str::FromStr as _;

use ploughshare_core::bundle::{Content, File, Label, split};
use ploughshare_core::exchange::End;
use ploughshare_core::ids::DeviceId;
use ploughshare_core::limits;

use super::super::Tablet;
use super::no_key;
use crate::error::TabletError;
use crate::model::BundleMade;
use crate::store::{Result, carried, journals, kv, segments};

/// Least bytes of a file.
const LEAST_BYTES: u64 = 16 * 1024;
/// Most receipts for another tablet that go along.
const RECEIPTS: u32 = 4_096;

/// For whom a bundle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleFor {
    /// For the register: everything that it has not receipted, and what is carried for others.
    Register,
    /// For another tablet, by its id: the same, the decisions held here, and receipts for it.
    Tablet {
        /// The tablet's id.
        device: String,
        /// Everything that is held here, not only what the register may not have.
        everything: bool,
    },
}

impl Tablet {
    /// Makes the files of a bundle, each of at most `max_bytes` (4 MiB if not said). Nothing changes here by it: what travels stays unsent
    /// until a receipt for it comes back by whatever way.
    pub fn bundle_export(&self, to: &BundleFor, max_bytes: Option<u64>) -> Result<BundleMade> {
        let most = max_bytes.unwrap_or(limits::BUNDLE_BYTES as u64).clamp(LEAST_BYTES, limits::BUNDLE_BYTES as u64);
        self.seal_all()?;
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let session = engine.session()?;
        let key = session.key()?;
        let conn = engine.store.read();
        let mut settled = Vec::new();
        let mut receipts = Vec::new();
        let (device, recipient) = match to {
            BundleFor::Register => {
                let key = engine.authority.bundle_key.clone().ok_or_else(|| no_key("the register"))?;
                (session.register_key.device(), key)
            }
            BundleFor::Tablet { device, everything } => {
                let device = device_id(device)?;
                let known = engine.authority.devices.get(&device).ok_or_else(|| unknown(&device))?;
                if known.revoked_ms.is_some() {
                    return Err(revoked(&device));
                }
                let key = known.bundle_key.clone().ok_or_else(|| no_key("that tablet"))?;
                let register = session.register_key.device();
                settled = segments::held(conn, (!everything).then_some(&register))?;
                receipts = carried::receipts_for(conn, &device, RECEIPTS)?;
                (device, key)
            }
        };
        let recipient = age::x25519::Recipient::from_str(&recipient).map_err(|_| no_key("them"))?;
        let mut fresh = Vec::new();
        for outgoing in segments::outbox(conn)? {
            fresh.extend(segments::bytes(conn, &outgoing.hash)?);
        }
        let place = kv::number(conn, kv::PLACE)?.unwrap_or(0) as u64;
        let tail = journals::open(conn)?.map(|journal| journal.tail());
        let content = Content {
            register: session.register,
            operation: session.operation,
            made_ms: self.platform.now_ms()?,
            after: place,
            upto: place,
            ends: tail.into_iter().map(|t| End { journal: t.journal, next: t.next, chain: t.chain() }).collect(),
            segments: Vec::new(),
            settled: Vec::new(),
            receipts: Vec::new(),
            refused: Vec::new(),
        };
        // Receipts are parts like the others, so that they too are divided over files that fit.
        let (known, count) = (receipts.len(), receipts.len() + settled.len());
        let all: Vec<Vec<u8>> = receipts.into_iter().chain(settled).chain(fresh).collect();
        let ranges = split(&all, most)?;
        let set: [u8; 16] = self.random()?;
        let mut made = BundleMade {
            set: hex::encode(set),
            to: device.to_string(),
            files: Vec::new(),
            segments: (all.len() - known) as u64,
            receipts: known as u64,
        };
        for (number, range) in (0..).zip(&ranges) {
            let between = |from: usize, to: usize| {
                let (from, to) = (range.start.max(from), range.end.min(to));
                all.get(from..to.max(from)).unwrap_or_default().to_vec()
            };
            let (receipts, settled, segments) = (between(0, known), between(known, count), between(count, all.len()));
            let label = Label { set, number, files: ranges.len() as u64, to: device };
            let signed = Content { segments, settled, receipts, ..content.clone() }.sign(&label, key);
            let sealed = age::encrypt(&recipient, &signed).map_err(|_| no_key("them"))?;
            made.files.push(File { label, sealed }.to_bytes());
        }
        Ok(made)
    }

    fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let bytes = self.platform.random(N as u32)?;
        bytes.try_into().map_err(|_| TabletError::internal("the platform gave too few random bytes"))
    }
}

/// A device by its id.
pub(in crate::engine) fn device_id(text: &str) -> Result<DeviceId> {
    text.trim().to_ascii_lowercase().parse().map_err(|_| {
        TabletError::refused(
            "device.bad_id",
            "a tablet is named by its id: 32 hex digits",
            "`status --json` on that tablet shows it, under enrolment.",
        )
    })
}

pub(in crate::engine) fn unknown(device: &DeviceId) -> TabletError {
    TabletError::refused(
        "device.unknown",
        format!("this tablet knows of no tablet {device} in its operation"),
        "Sync once, or take in a bundle of the register first, so that its enrolment is known here.",
    )
}

pub(in crate::engine) fn revoked(device: &DeviceId) -> TabletError {
    TabletError::refused(
        "device.revoked",
        format!("the register has revoked tablet {device}; nothing is exchanged with it"),
        "Nothing was exchanged. Tell the administrator where that tablet is.",
    )
}
