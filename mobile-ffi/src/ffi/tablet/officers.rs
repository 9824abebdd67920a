//! Officers who keep a key of their own on the tablet: signing in and out, PINs.

use std::sync::Arc;

use super::gate::Core;
use super::{SignedIn, Tablet, TabletState};
use crate::engine::{OfficerSession, Pin};
use crate::ffi::cancel::CancelHandle;
use crate::ffi::error::AppError;
use crate::ffi::events::Event;
use crate::model::OfficerView;

impl Core {
    /// The officer who is signed in.
    pub(super) fn session(&self) -> Result<Arc<OfficerSession>, AppError> {
        let held = self.held();
        match (held.state, &held.session) {
            (TabletState::Suspended, _) => Err(AppError::suspended()),
            (TabletState::Closed, _) => Err(AppError::closed()),
            (TabletState::Open, Some(session)) => Ok(Arc::clone(session)),
            (TabletState::Open, None) => {
                let advice = "Nothing was saved. An officer signs in first.";
                Err(AppError::refused("officer.not_signed_in", "no officer is signed in", advice))
            }
        }
    }
}

fn shown(session: &OfficerSession) -> SignedIn {
    SignedIn { officer: session.officer(), name: session.name() }
}

#[uniffi::export]
impl Tablet {
    /// The officers who keep a key on this tablet, with their leases and waiting times.
    pub async fn officers(&self) -> Result<Vec<OfficerView>, AppError> {
        self.core.read(crate::engine::Tablet::officers).await
    }

    /// Makes an officer's own key on this tablet, makes it known to the register by a ticket of theirs, and syncs. After a broken link the
    /// same ticket with the same PIN goes on where it was.
    #[uniffi::method(default(cancel = None))]
    pub async fn add_officer(
        &self,
        ticket: String,
        pin: String,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<OfficerView, AppError> {
        let pin = Pin::from(pin);
        let added =
            self.core.talk(cancel, move |tablet, transport| tablet.add_officer(transport, None, &ticket, &pin)).await?;
        self.core.hub.tell(Event::OfficersChanged);
        Ok(added)
    }

    /// Forgets an officer's key on this tablet: name, id, or the key's fingerprint. Asked for with their own PIN, or with that of a registrar
    /// who keeps a key here and is named. What it signed stays.
    #[uniffi::method(default(registrar = None))]
    pub async fn remove_officer(
        &self,
        officer: String,
        pin: String,
        registrar: Option<String>,
    ) -> Result<OfficerView, AppError> {
        let pin = Pin::from(pin);
        let removed = self.core.read(move |tablet| tablet.remove_officer(&officer, registrar.as_deref(), &pin)).await?;
        self.core.hub.tell(Event::OfficersChanged);
        Ok(removed)
    }

    /// Changes an officer's PIN. Nobody may be signed in.
    pub async fn change_pin(&self, officer: String, pin: String, new_pin: String) -> Result<(), AppError> {
        let (pin, new_pin) = (Pin::from(pin), Pin::from(new_pin));
        self.core.read(move |tablet| tablet.change_pin(&officer, &pin, &new_pin)).await
    }

    /// Signs an officer in with their PIN. Until they sign out, or the tablet is suspended, everything that is said on it is said by them.
    /// Wrong PINs cost time that restarting does not shorten.
    pub async fn sign_in(&self, officer: String, pin: String) -> Result<SignedIn, AppError> {
        let pin = Pin::from(pin);
        // Who was signed out for doing nothing makes room for the next, or for themselves.
        if self.signed_in()?.is_none() {
            drop(self.core.held().session.take());
        }
        let session = Arc::new(self.core.read(move |tablet| tablet.sign_in(&officer, &pin)).await?);
        let signed_in = shown(&session);
        {
            let mut held = self.core.held();
            if held.state != TabletState::Open {
                return Err(AppError::suspended());
            }
            held.session = Some(session);
        }
        self.core.hub.tell(Event::OfficersChanged);
        Ok(signed_in)
    }

    /// Signs the officer out and overwrites their key in memory. What is being attested is attested first.
    pub fn sign_out(&self) -> Result<(), AppError> {
        let session = self.core.held().session.take();
        if session.is_some() {
            drop(session);
            self.core.hub.tell(Event::OfficersChanged);
        }
        Ok(())
    }

    /// Who is signed in. Answers at once. Ask now and then, so that a tablet that lies about forgets the key: who did nothing for long is
    /// signed out, and until [`sign_out`](Self::sign_out) or the next [`sign_in`](Self::sign_in) nothing is saved in anybody's name
    /// (`officer.idle`).
    pub fn signed_in(&self) -> Result<Option<SignedIn>, AppError> {
        let (session, engine) = {
            let held = self.core.held();
            (held.session.clone(), held.engine.clone())
        };
        let (Some(session), Some(engine)) = (session, engine) else { return Ok(None) };
        Ok(engine.is_signed_in()?.then(|| shown(&session)))
    }
}
