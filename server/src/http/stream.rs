//! `POST /api/v1/operations/{operation}/stream`: one round of sync on a link that breaks. What arrived of the request is kept when the rest
//! never comes, and the answer may be cut anywhere as well. See docs/protocol.md for the bytes.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::exchange::stream::{Ask, Part, Piece, Reader, Reply};
use ploughshare_core::exchange::{Answer, ExchangeError};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::OperationId;
use ploughshare_core::limits;

use super::Shared;
use super::body::Named;
use super::caller::{Signed, revoked};
use super::problem::Problem;
use crate::admission::{self, Accepted, Bringer};
use crate::feed;
use crate::store::parts;

/// Bytes of whole segments after which they are taken in without waiting for the rest.
const BATCH: usize = 256 * 1024;

/// Brings segments and asks for others' as a stream, of which either side keeps what arrives. See docs/protocol.md for the bytes.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/stream", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn stream(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    body: Body,
) -> Result<Response, Problem> {
    let caller = &signed.caller;
    let Some(device) = caller.device else {
        return Err(Problem::forbidden("device.missing", "only an enrolled device exchanges segments"));
    };
    if !caller.enrolled.contains(&operation) {
        return Err(Problem::forbidden("operation.not_enrolled", "the device is not enrolled in this operation"));
    }
    let heard = caller.roles.get(&operation).is_some_and(|roles| roles.iter().any(|role| *role != Role::CaseOfficer));
    let late = caller.late;
    let who = Bringer { device, operation };
    // Apart from the connection, so that what came is kept when the connection goes.
    let work = tokio::spawn(async move {
        let round = take_in(&api, &who, body).await?;
        if late {
            // What it brings is set aside for a person to decide; it learns nothing.
            return Err(revoked());
        }
        answer(&api, &who, round, heard).await
    });
    let bytes = work.await.map_err(|error| Problem::internal("internal.cancelled", &error))??;
    metrics::counter!("ploughshare_exchange_bytes_total", "direction" => "out").increment(bytes.len() as u64);
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// What a request came to.
struct Round {
    ask: Ask,
    brought: bool,
    accepted: Accepted,
}

/// Reads the body to its end, or to where it breaks off. Whole segments are taken in, the beginning of another one is kept.
async fn take_in(api: &Shared, who: &Bringer, body: Body) -> Result<Round, Problem> {
    let mut intake = Intake {
        api: Arc::clone(api),
        who: *who,
        ask: None,
        held: None,
        whole: Vec::new(),
        waiting: 0,
        accepted: Accepted::default(),
        brought: false,
    };
    let mut reader = Reader::default();
    let ended = read(&mut intake, &mut reader, body).await;
    intake.admit().await?;
    if intake.ask.is_some() {
        intake.keep_rest(reader.rest()).await?;
    }
    ended?;
    let ask = intake.ask.ok_or_else(|| malformed(&ExchangeError::Malformed { part: "head" }))?;
    Ok(Round { ask, brought: intake.brought, accepted: intake.accepted })
}

async fn read(intake: &mut Intake, reader: &mut Reader, mut body: Body) -> Result<(), Problem> {
    let mut all = 0;
    while let Some(chunk) = next(&mut body).await {
        let chunk =
            chunk.map_err(|_| Problem::bad("request.cut_off", "the request broke off; what came of it is kept"))?;
        all += chunk.len();
        if all > limits::EXCHANGE_BYTES {
            let words = "a streamed message carries at most 4 MiB; go on in the next one";
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large", words));
        }
        intake.api.rates.bytes(*intake.who.device.as_bytes(), chunk.len())?;
        metrics::counter!("ploughshare_exchange_bytes_total", "direction" => "in").increment(chunk.len() as u64);
        for piece in reader.push(&chunk).map_err(|error| malformed(&error))? {
            match piece {
                Piece::Head(head) => intake.begin(&head)?,
                Piece::Frame(part) => intake.frame(part).await?,
            }
        }
    }
    Ok(())
}

async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
        match frame.map(|frame| frame.into_data()) {
            Ok(Ok(data)) => return Some(Ok(data)),
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

fn malformed(error: &ExchangeError) -> Problem {
    Problem::bad(error.code(), error.to_string())
}

struct Intake {
    api: Shared,
    who: Bringer,
    ask: Option<Ask>,
    held: Option<Part>,
    whole: Vec<Vec<u8>>,
    waiting: usize,
    accepted: Accepted,
    brought: bool,
}

impl Intake {
    fn begin(&mut self, head: &[u8]) -> Result<(), Problem> {
        let ask = Ask::from_head(head).map_err(|error| malformed(&error))?;
        if ask.request.operation != self.who.operation {
            return Err(Problem::bad(
                "exchange.other_operation",
                "the message is about another operation than the address",
            ));
        }
        self.ask = Some(ask);
        Ok(())
    }

    /// Joins what came to what was here. What does not join is left out; the answer says how much is held.
    async fn join(&mut self, part: Part) -> Result<Option<Part>, Problem> {
        if part.offset > 0 && self.held.is_none() {
            self.held = parts::held(&self.api.app.store.feed, &self.who).await?;
        }
        Ok(part.behind(self.held.as_ref()))
    }

    async fn frame(&mut self, part: Part) -> Result<(), Problem> {
        let (hash, resumed) = (part.hash, part.offset > 0);
        let Some(part) = self.join(part).await? else { return Ok(()) };
        if part.is_whole() {
            self.brought = true;
            self.waiting += part.bytes.len();
            self.whole.push(part.bytes);
        }
        if self.waiting > BATCH {
            self.admit().await?;
        }
        if resumed {
            let mut tx = self.api.app.store.feed.begin_write().await?;
            parts::drop_part(&mut tx, &self.who, &hash).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn admit(&mut self) -> Result<(), Problem> {
        self.waiting = 0;
        let Accepted { receipts, refused, fresh } =
            admission::accept(&self.api.app, &self.who, std::mem::take(&mut self.whole)).await?;
        self.accepted.receipts.extend(receipts);
        self.accepted.refused.extend(refused);
        self.accepted.fresh += fresh;
        Ok(())
    }

    async fn keep_rest(&mut self, rest: Option<Part>) -> Result<(), Problem> {
        let Some(rest) = rest else { return Ok(()) };
        let Some(part) = self.join(rest).await?.filter(|part| !part.bytes.is_empty()) else { return Ok(()) };
        let mut tx = self.api.app.store.feed.begin_write().await?;
        parts::keep(&mut tx, &self.who, &part, self.api.app.now_us()).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The whole answer. It is cut to the budget at a byte, not at a segment: the tablet keeps the beginning of one.
async fn answer(api: &Shared, who: &Bringer, round: Round, heard: bool) -> Result<Vec<u8>, Problem> {
    let Round { ask, brought, accepted } = round;
    let ends = admission::differing_ends(&api.app, who, &ask.request.journals, brought).await?;
    let mut receipts = accepted.receipts;
    receipts.extend(admission::receipts_again(&api.app, who, &ask.wanted).await?);
    let place = ask.request.place;
    let budget = ask.request.budget.min(limits::EXCHANGE_BYTES as u64 / 2);
    let new = if heard {
        feed::after(&api.app, who, place, &ask.request.journals, budget).await?
    } else {
        feed::Heard { place, ..feed::Heard::default() }
    };
    let mut frames = Vec::new();
    let (mut room, mut left, mut reached) = (budget, 0, place);
    for (place, bytes) in new.segments {
        let part = Part::whole(place, bytes);
        let begun = ask.begun.filter(|begun| frames.is_empty() && begun.hash == part.hash && begun.held < part.size);
        let from = begun.map_or(0, |begun| begun.held);
        let sent = if room > 0 { part.write(from, room, &mut frames) } else { 0 };
        room -= sent;
        left += part.size - from - sent;
        if left == 0 {
            reached = part.place;
        }
    }
    let answer = Answer {
        place: if left == 0 { new.place } else { reached },
        receipts,
        segments: Vec::new(),
        more: new.more || left > 0,
        ends,
        refused: accepted.refused,
        ahead: new.ahead + left,
    };
    let begun = parts::held(&api.app.store.feed, who).await?.as_ref().and_then(Part::begun);
    let mut bytes = Reply { answer, begun }.to_bytes();
    bytes.extend(frames);
    Ok(bytes)
}
