//! What two tablets say to each other, in turns: the listener first, so that a caller shows itself only to who has proved to be the tablet it
//! called. Every batch is taken in at once; after a cut the next session begins where this one ended.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use ploughshare_core::exchange::{Answer, End};
use ploughshare_core::ids::{DeviceId, JournalId};
use ploughshare_core::peer::{Hello, Message, PeerError, Side, forked, lacking};

use super::super::bundle::nothing;
use super::super::officers::Stamp;
use super::super::sync::{SyncWatch, given_up};
use super::super::take::{self, Way};
use super::super::{Tablet, installation};
use super::channel::Channel;
use crate::error::TabletError;
use crate::model::{PeerReport, SyncProgress};
use crate::store::segments::Held;
use crate::store::{Result, carried, journals, segments};

/// Bytes of segments in one batch; a larger segment travels alone.
const BATCH: u64 = 256 * 1024;
/// Receipts in one batch.
const RECEIPTS: u32 = 256;

/// One session under way.
pub(super) struct Talk<'a, S> {
    tablet: &'a Tablet,
    channel: Channel<S>,
    side: Side,
    expected: Option<DeviceId>,
    watch: &'a dyn SyncWatch,
    report: PeerReport,
}

/// The ends of all journals that are known.
fn ends(conn: &rusqlite::Connection) -> Result<Vec<End>> {
    let tails = journals::all_tails(conn)?;
    Ok(tails.iter().map(|t| End { journal: t.journal, next: t.next, chain: t.chain() }).collect())
}

fn said(what: &str) -> TabletError {
    let part = match what {
        "hello" => "hello",
        "decisions" => "decisions",
        "have" => "have",
        "forks" => "forks",
        _ => "batch",
    };
    PeerError::Malformed { part }.into()
}

impl<'a, S: Read + Write> Talk<'a, S> {
    pub fn new(
        tablet: &'a Tablet,
        channel: Channel<S>,
        side: Side,
        expected: Option<DeviceId>,
        watch: &'a dyn SyncWatch,
    ) -> Self {
        Self { tablet, channel, side, expected, watch, report: PeerReport::default() }
    }

    /// The whole session. Whoever ends it says so to the other.
    pub fn run(mut self) -> Result<PeerReport> {
        match self.all() {
            Ok(()) => {
                (self.report.bytes_sent, self.report.bytes_received) = (self.channel.sent, self.channel.received);
                Ok(self.report)
            }
            Err(error) => {
                // The other may be gone; then there is nobody to tell.
                drop(self.channel.send(&Message::Refusal(error.code.clone())));
                Err(error)
            }
        }
    }

    fn all(&mut self) -> Result<()> {
        let (device, their_decisions) = self.hello()?;
        self.report.device = device.to_string();
        let known = self.standing(&device);
        if let Err(error) = &known
            && error.code != "peer.unknown"
        {
            return known;
        }
        self.decisions(known.is_ok(), their_decisions)?;
        // On the newest decisions that either holds.
        self.standing(&device)?;
        let theirs = self.have()?;
        let forks = self.forks(&theirs)?;
        let mut waiting = self.lacks(&theirs, &forks)?;
        waiting.reverse();
        self.batches(&device, waiting)
    }

    /// Sends and hears one message each, the listener first.
    fn both(&mut self, mine: &Message) -> Result<Message> {
        if self.side == Side::Listener {
            self.channel.send(mine)?;
            return Ok(self.channel.receive()?);
        }
        let theirs = self.channel.receive()?;
        self.channel.send(mine)?;
        Ok(theirs)
    }

    /// Each proves its key on this channel.
    fn hello(&mut self) -> Result<(DeviceId, u64)> {
        let (mine, register, operation) = {
            let mut engine = self.tablet.engine();
            engine.refresh_authority()?;
            let next = engine.authority.next;
            let session = engine.session()?;
            let (register, operation) = (session.register, session.operation);
            let hello = Hello::sign(register, operation, next, session.key()?, self.side, self.channel.hash());
            (Message::Hello(hello), register, operation)
        };
        let other = if self.side == Side::Listener { Side::Caller } else { Side::Listener };
        let theirs = if self.side == Side::Listener { self.both(&mine)? } else { self.channel.receive()? };
        let Message::Hello(theirs) = theirs else { return Err(said("hello")) };
        let device = theirs.verify(other, self.channel.hash())?;
        if self.expected.is_some_and(|expected| expected != device) {
            return Err(TabletError::refused(
                "peer.other_device",
                "another tablet answers than the one whose code was scanned",
                "Everything is safe on this device. Somebody may stand between: scan the code again, or use a bundle on a card.",
            ));
        }
        if theirs.register != register || theirs.operation != operation {
            return Err(TabletError::refused(
                "peer.other_operation",
                "the other tablet works in another operation",
                "Nothing was exchanged. Only tablets of one operation share its records.",
            ));
        }
        if self.side == Side::Caller {
            self.channel.send(&mine)?;
        }
        Ok((device, theirs.decisions))
    }

    /// Whether the register's decisions, as held here now, let this device take part.
    fn standing(&mut self, device: &DeviceId) -> Result<()> {
        let mut engine = self.tablet.engine();
        engine.refresh_authority()?;
        if *device == engine.session()?.device {
            return Err(TabletError::refused(
                "peer.itself",
                "this is the tablet itself, or a copy of it",
                "Nothing was exchanged. Connect to another tablet.",
            ));
        }
        let known = engine.authority.devices.get(device).ok_or_else(|| {
            TabletError::refused(
                "peer.unknown",
                format!("the decisions held here do not know a tablet {device}"),
                "Nothing was exchanged. Sync either tablet with the register once, then connect again.",
            )
        })?;
        self.report.label.clone_from(&known.label);
        if known.revoked_ms.is_some() {
            return Err(super::super::bundle::revoked(device));
        }
        Ok(())
    }

    /// Whoever knows the other gives the decisions that it lacks; a stranger is given nothing and may give.
    fn decisions(&mut self, known: bool, theirs: u64) -> Result<()> {
        let mine = if known {
            let engine = self.tablet.engine();
            let register = engine.session()?.register_key.device();
            segments::decisions_from(engine.store.read(), &register, theirs)?
        } else {
            Vec::new()
        };
        let Message::Decisions(theirs) = self.both(&Message::Decisions(mine))? else { return Err(said("decisions")) };
        self.take(Answer { segments: theirs, ..nothing() }, Way::Settled)
    }

    fn have(&mut self) -> Result<Vec<End>> {
        let ends = ends(self.tablet.engine().store.read())?;
        let Message::Have(theirs) = self.both(&Message::Have(ends))? else { return Err(said("have")) };
        Ok(theirs)
    }

    /// Journals of which either finds that the other holds another branch.
    fn forks(&mut self, theirs: &[End]) -> Result<BTreeSet<JournalId>> {
        let mine = {
            let engine = self.tablet.engine();
            let conn = engine.store.read();
            let here = |end: &End| segments::ends_here(conn, &end.journal, end.next, end.chain);
            forked(&ends(conn)?, theirs, here)?
        };
        let Message::Forks(theirs) = self.both(&Message::Forks(mine.clone()))? else { return Err(said("forks")) };
        let all: BTreeSet<JournalId> = mine.into_iter().chain(theirs).collect();
        self.report.forks = all.len() as u64;
        Ok(all)
    }

    /// What they lack of what is here; of forked journals everything, as no end tells which branch of it they hold.
    fn lacks(&mut self, theirs: &[End], forks: &BTreeSet<JournalId>) -> Result<Vec<Held>> {
        let engine = self.tablet.engine();
        let conn = engine.store.read();
        let here = |end: &End| segments::ends_here(conn, &end.journal, end.next, end.chain);
        let lacks = lacking(&ends(conn)?, theirs, here)?;
        let mut waiting = Vec::new();
        for one in lacks.iter().filter(|one| !forks.contains(&one.journal)) {
            waiting.extend(segments::beyond(conn, &one.journal, one.from)?);
        }
        for journal in forks {
            waiting.extend(segments::beyond(conn, journal, 0)?);
        }
        Ok(waiting)
    }

    /// Takes turns until neither has anything left. `waiting` has the first at its end.
    fn batches(&mut self, device: &DeviceId, mut waiting: Vec<Held>) -> Result<()> {
        let mut first = true;
        loop {
            let (mine, left) = self.batch(device, &mut waiting, first)?;
            first = false;
            let Message::Batch { segments, settled, receipts, left: theirs } = self.both(&mine)? else {
                return Err(said("batch"));
            };
            if let Message::Batch { receipts, .. } = &mine {
                self.handed_over(receipts)?;
            }
            self.take(Answer { segments: settled, ..nothing() }, Way::Settled)?;
            self.take(Answer { segments, receipts, ..nothing() }, Way::Tablet)?;
            self.watch.progress(SyncProgress {
                up_done: self.channel.sent,
                up_left: left,
                down_done: self.channel.received,
                down_left: Some(theirs),
                ..SyncProgress::default()
            });
            if self.watch.cancelled() {
                return Err(given_up());
            }
            if left == 0 && theirs == 0 {
                return Ok(());
            }
        }
    }

    fn batch(&mut self, device: &DeviceId, waiting: &mut Vec<Held>, first: bool) -> Result<(Message, u64)> {
        let engine = self.tablet.engine();
        let conn = engine.store.read();
        let (mut segments, mut settled, mut room) = (Vec::new(), Vec::new(), BATCH);
        while let Some(next) = waiting.pop_if(|next| room == BATCH || next.size <= room) {
            room = room.saturating_sub(next.size).min(BATCH - 1);
            let bytes = segments::bytes(conn, &next.hash)?;
            let bytes = bytes.ok_or_else(|| TabletError::damaged("a segment"))?;
            if next.settled {
                settled.push(bytes)
            } else {
                segments.push(bytes)
            }
            self.report.given += 1;
        }
        let receipts = if first { carried::receipts_for(conn, device, RECEIPTS)? } else { Vec::new() };
        let left = waiting.iter().map(|held| held.size).sum();
        Ok((Message::Batch { segments, settled, receipts, left }, left))
    }

    fn handed_over(&mut self, receipts: &[Vec<u8>]) -> Result<()> {
        if receipts.is_empty() {
            return Ok(());
        }
        let mut engine = self.tablet.engine();
        let tx = engine.store.write()?;
        carried::handed_over(&tx, receipts)?;
        tx.commit()?;
        self.report.receipts_given += receipts.len() as u64;
        Ok(())
    }

    fn take(&mut self, answer: Answer, way: Way) -> Result<()> {
        if answer.segments.is_empty() && answer.receipts.is_empty() {
            return Ok(());
        }
        let now = Stamp::read(self.tablet.platform.as_ref())?;
        let taken = take::take(&mut self.tablet.engine(), &answer, &mut BTreeSet::new(), &now, way)?;
        if taken.new_journal {
            let nonce = installation::fresh_number(self.tablet.platform.as_ref(), self.tablet.vault.as_ref())?;
            installation::begin_journal(&mut self.tablet.engine(), &nonce)?;
        }
        self.report.taken += answer.segments.len() as u64;
        self.report.pulled += taken.pulled;
        self.report.receipts += taken.receipts;
        Ok(())
    }
}
