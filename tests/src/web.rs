//! A plain HTTP client that takes every answer as it is, whatever its status, and looks closely at problems.

use std::collections::BTreeMap;

use ploughshare_server::http::codes;
use serde_json::Value as Json;

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The JSON of an answer that must be good.
    pub fn good(&self) -> Json {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// The code of a typed refusal; panics when the answer is anything else.
    pub fn refusal(&self) -> String {
        assert!((400..500).contains(&self.status), "a refusal, not {}: {}", self.status, self.text());
        self.problem()
    }

    /// The code of a problem of any status; panics when the answer is no whole problem (RFC 9457).
    pub fn problem(&self) -> String {
        assert_eq!(self.headers.get("content-type").map(String::as_str), Some("application/problem+json"), "{self:?}");
        let said = self.json();
        let text = |name: &str| said.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let code = text("code");
        assert_eq!(said.get("status").and_then(Json::as_u64), Some(u64::from(self.status)), "{said}");
        assert_eq!(text("type"), format!("urn:ploughshare:problem:{code}"), "{said}");
        assert!(!text("title").is_empty() && !text("detail").is_empty(), "{said}");
        assert!(text("instance").starts_with("urn:ploughshare:incident:"), "{said}");
        assert!(codes::PROBLEMS.contains(&code.as_str()), "`{code}` is documented");
        code
    }
}

/// A client of one server.
#[derive(Debug, Clone)]
pub struct Web {
    address: String,
    token: Option<String>,
    agent: ureq::Agent,
}

impl Web {
    /// A client without a token.
    pub fn new(address: &str) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        Self { address: address.to_owned(), token: None, agent }
    }

    /// The same with a token.
    #[must_use]
    pub fn with(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same, asking another server of the same register.
    #[must_use]
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Reply {
        let request = ureq::http::Request::get(format!("{}{path}", self.address));
        self.send(request, Vec::new())
    }

    /// Sends JSON.
    pub fn post(&self, path: &str, body: &Json) -> Reply {
        self.post_as("application/json", path, body.to_string().into_bytes())
    }

    /// Sends a body of any type.
    pub fn post_as(&self, kind: &str, path: &str, body: Vec<u8>) -> Reply {
        self.send(ureq::http::Request::post(format!("{}{path}", self.address)).header("content-type", kind), body)
    }

    /// Sends whatever was made of a request.
    pub fn send(&self, request: ureq::http::request::Builder, body: Vec<u8>) -> Reply {
        let request = match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let request = request.body(body).unwrap();
        // The server may live on this very runtime.
        tokio::task::block_in_place(|| {
            let about = format!("{} {}", request.method(), request.uri());
            let mut answer = self.agent.run(request).unwrap_or_else(|error| panic!("{about}: {error}"));
            let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
            let headers =
                answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
            let status = answer.status().as_u16();
            let body = answer.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec().unwrap();
            Reply { status, headers, body }
        })
    }
}
