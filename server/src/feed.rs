//! The answer to "what do you have?": what others said, in feed order, within a budget of bytes.

use ploughshare_core::exchange::{Answer, End, Request};
use ploughshare_core::limits;

use crate::admission::{self, AdmissionError, Bringer};
use crate::app::App;
use crate::vals;

/// Rows looked at in one query.
const PAGE: u32 = 64;

/// One round of sync: takes in what is brought, gives what is new.
pub async fn exchange(app: &App, who: &Bringer, request: Request) -> Result<Answer, AdmissionError> {
    let brought = !request.segments.is_empty();
    let accepted = admission::accept(app, who, request.segments).await?;
    let ends = admission::differing_ends(app, who, &request.journals, brought).await?;

    let budget = request.budget.min(limits::EXCHANGE_BYTES as u64 / 2);
    let own = own_alone(app, who, &request.journals).await?;
    let mut place = request.place;
    let mut segments: Vec<Vec<u8>> = Vec::new();
    let mut bytes = 0;
    let mut more = false;
    'pages: loop {
        let rows = app
            .store
            .feed
            .query(
                "select place, journal, length(bytes) from segment where operation = $1 and place > $2 order by place limit $3",
                &vals![who.operation.as_bytes(), place, PAGE],
            )
            .await?;
        let full = rows.len() == PAGE as usize;
        for row in rows {
            let at = row.uint(0)?;
            if !own.contains(&row.array(1)?) {
                let size = row.uint(2)?;
                if !segments.is_empty() && (bytes + size > budget || segments.len() >= limits::EXCHANGE_SEGMENTS) {
                    more = true;
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
                    segments.push(whole.take_bytes(0)?);
                    bytes += size;
                }
            }
            place = at;
        }
        if !full {
            break;
        }
    }
    Ok(Answer { place, receipts: accepted.receipts, segments, more, ends, refused: accepted.refused })
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
