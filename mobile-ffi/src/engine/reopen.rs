//! Opening a sealed store again. The register holds the key in escrow: a copy that the tablet sealed to it while it was open.
//!
//! ```text
//! tablet                                                register
//! escrow = age(register's key; device, data keys) ────► opened; is it of the device that asks, not revoked? or did a registrar allow it?
//! fresh key pair, its public half                 ────► a leaf in the audit log
//! data keys, wrapped anew by the vault            ◄──── age(fresh key; device, data keys)
//! ```

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::sync::Arc;

use ploughshare_core::reopening::Keys;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::token::{self, post_json_as};
use super::{Session, Tablet, installation, lease, review};
use crate::error::{ErrorKind, TabletError};
use crate::model::{Enrolment, SyncReport};
use crate::store::keys::{self, Why};
use crate::store::{Connection, DataKey, Result, decisions, kv};
use crate::transport::Transport;

/// What the register answers: the keys, sealed to the key that was sent with the request.
#[derive(Deserialize)]
struct Opened {
    sealed: String,
}

impl Tablet {
    /// Asks the register to open a store that sealed itself. Does nothing to one that is open. Nothing else is sent or taken in; `sync`
    /// does this first by itself.
    pub fn reopen(&self, transport: Arc<dyn Transport>) -> Result<()> {
        let _one_at_a_time = self.syncing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.reopen_only(transport.as_ref(), &mut SyncReport::default())
    }

    /// Why the store is sealed, if it is: a stable code.
    pub fn sealed(&self) -> Option<String> {
        self.engine().store.read().why_sealed().map(|why| why.code().to_owned())
    }

    pub(super) fn reopen_only(&self, transport: &dyn Transport, report: &mut SyncReport) -> Result<()> {
        let (why, escrow) = {
            let engine = self.engine();
            let conn = engine.store.read();
            let Some(why) = conn.why_sealed() else { return Ok(()) };
            (why, keys::escrow(conn)?)
        };
        if why == Why::Wiped {
            return Err(why.error());
        }
        let session = lease::sealed_session(self.vault.as_ref())?.ok_or_else(|| why.error())?;
        let token = token::fresh(transport, &session, report)?;
        let Some(escrow) = escrow else { return self.reopen_own(why, token.revoked) };
        let identity = age::x25519::Identity::generate();
        let body = json!({ "escrow": hex::encode(escrow), "recipient": identity.to_public().to_string() });
        let url = format!("{}/api/v1/devices/reopen", session.enrolment.server);
        let opened: Opened =
            post_json_as(transport, url, Some(&token.token), &body, report).map_err(|error| refused(error, why))?;
        let data_keys = unsealed(&opened, &identity, &session.register)?;
        // The vault holds the wrapping key before the table holds what needs it. Killed in between, the register opens the escrow again.
        let wrapping = keys::fresh_wrapping(self.vault.as_ref(), self.platform.as_ref())?;
        {
            let mut engine = self.engine();
            let tx = engine.store.write()?;
            keys::install(&tx, &data_keys, &wrapping, self.platform.as_ref())?;
            tx.commit()?;
        }
        self.take_up(session.enrolment)
    }

    /// A store that had no escrow has kept its key; the register was heard, and that is enough, if it did not revoke this tablet.
    fn reopen_own(&self, why: Why, revoked: bool) -> Result<()> {
        if revoked {
            self.seal_store(Why::Revoked)?;
            return Err(Why::Revoked.error());
        }
        let wrapping = keys::wrapping(self.vault.as_ref())?;
        if why == Why::Revoked
            || !keys::reopen_kept(self.engine().store.read(), wrapping.as_ref(), self.platform.as_ref())?
        {
            return Err(why.error());
        }
        let enrolment = lease::contact(self.vault.as_ref())?.ok_or_else(TabletError::not_enrolled)?;
        self.take_up(enrolment)
    }

    /// Goes on with a store that was opened again, as whom the vault says this tablet is.
    fn take_up(&self, enrolment: Enrolment) -> Result<()> {
        let bytes = serde_json::to_vec(&enrolment).map_err(|error| TabletError::internal(error.to_string()))?;
        let session = Session::load(enrolment.clone(), self.vault.as_ref())?;
        let nonce = self.vault.load(installation::INSTALLATION)?;
        let fits = {
            let mut engine = self.engine();
            let conn = engine.store.read();
            if let Some(before) = enrolment_in(conn)? {
                check_same(&before, &enrolment)?;
            }
            let tx = engine.store.write()?;
            kv::put(&tx, kv::ENROLMENT, &bytes)?;
            kv::remove(&tx, kv::TOKEN)?;
            tx.commit()?;
            engine.authority = decisions::authority(engine.store.read())?;
            engine.decisions = decisions::count(engine.store.read())?;
            engine.session = Some(session);
            review::catch_up(&mut engine, self.platform.now_ms()?)?;
            installation::fits(&engine, nonce.as_deref())?
        };
        self.renew_lease()?;
        if !fits {
            let nonce = installation::fresh_number(self.platform.as_ref(), self.vault.as_ref())?;
            installation::begin_journal(&mut self.engine(), &nonce)?;
        }
        Ok(())
    }

    /// Seals a copy of the store's keys to the register, when the register's key is known and no copy is sealed to it yet.
    pub(super) fn keep_escrow(&self) -> Result<()> {
        let mut engine = self.engine();
        let Some(recipient) = engine.authority.person_key.clone() else { return Ok(()) };
        let conn = engine.store.read();
        let kept = kv::get(conn, kv::ESCROW_TO)?;
        if kept.as_deref() == Some(recipient.as_bytes()) && keys::escrow(conn)?.is_some() {
            return Ok(());
        }
        let session = engine.session()?;
        let keys = Keys { register: session.register, device: session.device, keys: conn.data_keys()? };
        let Ok(to) = age::x25519::Recipient::from_str(&recipient) else { return Ok(()) };
        let escrow = age::encrypt(&to, &keys.to_bytes())
            .map_err(|_| TabletError::internal("the store's key could not be sealed to the register"))?;
        let tx = engine.store.write()?;
        keys::put_escrow(&tx, &escrow)?;
        kv::put(&tx, kv::ESCROW_TO, recipient.as_bytes())?;
        tx.commit()?;
        Ok(())
    }
}

fn enrolment_in(conn: &Connection) -> Result<Option<Enrolment>> {
    let bytes = kv::get(conn, kv::ENROLMENT)?;
    bytes.map(|bytes| serde_json::from_slice(&bytes).map_err(|_| TabletError::damaged("an enrolment"))).transpose()
}

/// A store holds the records of one operation of one register.
pub(super) fn check_same(before: &Enrolment, now: &Enrolment) -> Result<()> {
    if before.register_id == now.register_id && before.operation == now.operation {
        return Ok(());
    }
    Err(TabletError::refused(
        "enrol.other_operation",
        "this store holds records of another operation",
        "Ask for a ticket for the same operation, or use another store folder.",
    ))
}

/// What to do when the register does not open the store.
fn refused(mut error: TabletError, why: Why) -> TabletError {
    if error.kind == ErrorKind::Server && (error.code == "device.revoked" || error.code == "reopen.not_allowed") {
        error.hint = format!(
            "{} Ask the registrar: `ploughshare device reopen` allows it.",
            why.error().hint.split(". ").next().map(|first| format!("{first}.")).unwrap_or_default()
        );
    }
    error
}

fn unsealed(
    opened: &Opened,
    identity: &age::x25519::Identity,
    register: &ploughshare_core::ids::RegisterId,
) -> Result<BTreeMap<u8, DataKey>> {
    let bad = || {
        TabletError::new(
            ErrorKind::Server,
            "reopen.bad_answer",
            "the register's answer does not open this store",
            "Everything recorded is safe on this device. Ask the administrator.",
        )
    };
    let sealed = hex::decode(&opened.sealed).map_err(|_| bad())?;
    let plain = Zeroizing::new(age::decrypt(identity, &sealed).map_err(|_| bad())?);
    let keys = Keys::from_bytes(&plain).map_err(|_| bad())?;
    if keys.register == *register && !keys.keys.is_empty() { Ok(keys.keys) } else { Err(bad()) }
}
