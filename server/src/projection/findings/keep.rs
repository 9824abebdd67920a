//! Findings as they are kept: read, held against what should stand now, written, and counted at their documents.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::rules::{self, Finding};

use super::{Stands, Subject};
use crate::projection::{ProjectionError, by_keys, change_by_keys};
use crate::store::{Row, Tx, Val};
use crate::vals;

/// A finding as it is kept.
pub(super) struct Kept {
    pub state: String,
    pub message: String,
    pub item: Subject,
    pub other: Option<Subject>,
    pub severity: String,
    pub why: Option<Why>,
}

/// Why a finding is in order, and who said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    pub reason: String,
    pub officer: [u8; 16],
}

pub(super) const KEPT: &str = "select id, state, message, operation, item, other_operation, other_item, severity, justification, \
    justified_by from finding";

/// Whose findings.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Items,
    Procedures,
}

/// Findings kept about documents of an operation, on either side of a pair; runs are looked at apart.
pub(super) async fn kept_of(
    tx: &mut Tx,
    op: [u8; 16],
    of: Of,
    known: &[Val],
) -> Result<BTreeMap<[u8; 32], Kept>, ProjectionError> {
    let kind = match of {
        Of::Items => "=",
        Of::Procedures => "<>",
    };
    let mut kept = BTreeMap::new();
    for side in ["operation = $1 and item in ({})", "other_operation = $1 and other_item in ({})"] {
        let rows =
            by_keys(tx, &format!("{KEPT} where subject_kind {kind} 'item' and {side}"), &vals![op], known).await?;
        read_kept(rows, &mut kept)?;
    }
    Ok(kept)
}

/// Findings kept about items in long runs of serials.
pub(super) async fn kept_runs(
    tx: &mut Tx,
    op: [u8; 16],
    near: &BTreeSet<[u8; 16]>,
) -> Result<BTreeMap<[u8; 32], Kept>, ProjectionError> {
    let keys: Vec<Val> = near.iter().map(Val::from).collect();
    let sql = format!("{KEPT} where rule = 'R11' and operation = $1 and item in ({{}})");
    let mut kept = BTreeMap::new();
    read_kept(by_keys(tx, &sql, &vals![op], &keys).await?, &mut kept)?;
    Ok(kept)
}

pub(super) fn read_kept(rows: Vec<Row>, into: &mut BTreeMap<[u8; 32], Kept>) -> Result<(), ProjectionError> {
    for row in rows {
        let Some(item) = row.opt_array(4)? else { continue };
        let other = row.opt_array(5)?.zip(row.opt_array(6)?);
        let why = row.opt_text(8)?.map(str::to_owned).zip(row.opt_array(9)?);
        let kept = Kept {
            state: row.text(1)?.to_owned(),
            message: row.text(2)?.to_owned(),
            item: (row.array(3)?, item),
            other,
            severity: row.text(7)?.to_owned(),
            why: why.map(|(reason, officer)| Why { reason, officer }),
        };
        into.insert(row.array(0)?, kept);
    }
    Ok(())
}

/// Documents by operation, as keys of a statement.
pub(super) fn by_operation(subjects: impl Iterator<Item = Subject>) -> BTreeMap<[u8; 16], Vec<Val>> {
    let mut by_operation: BTreeMap<[u8; 16], Vec<Val>> = BTreeMap::new();
    for (operation, item) in subjects {
        by_operation.entry(operation).or_default().push(Val::from(item));
    }
    by_operation
}

/// A reason that somebody gave: for which rule, and for which of its findings if not for all on the document.
struct Given {
    rule: String,
    finding: Option<String>,
    why: Why,
}

/// Which of the findings are in order, as people said on the documents of either side.
async fn reasons(tx: &mut Tx, stands: &BTreeMap<[u8; 32], Stands>) -> Result<BTreeMap<[u8; 32], Why>, ProjectionError> {
    let sides: BTreeSet<Subject> = stands.values().flat_map(|one| std::iter::once(one.item).chain(one.other)).collect();
    let mut given: BTreeMap<Subject, Vec<Given>> = BTreeMap::new();
    for (operation, ids) in by_operation(sides.into_iter()) {
        let sql =
            "select doc, rule, finding, reason, officer, key from justification where operation = $1 and doc in ({})";
        let mut rows = by_keys(tx, sql, &vals![operation], &ids).await?;
        rows.sort_by(|a, b| a.values().get(5).cmp(&b.values().get(5)));
        for row in rows {
            let why = Why { reason: row.text(3)?.to_owned(), officer: row.array(4)? };
            let one = Given { rule: row.text(1)?.to_owned(), finding: row.opt_text(2)?.map(str::to_owned), why };
            given.entry((operation, row.array(0)?)).or_default().push(one);
        }
    }
    let none = Vec::new();
    let of = |one: &Stands| {
        let said = std::iter::once(one.item).chain(one.other).flat_map(|side| given.get(&side).unwrap_or(&none));
        let mut meant = said
            .filter(|given| given.rule == one.finding.rule)
            .filter(|given| given.finding.as_ref().is_none_or(|finding| *finding == one.finding.key));
        meant.next().map(|given| given.why.clone())
    };
    Ok(stands.iter().filter_map(|(id, one)| Some((*id, of(one)?))).collect())
}

/// What writing changed at documents.
#[derive(Debug, Default)]
pub(in crate::projection) struct Counted {
    /// By how much the number of open findings changed.
    opened: BTreeMap<Subject, i64>,
    /// Documents at which an open finding that blocks came or went.
    pub blocking: BTreeSet<Subject>,
}

impl Counted {
    fn count(&mut self, item: Subject, other: Option<Subject>, change: i64, severity: &str) {
        if change == 0 {
            return;
        }
        for subject in std::iter::once(item).chain(other) {
            *self.opened.entry(subject).or_default() += change;
            if severity == "block" {
                self.blocking.insert(subject);
            }
        }
    }
}

/// Writes what changed, and how many findings stand open at each document.
pub(super) async fn write(
    tx: &mut Tx,
    stands: &BTreeMap<[u8; 32], Stands>,
    kept: &BTreeMap<[u8; 32], Kept>,
    (seq, at_us): (u64, i64),
) -> Result<Counted, ProjectionError> {
    let mut counted = Counted::default();
    let mut fixed = Vec::new();
    for (id, kept) in kept {
        if !stands.contains_key(id) && kept.state != "fixed" {
            fixed.push(Val::from(id));
            counted.count(kept.item, kept.other, -i64::from(kept.state == "open"), &kept.severity);
        }
    }
    let sql = "update finding set state = 'fixed', changed_seq = $1 where id in ({})";
    change_by_keys(tx, sql, &vals![seq], &fixed).await?;

    let reasons = reasons(tx, stands).await?;
    let mut fresh = Vec::new();
    for (id, one) in stands {
        let why = reasons.get(id);
        let state = if why.is_some() { "justified" } else { "open" };
        let args = serde_json::to_string(&one.finding.args).unwrap_or_else(|_| "{}".to_owned());
        let (reason, by) = (why.map(|why| why.reason.clone()), why.map(|why| why.officer.to_vec()));
        let severity = one.finding.severity.name();
        let is_open = i64::from(state == "open");
        match kept.get(id) {
            Some(kept) if kept.state == state && kept.message == one.finding.message && kept.why.as_ref() == why => {}
            Some(kept) => {
                let sql = "update finding set state = $1, message = $2, args = $3, changed_seq = $4, justification = $5, justified_by = $6, \
                           severity = $7 where id = $8";
                let values = vals![state, &one.finding.message, args, seq, reason, by, severity, id];
                tx.execute(sql, &values).await?;
                counted.count(one.item, one.other, is_open - i64::from(kept.state == "open"), severity);
            }
            None => {
                fresh.push(row(id, one, state, args, (reason, by), (seq, at_us)));
                counted.count(one.item, one.other, is_open, severity);
            }
        }
    }
    if !fresh.is_empty() {
        tx.insert_many("finding", &FINDING, fresh).await?;
    }
    let mut alike: BTreeMap<([u8; 16], i64), Vec<Val>> = BTreeMap::new();
    for ((operation, item), change) in counted.opened.iter().filter(|(_, change)| **change != 0) {
        alike.entry((*operation, *change)).or_default().push(Val::from(item));
    }
    for ((operation, change), ids) in alike {
        for sql in [
            "update item set findings_open = findings_open + $1 where operation = $2 and id in ({})",
            "update procedure_row set findings_open = findings_open + $1 where operation = $2 and id in ({})",
        ] {
            change_by_keys(tx, sql, &vals![change, operation], &ids).await?;
        }
    }
    Ok(counted)
}

fn row(
    id: &[u8; 32],
    one: &Stands,
    state: &str,
    args: String,
    (reason, by): (Option<String>, Option<Vec<u8>>),
    (seq, at_us): (u64, i64),
) -> Vec<Val> {
    let Finding { rule, severity, path, message, key, .. } = &one.finding;
    let version = rules::rule(rule).map_or(1, |rule| rule.version);
    vals![
        id,
        *rule,
        version,
        severity.name(),
        one.item.0,
        one.item.1,
        one.other.map(|o| o.0.to_vec()),
        one.other.map(|o| o.1.to_vec()),
        path.as_deref(),
        message,
        args,
        state,
        seq,
        seq,
        at_us,
        &one.kind,
        key,
        reason,
        by
    ]
}

const FINDING: [&str; 19] = [
    "id",
    "rule",
    "version",
    "severity",
    "operation",
    "item",
    "other_operation",
    "other_item",
    "path",
    "message",
    "args",
    "state",
    "opened_seq",
    "changed_seq",
    "opened_at",
    "subject_kind",
    "key",
    "justification",
    "justified_by",
];
