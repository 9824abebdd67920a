//! An S3-compatible store in memory, as far as the register uses one: whole and multipart puts, heads, reads of ranges. It asks for a signed
//! request, and does not check the signature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use object_store::aws::{AmazonS3, AmazonS3Builder};

/// What it holds.
#[derive(Debug, Default)]
struct Held {
    objects: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
    /// Requests until it stops answering; nothing: it goes on.
    left: Option<u32>,
}

/// The store.
#[derive(Debug, Clone, Default)]
pub struct Bucket(Arc<Mutex<Held>>);

impl Bucket {
    /// Serves it on loopback, and gives a client of it.
    pub async fn serve(&self) -> AmazonS3 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let retry = object_store::RetryConfig { max_retries: 1, ..object_store::RetryConfig::default() };
        let client = AmazonS3Builder::new().with_endpoint(endpoint).with_allow_http(true).with_region("nowhere");
        client
            .with_bucket_name("photos")
            .with_access_key_id("key")
            .with_secret_access_key("secret")
            .with_retry(retry)
            .build()
            .unwrap()
    }

    /// The names of what it holds.
    pub fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().objects.keys().cloned().collect()
    }

    /// From now on it fails after so many requests; with nothing, never again.
    pub fn fails_after(&self, requests: Option<u32>) {
        self.0.lock().unwrap().left = requests;
    }

    /// Turns a bit of an object.
    pub fn turn_a_bit(&self, name: &str) {
        let mut held = self.0.lock().unwrap();
        let object = held.objects.get_mut(name).unwrap();
        let mut bytes = object.to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        *object = bytes.into();
    }
}

async fn answer(State(bucket): State<Bucket>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut held = bucket.0.lock().unwrap();
    if let Some(left) = &mut held.left {
        if *left == 0 {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        *left -= 1;
    }
    if !headers.contains_key(header::AUTHORIZATION) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let name = uri.path().trim_start_matches("/photos/").to_owned();
    let asked = |wanted: &str| {
        let parts = uri.query().unwrap_or_default().split('&').map(|part| part.split_once('=').unwrap_or((part, "")));
        parts.into_iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
    };
    let tag = [(header::ETAG, "\"tag\"")];
    match (method.as_str(), asked("uploadId"), asked("uploads")) {
        ("POST", None, Some(_)) => {
            held.uploads.insert(name.clone(), BTreeMap::new());
            let said = format!(
                "<InitiateMultipartUploadResult><Bucket>photos</Bucket><Key>{name}</Key><UploadId>1</UploadId></InitiateMultipartUploadResult>"
            );
            said.into_response()
        }
        ("PUT", Some(_), _) => {
            let number = asked("partNumber").unwrap().parse().unwrap();
            held.uploads.get_mut(&name).unwrap().insert(number, body);
            tag.into_response()
        }
        ("POST", Some(_), _) => {
            let parts = held.uploads.remove(&name).unwrap();
            let whole: Vec<u8> = parts.into_values().flat_map(|part| part.to_vec()).collect();
            held.objects.insert(name.clone(), whole.into());
            format!(
                "<CompleteMultipartUploadResult><Key>{name}</Key><ETag>\"tag\"</ETag></CompleteMultipartUploadResult>"
            )
            .into_response()
        }
        ("PUT", None, _) => {
            held.objects.insert(name, body);
            tag.into_response()
        }
        ("GET" | "HEAD", ..) => {
            let Some(object) = held.objects.get(&name).cloned() else { return StatusCode::NOT_FOUND.into_response() };
            found(&object, &headers, method == Method::HEAD)
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn found(object: &Bytes, headers: &HeaderMap, head: bool) -> Response {
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok()).and_then(|text| {
        let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?.min(object.len() - 1)))
    });
    let about =
        [(header::ETAG, "\"tag\"".to_owned()), (header::LAST_MODIFIED, "Thu, 01 Jan 2026 00:00:00 GMT".to_owned())];
    match range {
        _ if head => (about, [(header::CONTENT_LENGTH, object.len().to_string())]).into_response(),
        None => (about, object.clone()).into_response(),
        Some((first, last)) => {
            let said = [(header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", object.len()))];
            (StatusCode::PARTIAL_CONTENT, about, said, object.slice(first..=last)).into_response()
        }
    }
}
