//! The one face of everything that goes wrong: RFC 9457, with a stable code. What is our fault says only where to look for it.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::bundle::BundleError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::admission::AdmissionError;
use crate::audit::AuditError;
use crate::bundles::BundlesError;
use crate::identity::IdentityError;
use crate::identity::token::TokenError;
use crate::persons::PersonsError;
use crate::projection::ProjectionError;
use crate::registrar::RegistrarError;
use crate::store::StoreError;

/// What went wrong, as `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// A name for the kind of problem: `urn:ploughshare:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Stable dotted code.
    pub code: Cow<'static, str>,
    /// This very incident, as it stands in the server's log.
    pub instance: String,
    /// What stands now, where something changed meanwhile.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<serde_json::Value>,
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem with a status, a stable code, and words.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            kind: format!("urn:ploughshare:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            instance: incident(),
            present: None,
            retry_after_s: None,
        }
    }

    /// 400.
    pub fn bad(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 403.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404.
    pub fn missing(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// Tells the client when to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds.max(1));
        self
    }

    /// Says what stands now.
    #[must_use]
    pub fn and_present(mut self, present: serde_json::Value) -> Self {
        self.present = Some(present);
        self
    }

    /// Our fault: the cause goes to the log, the client gets a number to name.
    pub fn internal(code: &'static str, cause: &dyn std::fmt::Display) -> Self {
        let detail = "something failed inside the server; nothing you sent was lost that was receipted. Try again, and name the instance when you report it";
        let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, detail);
        tracing::error!(incident = problem.instance, code, cause = %cause, "http.internal");
        problem
    }

    fn unavailable(code: &'static str, cause: &dyn std::fmt::Display) -> Self {
        let detail = "the database is busy or away; nothing was changed. Try again shortly";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(2);
        tracing::warn!(incident = problem.instance, code, cause = %cause, "http.unavailable");
        problem
    }
}

fn incident() -> String {
    let mut bytes = [0; 8];
    // Without randomness the number is only less useful.
    _ = getrandom::fill(&mut bytes);
    format!("urn:ploughshare:incident:{}", hex::encode(bytes))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = error.code();
        match &error {
            StoreError::Busy(_) | StoreError::Unavailable(_) => Self::unavailable(code, &error),
            StoreError::FragmentTooShort { .. } => Self::bad(code, error.to_string()),
            StoreError::Full(_) => {
                let problem = Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    code,
                    "the disk of the register is full; nothing was taken in, what was receipted is safe. Keep your data and try later",
                );
                tracing::error!(incident = problem.instance, cause = %error, "http.disk_full");
                problem
            }
            _ => Self::internal(code, &error),
        }
    }
}

impl From<AdmissionError> for Problem {
    fn from(error: AdmissionError) -> Self {
        let (code, words) = (error.code(), error.to_string());
        match error {
            AdmissionError::Store(error) => error.into(),
            AdmissionError::UnknownOperation(_) => Self::missing(code, words),
            AdmissionError::Closed(_) => Self::new(StatusCode::CONFLICT, code, words),
            other => Self::internal(code, &other),
        }
    }
}

impl From<BundlesError> for Problem {
    fn from(error: BundlesError) -> Self {
        use BundlesError as E;
        let (code, words) = (error.code(), error.to_string());
        let status = match error {
            E::Store(error) => return error.into(),
            E::Admission(error) => return error.into(),
            E::Cancelled => return Self::internal(code, &words),
            E::Bundle(BundleError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            E::Bundle(_) => StatusCode::BAD_REQUEST,
            E::NotForUs(_) | E::WrongRegister | E::NoKey(_) => StatusCode::CONFLICT,
            E::Damaged => StatusCode::UNPROCESSABLE_ENTITY,
            E::UnknownSender(_) | E::NotEnrolled(..) => StatusCode::NOT_FOUND,
            E::Revoked(_) => StatusCode::FORBIDDEN,
        };
        Self::new(status, code, words)
    }
}

impl From<PersonsError> for Problem {
    fn from(error: PersonsError) -> Self {
        use PersonsError as E;
        let (code, words) = (error.code(), error.to_string());
        let status = match error {
            E::Store(error) => return error.into(),
            E::Leaf(_) | E::Key(_) | E::Unreadable | E::NoRandomness => return Self::internal(code, &words),
            // Nothing is lost: weapons go on, records of people wait where they are.
            E::KeyMissing | E::KeyOther | E::Unlogged => {
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, code, words).retry_after(60);
            }
            E::Quota(_) => StatusCode::FORBIDDEN,
            E::UnknownOperation | E::Unknown => StatusCode::NOT_FOUND,
            E::OtherOperation | E::Closed => StatusCode::CONFLICT,
            E::Erased => StatusCode::GONE,
            E::HashDiffers | E::BadPurpose | E::BadReference | E::BadReason => StatusCode::BAD_REQUEST,
            E::WrongKey | E::Damaged | E::BadRecord(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, code, words)
    }
}

impl From<ProjectionError> for Problem {
    fn from(error: ProjectionError) -> Self {
        match error {
            ProjectionError::Store(error) => error.into(),
            other => Self::internal(other.code(), &other),
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        let code = error.code();
        match error {
            AuditError::Store(error) => error.into(),
            AuditError::Tree(error) => Self::missing(code, error.to_string()),
            AuditError::Proof(error) => Self::missing(code, error.to_string()),
            other => Self::internal(code, &other),
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Unmade => Self::internal(error.code(), &error),
            _ => Self::new(StatusCode::UNAUTHORIZED, error.code(), error.to_string()),
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        use IdentityError as E;
        let (code, words) = (error.code(), error.to_string());
        let status = match error {
            E::Store(error) => return error.into(),
            E::Decision(error) => return error.into(),
            E::Leaf(_) | E::Cancelled => return Self::internal(code, &error),
            E::TicketUnknown | E::BadSignature | E::BadChallenge | E::DeviceUnknown | E::BadPassphrase => {
                StatusCode::UNAUTHORIZED
            }
            E::OfficerInactive | E::NoRole | E::BadSetupLink | E::NotEnrolled | E::OwnStatement => {
                StatusCode::FORBIDDEN
            }
            E::TicketExpired => StatusCode::GONE,
            E::TicketUsed | E::DeviceKnown | E::OfficerKeyKnown | E::OperationClosed | E::CodeTaken | E::NoClaim => {
                StatusCode::CONFLICT
            }
            E::BadKey | E::BadLabel | E::WeakPassphrase | E::BadName | E::BadCode | E::BadReason | E::NotYet => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            E::OfficerUnknown | E::OperationUnknown | E::OfficerKeyUnknown | E::StatementUnknown => {
                StatusCode::NOT_FOUND
            }
        };
        Self::new(status, code, words)
    }
}

impl From<RegistrarError> for Problem {
    fn from(error: RegistrarError) -> Self {
        use RegistrarError as E;
        let (code, words) = (error.code(), error.to_string());
        let status = match error {
            E::Store(error) => return error.into(),
            E::Stating(error) => return error.into(),
            E::Identity(error) => return error.into(),
            E::Cancelled => return Self::internal(code, &error),
            E::Behind | E::Busy => {
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, code, words).retry_after(2);
            }
            E::ConflictChanged { present } => {
                return Self { present: Some(present), ..Self::new(StatusCode::CONFLICT, code, words) };
            }
            E::NoRegistrar | E::MergeOwn => StatusCode::FORBIDDEN,
            E::ItemUnknown | E::FindingUnknown | E::RuleUnknown(_) | E::PolicyUnknown(_) => StatusCode::NOT_FOUND,
            E::Moved { .. }
            | E::Chained { .. }
            | E::Contradicts { .. }
            | E::NoConflict
            | E::FindingNotOpen(_)
            | E::NotJustified
            | E::Ended(_)
            | E::Held(_)
            | E::SameOperation(_)
            | E::UpdateNeeded(_)
            | E::Unfinished(_) => StatusCode::CONFLICT,
            E::BadReason
            | E::Itself
            | E::NotAChoice
            | E::BadValue(_)
            | E::TooLarge { .. }
            | E::TooMany(_)
            | E::BadParameter { .. }
            | E::DaysReversed
            | E::PolicyRange { .. }
            | E::BadSite(_)
            | E::CountryUnknown(_)
            | E::BadOrganisation => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, code, words)
    }
}
