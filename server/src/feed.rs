//! The answer to "what do you have?": what others said, in feed order, within a budget of bytes.

use ploughshare_core::exchange::{Answer, End, Request};
use ploughshare_core::limits;

use crate::admission::{self, AdmissionError, Bringer};
use crate::app::App;
use crate::vals;

/// Rows looked at in one query.
const PAGE: u32 = 64;

/// What a tablet has not heard yet, as far as a budget reaches.
#[derive(Debug, Default)]
pub struct Heard {
    /// The feed is known up to this place with it.
    pub place: u64,
    /// Segments of others with their places.
    pub segments: Vec<(u64, Vec<u8>)>,
    /// Whether there is more.
    pub more: bool,
    /// Bytes of what there is more, own journals not counted out.
    pub ahead: u64,
}

/// One round of sync: takes in what is brought, gives what is new.
pub async fn exchange(app: &App, who: &Bringer, request: Request) -> Result<Answer, AdmissionError> {
    let brought = !request.segments.is_empty();
    let accepted = admission::accept(app, who, request.segments).await?;
    let ends = admission::differing_ends(app, who, &request.journals, brought).await?;
    let heard = after(app, who, request.place, &request.journals, request.budget).await?;
    let Heard { place, segments, more, ahead } = heard;
    let segments = segments.into_iter().map(|(_, bytes)| bytes).collect();
    Ok(Answer { place, receipts: accepted.receipts, segments, more, ends, refused: accepted.refused, ahead })
}

/// What lies after a place: at least one segment, and as many as fit into the budget.
pub async fn after(
    app: &App,
    who: &Bringer,
    place: u64,
    journals: &[End],
    budget: u64,
) -> Result<Heard, AdmissionError> {
    let budget = budget.min(limits::EXCHANGE_BYTES as u64 / 2);
    let own = own_alone(app, who, journals).await?;
    let mut heard = Heard { place, ..Heard::default() };
    let mut bytes = 0;
    'pages: loop {
        let rows = app
            .store
            .feed
            .query(
                "select place, journal, length(bytes) from segment where operation = $1 and place > $2 order by place limit $3",
                &vals![who.operation.as_bytes(), heard.place, PAGE],
            )
            .await?;
        let full = rows.len() == PAGE as usize;
        for row in rows {
            let at = row.uint(0)?;
            if !own.contains(&row.array(1)?) {
                let size = row.uint(2)?;
                let crowded = bytes + size > budget || heard.segments.len() >= limits::EXCHANGE_SEGMENTS;
                if !heard.segments.is_empty() && crowded {
                    heard.more = true;
                    break 'pages;
                }
                let whole = app
                    .store
                    .feed
                    .query_one(
                        "select bytes from segment where operation = $1 and place = $2",
                        &vals![who.operation.as_bytes(), at],
                    )
                    .await?;
                if let Some(mut whole) = whole {
                    heard.segments.push((at, whole.take_bytes(0)?));
                    bytes += size;
                }
            }
            heard.place = at;
        }
        if !full {
            break;
        }
    }
    if heard.more {
        let sql =
            "select cast(coalesce(sum(length(bytes)), 0) as bigint) from segment where operation = $1 and place > $2";
        let row = app.store.feed.query_one(sql, &vals![who.operation.as_bytes(), heard.place]).await?;
        heard.ahead = row.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
    }
    Ok(heard)
}

/// The journals named, which are left out of the answer because whoever names them wrote them. A forked one was written by another as well.
async fn own_alone(app: &App, who: &Bringer, named: &[End]) -> Result<Vec<[u8; 16]>, AdmissionError> {
    let mut own = Vec::new();
    for end in named {
        let sql = "select 1 from journal where operation = $1 and id = $2 and forked_at is not null";
        let key = vals![who.operation.as_bytes(), end.journal.as_bytes()];
        if app.store.feed.query_one(sql, &key).await?.is_none() {
            own.push(*end.journal.as_bytes());
        }
    }
    Ok(own)
}
