//! A new officer on this tablet: the key is sealed and durable before its public half leaves, so that an answer that was lost can be asked
//! for again with the same ticket and PIN.

use std::sync::Arc;

use ploughshare_core::ids::OfficerId;
use ploughshare_core::keys::{SecretKey, sha256};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::delay::{Stamp, Wrong, lease_days};
use super::pin::Pin;
use super::wrap::{Bound, wrap};
use super::{new_secret, session, tries_name, vault_secret, view};
use crate::engine::Tablet;
use crate::engine::token::post_json_as;
use crate::error::{ErrorKind, TabletError};
use crate::model::{OfficerView, SyncReport};
use crate::store::officers::KeyRow;
use crate::store::{Result, kv, officers};
use crate::transport::Transport;

/// What the register answers.
#[derive(Deserialize)]
struct Known {
    officer: String,
    officer_name: String,
    operation: String,
    lease_until_ms: Option<i64>,
}

/// One ticket is one try, however it is typed: case, spaces and dashes, O for 0, I and L for 1.
fn ticket_hash(ticket: &str) -> Vec<u8> {
    let letter = |letter: char| match letter.to_ascii_uppercase() {
        '-' | ' ' => None,
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        other => Some(other),
    };
    sha256(ticket.chars().filter_map(letter).collect::<String>().as_bytes()).to_vec()
}

/// What the officer signs with the new key.
fn proof(key: &SecretKey, ticket: &str, device: &str, public: &str) -> String {
    hex::encode(key.sign(format!("ploughshare officer key v1\n{ticket}\n{device}\n{public}").as_bytes()))
}

impl Tablet {
    /// Makes an officer's own key on this tablet, makes it known to the register by a ticket of that officer, and syncs. `server`, where it is
    /// given, must be the register of this tablet. The same ticket with the same PIN goes on where an earlier try was cut off.
    pub fn add_officer(
        &self,
        transport: Arc<dyn Transport>,
        server: Option<&str>,
        ticket: &str,
        pin: &Pin,
    ) -> Result<OfficerView> {
        let public_key = {
            let _alone = session::alone(&self.dir)?;
            self.add_only(transport.as_ref(), server, ticket.trim(), pin)?
        };
        self.sync(transport).map_err(|mut error| {
            "The key is made and known to the register; only the sync is missing. `sync` when there is a link, then it can sign."
                .clone_into(&mut error.hint);
            error
        })?;
        let now = Stamp::read(self.platform.as_ref())?;
        let engine = self.engine();
        let row = officers::all(engine.store.read())?.into_iter().find(|row| row.public_key == public_key);
        let row = row.ok_or_else(|| TabletError::internal("the key was not kept"))?;
        Ok(view(&row, &engine.authority, now.wall_ms, &now))
    }

    fn add_only(&self, transport: &dyn Transport, server: Option<&str>, ticket: &str, pin: &Pin) -> Result<Vec<u8>> {
        let enrolment = self.enrolment().ok_or_else(TabletError::not_enrolled)?;
        if server.is_some_and(|server| server.trim().trim_end_matches('/') != enrolment.server) {
            return Err(TabletError::refused(
                "officer.other_register",
                format!("this tablet is enrolled at {}", enrolment.server),
                "Nothing was saved. An officer's key is made known to the register of the tablet.",
            ));
        }
        pin.check()?;
        let hash = ticket_hash(ticket);
        let earlier = officers::all(self.engine().store.read())?.into_iter().find(|row| row.ticket_hash == hash);
        let (key, row) = match earlier {
            Some(row) => (self.open_key(&row, pin)?, row),
            None => self.make(hash, pin)?,
        };
        if row.officer.is_some() {
            return Ok(row.public_key);
        }
        let public = hex::encode(&row.public_key);
        let signature = proof(&key, ticket, &enrolment.device, &public);
        let body = json!({ "ticket": ticket, "public_key": public, "signature": signature });
        let url = format!("{}/api/v1/officers/keys", enrolment.server);
        let known = self.ask(transport, &url, &body).map_err(|error| self.not_added(error, &row))?;
        self.known(known, &enrolment.operation, &key, row, pin)
    }

    /// A new key, sealed and durable, that the register does not know yet.
    fn make(&self, ticket_hash: Vec<u8>, pin: &Pin) -> Result<(SecretKey, KeyRow)> {
        let platform = self.platform.as_ref();
        let short = |_| TabletError::internal("the platform gave too few random bytes");
        let seed = Zeroizing::new(<[u8; 32]>::try_from(platform.random(32)?).map_err(short)?);
        let key = SecretKey::ed25519(&seed);
        let public_key = key.public().as_bytes().to_vec();
        let (secret_name, secret) = new_secret(self.vault.as_ref(), platform, &public_key)?;
        let now = Stamp::read(platform)?;
        let mut engine = self.engine();
        let device = engine.session()?.device;
        let wrapped = wrap(&key, pin, &secret, Bound { officer: None, device, public_key: &public_key }, platform)?;
        let row = KeyRow {
            public_key,
            officer: None,
            name: String::new(),
            ticket_hash,
            secret_name,
            wrapped,
            added_ms: now.wall_ms,
            lease_days: lease_days(None, now.wall_ms),
            renewed: now.clone(),
            wrong: Wrong { count: 0, at: now, waited_ms: 0 },
        };
        let tx = engine.store.write()?;
        officers::put(&tx, &row)?;
        tx.commit()?;
        Ok((key, row))
    }

    /// Asks the register with a token that holds.
    fn ask(&self, transport: &dyn Transport, url: &str, body: &serde_json::Value) -> Result<Known> {
        let mut report = SyncReport::default();
        let token = self.token(transport, false, &mut report)?;
        match post_json_as(transport, url.to_owned(), Some(&token), body, &mut report) {
            // The token ran out, or the register was restored.
            Err(error) if error.kind == ErrorKind::Server && is_about_the_token(&error) => {
                let token = self.token(transport, true, &mut report)?;
                post_json_as(transport, url.to_owned(), Some(&token), body, &mut report)
            }
            answer => answer,
        }
    }

    /// What to do after a refusal. A key that the register will never know is forgotten.
    fn not_added(&self, mut error: TabletError, row: &KeyRow) -> TabletError {
        let hint = if error.kind == ErrorKind::Transport {
            "The key is kept on this device and not known to the register yet. Add the officer again with the same ticket and the same PIN."
        } else if error.code.starts_with("ticket.") || error.code == "officer.key_known" {
            let forgotten = (|| {
                let mut engine = self.engine();
                let tx = engine.store.write()?;
                officers::remove(&tx, &row.public_key)?;
                tx.commit()?;
                drop(engine);
                self.vault.remove(&row.secret_name).map_err(TabletError::from)
            })();
            match forgotten {
                Ok(()) => "No key was added. Ask the administrator for a new ticket if this one is typed correctly.",
                Err(failed) => return failed,
            }
        } else {
            return error;
        };
        hint.clone_into(&mut error.hint);
        error
    }

    /// The register knows the key: it is sealed again, bound to the officer, in the place of an earlier key of theirs.
    fn known(&self, known: Known, operation: &str, key: &SecretKey, row: KeyRow, pin: &Pin) -> Result<Vec<u8>> {
        let wrong = |what: &str| {
            TabletError::new(
                ErrorKind::Server,
                "officer.bad_answer",
                format!("the register's answer does not fit together: {what}"),
                "Nothing can be signed with the key yet. Ask the administrator.",
            )
        };
        if known.operation != operation {
            return Err(wrong("the operation"));
        }
        let officer: OfficerId = known.officer.parse().map_err(|_| wrong("the officer"))?;
        let secret = vault_secret(self.vault.as_ref(), &row.secret_name)?;
        let now = Stamp::read(self.platform.as_ref())?;
        let mut engine = self.engine();
        let device = engine.session()?.device;
        let bound = Bound { officer: Some(officer), device, public_key: &row.public_key };
        let wrapped = wrap(key, pin, &secret, bound, self.platform.as_ref())?;
        let row = KeyRow {
            officer: Some(officer),
            name: known.officer_name,
            wrapped,
            lease_days: lease_days(known.lease_until_ms, now.wall_ms),
            renewed: now.clone(),
            ..row
        };
        let tx = engine.store.write()?;
        let before = officers::all(&tx)?.into_iter().find(|before| before.officer == Some(officer));
        officers::put(&tx, &row)?;
        kv::put_number(&tx, kv::SEEN, now.wall_ms)?;
        tx.commit()?;
        drop(engine);
        if let Some(before) = before.filter(|before| before.secret_name != row.secret_name) {
            self.vault.remove(&before.secret_name)?;
            if before.public_key != row.public_key {
                self.vault.remove(&tries_name(&before.public_key))?;
            }
        }
        Ok(row.public_key)
    }
}

fn is_about_the_token(error: &TabletError) -> bool {
    error.code.starts_with("token.") || error.code.starts_with("auth.") || error.code == "server.401"
}
