//! Asking for what is published: with patience on a link that breaks, and piece by piece, so that a broken download goes on where it stopped.

use crate::engine::sync::{PATIENCE, Round, Run};
use crate::engine::token;
use crate::error::TabletError;
use crate::store::{Result, published};
use crate::transport::HttpMethod;

/// Codes of a register that has nothing of this for this tablet: an older one, or an officer who reads no weapons.
const NOT_FOR_US: [&str; 3] = ["route.unknown", "role.missing", "operation.not_enrolled"];

/// Whether an error says that the register has nothing of this for this tablet.
pub(super) fn is_not_for_us(error: &TabletError) -> bool {
    NOT_FOR_US.contains(&error.code.as_str())
}

impl Run<'_> {
    /// Asks for something until it is answered; what is refused is an error with the register's code.
    pub(super) fn fetch(&mut self, path: &str, body: Option<&[u8]>) -> Result<Vec<u8>> {
        let url = format!("{}{path}", self.tablet.engine().session()?.enrolment.server);
        let mut failures = 0;
        loop {
            let round = match body {
                Some(body) => self.post(&url, "application/cbor", body)?,
                None => self.ask(HttpMethod::Get, &url, "application/cbor", &[])?,
            };
            match round {
                Round::Answered(answer) => return Ok(answer.body),
                Round::Refused(answer) => return Err(token::problem(&answer)),
                Round::Broke(error) => {
                    failures += 1;
                    self.report.interruptions += 1;
                    if failures >= PATIENCE {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// A piece that is kept until all of its kind are here; fetched if it is not. `is_right` judges it before it is kept.
    pub(super) fn piece(
        &mut self,
        (kind, place): (&str, u64),
        path: &str,
        is_right: impl FnOnce(&[u8]) -> Result<()>,
    ) -> Result<Vec<u8>> {
        if let Some(kept) = published::get(self.tablet.engine().store.read(), kind, place)? {
            return Ok(kept);
        }
        let bytes = self.fetch(path, None)?;
        is_right(&bytes)?;
        let mut engine = self.tablet.engine();
        let tx = engine.store.write()?;
        published::put(&tx, kind, place, &bytes)?;
        tx.commit()?;
        Ok(bytes)
    }

    /// Forgets what was fetched so far of something that could not be finished.
    pub(super) fn forget(&mut self, kinds: [&str; 2]) -> Result<()> {
        let mut engine = self.tablet.engine();
        let tx = engine.store.write()?;
        kinds.iter().try_for_each(|kind| published::remove(&tx, kind))?;
        tx.commit()
    }
}
