//! The extractor is the authorisation: a handler that takes [`Signed`] cannot be reached without a token that counts now.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use ploughshare_core::audit::Leaf;
use ploughshare_core::identity::Role;

use super::Shared;
use super::problem::Problem;
use crate::identity::Caller;
use crate::identity::caller::Scope;
use crate::registrar::By;

/// Most letters of a purpose.
const PURPOSE: usize = 64;

/// The address a request comes from.
pub struct Whence(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Whence {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without a socket there is one stranger for all.
        Ok(Self(from.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(from)| from.ip())))
    }
}

/// Somebody with a token that counts now.
pub struct Signed {
    /// Who, and what they may do.
    pub caller: Caller,
    /// Why they ask, as they say: a code or a case number, for the log of reads.
    pub purpose: Option<String>,
    /// When their token was made, s since the Unix epoch.
    pub since_s: i64,
}

impl FromRequestParts<Shared> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Shared) -> Result<Self, Problem> {
        let claims = api.tokens.check(bearer(parts)?, api.app.now_ms())?;
        let caller = Caller::load(&api.app, &claims).await?;
        api.rates.request(caller.device.map_or(*caller.officer.as_bytes(), |device| *device.as_bytes()))?;
        let purpose =
            parts.headers.get("x-purpose").map(|value| purpose(value.to_str().unwrap_or("\n"))).transpose()?;
        Ok(Self { caller, purpose, since_s: claims.iat })
    }
}

/// A token in the form `Authorization: Bearer …`.
fn bearer(parts: &Parts) -> Result<&str, Problem> {
    let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim).ok_or_else(|| {
        Problem::new(StatusCode::UNAUTHORIZED, "token.missing", "this needs a token: `Authorization: Bearer …`")
    })
}

/// A purpose is a code or a case number, not free text: the log of reads holds no names.
fn purpose(text: &str) -> Result<String, Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '#');
    if (1..=PURPOSE).contains(&text.len()) && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(Problem::bad(
            "request.purpose",
            "a purpose is a code or case number of 1 to 64 letters, digits and . _ - / : #",
        ))
    }
}

impl Signed {
    /// Operations whose content the caller may read; refused when there are none.
    pub fn reads(&self) -> Result<Scope, Problem> {
        if self.caller.late {
            return Err(revoked());
        }
        let scope = self.caller.reads();
        if scope.is_empty() {
            return Err(Problem::forbidden(
                "role.missing",
                "this needs a role in an operation; an administrator sees no content",
            ));
        }
        Ok(scope)
    }

    /// The caller as somebody who acts at the register; refused for a device that was revoked and for who is no registrar anywhere.
    pub fn registrar(&self) -> Result<By, Problem> {
        if self.caller.late {
            return Err(revoked());
        }
        if self.caller.with(|role| role == Role::Registrar).is_empty() {
            return Err(Problem::forbidden("role.missing", "a registrar decides this"));
        }
        Ok(By::caller(&self.caller, self.since_s))
    }

    /// Takes the purpose from the query where the header has none.
    pub fn because(&mut self, query: Option<&str>) -> Result<(), Problem> {
        if self.purpose.is_none() {
            self.purpose = query.map(purpose).transpose()?;
        }
        Ok(())
    }

    /// Writes a read down, before its answer leaves.
    pub async fn note(
        &self,
        api: &Arc<super::Api>,
        verb: &str,
        subject: &str,
        operation: Option<String>,
    ) -> Result<(), Problem> {
        let mut leaf = Leaf::new(verb, api.app.now_us(), &self.caller.officer.to_string(), subject)
            .fact("purpose", self.purpose.as_deref().unwrap_or("unstated"));
        if let Some(device) = self.caller.device {
            leaf = leaf.fact("device", device);
        }
        if let Some(operation) = operation {
            leaf = leaf.fact("operation", operation);
        }
        Ok(api.reads.note(&api.app, &leaf).await?)
    }
}

/// What a revoked device is told wherever it asks.
pub fn revoked() -> Problem {
    Problem::forbidden(
        "device.revoked",
        "this device was revoked; what it still holds can be brought and is kept aside for review",
    )
}
