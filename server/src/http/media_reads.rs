//! Showing photos and files: `GET /api/v1/operations/{operation}/media/{hash}` to those who may see what names it, and what is named and not
//! here.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use core::ops::Range;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::ids::{DeviceId, DocId, EntryHash, MediaHash, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::problem::Problem;
use super::values::{bad_cursor, no_such, page};
use super::wait::wait;
use crate::media::{self, Shown};
use crate::store::media::Blob;

/// In which size, and why.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `small`: its working copy, which carries no place and no machine.
    size: Option<String>,
    /// Why it is asked, a code or case number, for the log of reads; also as header `X-Purpose`. What carries more than a picture needs one.
    purpose: Option<String>,
}

/// A photo or file, whole or the one range that is asked for (RFC 9110). The read is written to the log of reads before the answer leaves.
#[utoipa::path(get, path = "/api/v1/operations/{operation}/media/{hash}", tag = "register", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation"),
        ("hash" = String, Path, description = "SHA-256 of the file, or with `size=small` of its original"), Which),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 206, body = Vec<u8>, content_type = "image/jpeg"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(api): State<Shared>,
    mut signed: Signed,
    Named((operation, hash)): Named<(OperationId, MediaHash)>,
    Asked(which): Asked<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = signed.reads()?;
    signed.because(which.purpose.as_deref())?;
    let small = match which.size.as_deref() {
        None => false,
        Some("small") => true,
        Some(_) => return Err(Problem::bad("request.query", "`size` is `small`, or left out")),
    };
    if !scope.holds(&operation) {
        return Err(no_such("file"));
    }
    let blob = media::find(&api.app, &operation, &hash, small, signed.caller.device.as_ref()).await?;
    if blob.metadata && signed.purpose.is_none() {
        return Err(Problem::forbidden(
            "media.purpose",
            "this file may say where and by which machine it was taken: name a purpose, or ask for `size=small`",
        ));
    }
    let tag = format!("\"{}\"", blob.hash);
    let same = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(|text| text == tag);
    signed.note(&api, "media.read", &blob.hash.to_string(), Some(operation.to_string())).await?;
    if same(header::IF_NONE_MATCH) == Some(true) {
        return Ok((StatusCode::NOT_MODIFIED, about(&blob, &tag)).into_response());
    }
    // A range of another file than the one here is answered with the whole of this one.
    let asked = headers.get(header::RANGE).filter(|_| same(header::IF_RANGE) != Some(false));
    let (status, range) = match asked.and_then(|value| value.to_str().ok()).map(|text| range(text, blob.bytes)) {
        None | Some(Wanted::All) => (StatusCode::OK, None),
        Some(Wanted::Some(range)) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        Some(Wanted::Nothing) => return Ok(beyond(&blob)),
    };
    let bytes = range.as_ref().map_or(blob.bytes, |range| range.end - range.start);
    let got = api.app.media.files.get(&blob.operation, &blob.hash, range.clone()).await?;
    let mut response = (status, about(&blob, &tag), Body::from_stream(got.into_stream())).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    if let Some(value) = range.and_then(|Range { start, end }| content_range(start, end, blob.bytes)) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

fn content_range(start: u64, end: u64, all: u64) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("bytes {start}-{}/{all}", end - 1)).ok()
}

/// What goes with every answer: no proxy keeps it, no browser takes it for anything else or shows it as a page.
fn about(blob: &Blob, tag: &str) -> [(header::HeaderName, String); 5] {
    let ending = match blob.mime.as_str() {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        _ => "bin",
    };
    [
        (header::CONTENT_TYPE, blob.mime.clone()),
        (header::ETAG, tag.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{ending}\"", blob.hash)),
    ]
}

fn beyond(blob: &Blob) -> Response {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "media.range",
        format!("the file has {} bytes; the range begins behind them", blob.bytes),
    );
    let mut response = problem.into_response();
    if let Ok(value) = HeaderValue::try_from(format!("bytes */{}", blob.bytes)) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// Which bytes of a file are wanted.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// All: what asks for something that is not understood, or for several ranges, gets the whole.
    All,
    /// These.
    Some(Range<u64>),
    /// Bytes that it does not have.
    Nothing,
}

/// Reads `Range: bytes=…` with a single range, for a file of a size.
fn range(text: &str, size: u64) -> Wanted {
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Wanted::All;
    };
    let number = |text: &str| {
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first), last) {
        (None, last) if first.is_empty() => match number(last) {
            Some(0) => Wanted::Nothing,
            Some(count) => Wanted::Some(size.saturating_sub(count)..size),
            None => Wanted::All,
        },
        (Some(first), "") if first < size => Wanted::Some(first..size),
        (Some(_), "") => Wanted::Nothing,
        (Some(first), last) => match number(last) {
            Some(last) if last < first => Wanted::All,
            Some(_) if first >= size => Wanted::Nothing,
            Some(last) => Wanted::Some(first..last.saturating_add(1).min(size)),
            None => Wanted::All,
        },
        (None, _) => Wanted::All,
    }
}

/// A file that a statement names.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaFile {
    /// SHA-256 of its bytes.
    hash: String,
    /// `original` or `small` (its working copy).
    role: String,
    /// Of a working copy: the original.
    original: Option<String>,
    /// The set of the document whose member names it: `photos`, `markings` or `results`.
    set: String,
    /// What it shows, a code of the list `photo_view`.
    view: Option<String>,
    /// Its size as stated.
    bytes: Option<i64>,
    /// The document.
    document: String,
    /// The statement that names it.
    entry: String,
    officer: String,
    device: String,
    /// When the register received that statement.
    named_at_ms: i64,
    /// Whether the register holds it.
    stored: bool,
}

fn file_of(shown: Shown) -> MediaFile {
    let Shown { reference: one, stored } = shown;
    MediaFile {
        hash: one.hash.to_string(),
        role: one.role,
        original: one.original.map(|hash| hash.to_string()),
        set: one.set,
        view: one.view,
        bytes: one.bytes,
        document: one.doc.to_string(),
        entry: one.entry.to_string(),
        officer: one.officer.to_string(),
        device: one.device.to_string(),
        named_at_ms: one.received_at / 1000,
        stored,
    }
}

/// The files that statements about a document name.
pub(super) async fn of(api: &Shared, operation: &OperationId, doc: &DocId) -> Result<Vec<MediaFile>, Problem> {
    Ok(media::of_document(&api.app, operation, doc).await?.into_iter().map(file_of).collect())
}

/// Which of what is missing.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Id of a device: what its statements name.
    #[param(value_type = Option<String>)]
    device: Option<DeviceId>,
    /// Named at least so many hours ago.
    older_than_hours: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// A page of files that are named and not here.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingMedia {
    /// The files, those first that were named first.
    files: Vec<MediaFile>,
    /// What to ask for as `after`; absent on the last page. A page may be short, or empty, and not the last.
    next: Option<String>,
}

/// Photos and files of an operation that statements name and that have not come, the oldest first: which, since when, from which device.
#[utoipa::path(get, path = "/api/v1/operations/{operation}/media/missing", tag = "register", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation"), Search), responses(
    (status = 200, body = MissingMedia), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn missing(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    Asked(search): Asked<Search>,
) -> Result<Json<MissingMedia>, Problem> {
    if !signed.reads()?.holds(&operation) {
        return Err(no_such("operation"));
    }
    let limit = page(search.limit)?;
    let after = search.after.as_deref().map(|text| cursor(text).ok_or_else(bad_cursor)).transpose()?;
    wait(&api, search.wait_place.as_deref()).await?;
    let mut found = media::missing(&api.app, &operation, search.device.as_ref(), after, limit as usize).await?;
    if let Some(hours) = search.older_than_hours {
        let before = api.app.now_us() - i64::from(hours) * 3_600_000_000;
        if found.files.iter().any(|one| one.received_at > before) {
            found.next = None;
        }
        found.files.retain(|one| one.received_at <= before);
    }
    let next = found.next.map(|(at, entry, index)| format!("{at}:{entry}:{index}"));
    let files = found.files.into_iter().map(|reference| file_of(Shown { reference, stored: false })).collect();
    Ok(Json(MissingMedia { files, next }))
}

fn cursor(text: &str) -> Option<(i64, EntryHash, u64)> {
    let mut parts = text.split(':');
    let cursor = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse::<u32>().ok()?.into());
    parts.next().is_none().then_some(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_range_is_read_as_the_rfc_says_and_everything_else_asks_for_the_whole() {
        let some = |range: Range<u64>| Wanted::Some(range);
        for (text, wanted) in [
            ("bytes=0-0", some(0..1)),
            ("bytes=0-99", some(0..100)),
            ("bytes=0-999", some(0..100)),
            ("bytes=99-", some(99..100)),
            ("bytes=-1", some(99..100)),
            ("bytes=-500", some(0..100)),
            ("bytes=5-18446744073709551615", some(5..100)),
            ("bytes=5-99999999999999999999", some(5..100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=100-200", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=7-5", Wanted::All),
            ("bytes=0-1,5-6", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=a-b", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("items=0-1", Wanted::All),
            ("", Wanted::All),
        ] {
            assert_eq!(range(text, 100), wanted, "{text}");
        }
    }
}
