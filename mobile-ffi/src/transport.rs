//! How requests reach the register: a small trait that a platform's own HTTP can stand behind, and one made with ureq.

#[cfg(feature = "cli")]
mod http;

#[cfg(feature = "cli")]
pub use http::HttpTransport;

/// Largest answer that is read, in bytes.
pub const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// One header.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpHeader {
    /// Its name, lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// How something is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, uniffi::Enum)]
pub enum HttpMethod {
    /// With a body.
    #[default]
    Post,
    /// Without one.
    Get,
}

/// A request to the register.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpRequest {
    /// How it is asked.
    pub method: HttpMethod,
    /// Full address.
    pub url: String,
    /// Headers.
    pub headers: Vec<HttpHeader>,
    /// Body.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u32,
    /// Headers, names in lower case; those that are not text are left out. `retry-after` is heeded.
    #[uniffi(default)]
    pub headers: Vec<HttpHeader>,
    /// Body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
    }

    /// How long the server asks to wait before the next request, in ms.
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.header("retry-after")?.trim().parse::<u64>().ok().map(|seconds| seconds.saturating_mul(1000))
    }
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
    /// An answer began to arrive and broke off; what came of it is here.
    #[error("the connection broke off within the answer: {message}")]
    Cut {
        /// HTTP status of the answer.
        status: u32,
        /// The body as far as it came.
        body: Vec<u8>,
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
            Self::Cut { .. } | Self::Interrupted { .. } => "transport.interrupted",
        }
    }
}

/// Carries one request and its answer.
pub trait Transport: Send + Sync {
    /// Sends a request and waits for the answer, whatever its status.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;

    /// Whether nobody waits for answers any more.
    fn is_given_up(&self) -> bool {
        false
    }
}
