//! How requests reach the register: a small trait that a platform's own HTTP can stand behind, and one made with ureq.

use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Largest answer that is read, in bytes.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// One header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpHeader {
    /// Its name, lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A request to the register. All are POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Full address.
    pub url: String,
    /// Headers.
    pub headers: Vec<HttpHeader>,
    /// Body.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u32,
    /// Body.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// Nobody was reached: no network, wrong address, refused connection. Nothing was sent.
    #[error("the register cannot be reached: {message}")]
    Offline {
        /// Details.
        message: String,
    },
    /// The connection broke or timed out on the way; the register may have taken the request in.
    #[error("the connection broke off: {message}")]
    Interrupted {
        /// Details.
        message: String,
    },
}

impl TransportError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Offline { .. } => "transport.offline",
            Self::Interrupted { .. } => "transport.interrupted",
        }
    }
}

/// Carries one request and its answer.
pub trait Transport: Send + Sync {
    /// Sends a request and waits for the answer, whatever its status.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

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
        let mut builder = self.agent.post(&request.url);
        for header in &request.headers {
            builder = builder.header(&header.name, &header.value);
        }
        let answer = builder.send(&request.body[..]).map_err(|error| {
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
        let mut body = Vec::new();
        let read = answer.into_body().into_reader().take(MOST_BYTES + 1).read_to_end(&mut body);
        read.map_err(|e| TransportError::Interrupted { message: e.to_string() })?;
        if body.len() as u64 > MOST_BYTES {
            return Err(TransportError::Interrupted { message: "the answer is larger than 8 MiB".to_owned() });
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.sent.fetch_add(size, Ordering::Relaxed);
        self.received.fetch_add(body.len() as u64, Ordering::Relaxed);
        Ok(HttpResponse { status, body })
    }
}
