//! The answer to "what do you have?": what others said, in feed order, within a budget of bytes.

use ploughshare_core::exchange::{Answer, Request};
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
    let own: Vec<&[u8]> = request.journals.iter().map(|end| end.journal.as_bytes().as_slice()).collect();
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
            if !own.contains(&row.bytes(1)?) {
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
