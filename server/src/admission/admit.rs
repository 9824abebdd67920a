//! Admitting one verified segment inside the transaction: does it fit its journal, is it new, is it a fork; then bytes, place and leaf.

use std::collections::BTreeMap;

use ploughshare_core::audit::Leaf;
use ploughshare_core::ids::{EntryHash, JournalId, OperationId, SegmentHash};
use ploughshare_core::limits;
use ploughshare_core::receipt::Safe;
use ploughshare_core::segment;

use super::verify::Proven;
use super::{AdmissionError, Refusal};
use crate::app::App;
use crate::store::Tx;
use crate::store::audit_log::{self, Log};
use crate::vals;

/// The head of an operation's feed, locked until commit.
pub(crate) struct Head {
    operation: OperationId,
    next_place: u64,
    /// The register's newest decision in this operation.
    pub decision: u64,
    /// Journals found forked, with the first number in dispute.
    pub forked: Vec<(JournalId, u64)>,
    changed: bool,
}

/// What became of one segment.
pub(crate) enum Admitted {
    /// It is safe; `fresh` when it was not here before.
    Safe {
        /// When it was received first, in µs.
        received_us: i64,
        /// Place and leaf.
        safe: Safe,
        /// Whether it is new.
        fresh: bool,
    },
    /// It does not fit.
    Refused(Refusal),
}

/// Locks the operation's feed and reads its head.
pub(crate) async fn lock_operation(tx: &mut Tx, operation: &OperationId) -> Result<Head, AdmissionError> {
    let id = vals![operation.as_bytes()];
    let known = tx.query_one("select closed_at from operation where id = $1", &id).await?;
    let Some(known) = known else { return Err(AdmissionError::UnknownOperation(*operation)) };
    if known.opt_int(0)?.is_some() {
        return Err(AdmissionError::Closed(*operation));
    }
    tx.insert_missing("scope_head", &["operation", "next_place"], vec![vals![operation.as_bytes(), 1u64]]).await?;
    let row = tx.query_locked("select next_place from scope_head where operation = $1", &id).await?.into_iter().next();
    let next_place = row.ok_or(AdmissionError::UnknownOperation(*operation))?.uint(0)?;
    let decisions = tx
        .query_one(
            "select journal.next_number from journal join register_meta on register_meta.value = journal.device \
             where journal.operation = $1 and register_meta.key = 'register'",
            &id,
        )
        .await?;
    let decision = decisions.map(|row| row.uint(0)).transpose()?.unwrap_or(0).saturating_sub(1);
    Ok(Head { operation: *operation, next_place, decision, forked: Vec::new(), changed: false })
}

impl Head {
    /// The last place given out.
    pub fn place(&self) -> u64 {
        self.next_place.saturating_sub(1)
    }

    /// Writes the head back.
    pub async fn store(&mut self, tx: &mut Tx) -> Result<(), AdmissionError> {
        if self.changed {
            let values = vals![self.next_place, self.operation.as_bytes()];
            tx.execute("update scope_head set next_place = $1 where operation = $2", &values).await?;
            self.changed = false;
        }
        Ok(())
    }
}

/// Admits one segment.
pub(crate) async fn admit_one(
    app: &App,
    tx: &mut Tx,
    head: &mut Head,
    segment: Proven,
    now_us: i64,
) -> Result<Admitted, AdmissionError> {
    let header = segment.header.clone();
    let hash = segment.hash;
    if let Some(row) = tx
        .query_one(
            "select place, leaf_index, received_at from segment where operation = $1 and hash = $2",
            &vals![head.operation.as_bytes(), hash.as_bytes()],
        )
        .await?
    {
        let safe = Safe { segment: hash, place: row.uint(0)?, leaf: row.uint(1)? };
        return Ok(Admitted::Safe { received_us: row.int(2)?, safe, fresh: false });
    }
    let journal = journal(tx, &head.operation, &header.journal).await?;
    if !chained(tx, &head.operation, &segment).await? {
        let known = journal.unwrap_or(0);
        let detail = format!(
            "it begins at entry {}; the register holds this journal up to entry {known}. Send what lies between",
            header.first
        );
        let bytes = segment.bytes.clone();
        return Ok(Admitted::Refused(Refusal { hash, code: "journal.gap", detail, bytes, aside: None }));
    }
    if journal.is_none() && journals_of(tx, &head.operation, &segment).await? >= limits::JOURNALS_PER_DEVICE as u64 {
        let detail = format!(
            "the device has {} journals in this operation already, which no tablet needs. It stays there and nothing else is touched; \
             enrol the tablet anew",
            limits::JOURNALS_PER_DEVICE
        );
        let bytes = segment.bytes.clone();
        return Ok(Admitted::Refused(Refusal { hash, code: "journal.too_many", detail, bytes, aside: None }));
    }
    let overlap = journal.is_some_and(|next| header.first < next);
    if overlap && let Some((number, other)) = find_fork(app, tx, &head.operation, &segment).await? {
        let row = vals![
            head.operation.as_bytes(),
            header.journal.as_bytes(),
            number,
            other.as_bytes(),
            hash.as_bytes(),
            now_us
        ];
        let columns = ["operation", "journal", "number", "segment_a", "segment_b", "found_at"];
        tx.insert_missing("fork_proof", &columns, vec![row]).await?;
        match head.forked.iter_mut().find(|(known, _)| *known == header.journal) {
            // What came together may prove it twice; the earliest number in dispute is the one.
            Some((_, earliest)) => *earliest = number.min(*earliest),
            None => head.forked.push((header.journal, number)),
        }
    }
    let safe = write(tx, head, &segment, now_us).await?;
    let further = journal.is_none_or(|next| segment.next() > next);
    write_journal(tx, head, &segment, further, safe.place, now_us).await?;
    Ok(Admitted::Safe { received_us: now_us, safe, fresh: true })
}

/// How many journals the segment's device has in the operation.
async fn journals_of(tx: &mut Tx, operation: &OperationId, segment: &Proven) -> Result<u64, AdmissionError> {
    let sql = "select count(*) from journal where device = $1 and operation = $2";
    let row = tx.query_one(sql, &vals![segment.device.as_bytes(), operation.as_bytes()]).await?;
    Ok(row.map(|row| row.uint(0)).transpose()?.unwrap_or(0))
}

/// Number of the journal's next entry; `None` while nothing of it is here.
async fn journal(tx: &mut Tx, operation: &OperationId, id: &JournalId) -> Result<Option<u64>, AdmissionError> {
    let row = tx
        .query_one(
            "select next_number from journal where operation = $1 and id = $2",
            &vals![operation.as_bytes(), id.as_bytes()],
        )
        .await?;
    Ok(row.map(|row| row.uint(0)).transpose()?)
}

/// Whether the segment it names as the one before it is here and ends where it begins.
async fn chained(tx: &mut Tx, operation: &OperationId, segment: &Proven) -> Result<bool, AdmissionError> {
    let header = &segment.header;
    let Some(previous) = &header.previous else { return Ok(header.first == 0) };
    let row = tx
        .query_one(
            "select first_number + entry_count from segment where operation = $1 and hash = $2 and journal = $3",
            &vals![operation.as_bytes(), previous.as_bytes(), header.journal.as_bytes()],
        )
        .await?;
    Ok(row.map(|row| row.uint(0)).transpose()? == Some(header.first))
}

/// The first number at which this segment says something else than a segment that is here, and that segment.
async fn find_fork(
    app: &App,
    tx: &mut Tx,
    operation: &OperationId,
    segment: &Proven,
) -> Result<Option<(u64, SegmentHash)>, AdmissionError> {
    let header = &segment.header;
    let mine: BTreeMap<u64, EntryHash> = segment.entries.iter().copied().collect();
    let rows = tx
        .query(
            "select bytes from segment where operation = $1 and journal = $2 and first_number < $3 and first_number + entry_count > $4 \
             order by place",
            &vals![operation.as_bytes(), header.journal.as_bytes(), segment.next(), header.first],
        )
        .await?;
    let mut first: Option<(u64, SegmentHash)> = None;
    for row in rows {
        let Ok(other) = segment::open(row.bytes(0)?) else {
            tracing::error!(register = %app.register, "a segment in the feed does not open");
            continue;
        };
        let hash = other.hash();
        let differs = |(theirs, entry): &&(EntryHash, ploughshare_core::entry::Entry)| {
            mine.get(&entry.number).is_some_and(|m| m != theirs)
        };
        if let Some((_, entry)) = other.entries().iter().find(differs)
            && first.is_none_or(|(number, _)| entry.number < number)
        {
            first = Some((entry.number, hash));
        }
    }
    Ok(first)
}

async fn write(tx: &mut Tx, head: &mut Head, segment: &Proven, now_us: i64) -> Result<Safe, AdmissionError> {
    let header = &segment.header;
    let place = head.next_place;
    let leaf = Leaf::new("segment.admitted", now_us, &segment.device.to_string(), &segment.hash.to_string())
        .fact("operation", header.operation)
        .fact("place", place)
        .fact("journal", header.journal)
        .fact("first", header.first)
        .fact("entries", segment.entries.len());
    let leaf = audit_log::append(tx, Log::Audit, &[leaf.encode()?]).await?.indexes.start;
    let row = vals![
        header.operation.as_bytes(),
        place,
        segment.hash.as_bytes(),
        header.journal.as_bytes(),
        segment.device.as_bytes(),
        header.first,
        segment.entries.len(),
        header.sealed_ms,
        header.decision_held,
        now_us,
        leaf,
        "admitted",
        &segment.bytes
    ];
    // The journal row must stand before its first segment does.
    let fresh = vals![header.operation.as_bytes(), header.journal.as_bytes(), segment.device.as_bytes(), 0u64];
    tx.insert_missing("journal", &["operation", "id", "device", "next_number"], vec![fresh]).await?;
    let columns = [
        "operation",
        "place",
        "hash",
        "journal",
        "device",
        "first_number",
        "entry_count",
        "sealed_at_ms",
        "decision_held",
        "received_at",
        "leaf_index",
        "held_state",
        "bytes",
    ];
    tx.insert_many("segment", &columns, vec![row]).await?;
    head.next_place += 1;
    head.changed = true;
    Ok(Safe { segment: segment.hash, place, leaf })
}

/// The journal's row: its end moves when the segment goes further; a fork is marked once.
async fn write_journal(
    tx: &mut Tx,
    head: &Head,
    segment: &Proven,
    further: bool,
    place: u64,
    now_us: i64,
) -> Result<(), AdmissionError> {
    let header = &segment.header;
    let of = |mut values: Vec<crate::store::Val>| {
        values.extend(vals![head.operation.as_bytes(), header.journal.as_bytes()]);
        values
    };
    tx.execute(
        "update journal set first_place = coalesce(first_place, $1), last_place = $1 where operation = $2 and id = $3",
        &of(vals![place]),
    )
    .await?;
    if further {
        let last_entry = segment.entries.last().map(|(_, hash)| hash.to_vec());
        tx.execute(
            "update journal set next_number = $1, last_segment_hash = $2, last_entry_hash = $3 where operation = $4 and id = $5",
            &of(vals![segment.next(), segment.hash.as_bytes(), last_entry]),
        )
        .await?;
    }
    if head.forked.iter().any(|(journal, _)| *journal == header.journal) {
        tx.execute(
            "update journal set forked_at = $1 where operation = $2 and id = $3 and forked_at is null",
            &of(vals![now_us]),
        )
        .await?;
    }
    Ok(())
}
