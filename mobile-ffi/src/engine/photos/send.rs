//! Bringing files: working copies first, then originals as far as the policy lets them, part by part. A part that breaks off costs what had
//! not come of it; the next begins where the register is, also after this program or the register's was killed.

use ploughshare_core::ids::MediaHash;
use ploughshare_core::limits;
use serde::Deserialize;

use super::choose::{fits, originals_go};
use super::{Info, info};
use crate::engine::sync::{Broken, Round, Run};
use crate::engine::token::problem;
use crate::error::ErrorKind;
use crate::model::{Link, Originals};
use crate::store::Result;
use crate::store::media::{self, Media};
use crate::store::sealed_file::SealedFiles;
use crate::transport::HttpResponse;

/// Bytes of the first part.
const PART: usize = 256 * 1024;
/// Fewest bytes that a part is shrunk to.
const LEAST_PART: usize = 16 * 1024;
/// A part that went faster than this is followed by a larger one, in ms; one that was slower, by a smaller one.
const QUICK_MS: u64 = 2_000;
/// See [`QUICK_MS`].
const SLOW_MS: u64 = 15_000;
/// How often a file may be told to go on elsewhere before that counts as broken.
const TURNS: u32 = 8;

/// What the register says of a part.
#[derive(Debug, Deserialize)]
struct Got {
    offset: u64,
    stored: bool,
}

/// What became of a file.
enum Sent {
    Stored,
    /// The register will never take it.
    Refused(String),
    /// The register takes none like it at the moment.
    Held(String),
}

/// What one request came to.
enum Told {
    Got(Got),
    Ended(Sent),
    /// Go on there.
    Elsewhere(u64),
    Broke(Broken),
}

impl Run<'_> {
    /// Brings what waits, and asks for the register's signed word on it.
    pub(in crate::engine) fn photos(&mut self, policy: Originals, link: &Link, keep_originals: bool) -> Result<()> {
        if !media::any(self.tablet.engine().store.read())? {
            return Ok(());
        }
        let files = self.tablet.sealed_files()?;
        self.tablet.settle_photos(&files)?;
        let waiting = media::in_state(self.tablet.engine().store.read(), "waiting")?;
        let go = originals_go(policy, link);
        for row in &waiting {
            if row.original && !(go && fits(row.bytes, link)) {
                continue;
            }
            let Info { hash } = info(self.tablet.engine().store.read(), row)?;
            match self.one_file(&files, row, &hash)? {
                Sent::Stored => self.report.photos += 1,
                Sent::Refused(code) => {
                    self.report.photos_refused += 1;
                    let mut engine = self.tablet.engine();
                    let tx = engine.store.write()?;
                    media::refused(&tx, &row.name, &code)?;
                    tx.commit()?;
                }
                Sent::Held(code) => {
                    self.report.photos_held = Some(code);
                    break;
                }
            }
        }
        self.receipt(&files, keep_originals)?;
        let left = media::in_state(self.tablet.engine().store.read(), "waiting")?;
        self.report.photos_waiting = left.len() as u64;
        self.report.photos_waiting_bytes = left.iter().map(|row| row.bytes).sum();
        Ok(())
    }

    /// Brings one file. What is worth trying again is tried again, smaller each time.
    fn one_file(&mut self, files: &SealedFiles, row: &Media, hash: &MediaHash) -> Result<Sent> {
        let (mut at, mut part) = (0, PART);
        // Of what was begun before, the register knows how much it has.
        let mut ask = row.begun;
        if !row.begun {
            let mut engine = self.tablet.engine();
            let tx = engine.store.write()?;
            media::begun(&tx, &row.name)?;
            tx.commit()?;
        }
        let mut turns = 0;
        loop {
            let bytes = if ask { Some(Vec::new()) } else { files.read(hash, at, part)? };
            let Some(bytes) = bytes else { return Ok(Sent::Refused("storage.missing".to_owned())) };
            let begun = self.tablet.platform.monotonic_ms()?;
            match self.part(hash, at, row.bytes, &bytes)? {
                Told::Got(got) if got.stored => return Ok(Sent::Stored),
                Told::Got(got) => {
                    let took = self.tablet.platform.monotonic_ms()?.saturating_sub(begun);
                    if !ask && took < QUICK_MS {
                        part = (part * 2).min(limits::MEDIA_PART_BYTES);
                    } else if took > SLOW_MS {
                        part = (part / 2).max(LEAST_PART);
                    }
                    // Only what goes forward ends the count of failures.
                    if got.offset > at {
                        self.went_well();
                    }
                    (at, ask) = (got.offset, false);
                }
                Told::Ended(sent) => return Ok(sent),
                Told::Elsewhere(offset) => {
                    turns += 1;
                    if turns > TURNS {
                        return Ok(Sent::Held("media.offset".to_owned()));
                    }
                    (at, ask) = (offset, false);
                }
                Told::Broke(broken) => {
                    part = (part / 2).max(LEAST_PART);
                    ask = true;
                    self.broke(broken, false)?;
                }
            }
        }
    }

    fn part(&mut self, hash: &MediaHash, at: u64, size: u64, bytes: &[u8]) -> Result<Told> {
        let url = {
            let engine = self.tablet.engine();
            let session = engine.session()?;
            let (server, operation) = (&session.enrolment.server, session.operation);
            format!("{server}/api/v1/operations/{operation}/media/{hash}?offset={at}&size={size}")
        };
        Ok(match self.post(&url, "application/octet-stream", bytes)? {
            Round::Answered(answer) => match serde_json::from_slice::<Got>(&answer.body) {
                Ok(got) if got.offset <= size => Told::Got(got),
                _ => return Err(problem(&answer)),
            },
            Round::Broke(broken) if broken.error.kind == ErrorKind::Server => of_server(broken),
            Round::Broke(broken) => Told::Broke(broken),
            Round::Refused(answer) => refusal(&answer, size)?,
        })
    }
}

/// What the server could not do is worth trying again, unless it says that it takes none now.
fn of_server(broken: Broken) -> Told {
    match broken.error.code.as_str() {
        "media.bad_size" | "media.part_too_large" => Told::Ended(Sent::Refused(broken.error.code)),
        "media.full" | "media.away" | "store.full" => Told::Ended(Sent::Held(broken.error.code)),
        _ => Told::Broke(broken),
    }
}

/// Whether a refusal is of this file for good, of all for now, of this part, or of this tablet.
fn refusal(answer: &HttpResponse, size: u64) -> Result<Told> {
    let error = problem(answer);
    Ok(match error.code.as_str() {
        "media.offset" => {
            let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let offset =
                said.get("present").and_then(|present| present.get("offset")).and_then(serde_json::Value::as_u64);
            match offset.filter(|offset| *offset <= size) {
                Some(offset) => Told::Elsewhere(offset),
                None => Told::Broke(error.into()),
            }
        }
        // Begun anew; what was sealed here is whole, or it would not have opened.
        "media.hash_differs" | "media.in_progress" | "request.cut_off" => Told::Broke(error.into()),
        "media.beyond_size" => Told::Ended(Sent::Refused(error.code)),
        code if code.starts_with("media.") || code.starts_with("rate.") || code == "operation.closed" => {
            Told::Ended(Sent::Held(error.code))
        }
        _ => return Err(error),
    })
}
