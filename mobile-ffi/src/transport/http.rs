//! HTTP by ureq with rustls, for the command line. Apps bring the HTTP of their platform.

use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{HttpHeader, HttpMethod, HttpRequest, HttpResponse, MOST_BYTES, Transport, TransportError};

/// HTTP by ureq with rustls; keeps connections open and counts the bytes of bodies.
#[derive(Debug)]
pub struct HttpTransport {
    agent: ureq::Agent,
    requests: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpTransport {
    /// A transport with a patience of 60 seconds a request.
    pub fn new() -> Self {
        Self::with_timeout_ms(60_000)
    }

    /// A transport that gives up on a request after that many milliseconds.
    pub fn with_timeout_ms(timeout_ms: u64) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_millis(timeout_ms)))
            .timeout_connect(Some(Duration::from_secs(10)))
            .max_redirects(0)
            .user_agent(concat!("ploughshare-fieldkit/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), requests: AtomicU64::new(0), sent: AtomicU64::new(0), received: AtomicU64::new(0) }
    }

    /// Requests answered so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes of bodies sent so far.
    pub fn bytes_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Bytes of bodies received so far.
    pub fn bytes_received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let size = request.body.len() as u64;
        let headers = request.headers.iter().map(|header| (header.name.as_str(), header.value.as_str()));
        let sent = match request.method {
            HttpMethod::Post => {
                let builder =
                    headers.fold(self.agent.post(&request.url), |builder, (name, value)| builder.header(name, value));
                builder.send(&request.body[..])
            }
            HttpMethod::Get => {
                let builder =
                    headers.fold(self.agent.get(&request.url), |builder, (name, value)| builder.header(name, value));
                builder.call()
            }
        };
        let answer = sent.map_err(|error| {
            let message = error.to_string();
            match error {
                ureq::Error::HostNotFound
                | ureq::Error::ConnectionFailed
                | ureq::Error::BadUri(_)
                | ureq::Error::Http(_) => TransportError::Offline { message },
                ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
                    TransportError::Offline { message }
                }
                _ => TransportError::Interrupted { message },
            }
        })?;
        let status = u32::from(answer.status().as_u16());
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            let value = value.to_str().ok()?.to_owned();
            Some(HttpHeader { name: name.as_str().to_owned(), value })
        };
        let headers = answer.headers().iter().filter_map(header).collect();
        let mut body = Vec::new();
        let read = answer.into_body().into_reader().take(MOST_BYTES + 1).read_to_end(&mut body);
        if let Err(error) = read {
            return Err(TransportError::Cut { status, body, message: error.to_string() });
        }
        if body.len() as u64 > MOST_BYTES {
            return Err(TransportError::Interrupted { message: "the answer is larger than 8 MiB".to_owned() });
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.sent.fetch_add(size, Ordering::Relaxed);
        self.received.fetch_add(body.len() as u64, Ordering::Relaxed);
        Ok(HttpResponse { status, headers, body })
    }
}
