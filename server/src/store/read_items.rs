//! Items as the register holds them: lists by filter and serial, in pages; one; the rollup.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DocId, OperationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Ask, Db, Row};
use super::error::{Result, StoreError};
use super::read_filter::Filter;
use super::search;

const COLUMNS: &str = "operation, id, kind, tag, class, type_as_seen, make, model, calibre, calibre_as_seen, country, year, \
    origin_kind, condition, serial_status, serial_text, serial_norm, status, context, collection, holder_category, \
    collected_at_ms, lat, lon, accuracy_m, place_withheld, place_name, site, store, quantity, case_number, recorder, device, \
    recorded_at_ms, received_at, markings_count, photos_count, conflicts, findings_open, claims, changed_seq, \
    rack, box, evidence_hold, trace_pending, temporary, destruction, person, undisposed_since_ms";

/// An item in a list. Ids in hex, times in ms since the Unix epoch, coordinates in 1e-7 degrees (WGS 84).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "a row, as it is answered")]
pub struct Item {
    /// Its operation.
    pub operation: String,
    /// Its id.
    pub id: String,
    /// weapon, part or ammunition.
    pub kind: String,
    /// The tag it carries.
    pub tag: Option<String>,
    /// Class, by the code list.
    pub class: Option<String>,
    /// What it was called when it was recorded.
    pub type_as_seen: Option<String>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Calibre, by the code list.
    pub calibre: Option<String>,
    /// Calibre as read.
    pub calibre_as_seen: Option<String>,
    /// Country of manufacture.
    pub country: Option<String>,
    /// Year of manufacture.
    pub year: Option<i64>,
    /// Industrial, licensed, craft, converted….
    pub origin_kind: Option<String>,
    /// Condition, by the code list.
    pub condition: Option<String>,
    /// read, partial, none_marked, obliterated, not_legible or not_inspected.
    pub serial_status: Option<String>,
    /// The serial as seen.
    pub serial: Option<String>,
    /// The serial as compared.
    pub serial_normalised: Option<String>,
    /// Status, by the code list.
    pub status: Option<String>,
    /// How it came in, by the code list.
    pub context: Option<String>,
    /// The collection it came in with.
    pub collection: Option<String>,
    /// Kind of holder, never who.
    pub holder_category: Option<String>,
    /// When it was collected.
    pub collected_at_ms: Option<i64>,
    /// Latitude.
    pub lat: Option<i64>,
    /// Longitude.
    pub lon: Option<i64>,
    /// Accuracy in metres.
    pub accuracy_m: Option<i64>,
    /// The place was withheld on purpose.
    pub place_withheld: bool,
    /// The place in words.
    pub place_name: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// Pieces, for lots.
    pub quantity: Option<i64>,
    /// Case number.
    pub case_number: Option<String>,
    /// Who recorded it.
    pub recorder: String,
    /// On which device.
    pub device: String,
    /// When, as the device's clock claims.
    pub recorded_at_ms: i64,
    /// When the register received it.
    pub received_at_ms: i64,
    /// Markings.
    pub markings: i64,
    /// Photos.
    pub photos: i64,
    /// Paths at which several values stand.
    pub conflicts: i64,
    /// Open findings.
    pub findings_open: i64,
    /// Statements shown that do not count.
    pub claims: i64,
    /// When its rows changed last, as a number of the projection.
    pub changed_seq: i64,
    /// Rack.
    pub rack: Option<String>,
    /// Box.
    #[serde(rename = "box")]
    pub box_name: Option<String>,
    /// Held as evidence.
    pub evidence_hold: bool,
    /// A trace is pending.
    pub trace_pending: bool,
    /// Handed over temporarily, under joint control.
    pub temporary: bool,
    /// The destruction in which it ended.
    pub destruction: Option<String>,
    /// There is a sealed record of who handed it in; it is not here.
    pub person: bool,
    /// Since when a weapon was found and is neither marked and recorded nor destroyed.
    pub undisposed_since_ms: Option<i64>,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Operations; `None` is every one.
    pub within: Option<BTreeSet<OperationId>>,
    /// A piece of a normalised marking, at least three characters.
    pub piece: Option<String>,
    /// A whole normalised marking.
    pub serial: Option<String>,
    /// A confusable-folded marking.
    pub like: Option<String>,
    /// Columns with values, from the constants of the caller.
    pub equal: Vec<(&'static str, String)>,
    /// Columns that are 0 or 1.
    pub flags: Vec<(&'static str, bool)>,
    /// Found at this moment or before, and neither marked and recorded nor destroyed.
    pub undisposed_before_ms: Option<i64>,
    /// What reviews came to.
    pub review: Option<String>,
    /// With or without conflicts.
    pub has_conflicts: Option<bool>,
    /// With or without open findings.
    pub has_findings: Option<bool>,
    /// Behind this one.
    pub after: Option<(OperationId, DocId)>,
    /// At most so many.
    pub limit: u32,
}

/// Items in the order of operation and id; one more than the limit when there are more.
pub async fn list(register: &Db, wanted: &Wanted) -> Result<Vec<Item>> {
    let mut filter = Filter::new();
    filter.within("operation", wanted.within.as_ref());
    for (column, value) in &wanted.equal {
        filter.equal(column, Some(value));
    }
    for (column, asked) in &wanted.flags {
        // Written out, so that the index of what is held serves.
        filter.and(format!("{column} = {}", i64::from(*asked)));
    }
    if let Some(before) = wanted.undisposed_before_ms {
        let place = filter.bind(before);
        filter.and(format!("undisposed_since_ms <= {place}"));
    }
    if let Some(state) = &wanted.review {
        let place = filter.bind(state);
        let inner = format!("select operation, doc from review where state = {place}");
        // Most items have no row there: nobody reviewed them.
        let unreviewed =
            if state == "none" { " or (operation, id) not in (select operation, doc from review)" } else { "" };
        filter.and(format!("((operation, id) in ({inner}){unreviewed})"));
    }
    for (column, asked) in [("conflicts", wanted.has_conflicts), ("findings_open", wanted.has_findings)] {
        if let Some(some) = asked {
            filter.and(format!("{column} {} 0", if some { ">" } else { "=" }));
        }
    }
    for (column, value) in [("norm", &wanted.serial), ("fold", &wanted.like)] {
        if let Some(value) = value {
            let place = filter.bind(value);
            let inner = format!("select operation, item from marking where {column} = {place} and withdrawn = 0");
            filter.and(format!("(operation, id) in ({inner})"));
        }
    }
    if let Some(piece) = &wanted.piece {
        holding(register, &mut filter, piece)?;
    }
    if let Some((operation, id)) = &wanted.after {
        let (operation, id) = (filter.bind(operation), filter.bind(id));
        filter.and(format!("(operation, id) > ({operation}, {id})"));
    }
    let most = filter.bind(wanted.limit + 1);
    let sql = sql!("select {COLUMNS} from item {} order by operation, id limit {most}", filter.sql());
    register.query(sql, filter.values()).await?.iter().map(item_of).collect()
}

/// Items with a marking that holds a piece of text.
fn holding(register: &Db, filter: &mut Filter, piece: &str) -> Result<()> {
    let given = piece.chars().count();
    if given < search::LEAST_FRAGMENT {
        return Err(StoreError::FragmentTooShort { least: search::LEAST_FRAGMENT, given });
    }
    if register.is_postgres() {
        let place = filter.bind(search::like_pattern(piece));
        filter.and(format!(
            "(operation, id) in (select operation, item from marking where norm like {place} and withdrawn = 0)"
        ));
    } else {
        let (pieces, whole) = (filter.bind(search::pieces(piece)), filter.bind(piece));
        filter.and(format!(
            "(operation, id) in (select m.operation, m.item from marking_fts join marking as m on m.search_id = marking_fts.rowid \
             where marking_fts match {pieces} and instr(m.norm, {whole}) > 0 and m.withdrawn = 0)"
        ));
    }
    Ok(())
}

/// One item with its content as deterministic CBOR, if it is in one of these operations.
pub async fn one(register: &Db, id: &DocId, within: &BTreeSet<OperationId>) -> Result<Option<(Item, Vec<u8>)>> {
    let mut filter = Filter::new();
    filter.within("operation", Some(within));
    filter.equal("id", Some(id));
    let sql = sql!("select {COLUMNS}, content from item {} limit 1", filter.sql());
    let row = register.query(sql, filter.values()).await?.into_iter().next();
    row.map(|mut row| Ok((item_of(&row)?, row.take_bytes(49)?))).transpose()
}

/// A cell of the rollup; unknown is the empty text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// Operation.
    pub operation: String,
    /// weapon, part or ammunition.
    pub kind: String,
    /// Class.
    pub class: String,
    /// Context.
    pub context: String,
    /// Status.
    pub status: String,
    /// Items.
    pub n: u64,
}

/// Counts of items, kept by difference.
pub async fn counts(register: &Db, within: Option<&BTreeSet<OperationId>>) -> Result<Vec<Count>> {
    let mut filter = Filter::new();
    filter.within("operation", within);
    let sql = sql!(
        "select operation, kind, class, context, status, n from rollup {} order by operation, kind, class, context, status",
        filter.sql()
    );
    let count = |row: &Row| {
        let text = |column| row.text(column).map(str::to_owned);
        let operation = hex::encode(row.bytes(0)?);
        Ok(Count { operation, kind: text(1)?, class: text(2)?, context: text(3)?, status: text(4)?, n: row.uint(5)? })
    };
    register.query(sql, filter.values()).await?.iter().map(count).collect()
}

/// How far the register has followed each feed.
pub async fn projected(from: impl Ask, within: Option<&BTreeSet<OperationId>>) -> Result<Vec<(OperationId, u64)>> {
    let mut filter = Filter::new();
    filter.within("operation", within);
    let sql = sql!("select operation, place from projected_scope {} order by operation", filter.sql());
    let rows = from.ask(sql, filter.values()).await?;
    rows.iter().map(|row| Ok((OperationId::from_bytes(row.array(0)?), row.uint(1)?))).collect()
}

fn item_of(row: &Row) -> Result<Item> {
    let text = |column| row.opt_text(column).map(|value| value.map(str::to_owned));
    Ok(Item {
        operation: hex::encode(row.bytes(0)?),
        id: hex::encode(row.bytes(1)?),
        kind: row.text(2)?.to_owned(),
        tag: text(3)?,
        class: text(4)?,
        type_as_seen: text(5)?,
        make: text(6)?,
        model: text(7)?,
        calibre: text(8)?,
        calibre_as_seen: text(9)?,
        country: text(10)?,
        year: row.opt_int(11)?,
        origin_kind: text(12)?,
        condition: text(13)?,
        serial_status: text(14)?,
        serial: text(15)?,
        serial_normalised: text(16)?,
        status: text(17)?,
        context: text(18)?,
        collection: row.opt_bytes(19)?.map(hex::encode),
        holder_category: text(20)?,
        collected_at_ms: row.opt_int(21)?,
        lat: row.opt_int(22)?,
        lon: row.opt_int(23)?,
        accuracy_m: row.opt_int(24)?,
        place_withheld: row.flag(25)?,
        place_name: text(26)?,
        site: text(27)?,
        store: text(28)?,
        quantity: row.opt_int(29)?,
        case_number: text(30)?,
        recorder: hex::encode(row.bytes(31)?),
        device: hex::encode(row.bytes(32)?),
        recorded_at_ms: row.int(33)?,
        received_at_ms: row.int(34)? / 1000,
        markings: row.int(35)?,
        photos: row.int(36)?,
        conflicts: row.int(37)?,
        findings_open: row.int(38)?,
        claims: row.int(39)?,
        changed_seq: row.int(40)?,
        rack: text(41)?,
        box_name: text(42)?,
        evidence_hold: row.flag(43)?,
        trace_pending: row.flag(44)?,
        temporary: row.flag(45)?,
        destruction: row.opt_bytes(46)?.map(hex::encode),
        person: row.flag(47)?,
        undisposed_since_ms: row.opt_int(48)?,
    })
}
