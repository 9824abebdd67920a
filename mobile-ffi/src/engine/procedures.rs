//! Procedures: what people do with many items at once, each typed and in one transaction. What a procedure means for an item is said on
//! the item as well, so that an item's document alone tells its life.

mod count;
mod custody;
mod destruction;
mod find;
mod handover;
mod incident;
mod marking;
mod split;
mod spot_check;
mod stock;

use std::sync::Arc;

use ploughshare_core::cbor::Value;
use ploughshare_core::custody::steps;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::schema;
use ploughshare_core::ids::{DocId, OfficerId};
use serde::Serialize;

pub use count::{ByClass, CountView, DiscrepancyView, NewCount, SightingView, Tally};
pub use custody::{ChainView, Hold, Placed, Placing, StepView};
pub use destruction::{
    DestructionItemView, DestructionView, IdentityView, ItemResult, NewDestruction, PhotoHash, Planned, ScrapLeft,
};
pub use handover::{DiffView, HandoverView, NewHandover, ReceiptOptions, ScanView, SealSeen};
pub use incident::NewIncident;
pub use marking::{MarkBlockView, MarkGiven, Marking, MarksReserved, NewSession, SessionView};
pub use spot_check::{FieldErrors, InError, NewSpotCheck, NextView, SpotCheckView, SpotReading};
pub use stock::{StockItemView, StockSum, StockView};

use super::deed::{Deed, Seen, short};
use super::hints::unfit;
use super::{Session, Tablet};
use crate::error::TabletError;
use crate::store::{Connection, Result};

/// Told how far something with many items has come.
pub trait DeedProgress: Send + Sync {
    /// So many items are done; nothing is saved before all are.
    fn advanced(&self, items: u64);
}

/// Told how far something has come, if anybody wants to know.
pub type Progress = Option<Arc<dyn DeedProgress>>;

fn advanced(progress: &Progress, items: usize) {
    if let Some(progress) = progress {
        progress.advanced(items as u64);
    }
}

/// An item that a procedure does not take, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct RefusedItem {
    /// As it was named.
    pub named: String,
    /// The item, where it is known here.
    pub item: Option<String>,
    /// Stable code.
    pub code: String,
    /// Why, in words.
    pub reason: String,
}

/// An item as procedures show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct ItemLine {
    /// The item.
    pub item: String,
    /// Its tag.
    pub tag: Option<String>,
    /// What it is, in a few words: class, model, serial.
    pub what: String,
}

impl ItemLine {
    fn of(id: &DocId, record: &ItemRecord) -> Self {
        Self { item: id.to_string(), tag: record.tag.clone(), what: what(record) }
    }
}

/// What an item is, in a few words.
fn what(record: &ItemRecord) -> String {
    let model = record.model.clone().or_else(|| record.model_as_seen.clone());
    let calibre = record.calibre.clone().filter(|_| record.is_ammunition());
    let serial = record.serial().and_then(|marking| marking.seen()).map(str::to_owned);
    let kind = record.class.clone().or_else(|| record.kind.clone());
    let parts: Vec<String> = [kind, model, calibre, serial].into_iter().flatten().collect();
    parts.join(" ")
}

/// What a scanner or a person typed for one item: a tag or id, and after a tabulator or comma what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    named: String,
    /// A serial as seen, or a quantity.
    more: Option<String>,
}

impl Line {
    fn of(text: &str) -> Self {
        let (named, more) = text.split_once(['\t', ',', ';']).map_or((text, None), |(named, more)| (named, Some(more)));
        let more = more.map(str::trim).filter(|more| !more.is_empty()).map(str::to_owned);
        Self { named: named.trim().to_owned(), more }
    }

    /// What follows, as a quantity.
    fn quantity(&self) -> Result<Option<i64>> {
        let Some(more) = &self.more else { return Ok(None) };
        let number = more.parse::<i64>().ok().filter(|number| (1..=1_000_000_000).contains(number));
        number.map(Some).ok_or_else(|| {
            let message = format!("'{more}' beside {} is no quantity", self.named);
            refused("item.bad_quantity", message, "Write a line as TAG or TAG,QUANTITY.")
        })
    }
}

/// Lines that say something.
fn lines(texts: &[String]) -> Vec<Line> {
    texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).map(Line::of).collect()
}

/// How many of it there are: what its chain of custody leaves of a lot; 1 for a weapon or part that is somewhere.
fn on_hand(seen: &Seen, record: &ItemRecord) -> i64 {
    let whole = if record.is_ammunition() { record.quantity.unwrap_or(0) } else { 1 };
    steps(record, seen.recorded_ms()).last().map_or(whole, |step| step.quantity)
}

/// Input that is refused; nothing was saved.
fn refused(code: &str, message: impl Into<String>, hint: &str) -> TabletError {
    TabletError::refused(code, message, &format!("Nothing was saved. {hint}"))
}

/// A code as its list writes it, or which codes there are.
fn code(kind: &str, path: &str, text: &str) -> Result<String> {
    let found = match schema::field(kind, path).map_err(unfit)?.ty {
        schema::FieldType::Code(list) => list.find(text).map(str::to_owned),
        _ => None,
    };
    let value = found.unwrap_or_else(|| text.to_owned());
    schema::check(kind, path, &Value::Text(value.clone())).map_err(unfit)?;
    Ok(value)
}

/// A text that has to be given.
fn needed(value: &str, code: &str, what: &str, hint: &str) -> Result<()> {
    if value.trim().is_empty() { Err(refused(code, format!("{what} is missing"), hint)) } else { Ok(()) }
}

/// An officer as a value.
fn officer_value(officer: &OfficerId) -> Value {
    Value::Bytes(officer.to_vec())
}

/// A place in words, as custody events name where something came from or goes to.
fn place_words(site: Option<&str>, store: Option<&str>, body: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [site, store, body].into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" / "))
}

impl Deed<'_> {
    /// The items that are named, each once, or which of them are not known here.
    fn items(&self, texts: &[String]) -> Result<Vec<(Line, Seen)>> {
        let (mut found, mut strange) = (Vec::new(), Vec::new());
        for line in lines(texts) {
            match find::item(&self.tx, &line.named) {
                Ok(id) if found.iter().any(|(_, seen): &(Line, Seen)| seen.id == id) => {}
                Ok(id) => found.push((line, self.see(&id)?)),
                Err(error) if error.code.starts_with("item.") => strange.push((line.named, error)),
                Err(error) => return Err(error),
            }
        }
        match strange.as_slice() {
            [] if found.is_empty() => {
                Err(refused("item.none", "no item was named", "Name items by their tags or ids."))
            }
            [] => Ok(found),
            [(_, error)] => Err(error.clone()),
            [(_, error), ..] => {
                let names: Vec<&str> = strange.iter().take(8).map(|(name, _)| name.as_str()).collect();
                let message = format!("{} items cannot be found here: {}", strange.len(), names.join(", "));
                Err(refused(&error.code, message, "Look them up with `list`, or `sync` first."))
            }
        }
    }

    fn reader(&self) -> Reader<'_> {
        Reader { conn: &self.tx, session: Some(self.session), authority: self.authority, now_ms: self.now_ms }
    }

    /// An item by its tag, mark, id or serial.
    fn item(&self, text: &str) -> Result<Seen> {
        self.see(&find::item(&self.tx, text)?)
    }
}

impl Tablet {
    /// Reads with the decisions held here.
    fn reading<T>(&self, read: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<T> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let now_ms = self.platform.now_ms()?;
        let session = engine.session.as_ref();
        read(&Reader { conn: engine.store.read(), session, authority: &engine.authority, now_ms })
    }
}

/// Reading without saying anything.
struct Reader<'a> {
    conn: &'a Connection,
    session: Option<&'a Session>,
    authority: &'a ploughshare_core::decision::Authority,
    now_ms: i64,
}

impl Reader<'_> {
    fn see(&self, id: &DocId) -> Result<Seen> {
        super::deed::see(self.conn, id, self.session, self.authority, self.now_ms)
    }

    /// A document of this kind by its id or the beginning of it.
    fn procedure(&self, kind: &str, text: &str) -> Result<Seen> {
        let seen = self.see(&super::document_id(self.conn, text)?)?;
        if seen.kind == kind {
            return Ok(seen);
        }
        let message = format!("{} is no {kind} but a document of kind '{}'", short(&seen.id), seen.kind);
        Err(TabletError::refused("document.other_kind", message, "Look the id up with `list`."))
    }

    fn line(&self, id: &DocId) -> ItemLine {
        let unknown = || ItemLine { item: id.to_string(), tag: None, what: "not known on this device".to_owned() };
        self.see(id).map_or_else(|_| unknown(), |seen| ItemLine::of(id, &ItemRecord::read(&seen.content())))
    }
}
