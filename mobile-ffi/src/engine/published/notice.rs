//! What is said at entry of a serial that the register wants noticed. A hint to look closer, in words that say how often chance speaks; it never
//! stands in the way of a record.

use std::collections::BTreeSet;

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::draft::Draft;
use ploughshare_core::domain::serial;
use ploughshare_core::edit::Edit;
use ploughshare_core::lookup::{Hit, Noticed};
use serde::Serialize;

use crate::engine::{Engine, Tablet, document_id};
use crate::store::{Result, query};

/// The register knows a weapon with this serial, or so it seems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SerialNotice {
    /// The serial as it was given.
    pub serial: String,
    /// registered, destroyed, lost, stolen or traced.
    pub noticed: String,
    /// The class under which it stands in the register; absent where none is recorded.
    pub class: Option<String>,
    /// Whether it is another serial that looks like this one.
    pub alike: bool,
    /// Of so many serials that nobody recorded, one is told like this by chance; absent where it is certain.
    pub one_in: Option<u64>,
    /// Its place of the log up to which the register had looked.
    pub seq: u64,
    /// The same in words.
    pub words: String,
}

fn words(hit: &Hit) -> String {
    let what = if hit.alike { "a serial that looks like this one" } else { "this serial" };
    let state = match hit.noticed {
        Noticed::Registered => "is in the register already",
        Noticed::Destroyed => "is recorded as destroyed",
        Noticed::Lost => "is recorded as lost",
        Noticed::Stolen => "is recorded as stolen",
        Noticed::Traced => "is being traced",
    };
    let chance = hit
        .one_in
        .map_or_else(String::new, |n| format!(" (about 1 in {n} such warnings of unknown serials is chance)"));
    format!("a weapon with {what} {state}{chance}")
}

/// Serials that a draft says, with its class.
fn of_draft(draft: &Draft) -> (Vec<String>, Option<String>) {
    let text = |value: Option<&Value>| value.and_then(Value::as_text).map(str::to_owned);
    let members = draft.members.iter().filter(|member| member.set == "markings");
    let serials = members.filter(|member| text(member.fields.get("type")).as_deref() == Some("SER"));
    let serials = serials.filter_map(|member| text(member.fields.get("text"))).collect();
    (serials, text(draft.fields.get("class")))
}

impl Engine {
    fn notices(&mut self, serials: &[String], class: Option<&str>) -> Result<Vec<SerialNotice>> {
        let Some(watch) = self.watch()? else { return Ok(Vec::new()) };
        let seq = watch.seq();
        let mut notices = Vec::new();
        for serial in serials {
            notices.extend(watch.look(serial, class).into_iter().map(|hit| SerialNotice {
                serial: serial.clone(),
                noticed: hit.noticed.code().to_owned(),
                words: words(&hit),
                class: Some(hit.class).filter(|class| !class.is_empty()),
                alike: hit.alike,
                one_in: hit.one_in,
                seq,
            }));
        }
        Ok(notices)
    }
}

impl Tablet {
    /// What the register wants noticed of a serial, asked of the table that this tablet holds: no network, and no weapon is looked up. Without
    /// a class every class is tried, and chance speaks more often.
    pub fn notice(&self, serial: &str, class: Option<&str>) -> Result<Vec<SerialNotice>> {
        self.engine().notices(&[serial.to_owned()], class)
    }

    /// The same of the serials that a draft says.
    pub fn notice_draft(&self, draft: &Draft) -> Result<Vec<SerialNotice>> {
        let (serials, class) = of_draft(draft);
        self.engine().notices(&serials, class.as_deref())
    }

    /// The same of the serials that edits would say anew of a document: those that it has already say nothing new.
    pub fn notice_edits(&self, document: &str, edits: &[Edit]) -> Result<Vec<SerialNotice>> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let id = document_id(engine.store.read(), document)?;
        let content = query::content(engine.store.read(), &id)?.unwrap_or_default();
        let known: BTreeSet<String> = content
            .iter()
            .filter(|(path, _)| path.starts_with("markings/") && path.ends_with("/text"))
            .filter_map(|(_, value)| value.as_text().map(serial::normalise))
            .collect();
        let mut class = content.get("class").and_then(Value::as_text).map(str::to_owned);
        let mut serials = Vec::new();
        for edit in edits {
            match edit {
                Edit::Set { path, value } if path == "class" => class = value.as_text().map(str::to_owned),
                Edit::Set { path, value } if path.starts_with("markings/") && path.ends_with("/text") => {
                    let kind = path.strip_suffix("text").and_then(|stem| content.get(&format!("{stem}type")));
                    if kind.and_then(Value::as_text) == Some("SER") {
                        serials.extend(value.as_text().map(str::to_owned));
                    }
                }
                Edit::Add { set, fields } if set == "markings" => {
                    let field =
                        |name: &str| fields.iter().find(|(known, _)| known == name).and_then(|(_, v)| v.as_text());
                    if field("type") == Some("SER") {
                        serials.extend(field("text").map(str::to_owned));
                    }
                }
                _ => {}
            }
        }
        serials.retain(|serial_seen| !known.contains(&serial::normalise(serial_seen)));
        engine.notices(&serials, class.as_deref())
    }
}
