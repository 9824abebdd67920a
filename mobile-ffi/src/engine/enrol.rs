//! Enrolment: the tablet makes its own key and trades a one-use ticket for a place in an operation.

use std::sync::Arc;

use ploughshare_core::bundle::key_proof;
use ploughshare_core::keys::{PublicKey, SecretKey};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::installation::{DEVICE_KEY, begin_journal, device_key, fresh_number};
use super::lease::keep_contact;
use super::reopen::check_same;
use super::token::post_json;
use super::{Session, Tablet};
use crate::error::{ErrorKind, TabletError};
use crate::model::{Enrolment, SyncReport};
use crate::store::keys::Why;
use crate::store::{Result, kv};
use crate::transport::Transport;

#[derive(Deserialize)]
struct Enrolled {
    register_id: String,
    register_key: String,
    operation: String,
    operation_name: String,
    training: bool,
    officer: String,
    officer_name: String,
    device: String,
    lease_until_ms: i64,
    log_vkey: String,
}

/// What the device signs to show that it holds the key it brings.
fn proof(key: &SecretKey, ticket: &str, public: &str) -> String {
    hex::encode(key.sign(format!("ploughshare enrolment v1\n{ticket}\n{public}").as_bytes()))
}

impl Tablet {
    /// Enrols this tablet with a ticket and makes a first sync. The key is durable before the ticket is used, so that an enrolment whose
    /// answer was lost can be tried again. `label` is what people call this device.
    pub fn enrol(&self, transport: Arc<dyn Transport>, server: &str, ticket: &str, label: &str) -> Result<Enrolment> {
        let enrolment = self.enrol_only(transport.as_ref(), server, ticket, label)?;
        self.sync(transport).map_err(|mut error| {
            "The tablet is enrolled and can record; only the first sync is missing. `sync` when there is a link."
                .clone_into(&mut error.hint);
            error
        })?;
        Ok(enrolment)
    }

    fn enrol_only(&self, transport: &dyn Transport, server: &str, ticket: &str, label: &str) -> Result<Enrolment> {
        let server = server.trim().trim_end_matches('/').to_owned();
        if !(server.starts_with("http://") || server.starts_with("https://")) {
            return Err(TabletError::refused(
                "enrol.bad_address",
                "the server's address begins with https:// (or http://)",
                "Copy the address from the ticket.",
            ));
        }
        let sealed = self.engine().store.read().why_sealed();
        if let Some(why) = sealed.filter(|why| *why != Why::NoKey) {
            return Err(why.error());
        }
        let before = self.engine().session.as_ref().map(|s| (s.key.is_some(), s.enrolment.clone()));
        if matches!(before, Some((true, _))) {
            return Err(TabletError::refused(
                "enrol.already",
                "this tablet is enrolled already",
                "To enrol in another operation use another store folder.",
            ));
        }
        let key = self.own_key()?;
        let public = hex::encode(key.public().as_bytes());
        let ticket = ticket.trim();
        let signature = proof(&key, ticket, &public);
        let bundle_key = self.bundle_key()?.to_public().to_string();
        let bundle_signature = hex::encode(key.sign(&key_proof(ticket, &bundle_key)));
        let body = json!({
            "ticket": ticket, "public_key": public, "label": label, "signature": signature, "bundle_key": bundle_key,
            "bundle_signature": bundle_signature,
        });
        let url = format!("{server}/api/v1/enrol");
        let said: Enrolled = post_json(transport, url, &body, &mut SyncReport::default()).map_err(not_enrolled_yet)?;
        let enrolment = check(said, server, &key)?;
        if let Some((_, before)) = &before {
            check_same(before, &enrolment)?;
        }
        // Kept where a sealed store finds it as well: what cannot be opened now is opened when the register allows it.
        keep_contact(self.vault.as_ref(), &enrolment)?;
        if sealed.is_some() {
            self.reopen_only(transport, &mut SyncReport::default())?;
            return Ok(enrolment);
        }
        let bytes = serde_json::to_vec(&enrolment).map_err(|e| TabletError::internal(e.to_string()))?;
        let session = Session::load(enrolment.clone(), self.vault.as_ref())?;
        let nonce = fresh_number(self.platform.as_ref(), self.vault.as_ref())?;
        let mut engine = self.engine();
        let tx = engine.store.write()?;
        kv::put(&tx, kv::ENROLMENT, &bytes)?;
        kv::remove(&tx, kv::TOKEN)?;
        tx.commit()?;
        engine.session = Some(session);
        begin_journal(&mut engine, &nonce)?;
        drop(engine);
        self.renew_lease()?;
        Ok(enrolment)
    }

    /// The key made by an earlier try, or a new one, durable.
    fn own_key(&self) -> Result<SecretKey> {
        if let Some(key) = device_key(self.vault.as_ref())? {
            return Ok(key);
        }
        let seed = Zeroizing::new(self.platform.random(32)?);
        self.vault.store(DEVICE_KEY, seed.to_vec())?;
        device_key(self.vault.as_ref())?.ok_or_else(|| TabletError::internal("the key was not kept"))
    }
}

/// What to do when the ticket could not be traded in.
fn not_enrolled_yet(mut error: TabletError) -> TabletError {
    let hint = match (error.kind, error.code.as_str()) {
        (ErrorKind::Transport, _) => {
            "This tablet is not enrolled yet. Check the address and the link and enrol again; the same ticket still works on this tablet."
        }
        (_, code) if code.starts_with("ticket.") => {
            "This tablet is not enrolled yet. Ask the administrator for a new ticket if this one is typed correctly."
        }
        _ => return error,
    };
    hint.clone_into(&mut error.hint);
    error
}

/// The answer must fit together: the register's id comes from its key, the device's from ours.
fn check(said: Enrolled, server: String, key: &SecretKey) -> Result<Enrolment> {
    let wrong = |what: &str| {
        TabletError::new(
            ErrorKind::Server,
            "enrol.bad_answer",
            format!("the register's answer does not fit together: {what}"),
            "Check the server's address; do not use this ticket elsewhere. Ask the administrator.",
        )
    };
    let register_key = hex::decode(&said.register_key).ok().and_then(|b| PublicKey::from_bytes(&b).ok());
    register_key.ok_or_else(|| wrong("its key"))?;
    said.register_id.parse::<ploughshare_core::ids::RegisterId>().map_err(|_| wrong("its id"))?;
    said.operation.parse::<ploughshare_core::ids::OperationId>().map_err(|_| wrong("the operation"))?;
    said.officer.parse::<ploughshare_core::ids::OfficerId>().map_err(|_| wrong("the officer"))?;
    if said.device != key.public().device().to_string() {
        return Err(wrong("the device"));
    }
    Ok(Enrolment {
        server,
        register_id: said.register_id,
        register_key: said.register_key,
        operation: said.operation,
        operation_name: said.operation_name,
        training: said.training,
        officer: said.officer,
        officer_name: said.officer_name,
        device: said.device,
        lease_until_ms: said.lease_until_ms,
        log_vkey: said.log_vkey,
    })
}
