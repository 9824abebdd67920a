//! Proof of possession: a challenge signed by the device's key buys a short-lived token.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{Session, Tablet};
use crate::error::{ErrorKind, TabletError};
use crate::model::{Enrolment, SyncReport};
use crate::store::{Result, kv};
use crate::transport::{HttpHeader, HttpMethod, HttpRequest, HttpResponse, Transport, TransportError};

/// A token is renewed this long before it runs out, in ms.
const MARGIN_MS: i64 = 20_000;

/// A token as the register gave it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) token: String,
    expires_at_ms: i64,
    /// The device was revoked: it may bring what it still holds, and nothing else.
    #[serde(default)]
    pub(super) revoked: bool,
}

#[derive(Deserialize)]
struct Challenge {
    challenge: String,
}

/// What a server says of a refusal (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    code: Option<String>,
    title: Option<String>,
    detail: Option<String>,
}

impl From<TransportError> for TabletError {
    fn from(error: TransportError) -> Self {
        Self::new(
            ErrorKind::Transport,
            error.code(),
            error.to_string(),
            "Everything is safe on this device. Sync again when there is a link.",
        )
    }
}

/// An answer that is not 2xx as an error.
pub(super) fn problem(answer: &HttpResponse) -> TabletError {
    let said: Option<Problem> = serde_json::from_slice(&answer.body).ok();
    let code = said.as_ref().and_then(|p| p.code.clone()).unwrap_or_else(|| format!("server.{}", answer.status));
    let words = said.and_then(|p| p.detail.or(p.title)).unwrap_or_else(|| format!("HTTP status {}", answer.status));
    let hint = match answer.status {
        401 | 403 => {
            "Everything is safe on this device. Ask the administrator whether this device and officer still have access."
        }
        409 | 410 => "Ask the administrator for a new ticket.",
        429 | 500..=599 => "Everything is safe on this device. Try again in a while.",
        _ => "Everything is safe on this device. Check the server's address, or ask the administrator.",
    };
    TabletError::new(ErrorKind::Server, &code, format!("the register answered: {words}"), hint)
}

/// Sends a request and counts it.
pub(super) fn send(
    transport: &dyn Transport,
    request: HttpRequest,
    report: &mut SyncReport,
) -> std::result::Result<HttpResponse, TransportError> {
    report.bytes_sent += request.body.len() as u64;
    let answer = transport.send(request)?;
    report.round_trips += 1;
    report.bytes_received += answer.body.len() as u64;
    Ok(answer)
}

/// Posts JSON and reads JSON.
pub(super) fn post_json<T: DeserializeOwned>(
    transport: &dyn Transport,
    url: String,
    body: &serde_json::Value,
    report: &mut SyncReport,
) -> Result<T> {
    post_json_as(transport, url, None, body, report)
}

/// The same as somebody who holds a token.
pub(super) fn post_json_as<T: DeserializeOwned>(
    transport: &dyn Transport,
    url: String,
    token: Option<&str>,
    body: &serde_json::Value,
    report: &mut SyncReport,
) -> Result<T> {
    let header = |name: &str, value: &str| HttpHeader { name: name.to_owned(), value: value.to_owned() };
    let mut headers = vec![header("content-type", "application/json"), header("accept", "application/json")];
    headers.extend(token.map(|token| header("authorization", &format!("Bearer {token}"))));
    let answer = send(
        transport,
        HttpRequest { method: HttpMethod::Post, url, headers, body: body.to_string().into_bytes() },
        report,
    )?;
    if !(200..300).contains(&answer.status) {
        return Err(problem(&answer));
    }
    serde_json::from_slice(&answer.body).map_err(|_| {
        TabletError::new(
            ErrorKind::Server,
            "server.not_a_register",
            "what answered at this address is not a register of this version",
            "Check the server's address.",
        )
    })
}

/// What the device signs to get a token.
fn proof(session: &Session, challenge: &str) -> Result<String> {
    let message = format!("ploughshare device proof v1\n{challenge}");
    Ok(hex::encode(session.key()?.sign(message.as_bytes())))
}

/// A fresh token for this device.
pub(super) fn fresh(transport: &dyn Transport, session: &Session, report: &mut SyncReport) -> Result<Token> {
    let Enrolment { server, device, .. } = &session.enrolment;
    let url = |tail: &str| format!("{server}/api/v1/auth/{tail}");
    let asked: Challenge = post_json(transport, url("challenge"), &json!({ "device": device }), report)?;
    let signature = proof(session, &asked.challenge)?;
    let body = json!({ "device": device, "challenge": asked.challenge, "signature": signature });
    post_json(transport, url("token"), &body, report)
}

impl Tablet {
    /// A token that holds, from the store or fresh. Nothing is locked while the register is asked.
    pub(super) fn token(&self, transport: &dyn Transport, fresh: bool, report: &mut SyncReport) -> Result<String> {
        let now_ms = self.platform.now_ms()?;
        let session = {
            let engine = self.engine();
            let kept = kv::get(engine.store.read(), kv::TOKEN)?.and_then(|b| serde_json::from_slice::<Token>(&b).ok());
            if let Some(token) = kept.filter(|t| !fresh && t.expires_at_ms - MARGIN_MS > now_ms) {
                return Ok(token.token);
            }
            let session = engine.session()?;
            session.key()?;
            Session::load(session.enrolment.clone(), self.vault.as_ref())?
        };
        let token = self::fresh(transport, &session, report)?;
        let bytes = serde_json::to_vec(&token).map_err(|e| TabletError::internal(e.to_string()))?;
        let mut engine = self.engine();
        let tx = engine.store.write()?;
        kv::put(&tx, kv::TOKEN, &bytes)?;
        tx.commit()?;
        Ok(token.token)
    }
}
