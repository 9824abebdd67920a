//! Reserving numbers for marks, while there is a network. A request whose answer was lost is asked again as the same request, so that no
//! block is taken twice and none is forgotten.

use std::sync::Arc;

use ploughshare_core::marks::check_block;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::refused;
use crate::engine::Tablet;
use crate::engine::token;
use crate::error::{ErrorKind, TabletError};
use crate::model::SyncReport;
use crate::store::{Result, kv, marks};
use crate::transport::{HttpHeader, HttpRequest, Transport};

/// Digits of a series that is named by its letters alone.
const DIGITS: usize = 6;

/// A block of numbers that is this tablet's alone from now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarksReserved {
    /// What stands before the number.
    pub prefix: String,
    /// What stands after it.
    pub suffix: String,
    /// Digits of the number.
    pub width: u32,
    /// The first number.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// The decision that says so.
    pub decision: u64,
}

/// A request that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    series: String,
    count: u64,
    nonce: String,
    #[serde(default)]
    installation: String,
}

impl Tablet {
    /// Reserves a block of numbers for marks and takes in the decision that gives it. `series` shows how the marks read, a `#` for each
    /// digit; letters alone stand for six digits behind them.
    pub fn marks_reserve(&self, transport: Arc<dyn Transport>, series: &str, count: u64) -> Result<MarksReserved> {
        let series = series.trim();
        let series = if series.contains('#') { series.to_owned() } else { format!("{series}{}", "#".repeat(DIGITS)) };
        let prefix: String = series.chars().take_while(|c| *c != '#').collect();
        if let Err(error) = check_block(&prefix, "", 0, 1) {
            return Err(refused(error.code(), error.to_string(), "A series reads like '*BI' or '*BI######'."));
        }
        if !(1..=1_000).contains(&count) {
            return Err(refused(
                "marks.bad_count",
                "a block has 1 to 1,000 numbers",
                "Ask for that many with --count.",
            ));
        }
        let asked = self.asking(&series, count)?;
        let mut report = SyncReport::default();
        let reserved = self.ask_for_marks(transport.as_ref(), &asked, &mut report)?;
        let mut engine = self.engine();
        let tx = engine.store.write()?;
        let installation = hex::decode(&asked.installation).unwrap_or_default();
        marks::asked(&tx, reserved.decision, &installation)?;
        kv::remove(&tx, kv::MARKS_ASKED)?;
        tx.commit()?;
        drop(engine);
        self.sync(transport).map_err(|mut error| {
            "The numbers are reserved; they can be used after the next `sync`.".clone_into(&mut error.hint);
            error
        })?;
        Ok(reserved)
    }

    /// The request, durable before it leaves. One that waits for its answer is asked again first.
    fn asking(&self, series: &str, count: u64) -> Result<Asked> {
        let nonce = hex::encode(self.platform.random(16)?);
        let mut engine = self.engine();
        engine.session()?.key()?;
        let tx = engine.store.write()?;
        let installation = hex::encode(kv::get(&tx, kv::INSTALLATION)?.unwrap_or_default());
        let waiting = kv::get(&tx, kv::MARKS_ASKED)?.and_then(|bytes| serde_json::from_slice::<Asked>(&bytes).ok());
        // Another installation's request is not ours to go on with: what came of its numbers nobody here knows.
        let waiting = waiting.filter(|asked| asked.installation == installation);
        if let Some(asked) = waiting {
            if asked.series == series && asked.count == count {
                return Ok(asked);
            }
            let message =
                format!("an earlier request for {} numbers of {} waits for its answer", asked.count, asked.series);
            let hint = format!("Ask for that again first: --series '{}' --count {}.", asked.series, asked.count);
            return Err(refused("marks.asked_before", message, &hint));
        }
        let asked = Asked { series: series.to_owned(), count, nonce, installation };
        let bytes = serde_json::to_vec(&asked).map_err(|e| TabletError::internal(e.to_string()))?;
        kv::put(&tx, kv::MARKS_ASKED, &bytes)?;
        tx.commit()?;
        Ok(asked)
    }

    fn ask_for_marks(
        &self,
        transport: &dyn Transport,
        asked: &Asked,
        report: &mut SyncReport,
    ) -> Result<MarksReserved> {
        let url = {
            let engine = self.engine();
            let session = engine.session()?;
            format!("{}/api/v1/operations/{}/marks", session.enrolment.server, session.operation)
        };
        let body = json!({ "series": asked.series, "count": asked.count, "nonce": asked.nonce }).to_string();
        for fresh in [false, true] {
            let bearer = self.token(transport, fresh, report)?;
            let header = |name: &str, value: String| HttpHeader { name: name.to_owned(), value };
            let headers = vec![
                header("content-type", "application/json".to_owned()),
                header("accept", "application/json".to_owned()),
                header("authorization", format!("Bearer {bearer}")),
            ];
            let request = HttpRequest { url: url.clone(), headers, body: body.clone().into_bytes() };
            let answer = token::send(transport, request, report)?;
            match answer.status {
                200..=299 => {
                    return serde_json::from_slice(&answer.body).map_err(|_| {
                        let message = "the register's answer about numbers cannot be read";
                        TabletError::new(ErrorKind::Server, "server.not_a_register", message, "Update this program.")
                    });
                }
                401 if !fresh => {}
                // A request that is refused is not asked again as it is.
                status => {
                    let error = token::problem(&answer);
                    if (400..500).contains(&status) {
                        let mut engine = self.engine();
                        let tx = engine.store.write()?;
                        kv::remove(&tx, kv::MARKS_ASKED)?;
                        tx.commit()?;
                    }
                    return Err(error);
                }
            }
        }
        Err(TabletError::internal("a request ended without an answer"))
    }
}
