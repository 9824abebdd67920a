//! Taking a file of a bundle in: in any order, by itself, as often as anybody likes.

use std::collections::BTreeSet;

use ploughshare_core::bundle::{File, OpenedBundle};
use ploughshare_core::exchange::Answer;
use ploughshare_core::keys::PublicKey;

use super::super::officers::Stamp;
use super::super::take::{self, Way};
use super::super::{Tablet, installation};
use super::export::{revoked, unknown};
use crate::error::TabletError;
use crate::model::BundleTaken;
use crate::store::{Result, kv};

impl Tablet {
    /// Takes in one file. The same file again adds nothing.
    pub fn bundle_import(&self, bytes: &[u8]) -> Result<BundleTaken> {
        let File { label, sealed } = File::from_bytes(bytes)?;
        let identity = self.bundle_key()?;
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let session = engine.session()?;
        if label.to != session.device {
            return Err(TabletError::refused(
                "bundle.not_for_us",
                format!("this bundle is for {}", label.to),
                "Nothing was taken in. Carry it there, or bring one for the register with `bundle upload`.",
            ));
        }
        let plain = age::decrypt(&identity, &sealed).map_err(|_| {
            TabletError::refused(
                "bundle.damaged",
                "the sealed part is damaged: it was changed or cut short on the way",
                "Nothing was taken in. Copy the file again from where it was made.",
            )
        })?;
        let opened = OpenedBundle::open(label, &plain)?;
        let from = opened.from();
        let from_register = from == session.register_key.device();
        let key = if from_register {
            session.register_key.clone()
        } else {
            let known = engine.authority.devices.get(&from).ok_or_else(|| unknown(&from))?;
            if known.revoked_ms.is_some() {
                return Err(revoked(&from));
            }
            PublicKey::from_bytes(&known.key).map_err(|_| unknown(&from))?
        };
        let content = opened.verify(&key)?;
        if content.register != session.register || content.operation != session.operation {
            return Err(TabletError::refused(
                "bundle.other_operation",
                "this bundle belongs to another operation or register",
                "Nothing was taken in. Take it in with the store of that operation.",
            ));
        }
        let way = if from_register { Way::Card { after: content.after, upto: content.upto } } else { Way::Tablet };
        let answer = Answer {
            receipts: content.receipts,
            segments: content.segments,
            // Only the register refuses.
            refused: if from_register { content.refused } else { Vec::new() },
            ..nothing()
        };
        let now = Stamp::read(self.platform.as_ref())?;
        let settled = Answer { segments: content.settled, ..nothing() };
        let known = take::take(&mut engine, &settled, &mut BTreeSet::new(), &now, Way::Settled)?;
        let mut taken = take::take(&mut engine, &answer, &mut BTreeSet::new(), &now, way)?;
        taken.pulled += known.pulled;
        taken.new_journal |= known.new_journal;
        let place = kv::number(engine.store.read(), kv::PLACE)?.unwrap_or(0) as u64;
        drop(engine);
        if taken.new_journal {
            let nonce = installation::fresh_number(self.platform.as_ref(), self.vault.as_ref())?;
            installation::begin_journal(&mut self.engine(), &nonce)?;
        }
        Ok(BundleTaken {
            set: hex::encode(label.set),
            number: label.number + 1,
            files: label.files,
            from: from.to_string(),
            from_register,
            pulled: taken.pulled,
            receipts: taken.receipts,
            refused: taken.refused,
            place,
        })
    }
}

/// An answer without anything in it.
pub(in crate::engine) fn nothing() -> Answer {
    Answer {
        place: 0,
        receipts: Vec::new(),
        segments: Vec::new(),
        more: false,
        ends: Vec::new(),
        refused: Vec::new(),
        ahead: 0,
    }
}
