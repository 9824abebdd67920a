//! A round as a stream: what arrives is kept on both sides, and after a cut the register is asked what it has before anything is sent again.

use ploughshare_core::exchange::stream::{Ask, Part, Piece, Reader, Reply};
use ploughshare_core::exchange::{Answer, Outgoing, Request};
use ploughshare_core::ids::SegmentHash;
use ploughshare_core::limits;

use super::super::token;
use super::post::{Broken, Round};
use super::{Run, Standing, unreadable};
use crate::error::{ErrorKind, TabletError};
use crate::store::{Result, segments};

/// Most segments asked after when it is not known which were under way.
const ASKED_AFTER: usize = 16;

/// What arrived of an answer.
#[derive(Default)]
struct Arrived {
    /// The answer as far as it came; none while its head is missing.
    answer: Option<Answer>,
    /// To its last byte.
    whole: bool,
    /// Something is here that was not.
    news: bool,
}

impl Run<'_> {
    /// One round; whether it was the last.
    pub(super) fn stream_round(&mut self) -> Result<bool> {
        let Standing { operation, place, ends, outbox } = self.tablet.standing()?;
        let asking = self.unsure && !outbox.is_empty();
        // What others said comes with the answer to a mere question as well: a cut link alternates so between both directions.
        let budget = self.link.down();
        let wanted = if asking { self.wanted(&outbox) } else { Vec::new() };
        let begun = self.begun.as_ref().and_then(Part::begun);
        let request = Request { operation, place, journals: ends, segments: Vec::new(), budget };
        let mut body = Ask { request, wanted, begun }.to_bytes();
        if !asking {
            self.sent = self.frames(&outbox, &mut body)?;
        }
        let began = self.tablet.platform.monotonic_ms()?;
        let url = format!("{}/stream", self.url);
        let (bytes, broken) = match self.post(&url, "application/octet-stream", &body)? {
            Round::Answered(answer) => (answer.body, None),
            Round::Broke(mut broken) => (std::mem::take(&mut broken.part), Some(broken)),
            Round::Refused(answer) => return Err(token::problem(&answer)),
        };
        let ms = self.tablet.platform.monotonic_ms()?.saturating_sub(began);
        let mut arrived = self.arrived(&bytes, place, broken.is_none())?;
        let mut again = false;
        if let Some(answer) = &arrived.answer {
            let taken = self.take(answer)?;
            again = taken.again > 0 || taken.knows_more;
            arrived.news |= taken.receipts > 0 || taken.refused > 0 || again || answer.place > place;
            self.report.place = self.report.place.max(answer.place);
            self.report.segments += taken.receipts;
            self.unsure = false;
            self.sent.clear();
        } else {
            self.unsure = true;
        }
        if let Some(broken) = broken {
            self.broke(broken, arrived.news)?;
            return Ok(false);
        }
        if asking {
            if arrived.news {
                self.link.arrived();
            }
            return Ok(false);
        }
        let more = arrived.answer.as_ref().is_some_and(|answer| answer.more) || !arrived.whole;
        let left = !segments::outbox(self.tablet.engine().store.read())?.is_empty();
        if (more || left) && !arrived.news {
            self.broke(Broken::from(no_progress()), false)?;
            return Ok(false);
        }
        self.link.worked(ms);
        Ok(!more && !left && !again)
    }

    /// Which segments to ask after: those that were under way, or else those that go next.
    fn wanted(&self, outbox: &[Outgoing]) -> Vec<SegmentHash> {
        if self.sent.is_empty() {
            return outbox.iter().take(ASKED_AFTER).map(|outgoing| outgoing.hash).collect();
        }
        self.sent.iter().copied().take(limits::STREAM_WANTED).collect()
    }

    /// Writes what is to be brought, up to the budget, the last segment as far as that reaches. Gives what was begun.
    fn frames(&self, outbox: &[Outgoing], body: &mut Vec<u8>) -> Result<Vec<SegmentHash>> {
        let mut room = self.link.up();
        let mut sent = Vec::new();
        let engine = self.tablet.engine();
        for outgoing in outbox.iter().take(limits::STREAM_WANTED) {
            let bytes = segments::bytes(engine.store.read(), &outgoing.hash)?;
            let part = Part::whole(0, bytes.ok_or_else(|| TabletError::damaged("a segment"))?);
            let held = self.held.filter(|held| held.hash == part.hash && held.held < part.size);
            room -= part.write(held.map_or(0, |held| held.held), room, body);
            sent.push(outgoing.hash);
            if room == 0 {
                break;
            }
        }
        Ok(sent)
    }

    /// Reads what came of an answer; the beginning of a segment that is not whole is kept for the next round.
    fn arrived(&mut self, bytes: &[u8], place: u64, whole: bool) -> Result<Arrived> {
        let mut reader = Reader::default();
        let mut arrived = Arrived { whole, ..Arrived::default() };
        let mut reached = place;
        for piece in reader.push(bytes).map_err(|error| unreadable(&error))? {
            match piece {
                Piece::Head(head) => {
                    let reply = Reply::from_head(&head).map_err(|error| unreadable(&error))?;
                    arrived.news |= reply.begun.is_some() && reply.begun != self.held;
                    self.held = reply.begun;
                    self.ahead = Some(reply.answer.ahead);
                    arrived.answer = Some(reply.answer);
                }
                Piece::Frame(part) => {
                    let part = part.behind(self.begun.as_ref()).filter(Part::is_whole);
                    self.begun = None;
                    let (Some(part), Some(answer)) = (part, &mut arrived.answer) else {
                        // Something between was lost or changed: it is asked for again from its first byte.
                        arrived.whole = false;
                        break;
                    };
                    reached = part.place;
                    answer.segments.push(part.bytes);
                    arrived.news = true;
                }
            }
        }
        if let Some(part) = reader.rest().and_then(|part| part.behind(self.begun.as_ref())) {
            arrived.whole = false;
            let before =
                self.begun.as_ref().filter(|begun| begun.hash == part.hash).map_or(0, |begun| begun.bytes.len());
            arrived.news |= part.bytes.len() > before;
            self.begun = Some(part);
        }
        if let Some(answer) = arrived.answer.as_mut().filter(|_| !arrived.whole) {
            answer.place = reached;
        }
        Ok(arrived)
    }
}

fn no_progress() -> TabletError {
    TabletError::new(
        ErrorKind::Server,
        "server.no_progress",
        "the register answers, but takes nothing in and gives nothing out",
        "Everything is safe on this device. Sync again later, or ask the administrator.",
    )
}
