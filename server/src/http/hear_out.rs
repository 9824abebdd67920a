//! Hearing a request out. Who is refused before their body was read is often still sending: without this the connection breaks under
//! their hands, and a tablet takes a refusal (too large, token expired) for a bad link and tries again for ever.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};

/// Most bytes that are read and thrown away.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Longest time spent on it.
const AT_MOST: Duration = Duration::from_secs(20);

/// A body that a handler reads from, and of which what it left can be read afterwards.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

/// Lets the request be answered, and reads what was left of its body before the answer goes out.
pub(super) async fn hear_out(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(parts, Body::new(body.clone()))).await;
    // Who sends more than this, or slower, hears nothing.
    drop(tokio::time::timeout(AT_MOST, rest(body)).await);
    response
}

async fn rest(mut body: Shared) {
    let mut all = 0;
    while !body.is_end_stream() && all <= MOST_BYTES {
        match std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            Some(Ok(frame)) => all += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) | None => break,
        }
    }
}
