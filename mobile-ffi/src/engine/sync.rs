//! Sync: seal, bring, take in, until there is nothing more on either side. A link that breaks costs the bytes that were under way, never a
//! record: rounds travel whole while that works, and as streams of which both sides keep what arrives when it does not.

mod post;
mod stream;
mod watch;

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use ploughshare_core::exchange::link::Link;
use ploughshare_core::exchange::stream::{Begun, Part};
use ploughshare_core::exchange::{Answer, End, Exchange, Outgoing};
use ploughshare_core::ids::{JournalId, SegmentHash};
use serde::{Deserialize, Serialize};

use super::officers::Stamp;
use super::{Tablet, installation, take, token};
use crate::error::{ErrorKind, TabletError};
use crate::model::{SyncOptions, SyncProgress, SyncReport};
use crate::store::{Result, journals, kv, segments};
use crate::transport::Transport;

pub(super) use post::{Broken, Round};
pub use watch::{GIVEN_UP, SyncWatch, Unwatched, given_up};

/// Bytes that a round may carry whole, each way. What is more travels as a stream, so that a cut costs no more than that.
const SMALL_BYTES: u64 = 8 * 1024;

/// One sync under way.
pub(super) struct Run<'a> {
    pub tablet: &'a Tablet,
    transport: &'a dyn Transport,
    watch: &'a dyn SyncWatch,
    /// Address of the operation, without a slash at its end.
    url: String,
    token: String,
    pub report: SyncReport,
    link: Link,
    /// Journals that were sent again already.
    asked_again: BTreeSet<JournalId>,
    /// Bytes of others' segments that are still to come, once the register has said so.
    ahead: Option<u64>,
    /// The segment of others of which the beginning is here.
    begun: Option<Part>,
    /// The own segment of which the beginning is at the register.
    held: Option<Begun>,
    /// Own segments that may have arrived without an answer.
    sent: Vec<SegmentHash>,
    /// Whether the register has to be asked what arrived.
    unsure: bool,
    /// There turned out to be much to come.
    bulky: bool,
}

/// What was found of the link, for the next sync.
#[derive(Serialize, Deserialize)]
struct Found {
    up: u64,
    down: u64,
    calm: u32,
}

impl Tablet {
    /// Brings what was said here to the register and takes in what others said. Saving goes on meanwhile. A round that breaks is gone on
    /// with where it was cut; whatever was answered for before stays so.
    pub fn sync(&self, transport: Arc<dyn Transport>) -> Result<SyncReport> {
        self.sync_watched(transport, Arc::new(Unwatched))
    }

    /// The same, with somebody who is told how far it is and may end it.
    pub fn sync_watched(&self, transport: Arc<dyn Transport>, watch: Arc<dyn SyncWatch>) -> Result<SyncReport> {
        self.sync_with(transport, &SyncOptions::default(), watch)
    }

    /// The same over a link of which something is known: statements first, then what is sealed of people, then working copies of photos, then
    /// their originals as far as the link is for them.
    pub fn sync_with(
        &self,
        transport: Arc<dyn Transport>,
        options: &SyncOptions,
        watch: Arc<dyn SyncWatch>,
    ) -> Result<SyncReport> {
        let _one_at_a_time = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = self.platform.monotonic_ms()?;
        self.seal_all()?;
        let (url, found) = {
            let engine = self.engine();
            let session = engine.session()?;
            let found = kv::get(engine.store.read(), kv::LINK)?;
            (format!("{}/api/v1/operations/{}", session.enrolment.server, session.operation), found)
        };
        let link = Link::new(self.up_bytes, self.down_bytes);
        let found = found.and_then(|bytes| serde_json::from_slice::<Found>(&bytes).ok());
        let found_bad = found.is_some();
        let mut run = Run {
            tablet: self,
            transport: transport.as_ref(),
            watch: watch.as_ref(),
            url,
            token: String::new(),
            report: SyncReport::default(),
            link: found.map_or(link, |found| link.as_found(found.up, found.down, found.calm)),
            asked_again: BTreeSet::new(),
            ahead: None,
            begun: None,
            held: None,
            sent: Vec::new(),
            // The sync before may have ended without an answer.
            unsure: found_bad,
            bulky: false,
        };
        run.renew_token(false)?;
        let originals = options.originals.unwrap_or(self.originals);
        let done = run
            .all()
            .and_then(|()| run.persons())
            .and_then(|()| run.photos(originals, &options.link, self.keep_originals));
        run.remember_link()?;
        done?;
        run.report.seconds = self.platform.monotonic_ms()?.saturating_sub(begun) as f64 / 1000.0;
        Ok(run.report)
    }

    /// What stands at the beginning of an exchange: the place held, the end of the open journal, and what waits to be sent.
    fn standing(&self) -> Result<Standing> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let operation = engine.session()?.operation;
        let conn = engine.store.read();
        // The register leaves out of its answer the journals that are named. Only the open one is: of closed ones it may hold what was lost here.
        let tail = journals::open(conn)?.map(|journal| journal.tail());
        let ends = tail.into_iter().map(|t| End { journal: t.journal, next: t.next, chain: t.chain() }).collect();
        let place = kv::number(conn, kv::PLACE)?.unwrap_or(0) as u64;
        Ok(Standing { operation, place, ends, outbox: segments::outbox(conn)? })
    }
}

/// What stands at the beginning of a round.
struct Standing {
    operation: ploughshare_core::ids::OperationId,
    place: u64,
    ends: Vec<End>,
    outbox: Vec<Outgoing>,
}

impl Run<'_> {
    fn all(&mut self) -> Result<()> {
        loop {
            self.tell(0)?;
            let waiting = segments::outbox_bytes(self.tablet.engine().store.read())?;
            let small = waiting <= SMALL_BYTES && !self.bulky && !self.link.streams();
            let done = if small { self.whole_rounds()? } else { self.stream_round()? };
            if done {
                return self.tell(0);
            }
        }
    }

    /// Rounds that travel whole; `false` when it has to be begun anew, or gone on with as a stream.
    fn whole_rounds(&mut self) -> Result<bool> {
        let Standing { operation, place, ends, outbox } = self.tablet.standing()?;
        let (up, down) = (self.link.up(), self.link.down().min(SMALL_BYTES));
        let mut exchange = Exchange::new(operation, place, ends.clone(), outbox, up, down);
        while let Some(mut step) = exchange.next_step() {
            // Named in every round, so that the register does not send them back.
            step.request.journals.clone_from(&ends);
            step.request.segments = self.bytes_of(&step.send)?;
            let url = format!("{}/exchange", self.url);
            let began = self.tablet.platform.monotonic_ms()?;
            let answer = match self.post(&url, "application/cbor", &step.request.to_bytes())? {
                Round::Answered(answer) => answer,
                Round::Refused(answer) => return Err(token::problem(&answer)),
                Round::Broke(broken) => {
                    (self.sent, self.unsure) = (step.send, true);
                    self.broke(broken, false)?;
                    return Ok(false);
                }
            };
            self.link.worked(self.tablet.platform.monotonic_ms()?.saturating_sub(began));
            self.report.segments += step.send.len() as u64;
            let answer = Answer::from_bytes(&answer.body).map_err(|error| unreadable(&error))?;
            let taken = self.take(&answer)?;
            exchange.answered(&answer);
            self.report.place = exchange.place();
            self.ahead = Some(answer.ahead);
            if taken.again > 0 || taken.knows_more {
                return Ok(false);
            }
            if answer.more && answer.place > place {
                self.bulky = true;
                return Ok(false);
            }
            self.tell(0)?;
        }
        Ok(true)
    }

    fn take(&mut self, answer: &Answer) -> Result<take::Taken> {
        let now = Stamp::read(self.tablet.platform.as_ref())?;
        let taken = take::take(&mut self.tablet.engine(), answer, &mut self.asked_again, &now, take::Way::Register)?;
        if taken.new_journal {
            let nonce = installation::fresh_number(self.tablet.platform.as_ref(), self.tablet.vault.as_ref())?;
            installation::begin_journal(&mut self.tablet.engine(), &nonce)?;
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

    /// Tells whoever watches how far the sync is; an error when they want it to end.
    pub(super) fn tell(&self, waiting_ms: u64) -> Result<()> {
        let waiting = segments::outbox_bytes(self.tablet.engine().store.read())?;
        self.watch.progress(SyncProgress {
            up_done: self.report.bytes_sent,
            up_left: waiting.saturating_sub(self.held.map_or(0, |held| held.held)),
            down_done: self.report.bytes_received,
            down_left: self
                .ahead
                .map(|ahead| ahead.saturating_sub(self.begun.as_ref().map_or(0, |b| b.bytes.len() as u64))),
            round_trips: self.report.round_trips,
            interruptions: self.report.interruptions,
            waiting_ms,
        });
        if self.watch.cancelled() {
            return Err(given_up());
        }
        Ok(())
    }

    /// Keeps what was found of a bad link, so that the next sync begins as carefully as this one ended.
    fn remember_link(&self) -> Result<()> {
        let mut engine = self.tablet.engine();
        let known = kv::get(engine.store.read(), kv::LINK)?.is_some();
        if !self.link.streams() && !known {
            return Ok(());
        }
        let tx = engine.store.write()?;
        if self.link.streams() {
            let found = Found { up: self.link.up(), down: self.link.down(), calm: self.link.calm() };
            let bytes = serde_json::to_vec(&found).map_err(|e| TabletError::internal(e.to_string()))?;
            kv::put(&tx, kv::LINK, &bytes)?;
        } else {
            kv::remove(&tx, kv::LINK)?;
        }
        tx.commit()?;
        Ok(())
    }
}

fn unreadable(error: &ploughshare_core::exchange::ExchangeError) -> TabletError {
    TabletError::new(
        ErrorKind::Server,
        error.code(),
        format!("the register's answer cannot be read: {error}"),
        "Everything is safe on this device. Update this program, or ask the administrator.",
    )
}
