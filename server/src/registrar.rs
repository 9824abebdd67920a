//! The registrar's work: what people decide at the register and not in the field. Every deed is a statement in the register's own journal of
//! the operations that it concerns, made on what the register holds at that moment, with a leaf that says who made it and how that is known.

pub mod choose;
pub mod close;
mod error;
pub mod judge;
pub mod justify;
pub mod rulings;
pub mod transfer;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ploughshare_core::decision::Authority;
use ploughshare_core::document::{self, Document, Exceptions, Statement};
use ploughshare_core::entry::Entry;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, OfficerId, OperationId};

pub use self::error::RegistrarError;
use crate::admission::lock_operation;
use crate::app::App;
use crate::decide::Actor;
use crate::identity::caller::{Caller, Scope};
use crate::identity::people;
use crate::projection;
use crate::store::read_documents::{self, Received};
use crate::store::{StoreError, Tx};

/// Most letters of a reason.
const REASON: usize = 500;
/// How often a deed is tried anew because something was said meanwhile.
const TRIES: usize = 8;
/// How long the register may be behind its feeds.
const BEHIND: Duration = Duration::from_secs(10);

/// Who does it.
#[derive(Debug, Clone)]
pub struct By {
    /// The officer in whose name it is said; for the operator, the register itself.
    pub officer: OfficerId,
    /// As the audit log has it.
    pub actor: Actor,
    /// Where they are a registrar.
    registrar: Scope,
}

impl By {
    /// Somebody who asks over HTTP, with a token made then (s since the Unix epoch).
    pub fn caller(caller: &Caller, since_s: i64) -> Self {
        let device = caller.device.map(|device| ("device", device.to_string()));
        let evidence = device.into_iter().chain([("signed_in", since_s.to_string())]).collect();
        Self {
            officer: caller.officer,
            actor: Actor { id: caller.officer.to_string(), evidence },
            registrar: caller.with(|role| role == Role::Registrar),
        }
    }

    /// An officer at the command line of the machine.
    pub async fn at_the_machine(app: &App, officer: &OfficerId) -> Result<Self, RegistrarError> {
        let caller = Caller::unbound(app, officer).await?;
        Ok(Self {
            officer: *officer,
            actor: Actor { id: officer.to_string(), evidence: vec![("entered_by", "operator".to_owned())] },
            registrar: caller.with(|role| role == Role::Registrar),
        })
    }

    /// Whoever runs the machine, in the name of the register.
    pub fn operator(app: &App) -> Self {
        Self {
            officer: OfficerId::from_bytes(*app.register.as_bytes()),
            actor: Actor { id: "operator".to_owned(), evidence: Vec::new() },
            registrar: Scope::All,
        }
    }

    /// Refuses who is no registrar there.
    fn registrar_in(&self, operation: &OperationId) -> Result<(), RegistrarError> {
        if self.registrar.holds(operation) { Ok(()) } else { Err(RegistrarError::NoRegistrar) }
    }
}

/// Refuses a reason that is none.
fn reasoned(reason: &str) -> Result<(), RegistrarError> {
    if people::is_plain(reason, REASON) { Ok(()) } else { Err(RegistrarError::BadReason) }
}

/// The register as it stood at a moment, operation by operation, so that a deed is done on exactly what it was weighed on.
pub(crate) struct Steady(BTreeMap<OperationId, u64>);

impl Steady {
    /// Waits until everything admitted is in the register, and notes how far that is.
    pub async fn take(app: &App, operations: &BTreeSet<OperationId>) -> Result<Self, RegistrarError> {
        if !projection::wait_until_current(app, BEHIND).await? {
            return Err(RegistrarError::Behind);
        }
        let mut places = BTreeMap::new();
        for operation in operations {
            places.insert(*operation, projection::place(app, operation).await?);
        }
        Ok(Self(places))
    }

    /// Locks the feeds, in the order of their ids as everybody does. Nothing when something was said meanwhile.
    pub async fn lock(&self, app: &App) -> Result<Option<Tx>, RegistrarError> {
        let mut tx = app.store.feed.begin_write().await?;
        for (operation, place) in &self.0 {
            if lock_operation(&mut tx, operation).await?.place() != *place {
                tx.rollback().await?;
                return Ok(None);
            }
        }
        Ok(Some(tx))
    }
}

/// Brings the register up to the feeds in this process, for a command that may run without a server.
pub async fn catch_up(app: &App) -> Result<(), crate::projection::ProjectionError> {
    let mut projector = projection::Projector::new(app.store.register.clone());
    while projector.step(app).await? == projection::Stepped::On {}
    Ok(())
}

/// What the decisions of an operation add up to, as far as the register is.
pub async fn authority(app: &App, operation: &OperationId) -> Result<Authority, StoreError> {
    let mut authority = Authority::default();
    for bytes in read_documents::decisions(&app.store.register, operation).await? {
        if let Ok(entry) = Entry::from_bytes(&bytes) {
            authority.take_entry(&entry);
        }
    }
    Ok(authority)
}

/// A document with everything said about it.
pub(crate) struct Told {
    pub statements: Vec<Statement>,
    pub exceptions: Exceptions,
    /// What counts.
    pub counts: Document,
}

/// Folds what was said about a document, as the register has judged it.
pub(crate) async fn told(app: &App, operation: &OperationId, doc: &DocId) -> Result<Told, RegistrarError> {
    let received = read_documents::entries(&app.store.register, operation, doc).await?;
    let authority = authority(app, operation).await?;
    let doc = *doc;
    tokio::task::spawn_blocking(move || fold(doc, &received, &authority)).await.map_err(|_| RegistrarError::Cancelled)
}

/// The same from rows at hand.
pub(crate) fn fold(doc: DocId, received: &[Received], authority: &Authority) -> Told {
    let read = |one: &Received| Some(Statement { hash: one.hash, entry: Entry::from_bytes(&one.bytes).ok()? });
    let statements: Vec<Statement> = received.iter().filter_map(read).collect();
    let left_out = received.iter().filter(|one| one.status == "claim").map(|one| one.hash).collect();
    let exceptions = Exceptions::of(authority).without(left_out);
    let counts = document::fold(doc, &statements, &exceptions);
    Told { statements, exceptions, counts }
}
