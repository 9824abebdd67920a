//! The register's signed word that files are safe with it. Only on a receipt in which nothing is missing, with nothing left to send and every
//! statement receipted, do originals leave this device.

use std::collections::BTreeMap;

use ploughshare_core::ids::MediaHash;
use ploughshare_core::limits;
use ploughshare_core::media::receipt::MediaReceipt;

use super::info;
use crate::engine::Session;
use crate::engine::sync::{Round, Run};
use crate::engine::token::problem;
use crate::error::{ErrorKind, TabletError};
use crate::store::media;
use crate::store::sealed_file::{FileName, SealedFiles};
use crate::store::{Result, segments};
use crate::transport::HttpResponse;

impl Run<'_> {
    /// Asks which of the files that were sent are safe, and does what follows from the answer.
    pub(super) fn receipt(&mut self, files: &SealedFiles, keep_originals: bool) -> Result<()> {
        let mut asked: BTreeMap<MediaHash, FileName> = BTreeMap::new();
        {
            let engine = self.tablet.engine();
            let conn = engine.store.read();
            for row in media::in_state(conn, "waiting")?.iter().filter(|row| row.begun) {
                asked.insert(info(conn, row)?.hash, row.name);
            }
        }
        let all: Vec<MediaHash> = asked.keys().copied().collect();
        for some in all.chunks(limits::MEDIA_ASKED) {
            let Some(receipt) = self.ask(some)? else { return Ok(()) };
            let mut engine = self.tablet.engine();
            let tx = engine.store.write()?;
            for name in receipt.stored.iter().filter_map(|hash| asked.get(hash)) {
                media::now(&tx, name, "stored")?;
            }
            tx.commit()?;
        }
        if !keep_originals && self.is_complete()? {
            let mut engine = self.tablet.engine();
            let tx = engine.store.write()?;
            let safe = media::in_state(&tx, "stored")?;
            let originals: Vec<FileName> = safe.iter().filter(|row| row.original).map(|row| row.name).collect();
            for name in &originals {
                media::now(&tx, name, "dropped")?;
            }
            tx.commit()?;
            drop(engine);
            // Killed between here and there, the next sync takes away what is marked as dropped.
            for name in &originals {
                files.remove(name)?;
            }
        }
        Ok(())
    }

    /// Whether every file that statements of this tablet name is stored, and every statement is receipted.
    fn is_complete(&self) -> Result<bool> {
        let engine = self.tablet.engine();
        let conn = engine.store.read();
        let left = media::in_state(conn, "waiting")?.len() + media::in_state(conn, "refused")?.len();
        Ok(left == 0 && media::all_said(conn)?.is_empty() && segments::outbox(conn)?.is_empty())
    }

    /// The answer, if the register gives one now.
    fn ask(&mut self, hashes: &[MediaHash]) -> Result<Option<MediaReceipt>> {
        let url = {
            let engine = self.tablet.engine();
            let session = engine.session()?;
            format!("{}/api/v1/operations/{}/media/check", session.enrolment.server, session.operation)
        };
        let body: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        match self.post(&url, "application/octet-stream", &body)? {
            Round::Answered(answer) => believe(&answer, self.tablet.engine().session()?, hashes).map(Some),
            // The next sync asks again; nothing was given up.
            Round::Broke(_) => {
                self.report.interruptions += 1;
                Ok(None)
            }
            Round::Refused(answer) => Err(problem(&answer)),
        }
    }
}

/// The answer must be the register's own word to this device, on nothing but what was asked.
fn believe(answer: &HttpResponse, session: &Session, asked: &[MediaHash]) -> Result<MediaReceipt> {
    let untrusted = |code: &str| {
        TabletError::new(
            ErrorKind::Server,
            code,
            "the answer holds no receipt of this register for the files that were sent",
            "Everything is safe on this device. Somebody may stand between this device and the register: tell the administrator.",
        )
    };
    let receipt = MediaReceipt::verify(&answer.body, &session.register_key).map_err(|error| untrusted(error.code()))?;
    let ours = receipt.register == session.register
        && receipt.operation == session.operation
        && receipt.device == session.device
        && receipt.stored.iter().chain(&receipt.missing).all(|hash| asked.contains(hash))
        && receipt.stored.len() + receipt.missing.len() == asked.len();
    if ours { Ok(receipt) } else { Err(untrusted("receipt.not_ours")) }
}
