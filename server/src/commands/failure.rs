//! Why a command was not done: what happened, whether the data is safe, what to do.

use std::io::Write as _;
use std::process::ExitCode;

use ploughshare_core::bundle::BundleError;
use serde::Serialize;

use crate::app::AppError;
use crate::audit::AuditError;
use crate::bundles::BundlesError;
use crate::config::ConfigError;
use crate::identity::IdentityError;
use crate::persons::PersonsError;
use crate::projection::ProjectionError;
use crate::rebuild::RebuildError;
use crate::registrar::RegistrarError;
use crate::reopening::ReopenError;
use crate::store::StoreError;

const UNCHANGED: &str = "nothing was changed; what is in the register is safe";

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Stable dotted code.
    pub code: String,
    /// What happened.
    pub error: String,
    /// Whether the data is safe.
    pub data: String,
    /// What to do.
    pub next: String,
    #[serde(skip)]
    misunderstood: bool,
}

impl Failure {
    /// A failure that changed nothing.
    pub fn new(code: &str, error: impl ToString, next: impl ToString) -> Self {
        let (error, next) = (error.to_string(), next.to_string());
        Self { code: code.to_owned(), error, data: UNCHANGED.to_owned(), next, misunderstood: false }
    }

    /// A command line that makes no sense: exit code 2.
    #[must_use]
    pub fn misunderstood(mut self) -> Self {
        self.misunderstood = true;
        self
    }

    /// Prints it and gives the exit code.
    pub fn print(&self, json: bool) -> ExitCode {
        let Self { code, error, data, next, .. } = self;
        if json {
            let text = serde_json::to_string(self).unwrap_or_default();
            _ = writeln!(std::io::stdout().lock(), "{text}");
        }
        _ = writeln!(std::io::stderr().lock(), "error: {error} [{code}]\ndata:  {data}\nnext:  {next}");
        ExitCode::from(if self.misunderstood { 2 } else { 1 })
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(error.code(), &error, "correct the setting and run the command again").misunderstood()
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Store(error) => error.into(),
            other => Self::new(
                other.code(),
                &other,
                "put the register's own key file in its place, from its backup if need be",
            ),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let next = match &error {
            StoreError::Unavailable(_) => {
                "check that the database runs, that address, user and password are right, and try again"
            }
            StoreError::Busy(_) => "somebody else holds the database; try again in a minute",
            StoreError::Full(_) => "make room on the disk of the database, then try again",
            StoreError::Corrupt(_) => {
                "stop the server, keep a copy of everything as it is, and restore from the last good backup"
            }
            StoreError::SchemaNewer { .. } | StoreError::SchemaChanged { .. } => {
                "use the build that made this database, or a newer one"
            }
            StoreError::Schema { .. } => "keep a copy of the database and report this",
            StoreError::Path { .. } => "name a directory with --data that this user may create and write",
            StoreError::Address(_) => "use postgres://USER@HOST/DATABASE, or leave it out for SQLite",
            _ => "this is a fault of the program; report it with its code",
        };
        Self::new(error.code(), &error, next)
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        let code = error.code();
        match error {
            IdentityError::Store(error) => error.into(),
            other => Self::new(
                code,
                &other,
                "see `ploughshare officer list` and `ploughshare operation list`, correct the command, run it again",
            ),
        }
    }
}

impl From<BundlesError> for Failure {
    fn from(error: BundlesError) -> Self {
        let code = error.code();
        let next = match error {
            BundlesError::Store(error) => return error.into(),
            BundlesError::Bundle(BundleError::TooSmall { .. }) => "allow larger files with --max-bytes",
            BundlesError::NoKey(_) | BundlesError::NotEnrolled(..) | BundlesError::UnknownSender(_) => {
                "see `ploughshare device list`"
            }
            _ => "copy the file again from where it was made, and try again",
        };
        Self::new(code, &error, next)
    }
}

impl From<PersonsError> for Failure {
    fn from(error: PersonsError) -> Self {
        let code = error.code();
        let next = match error {
            PersonsError::Store(error) => return error.into(),
            PersonsError::KeyMissing | PersonsError::KeyOther => {
                "put the register's own person key file in its place, from its backup, and start again"
            }
            PersonsError::Erased => "what was erased cannot be had back; the item and the log are as they were",
            _ => "see `ploughshare person list`, correct the command, run it again",
        };
        Self::new(code, &error, next)
    }
}

impl From<ReopenError> for Failure {
    fn from(error: ReopenError) -> Self {
        let code = error.code();
        match error {
            ReopenError::Store(error) => error.into(),
            other => Self::new(code, &other, "see `ploughshare device list`, correct the command, run it again"),
        }
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        let code = error.code();
        match error {
            AuditError::Store(error) => error.into(),
            AuditError::File { .. } => Self::new(code, &error, "name a file that this user may read or write"),
            AuditError::Export(_) | AuditError::Checkpoint(_) => {
                let mut failure = Self::new(
                    code,
                    &error,
                    "keep the file as it is: it is evidence. Ask for another export, and compare both",
                );
                "the file is not what the register signed; the register itself was not looked at"
                    .clone_into(&mut failure.data);
                failure
            }
            other => Self::new(code, &other, "report this with its code"),
        }
    }
}

impl From<RebuildError> for Failure {
    fn from(error: RebuildError) -> Self {
        let code = error.code();
        match error {
            RebuildError::Store(error) => error.into(),
            other @ RebuildError::Projection(_) => {
                let mut failure =
                    Self::new(code, &other, "run `ploughshare verify`; it names the row that was changed");
                "what was said is kept as it is; the register's tables can be made again".clone_into(&mut failure.data);
                failure
            }
        }
    }
}

impl From<ProjectionError> for Failure {
    fn from(error: ProjectionError) -> Self {
        match error {
            ProjectionError::Store(error) => error.into(),
            other => RebuildError::Projection(other).into(),
        }
    }
}

impl From<RegistrarError> for Failure {
    fn from(error: RegistrarError) -> Self {
        let code = error.code();
        match error {
            RegistrarError::Store(error) => error.into(),
            RegistrarError::Identity(error) => error.into(),
            other => Self::new(code, &other, "correct the command, or settle what it names first, and run it again"),
        }
    }
}
