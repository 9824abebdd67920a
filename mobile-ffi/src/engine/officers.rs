//! Officers' own keys on a shared tablet: made here, kept sealed behind a PIN and the platform's vault, made known to the register by a
//! ticket of that officer. Whoever signs, signs with a key of their own; one at a time, and without a network.

mod add;
mod delay;
mod pin;
mod session;
mod wrap;

pub(super) use delay::DAY_MS;
pub(crate) use delay::{Stamp, Wrong};
pub use pin::Pin;
pub use session::OfficerSession;
pub(super) use session::{LOCK, Speaking, alone};
pub(crate) use wrap::{Cost, Wrapped};

use ploughshare_core::decision::Authority;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::OfficerId;
use ploughshare_core::keys::{SecretKey, sha256};
use ploughshare_core::policy::OFFICER_LEASE_DAYS;
use zeroize::Zeroizing;

use self::wrap::Bound;
use super::{Session, Tablet, newest_decision};
use crate::error::{ErrorKind, TabletError};
use crate::model::OfficerView;
use crate::platform::{KeyVault, Platform};
use crate::store::officers::KeyRow;
use crate::store::{Result, kv, officers};

/// Fewest hex digits by which an officer or a key is named.
const FEWEST_DIGITS: usize = 8;

/// What people call a key by: the first 16 bytes of the SHA-256 of its public half, in hex, as in the register's list.
fn fingerprint(public_key: &[u8]) -> String {
    hex::encode(sha256(public_key).first_chunk::<16>().copied().unwrap_or_default())
}

/// A span of time in words, rounded up.
fn span(ms: i64) -> String {
    let seconds = ms.max(0).saturating_add(999) / 1000;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", (seconds + 59) / 60),
        _ => format!("{} h", (seconds + 3_599) / 3_600),
    }
}

/// The secret of the vault under which a key is sealed.
fn vault_secret(vault: &dyn KeyVault, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    vault.load(name)?.filter(|secret| secret.len() == 32).map(Zeroizing::new).ok_or_else(|| {
        TabletError::new(
            ErrorKind::Platform,
            "officer.no_secret",
            "this device does not hold the secret under which the key was sealed; the store was probably copied or restored",
            "Nothing was saved. What is stored can be read. Ask the administrator for a ticket and add the officer again.",
        )
    })
}

/// A new secret in the vault, under a name that no earlier one had.
fn new_secret(
    vault: &dyn KeyVault,
    platform: &dyn Platform,
    public_key: &[u8],
) -> Result<(String, Zeroizing<Vec<u8>>)> {
    let name = format!("officer.{}.{}", fingerprint(public_key), hex::encode(platform.random(4)?));
    let secret = Zeroizing::new(platform.random(32)?);
    vault.store(&name, secret.to_vec())?;
    Ok((name, secret))
}

/// Name under which the vault keeps the wrong PINs of a key.
pub(super) fn tries_name(public_key: &[u8]) -> String {
    format!("tries.{}", fingerprint(public_key))
}

/// The wrong PINs of a key, as the vault has them; a torn one counts as none.
fn tries(vault: &dyn KeyVault, public_key: &[u8]) -> Result<Option<Wrong>> {
    Ok(vault.load(&tries_name(public_key))?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn keep_tries(vault: &dyn KeyVault, public_key: &[u8], wrong: &Wrong) -> Result<()> {
    let bytes = serde_json::to_vec(wrong).map_err(|error| TabletError::internal(error.to_string()))?;
    Ok(vault.store(&tries_name(public_key), bytes)?)
}

fn bound<'a>(session: &Session, row: &'a KeyRow) -> Bound<'a> {
    Bound { officer: row.officer, device: session.device, public_key: &row.public_key }
}

/// Whether the decisions held here say that a key signs nothing more.
fn is_revoked(authority: &Authority, public_key: &[u8]) -> bool {
    authority.officer_keys.get(public_key).is_some_and(|key| key.revoked.is_some())
}

/// The key that somebody names: by the officer's name or id, or the beginning of the officer's id or the key's fingerprint.
fn named(rows: Vec<KeyRow>, text: &str) -> Result<KeyRow> {
    let wanted = text.trim().to_lowercase();
    let digits = wanted.len() >= FEWEST_DIGITS && wanted.bytes().all(|b| b.is_ascii_hexdigit());
    let fits = |row: &KeyRow| {
        row.name.to_lowercase() == wanted
            || (digits
                && (fingerprint(&row.public_key).starts_with(&wanted)
                    || row.officer.is_some_and(|officer| officer.to_string().starts_with(&wanted))))
    };
    let mut found = rows.into_iter().filter(|row| !wanted.is_empty() && fits(row));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(TabletError::new(
            ErrorKind::NotFound,
            "officer.not_here",
            format!("no officer of that name keeps a key on this tablet: {}", text.trim()),
            "Nothing was saved. `officer list` shows who does; `officer add` makes a key with a ticket.",
        )),
        _ => Err(TabletError::refused(
            "officer.ambiguous",
            "several officers of this tablet are called so",
            "Nothing was saved. Name the officer by id or the key by its fingerprint, as `officer list` shows them.",
        )),
    }
}

impl Tablet {
    /// The key that somebody names.
    fn officer_named(&self, text: &str) -> Result<KeyRow> {
        named(officers::all(self.engine().store.read())?, text)
    }

    /// Opens a key with a PIN. Each try is counted before it is made, and no try is made while there is waiting to be done.
    fn open_key(&self, row: &KeyRow, pin: &Pin) -> Result<SecretKey> {
        let secret = vault_secret(self.vault.as_ref(), &row.secret_name)?;
        let now = Stamp::read(self.platform.as_ref())?;
        let (row, tried, device) = {
            let mut engine = self.engine();
            let device = engine.session()?.device;
            let tx = engine.store.write()?;
            let fresh = officers::all(&tx)?.into_iter().find(|fresh| fresh.public_key == row.public_key);
            let mut row = fresh.ok_or_else(|| TabletError::not_found("officer", &row.name))?;
            // An older store put back knows of fewer wrong PINs; the vault was not put back with it.
            if let Some(kept) = tries(self.vault.as_ref(), &row.public_key)? {
                row.wrong = kept;
            }
            kv::put_later(&tx, kv::SEEN, now.wall_ms)?;
            let left = row.wrong.left_ms(&now);
            let wrong = if left > 0 { row.wrong.looked_at(&now) } else { row.wrong.once_more(&now) };
            keep_tries(self.vault.as_ref(), &row.public_key, &wrong)?;
            officers::set_wrong(&tx, &row.public_key, &wrong)?;
            tx.commit()?;
            if left > 0 {
                return Err(TabletError::refused(
                    "officer.locked",
                    format!("too many wrong PINs: {} more to wait", span(left)),
                    "Nothing was saved. Wait, with the tablet switched on; recording goes on meanwhile.",
                ));
            }
            (row, wrong, device)
        };
        let bound = Bound { officer: row.officer, device, public_key: &row.public_key };
        let Some(key) = wrap::unwrap(&row.wrapped, pin, &secret, bound)? else {
            let next = match tried.left_ms(&now) {
                0 => "Nothing was saved. Try again.".to_owned(),
                ms => format!("Nothing was saved. The next try can be made in {}.", span(ms)),
            };
            let tries = tried.count;
            return Err(TabletError::refused("officer.wrong_pin", format!("the PIN is wrong (try {tries})"), &next));
        };
        let none = Wrong { count: 0, at: now, waited_ms: 0 };
        keep_tries(self.vault.as_ref(), &row.public_key, &none)?;
        let mut engine = self.engine();
        let tx = engine.store.write()?;
        officers::set_wrong(&tx, &row.public_key, &none)?;
        tx.commit()?;
        Ok(key)
    }

    /// Who can sign on this tablet.
    pub fn officers(&self) -> Result<Vec<OfficerView>> {
        let now = Stamp::read(self.platform.as_ref())?;
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let seen = kv::number(engine.store.read(), kv::SEEN)?.unwrap_or(now.wall_ms);
        let rows = officers::all(engine.store.read())?;
        Ok(rows.iter().map(|row| view(row, &engine.authority, seen, &now)).collect())
    }

    /// Forgets an officer's key on this tablet, asked for by their PIN, or by that of a registrar who keeps a key here. What was signed with
    /// it stays; the register knows the key until it is revoked there.
    pub fn remove_officer(&self, officer: &str, registrar: Option<&str>, pin: &Pin) -> Result<OfficerView> {
        let _alone = session::alone(&self.dir)?;
        let now = Stamp::read(self.platform.as_ref())?;
        let row = self.officer_named(officer)?;
        match registrar {
            None => drop(self.open_key(&row, pin)?),
            Some(registrar) => self.is_registrar(registrar, pin, &now)?,
        }
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let shown = view(&row, &engine.authority, now.wall_ms, &now);
        let tx = engine.store.write()?;
        officers::remove(&tx, &row.public_key)?;
        tx.commit()?;
        drop(engine);
        self.vault.remove(&row.secret_name)?;
        self.vault.remove(&tries_name(&row.public_key))?;
        Ok(shown)
    }

    /// Whether somebody whose key is here is a registrar whose word counts, and this is their PIN.
    fn is_registrar(&self, registrar: &str, pin: &Pin, now: &Stamp) -> Result<()> {
        let row = self.officer_named(registrar)?;
        let is_one = {
            let mut engine = self.engine();
            engine.refresh_authority()?;
            let shown = view(&row, &engine.authority, now.wall_ms, now);
            shown.state == "ready" && shown.roles.iter().any(|role| role == Role::Registrar.code())
        };
        if !is_one {
            return Err(TabletError::refused(
                "officer.not_registrar",
                format!("{} is no registrar whose key can be used here", row.name),
                "Nothing was changed. The officer's own PIN does it, or that of a registrar who keeps a key on this tablet.",
            ));
        }
        self.open_key(&row, pin).map(drop)
    }

    /// Seals an officer's key under another PIN and a new secret of the vault.
    pub fn change_pin(&self, officer: &str, pin: &Pin, new_pin: &Pin) -> Result<()> {
        let _alone = session::alone(&self.dir)?;
        new_pin.check()?;
        let row = self.officer_named(officer)?;
        let key = self.open_key(&row, pin)?;
        let (secret_name, secret) = new_secret(self.vault.as_ref(), self.platform.as_ref(), &row.public_key)?;
        let mut engine = self.engine();
        let wrapped = wrap::wrap(&key, new_pin, &secret, bound(engine.session()?, &row), self.platform.as_ref())?;
        let tx = engine.store.write()?;
        let fresh = officers::all(&tx)?.into_iter().find(|fresh| fresh.public_key == row.public_key);
        let fresh = fresh.ok_or_else(|| TabletError::not_found("officer", &row.name))?;
        officers::put(&tx, &KeyRow { secret_name, wrapped, ..fresh })?;
        tx.commit()?;
        drop(engine);
        self.vault.remove(&row.secret_name)?;
        Ok(())
    }
}

/// For how many days a key may sign without contact: what the programme ruled, as far as that was heard, or else what the register
/// answered when the key was made.
fn lease_days(row: &KeyRow, authority: &Authority) -> i64 {
    let ruled = authority.policies.contains_key(OFFICER_LEASE_DAYS.name);
    if ruled { authority.policy(&OFFICER_LEASE_DAYS) } else { row.lease_days }
}

/// An officer's key as it is shown.
fn view(row: &KeyRow, authority: &Authority, seen_ms: i64, now: &Stamp) -> OfficerView {
    let lease = delay::lease_left_ms(lease_days(row, authority), &row.renewed, seen_ms, now);
    let locked = row.wrong.left_ms(now);
    let roles = row.officer.map(|officer| roles(authority, &officer, now.wall_ms)).unwrap_or_default();
    let state = match (row.officer, authority.officer_keys.contains_key(&row.public_key)) {
        (None, _) => "pending",
        _ if is_revoked(authority, &row.public_key) => "revoked",
        _ if lease == 0 => "lease_over",
        (_, false) => "not_heard",
        _ => "ready",
    };
    OfficerView {
        officer: row.officer.map(|officer| officer.to_string()),
        name: row.name.clone(),
        fingerprint: fingerprint(&row.public_key),
        state: state.to_owned(),
        roles,
        lease_days_left: lease / delay::DAY_MS,
        lease_until_ms: now.wall_ms.saturating_add(lease),
        locked_until_ms: (locked > 0).then(|| now.wall_ms.saturating_add(locked)),
        wrong_pins: row.wrong.count,
    }
}

fn roles(authority: &Authority, officer: &OfficerId, now_ms: i64) -> Vec<String> {
    let held = newest_decision(authority).unwrap_or(0);
    authority.roles(officer, held, now_ms).into_iter().map(|role| role.code().to_owned()).collect()
}
