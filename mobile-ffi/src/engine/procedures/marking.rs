//! Marking (International Tracing Instrument paras 7 to 10): blocks of numbers reserved while there is a network, sessions with one
//! machine, and marks taken from the blocks one by one. Each mark is durable before it is shown; a number is never given twice.

mod reserve;

use ploughshare_core::cbor::Value;
use ploughshare_core::decision::{Authority, MarkBlock};
use ploughshare_core::domain::item::{ItemRecord, MarkingRecord};
use ploughshare_core::domain::procedures::MarkingSessionRecord;
use ploughshare_core::domain::serial::normalise;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::DocId;
use ploughshare_core::marks::{self as core, ProgrammeMark, QUALITIES};
use serde::Serialize;

use super::find;
use super::{ItemLine, code, needed, officer_value, refused};
use crate::engine::deed::{Deed, Says, Seen, id_value, short};
use crate::engine::{Session, Tablet};
use crate::error::TabletError;
use crate::store::{Connection, Result, journals, kv, marks};

pub use reserve::MarksReserved;

/// A mark less deep than this is easily removed, in micrometres.
const LEAST_DEPTH_UM: i64 = 100;
/// Numbers left below this share of all, per hundred, are few.
const FEW: u64 = 20;

/// A marking session that is to be opened.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct NewSession {
    /// Site.
    #[uniffi(default)]
    pub site: Option<String>,
    /// The machine.
    pub machine: String,
    /// Method, a code of `marking_method`.
    pub method: String,
    /// Depth in micrometres.
    #[uniffi(default)]
    pub depth_um: Option<i64>,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// A mark that is to be applied.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct Marking {
    /// The item: a tag, id or serial.
    pub item: String,
    /// Where on it, a code of `marking_location`.
    pub location: String,
    /// On which side, a code of `marking_side`.
    #[uniffi(default)]
    pub side: Option<String>,
    /// The qualities that somebody looked for and found.
    #[uniffi(default)]
    pub has: Vec<String>,
    /// The qualities that somebody looked for and did not find.
    #[uniffi(default)]
    pub lacks: Vec<String>,
    /// Key of the marking that it stands for.
    #[uniffi(default)]
    pub replaces: Option<String>,
    /// Depth in micrometres, where it is not that of the session.
    #[uniffi(default)]
    pub depth_um: Option<i64>,
    /// The session; the one open on this tablet where not given.
    #[uniffi(default)]
    pub session: Option<String>,
    /// Whether the item gets another mark though it bears one.
    #[uniffi(default)]
    pub again: bool,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// A mark that was given to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct MarkGiven {
    /// The item.
    pub item: ItemLine,
    /// The mark as it is to be read.
    pub mark: String,
    /// Key of the marking on the item.
    pub marking: String,
    /// What is less good about it, in sentences.
    pub warnings: Vec<String>,
    /// How many numbers are left on this tablet.
    pub left: u64,
}

/// A block of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct MarkBlockView {
    /// The first mark of it.
    pub first: String,
    /// The last mark of it.
    pub last: String,
    /// How many.
    pub count: u64,
    /// How many are not used.
    pub left: u64,
    /// Whether this tablet may use it: after a restored backup it may not.
    pub usable: bool,
}

/// A marking session and the numbers of this tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SessionView {
    /// The session open on this tablet.
    pub session: Option<String>,
    /// Its machine.
    pub machine: Option<String>,
    /// Its method.
    pub method: Option<String>,
    /// Its depth in micrometres.
    pub depth_um: Option<i64>,
    /// The blocks of numbers of this tablet.
    pub blocks: Vec<MarkBlockView>,
    /// Numbers left in all.
    pub left: u64,
    /// Numbers given to items.
    pub given: u64,
    /// Numbers spoilt.
    pub spoilt: u64,
    /// The mark that comes next.
    pub next: Option<String>,
    /// Whether so few are left that more should be reserved before the network is left.
    pub few: bool,
    /// Whether a request for numbers waits for its answer.
    pub asked: bool,
}

/// The blocks of this device that this installation may use.
fn usable(conn: &Connection, session: &Session, authority: &Authority) -> Result<Vec<MarkBlock>> {
    let own = authority.marks.iter().filter(|block| block.device == session.device).cloned();
    // A store that was restored or copied does not know what was used of the blocks it finds.
    if journals::all_own(conn)?.len() <= 1 {
        return Ok(own.collect());
    }
    let installation = kv::get(conn, kv::INSTALLATION)?.unwrap_or_default();
    let asked = marks::asked_by(conn, &installation)?;
    Ok(own.filter(|block| asked.contains(&block.decision)).collect())
}

fn mark_of(block: &MarkBlock, number: u64) -> String {
    let (prefix, suffix) = (block.prefix.clone(), block.suffix.clone());
    ProgrammeMark { prefix, number, width: block.width, suffix }.to_string()
}

fn read(conn: &Connection, session: &Session, authority: &Authority) -> Result<SessionView> {
    let used = marks::all(conn)?;
    let usable = usable(conn, session, authority)?;
    let block = |block: &MarkBlock| {
        let last = block.first.saturating_add(block.count.saturating_sub(1));
        MarkBlockView {
            first: mark_of(block, block.first),
            last: mark_of(block, last),
            count: block.count,
            left: core::left(std::slice::from_ref(block), &session.device, &used),
            usable: usable.contains(block),
        }
    };
    let blocks: Vec<MarkBlockView> =
        authority.marks.iter().filter(|one| one.device == session.device).map(block).collect();
    let left = core::left(&usable, &session.device, &used);
    let all: u64 = usable.iter().map(|block| block.count).sum();
    Ok(SessionView {
        session: None,
        machine: None,
        method: None,
        depth_um: None,
        next: core::next_free(&usable, &session.device, &used).map(|mark| mark.to_string()),
        left,
        given: marks::count(conn, "given")?,
        spoilt: marks::count(conn, "spoilt")?,
        few: left * 100 < all * FEW || all == 0,
        asked: kv::get(conn, kv::MARKS_ASKED)?.is_some(),
        blocks,
    })
}

/// The session open on this tablet.
fn open_session(conn: &Connection) -> Result<Option<DocId>> {
    Ok(kv::get(conn, kv::MARKING_SESSION)?.and_then(|bytes| DocId::from_slice(&bytes)))
}

impl Tablet {
    /// The numbers for marks on this tablet, and the session that is open.
    pub fn marks_status(&self) -> Result<SessionView> {
        self.reading(|reader| {
            let session = reader.session.ok_or_else(TabletError::not_enrolled)?;
            let mut view = read(reader.conn, session, reader.authority)?;
            if let Some(id) = open_session(reader.conn)? {
                let record = MarkingSessionRecord::read(&reader.see(&id)?.everything.content());
                view.session = Some(id.to_string());
                (view.machine, view.method, view.depth_um) = (record.machine, record.method, record.depth_um);
            }
            Ok(view)
        })
    }

    /// Opens a marking session on this tablet; gives its document.
    pub fn marking_session_open(&self, new: &NewSession) -> Result<String> {
        needed(&new.machine, "marks.no_machine", "the machine", "Name it with --machine, as its plate says.")?;
        let method = code("marking_session", "method", &new.method)?;
        self.deed(new.as_claim, |deed| {
            if let Some(id) = open_session(&deed.tx)? {
                let message = format!("the marking session {} is open on this tablet", short(&id));
                return Err(refused("marks.session_open", message, "Close it first: fieldkit marking-session close."));
            }
            let says = Says::default()
                .with("machine", new.machine.trim())
                .with("method", method.as_str())
                .with("operator", officer_value(&deed.officer))
                .with("state", "open")
                .with("opened_at", deed.now_ms)
                .maybe("depth_um", new.depth_um)
                .maybe("site", new.site.clone());
            let id = deed.create(says.draft("marking_session"))?;
            kv::put(&deed.tx, kv::MARKING_SESSION, id.as_bytes())?;
            Ok(id.to_string())
        })
    }

    /// Closes the marking session that is open on this tablet, with what was wrong with the machine; gives its document.
    pub fn marking_session_close(
        &self,
        fault: Option<&str>,
        downtime_min: Option<i64>,
        cost: Option<&str>,
        as_claim: bool,
    ) -> Result<String> {
        self.deed(as_claim, |deed| {
            let id = open_session(&deed.tx)?.ok_or_else(no_session)?;
            let broken = fault.is_some_and(|fault| !fault.trim().is_empty());
            let says = Says::default()
                .with("state", if broken { "broken_off" } else { "closed" })
                .with("closed_at", deed.now_ms)
                .maybe("fault", fault)
                .maybe("downtime_min", downtime_min)
                .maybe("cost", cost);
            deed.say(&id, says.sets())?;
            kv::remove(&deed.tx, kv::MARKING_SESSION)?;
            Ok(id.to_string())
        })
    }

    /// Gives an item the next mark of this tablet's numbers. It is durable, and nobody gets the number again, when this returns.
    pub fn mark(&self, marking: &Marking) -> Result<MarkGiven> {
        let location = code("item", "markings/*/location", &marking.location)?;
        let side = marking.side.as_deref().map(|side| code("item", "markings/*/side", side)).transpose()?;
        for quality in marking.has.iter().chain(&marking.lacks) {
            if !QUALITIES.contains(&quality.as_str()) {
                let hint = format!("The six qualities are: {}.", QUALITIES.join(", "));
                return Err(refused("marks.no_such_quality", format!("a mark has no quality '{quality}'"), &hint));
            }
        }
        self.deed(marking.as_claim, |deed| {
            let seen = deed.item(&marking.item)?;
            let record = ItemRecord::read(&seen.content());
            bears_none(marking, &record)?;
            let (session, machine) = session_of(deed, marking)?;
            let mark = next(deed)?;
            let depth_um = marking.depth_um.or(machine.depth_um);
            let mut says = Says::default()
                .with("type", "PRP")
                .with("text", mark.as_str())
                .with("condition", "LEG")
                .with("location", location.as_str())
                .with("session", id_value(&session))
                .with("applied_at", deed.now_ms)
                .maybe("side", side.clone())
                .maybe("method", machine.method.clone())
                .maybe("depth_um", depth_um)
                .maybe("replaces", replaced(marking, &record)?);
            for (qualities, found) in [(&marking.has, true), (&marking.lacks, false)] {
                for quality in qualities {
                    says = says.with(quality, found);
                }
            }
            deed.say(&seen.id, vec![says.add("markings")])?;
            marks::give(&deed.tx, &normalise(&mark), &mark, &seen.id, &session, deed.now_ms)?;
            let record = ItemRecord::read(&deed.see(&seen.id)?.everything.content());
            let made = record.live_markings().find(|m| m.text.as_deref() == Some(&mark)).cloned().unwrap_or_default();
            let left = read(&deed.tx, deed.session, deed.authority)?.left;
            let (item, marking) = (ItemLine::of(&seen.id, &record), made.key.clone());
            Ok(MarkGiven { item, warnings: warnings(&made, &record), mark, marking, left })
        })
    }

    /// A number is spoilt: the mark was botched, or the number is not to be used. Where an item bears it, the marking is withdrawn. It is
    /// written down in the session; the number is never given again. Gives the item that bore it.
    pub fn spoil_mark(&self, mark: &str, reason: &str, as_claim: bool) -> Result<Option<ItemLine>> {
        needed(reason, "edit.no_reason", "the reason", "Say why in a few words: --reason.")?;
        self.deed(as_claim, |deed| {
            let compared = normalise(mark);
            let used = marks::find(&deed.tx, &compared)?;
            let text = match &used {
                Some(used) if used.state == "spoilt" => {
                    let message = format!("{} is written down as spoilt already", used.text);
                    return Err(refused("marks.spoilt_already", message, "There is nothing to do."));
                }
                Some(used) => used.text.clone(),
                None => own_number(deed, mark)?,
            };
            let mut bore = None;
            if let Some(item) = used.and_then(|used| used.item) {
                let seen = deed.see(&item)?;
                let record = ItemRecord::read(&seen.everything.content());
                let borne =
                    record.live_markings().filter(|m| m.text.as_deref().map(normalise).as_deref() == Some(&*compared));
                let withdraw = |m: &MarkingRecord| Edit::Withdraw {
                    path: format!("markings/{}", m.key),
                    reason: format!("spoilt: {}", reason.trim()),
                };
                let edits: Vec<Edit> = borne.map(withdraw).collect();
                deed.say(&item, edits)?;
                bore = Some(ItemLine::of(&item, &record));
            }
            let session = open_session(&deed.tx)?;
            if let Some(session) = &session {
                let note = format!("Mark {text} spoilt: {}", reason.trim());
                deed.say(session, vec![Says::default().with("text", note).add("notes")])?;
            }
            marks::spoil(&deed.tx, &compared, &text, session.as_ref(), deed.now_ms)?;
            Ok(bore)
        })
    }
}

fn no_session() -> TabletError {
    let hint = "Open one with `fieldkit marking-session open --machine NAME --method STP`.";
    refused("marks.no_session", "no marking session is open on this tablet", hint)
}

/// An item that bears a mark of the programme gets no second one by mistake: after a crash the operator asks again.
fn bears_none(marking: &Marking, record: &ItemRecord) -> Result<()> {
    let mut borne = record.live_markings().filter(|m| m.kind.as_deref() == Some("PRP"));
    let Some(one) = borne.find(|m| marking.replaces.as_deref() != Some(m.key.as_str())) else { return Ok(()) };
    if marking.again {
        return Ok(());
    }
    let mark = one.seen().unwrap_or_default();
    let message = format!("{} bears the mark {mark} already", marking.item);
    let hint = format!(
        "If it was not applied yet, apply {mark}. Botched: `fieldkit marks spoil \"{mark}\" --reason …`. A second one: --again."
    );
    Err(refused("marks.already", message, &hint))
}

fn replaced(marking: &Marking, record: &ItemRecord) -> Result<Option<Value>> {
    let Some(key) = &marking.replaces else { return Ok(None) };
    if record.markings.iter().any(|m| m.key == *key) {
        return Ok(Some(Value::Text(key.clone())));
    }
    let message = format!("the item has no marking {key}");
    Err(refused("edit.no_such_member", message, "Look at `fieldkit show` for the keys of its markings."))
}

fn session_of(deed: &Deed<'_>, marking: &Marking) -> Result<(DocId, MarkingSessionRecord)> {
    let seen: Seen = match &marking.session {
        Some(session) => deed.procedure("marking_session", session)?,
        None => deed.see(&open_session(&deed.tx)?.ok_or_else(no_session)?)?,
    };
    let record = MarkingSessionRecord::read(&seen.everything.content());
    if record.state.as_deref() != Some("open") {
        let message = format!("the marking session {} is closed", short(&seen.id));
        return Err(refused("marks.session_closed", message, "Open another one."));
    }
    Ok((seen.id, record))
}

/// The next mark that nobody used: neither this tablet, nor, as far as is known here, anybody else.
fn next(deed: &Deed<'_>) -> Result<String> {
    let blocks = usable(&deed.tx, deed.session, deed.authority)?;
    let mut used = marks::all(&deed.tx)?;
    while let Some(mark) = core::next_free(&blocks, &deed.session.device, &used) {
        match find::item(&deed.tx, &mark.to_string()) {
            Err(error) if error.code == "item.unknown" => return Ok(mark.to_string()),
            Err(error) if error.code != "item.ambiguous" => return Err(error),
            // Somebody wrote it on an item without having been given it.
            _ => drop(used.insert(mark.compared())),
        }
    }
    let hint = "Reserve more while there is a network: `fieldkit marks reserve --series '*CC' --count 200`.";
    Err(refused("marks.none_left", "this tablet has no numbers for marks left", hint))
}

/// A number of this tablet's own that was not given yet.
fn own_number(deed: &Deed<'_>, text: &str) -> Result<String> {
    let blocks = usable(&deed.tx, deed.session, deed.authority)?;
    let mark = ProgrammeMark::parse(text).ok();
    let own = mark.filter(|mark| core::reserved(&blocks, &deed.session.device, mark) == core::Reserved::Own);
    own.map(|mark| mark.to_string()).ok_or_else(|| {
        let message = format!("{text} is no number of this tablet");
        refused("marks.not_ours", message, "Write the whole mark as it is read; see `fieldkit marks status`.")
    })
}

/// What is less good about a mark.
fn warnings(made: &MarkingRecord, record: &ItemRecord) -> Vec<String> {
    let mut all = Vec::new();
    if core::by_laser_alone(record) {
        all.push(
            "It is made by laser alone: once removed, such a mark can hardly be recovered. Stamp or dot-peen it as well."
                .to_owned(),
        );
    }
    if core::too_shallow(made, LEAST_DEPTH_UM) {
        all.push("It is less than 0.1 mm deep and easily removed.".to_owned());
    }
    if core::on_essential_part(made) == Some(false) {
        all.push("It is not on the frame or receiver (International Tracing Instrument para 10).".to_owned());
    }
    let (lacking, unchecked) = (core::lacking(made), core::unchecked(made));
    if !lacking.is_empty() {
        all.push(format!("It is not {} (International Tracing Instrument para 7).", lacking.join(", not ")));
    }
    if !unchecked.is_empty() {
        all.push(format!("Nobody looked whether it is {}.", unchecked.join(", ")));
    }
    all
}
