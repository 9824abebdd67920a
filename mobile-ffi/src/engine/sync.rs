//! Sync: seal, bring, take in, until there is nothing more on either side. A link that breaks costs one round, never a record.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use ploughshare_core::exchange::{Answer, End, Exchange};
use ploughshare_core::ids::SegmentHash;

use super::officers::Stamp;
use super::{Tablet, installation, lease, take, token};
use crate::error::{ErrorKind, TabletError};
use crate::model::SyncReport;
use crate::store::keys::Why;
use crate::store::{Result, journals, kv, segments};
use crate::transport::{HttpHeader, HttpRequest, HttpResponse, Transport, TransportError};

/// The code under which a revoked tablet is answered.
const REVOKED: &str = "device.revoked";
/// Fewest bytes that a round is shrunk to.
const LEAST_BYTES: u64 = 16 * 1024;
/// Rounds that may fail one after the other before the sync gives up.
pub(super) const PATIENCE: u32 = 4;

/// What a round came to.
pub(super) enum Round {
    Answered(HttpResponse),
    /// Worth trying again with less.
    Broke(TabletError),
    /// The same again would be answered the same.
    Refused(HttpResponse),
}

/// One sync under way.
pub(super) struct Run<'a> {
    pub tablet: &'a Tablet,
    transport: &'a dyn Transport,
    url: String,
    token: String,
    pub report: SyncReport,
    up: u64,
    down: u64,
}

impl Tablet {
    /// Brings what was said here to the register and takes in what others said. Saving goes on meanwhile. An interrupted round is sent again
    /// a few times, smaller each time; whatever was answered for before stays so. A store that sealed itself is opened by the register first.
    /// A tablet that was revoked brings what it holds and then seals itself.
    pub fn sync(&self, transport: Arc<dyn Transport>) -> Result<SyncReport> {
        let _one_at_a_time = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = self.platform.monotonic_ms()?;
        let mut report = SyncReport::default();
        self.reopen_only(transport.as_ref(), &mut report)?;
        self.seal_all()?;
        let url = {
            let engine = self.engine();
            let session = engine.session()?;
            format!("{}/api/v1/operations/{}/exchange", session.enrolment.server, session.operation)
        };
        let token = self.token(transport.as_ref(), false, &mut report)?;
        let (up, down) = (self.up_bytes.max(LEAST_BYTES), self.down_bytes.max(LEAST_BYTES));
        let mut run = Run { tablet: self, transport: transport.as_ref(), url, token, report, up, down };
        match run.all() {
            Err(error) if error.code == REVOKED => return Err(self.revoked(error)?),
            done => done?,
        }
        run.persons()?;
        self.heard()?;
        run.report.seconds = self.platform.monotonic_ms()?.saturating_sub(begun) as f64 / 1000.0;
        Ok(run.report)
    }

    /// The register has set aside what this revoked tablet still held: it seals itself.
    fn revoked(&self, mut error: TabletError) -> Result<TabletError> {
        self.keep_escrow()?;
        lease::seal(&mut self.engine(), self.vault.as_ref(), Why::Revoked)?;
        error.hint = Why::Revoked.error().hint;
        Ok(error)
    }

    /// The register was heard: the lease begins again, and the escrow is made if it is not.
    fn heard(&self) -> Result<()> {
        let now = Stamp::read(self.platform.as_ref())?;
        lease::renew(&mut self.engine(), self.vault.as_ref(), &now)?;
        self.keep_escrow()
    }

    /// What stands at the beginning of an exchange: the place held, the end of the open journal, and what waits to be sent.
    fn exchange(&self, up: u64, down: u64) -> Result<(Exchange, Vec<End>)> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let session = engine.session()?;
        let conn = engine.store.read();
        // The register leaves out of its answer the journals that are named. Only the open one is: of closed ones it may hold what was lost here.
        let tail = journals::open(conn)?.map(|journal| journal.tail());
        let ends: Vec<End> =
            tail.into_iter().map(|t| End { journal: t.journal, next: t.next, chain: t.chain() }).collect();
        let place = kv::number(conn, kv::PLACE)?.unwrap_or(0) as u64;
        let exchange = Exchange::new(session.operation, place, ends.clone(), segments::outbox(conn)?, up, down);
        Ok((exchange, ends))
    }
}

impl Run<'_> {
    fn all(&mut self) -> Result<()> {
        let mut asked_again = BTreeSet::new();
        let mut failures = 0;
        let mut revoked = None;
        'exchange: loop {
            let (mut exchange, ends) = self.tablet.exchange(self.up, self.down)?;
            while let Some(mut step) = exchange.next_step() {
                // Named in every round, so that the register does not send them back.
                step.request.journals.clone_from(&ends);
                step.request.segments = self.bytes_of(&step.send)?;
                let url = self.url.clone();
                let answer = match self.post(&url, "application/cbor", &step.request.to_bytes())? {
                    Round::Answered(answer) => answer,
                    Round::Refused(answer) => {
                        let error = token::problem(&answer);
                        if error.code != REVOKED {
                            return Err(error);
                        }
                        // It was taken in all the same, to be judged by people: the rest goes up as well.
                        revoked = Some(error);
                        continue;
                    }
                    Round::Broke(error) => {
                        failures += 1;
                        self.report.interruptions += 1;
                        if failures >= PATIENCE {
                            return Err(error);
                        }
                        self.up = (self.up / 2).max(LEAST_BYTES);
                        self.down = (self.down / 2).max(LEAST_BYTES);
                        continue 'exchange;
                    }
                };
                failures = 0;
                self.report.segments += step.send.len() as u64;
                let answer = Answer::from_bytes(&answer.body).map_err(|error| {
                    TabletError::new(
                        ErrorKind::Server,
                        error.code(),
                        format!("the register's answer cannot be read: {error}"),
                        "Everything is safe on this device. Update this program, or ask the administrator.",
                    )
                })?;
                let taken = self.take(&answer, &mut asked_again)?;
                exchange.answered(&answer);
                self.report.place = exchange.place();
                if taken.again > 0 || taken.knows_more {
                    continue 'exchange;
                }
            }
            return revoked.map_or(Ok(()), Err);
        }
    }

    fn take(
        &mut self,
        answer: &Answer,
        asked_again: &mut BTreeSet<ploughshare_core::ids::JournalId>,
    ) -> Result<take::Taken> {
        let now = Stamp::read(self.tablet.platform.as_ref())?;
        let mut engine = self.tablet.engine();
        let taken = take::take(&mut engine, answer, asked_again, &now)?;
        if taken.new_journal {
            installation::begin_journal(&mut engine, self.tablet.platform.as_ref(), self.tablet.vault.as_ref())?;
        }
        self.report.receipts += taken.receipts;
        self.report.pushed += taken.pushed;
        self.report.pulled += taken.pulled;
        self.report.refused += taken.refused;
        Ok(taken)
    }

    fn bytes_of(&self, hashes: &[SegmentHash]) -> Result<Vec<Vec<u8>>> {
        let engine = self.tablet.engine();
        let one = |hash| segments::bytes(engine.store.read(), hash)?.ok_or_else(|| TabletError::damaged("a segment"));
        hashes.iter().map(one).collect()
    }

    /// Sends a request; with a fresh token once, if the one at hand is not accepted.
    pub(super) fn post(&mut self, url: &str, kind: &str, body: &[u8]) -> Result<Round> {
        for fresh in [false, true] {
            if fresh {
                self.token = self.tablet.token(self.transport, true, &mut self.report)?;
            }
            let header = |name: &str, value: String| HttpHeader { name: name.to_owned(), value };
            let headers = vec![
                header("content-type", kind.to_owned()),
                header("accept", "*/*".to_owned()),
                header("authorization", format!("Bearer {}", self.token)),
            ];
            let request = HttpRequest { url: url.to_owned(), headers, body: body.to_vec() };
            let answer = match token::send(self.transport, request, &mut self.report) {
                Ok(answer) => answer,
                Err(error @ TransportError::Interrupted { .. }) => return Ok(Round::Broke(error.into())),
                Err(error) => return Err(error.into()),
            };
            match answer.status {
                200..=299 => return Ok(Round::Answered(answer)),
                401 if !fresh => {}
                408 | 413 | 500..=599 => return Ok(Round::Broke(token::problem(&answer))),
                _ => return Ok(Round::Refused(answer)),
            }
        }
        Err(TabletError::internal("a round ended without an answer"))
    }
}
