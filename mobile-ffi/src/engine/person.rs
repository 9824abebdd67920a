//! Records of people who hand something in: sealed to the register's person key the moment they are said, named in the items by the hash of
//! the sealed bytes, brought after the statements. This tablet can write them and not read them: it has no key that would.

use std::str::FromStr as _;

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::time::format_iso8601;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::PersonHash;
use ploughshare_core::keys::sha256;
use ploughshare_core::person::receipt::PersonReceipt;
use ploughshare_core::person::{Person, PersonError};

use super::record::{Voice, say_on};
use super::sync::{Broken, Round, Run};
use super::token::problem;
use super::{Engine, Session, Tablet, document_id};
use crate::error::{ErrorKind, TabletError};
use crate::model::PersonSaved;
use crate::store::{Result, persons};
use crate::transport::HttpResponse;

/// The field of an item that names the sealed record.
const FIELD: &str = "person";
/// Most items that one record is named in by one call.
const ITEMS: usize = 1_000;

impl From<PersonError> for TabletError {
    fn from(error: PersonError) -> Self {
        let hint = match error {
            PersonError::IsChild => {
                "Nothing was saved. Record a child with --child, and call the child protection officer."
            }
            PersonError::NotInList { .. } => "Nothing was saved. `codes` lists what may be said.",
            _ => "Nothing was saved. Correct the field that is named and try again.",
        };
        Self::refused(error.code(), error.to_string(), hint)
    }
}

impl Tablet {
    /// Seals what a person says of themselves and names it in the items they handed in: all in one transaction. The plain words touch no disk.
    pub fn add_person(&self, items: &[String], person: Person) -> Result<PersonSaved> {
        if items.is_empty() || items.len() > ITEMS {
            return Err(TabletError::refused(
                "person.items",
                format!("a record of a person belongs to 1 to {ITEMS} items"),
                "Nothing was saved. Name what the person handed in with --item.",
            ));
        }
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let Engine { store, session, authority, clock, boot, .. } = &mut *engine;
        let session = session.as_ref().ok_or_else(TabletError::not_enrolled)?;
        let officer = self.speaker()?.unwrap_or(session.officer);
        let key = authority.person_key.as_deref().ok_or_else(no_key)?;
        let recipient = age::x25519::Recipient::from_str(key).map_err(|_| no_key())?;
        // A clock that runs behind must not make a year of birth impossible: the register's last decision was not later than now.
        let decided_ms = authority.decided_ms.values().copied().max().unwrap_or_default();
        let record = person.check(Some(year_of(self.platform.now_ms()?.max(decided_ms))))?;
        let bytes = age::encrypt(&recipient, &record.to_bytes()).map_err(|_| no_key())?;
        drop(record);
        let hash = PersonHash::from_bytes(sha256(&bytes));

        let ids = items.iter().map(|item| document_id(store.read(), item)).collect::<Result<Vec<_>>>()?;
        let tx = store.write()?;
        let mut saved = Vec::with_capacity(ids.len());
        for id in &ids {
            let moment = clock.read(self.platform.as_ref())?;
            let voice = Voice { session, officer, authority, boot: *boot, moment };
            let edits = vec![Edit::Set { path: FIELD.to_owned(), value: Value::Bytes(hash.to_vec()) }];
            saved.push(say_on(&tx, &voice, id, |_| Ok(edits))?);
        }
        persons::add(&tx, &hash, &bytes)?;
        tx.commit()?;
        Ok(PersonSaved { hash: hash.to_string(), items: saved })
    }

    /// The same from plain JSON, for example `{"name": "…", "year_of_birth": 1984}`.
    pub fn add_person_json(&self, items: &[String], json: &str) -> Result<PersonSaved> {
        // The parser's own words could repeat what was said.
        let json: serde_json::Value = serde_json::from_str(json).map_err(|error| {
            let message = format!("not JSON at line {}, column {}", error.line(), error.column());
            TabletError::refused("json.malformed", message, "Nothing was saved. Correct the JSON.")
        })?;
        self.add_person(items, Person::from_json(&json)?)
    }
}

fn year_of(ms: i64) -> i64 {
    format_iso8601(ms).get(..4).and_then(|year| year.parse().ok()).unwrap_or(1970)
}

fn no_key() -> TabletError {
    TabletError::refused(
        "person.no_key",
        "the register has not told this tablet yet to which key records of people are sealed",
        "Nothing was saved. Sync once, then try again; the item itself can be recorded meanwhile.",
    )
}

/// What became of one sealed record.
enum Sent {
    Safe,
    Refused(String),
    /// The register takes none at the moment.
    Held(String),
}

impl Run<'_> {
    /// Brings what is sealed, one record a request. Each is deleted here on the register's signed receipt for it and nothing less, so that
    /// a link that breaks costs one request.
    pub(super) fn persons(&mut self) -> Result<()> {
        let waiting = persons::unsent(self.tablet.engine().store.read())?;
        let mut waiting = waiting.into_iter();
        let mut next = waiting.next();
        while let Some(hash) = next {
            match self.one_person(&hash)? {
                Ok(Sent::Safe) => self.report.persons += 1,
                Ok(Sent::Refused(code)) => {
                    self.report.persons_refused += 1;
                    let mut engine = self.tablet.engine();
                    let tx = engine.store.write()?;
                    persons::refused(&tx, &hash, &code)?;
                    tx.commit()?;
                }
                Ok(Sent::Held(code)) => {
                    self.report.persons_held = Some(code);
                    return Ok(());
                }
                Err(broken) => {
                    self.broke(broken, false)?;
                    continue;
                }
            }
            self.went_well();
            next = waiting.next();
        }
        Ok(())
    }

    /// Sends one; the inner error is worth trying again.
    fn one_person(&mut self, hash: &PersonHash) -> Result<std::result::Result<Sent, Broken>> {
        let (url, bytes) = {
            let engine = self.tablet.engine();
            let session = engine.session()?;
            let url =
                format!("{}/api/v1/operations/{}/persons?hash={hash}", session.enrolment.server, session.operation);
            (url, persons::bytes(engine.store.read(), hash)?)
        };
        // Another program that uses this store may have sent it meanwhile.
        let Some(bytes) = bytes else { return Ok(Ok(Sent::Safe)) };
        let answer = match self.post(&url, "application/octet-stream", &bytes)? {
            Round::Answered(answer) => answer,
            Round::Broke(Broken { error, .. })
                if error.kind == ErrorKind::Server && error.code.starts_with("person.") =>
            {
                return Ok(Ok(Sent::Held(error.code)));
            }
            Round::Broke(broken) => return Ok(Err(broken)),
            Round::Refused(answer) => return refusal(&answer).map(Ok),
        };
        let mut engine = self.tablet.engine();
        believe(&answer, engine.session()?, hash)?;
        let tx = engine.store.write()?;
        persons::receipted(&tx, hash)?;
        tx.commit()?;
        Ok(Ok(Sent::Safe))
    }
}

/// Whether a refusal is of this record for good, of all for now, or of this tablet.
fn refusal(answer: &HttpResponse) -> Result<Sent> {
    let error = problem(answer);
    match error.code.as_str() {
        "person.wrong_key"
        | "person.damaged"
        | "person.bad_record"
        | "person.other_operation"
        | "request.too_large" => Ok(Sent::Refused(error.code)),
        code if code.starts_with("person.") || code.starts_with("rate.") || code == "operation.closed" => {
            Ok(Sent::Held(error.code))
        }
        _ => Err(error),
    }
}

/// The answer must be the register's own receipt for exactly this record.
fn believe(answer: &HttpResponse, session: &Session, hash: &PersonHash) -> Result<()> {
    let untrusted = |code: &str| {
        TabletError::new(
            ErrorKind::Server,
            code,
            "the answer holds no receipt of this register for the record that was sent",
            "Everything is safe on this device. Somebody may stand between this device and the register: tell the administrator.",
        )
    };
    let receipt =
        PersonReceipt::verify(&answer.body, &session.register_key).map_err(|error| untrusted(error.code()))?;
    let ours = receipt.register == session.register
        && receipt.operation == session.operation
        && receipt.device == session.device
        && receipt.hash == *hash;
    if ours { Ok(()) } else { Err(untrusted("receipt.not_ours")) }
}
