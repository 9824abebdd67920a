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

/// A request to the register. All are POST.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpRequest {
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
