//! Links between items as the register has them: judgements, groups of items that are one, and transfers.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::ids::{DocId, OfficerId, OperationId};

use super::db::{Db, Row};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// An item among all operations.
pub type Subject = (OperationId, DocId);

/// Where an item is, and who recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The item.
    pub subject: Subject,
    /// Who recorded it, here and where it was before.
    pub recorders: BTreeSet<OfficerId>,
    /// Where it was transferred to.
    pub moved_to: Option<OperationId>,
}

/// An item by its id.
pub async fn locate(register: &Db, item: &DocId) -> Result<Option<Located>> {
    let sql = "select i.operation, i.recorder, m.to_operation from item as i \
               left join item_move as m on m.operation = i.operation and m.item = i.id where i.id = $1 limit 1";
    let Some(row) = register.query_one(sql, &vals![item]).await? else { return Ok(None) };
    let subject = (OperationId::from_bytes(row.array(0)?), *item);
    let mut recorders = BTreeSet::from([OfficerId::from_bytes(row.array(1)?)]);
    let moved_to = row.opt_array(2)?.map(OperationId::from_bytes);
    let mut at = subject;
    // A transfer leads back to one document at most; the bound is for rows that were changed behind our back.
    for _ in 0..1_000 {
        let sql = "select o.from_operation, o.from_item, i.recorder from item_origin as o \
                   left join item as i on i.operation = o.from_operation and i.id = o.from_item \
                   where o.operation = $1 and o.item = $2";
        let Some(row) = register.query_one(sql, &vals![at.0, at.1]).await? else { break };
        at = subject_of(&row, 0)?;
        recorders.extend(row.opt_array(2)?.map(OfficerId::from_bytes));
    }
    Ok(Some(Located { subject, recorders, moved_to }))
}

/// A judgement that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// same, different or unsure.
    pub judgement: String,
    /// Who judged.
    pub officer: OfficerId,
    /// Why.
    pub reason: String,
    /// When, in µs.
    pub decided_at: i64,
}

/// What hangs together with some items by judgements and transfers.
#[derive(Debug, Clone, Default)]
pub struct Net {
    /// Judgements of all pairs with an item in it, the lower item first.
    pub judged: BTreeMap<(Subject, Subject), Pair>,
    /// Items with what they were before they were transferred.
    pub origins: BTreeSet<(Subject, Subject)>,
}

impl Net {
    /// What is one with an item, without a link; each with the item before it on the way.
    pub fn reach(&self, from: Subject, without: Option<(Subject, Subject)>) -> BTreeMap<Subject, Option<Subject>> {
        let same = self.judged.iter().filter(|(pair, judged)| judged.judgement == "same" && Some(**pair) != without);
        let links: Vec<(Subject, Subject)> = same.map(|(pair, _)| *pair).chain(self.origins.iter().copied()).collect();
        let mut reached = BTreeMap::from([(from, None)]);
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for (a, b) in &links {
                let next = if *a == at {
                    *b
                } else if *b == at {
                    *a
                } else {
                    continue;
                };
                if let std::collections::btree_map::Entry::Vacant(vacant) = reached.entry(next) {
                    vacant.insert(Some(at));
                    open.push(next);
                }
            }
        }
        reached
    }
}

/// Reads what hangs together with some items.
pub async fn net(register: &Db, from: &[Subject]) -> Result<Net> {
    let mut net = Net::default();
    let mut seen: BTreeSet<Subject> = from.iter().copied().collect();
    let mut open: Vec<Subject> = from.to_vec();
    while let Some(at) = open.pop() {
        let mut next = BTreeSet::new();
        for sql in [
            "select operation, item, other_operation, other_item, judgement, officer, reason, decided_at from item_pair \
             where operation = $1 and item = $2",
            "select operation, item, other_operation, other_item, judgement, officer, reason, decided_at from item_pair \
             where other_operation = $1 and other_item = $2",
        ] {
            for row in register.query(sql, &vals![at.0, at.1]).await? {
                let (a, b, pair) = (subject_of(&row, 0)?, subject_of(&row, 2)?, pair_of(&row, 4)?);
                if pair.judgement == "same" {
                    next.extend([a, b]);
                }
                net.judged.insert((a, b), pair);
            }
        }
        for sql in [
            "select operation, item, from_operation, from_item from item_origin where operation = $1 and item = $2",
            "select operation, item, from_operation, from_item from item_origin where from_operation = $1 and from_item = $2",
        ] {
            for row in register.query(sql, &vals![at.0, at.1]).await? {
                let link = (subject_of(&row, 0)?, subject_of(&row, 2)?);
                next.extend([link.0, link.1]);
                net.origins.insert(link);
            }
        }
        open.extend(next.into_iter().filter(|one| seen.insert(*one)));
    }
    Ok(net)
}

/// Every judgement of a pair, the last one last.
pub async fn judgements(register: &Db, pair: (Subject, Subject)) -> Result<Vec<Pair>> {
    let sql = "select judgement, officer, reason, decided_at from judgement \
               where operation = $1 and item = $2 and other_operation = $3 and other_item = $4 order by seq, decision";
    let ((a, b), (c, d)) = pair;
    register.query(sql, &vals![a, b, c, d]).await?.iter().map(|row| pair_of(row, 0)).collect()
}

/// Where an item went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The operation.
    pub to: OperationId,
    /// What it became there; none while that is not in the register yet.
    pub item: Option<DocId>,
    /// Why.
    pub reason: String,
    /// When, in µs.
    pub moved_at: i64,
    /// Who said it there.
    pub officer: Option<OfficerId>,
}

/// Where an item went, if it went anywhere.
pub async fn moved(register: &Db, subject: &Subject) -> Result<Option<Moved>> {
    let sql = "select m.to_operation, o.item, m.reason, m.moved_at, i.recorder from item_move as m \
               left join item_origin as o on o.from_operation = m.operation and o.from_item = m.item and o.operation = m.to_operation \
               left join item as i on i.operation = o.operation and i.id = o.item \
               where m.operation = $1 and m.item = $2";
    let row = register.query_one(sql, &vals![subject.0, subject.1]).await?;
    row.map(|row| {
        Ok(Moved {
            to: OperationId::from_bytes(row.array(0)?),
            item: row.opt_array(1)?.map(DocId::from_bytes),
            reason: row.text(2)?.to_owned(),
            moved_at: row.int(3)?,
            officer: row.opt_array(4)?.map(OfficerId::from_bytes),
        })
    })
    .transpose()
}

/// Where an item came from and its identity, which is its first document.
pub async fn origin(register: &Db, subject: &Subject) -> Result<Option<(Subject, Subject)>> {
    let sql = "select from_operation, from_item, first_operation, first_item from item_origin where operation = $1 and item = $2";
    let row = register.query_one(sql, &vals![subject.0, subject.1]).await?;
    row.map(|row| Ok((subject_of(&row, 0)?, subject_of(&row, 2)?))).transpose()
}

/// Items that an id leads to: itself, or what it became in these operations, the last first.
pub async fn by_identity(register: &Db, id: &DocId, within: &BTreeSet<OperationId>) -> Result<Option<DocId>> {
    let mut filter = Filter::new();
    filter.within("o.operation", Some(within));
    filter.equal("o.first_item", Some(id));
    let sql = sql!(
        "select o.item from item_origin as o \
         left join item_move as m on m.operation = o.operation and m.item = o.item {} \
         order by case when m.item is null then 0 else 1 end, o.operation, o.item limit 1",
        filter.sql()
    );
    let row = register.query(sql, filter.values()).await?.into_iter().next();
    row.map(|row| Ok(DocId::from_bytes(row.array(0)?))).transpose()
}

/// A pair of items that may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Both items, the lower one first.
    pub pair: (Subject, Subject),
    /// The judgement that holds.
    pub judged: Option<Pair>,
    /// When the first finding on them was opened, in µs.
    pub since: i64,
}

/// Which candidates.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Operations of either item; `None` is every one.
    pub within: Option<BTreeSet<OperationId>>,
    /// open, unsure, same, different or all.
    pub state: String,
    /// Site of either item.
    pub site: Option<String>,
    /// Behind this one.
    pub after: Option<(Subject, Subject)>,
    /// At most so many.
    pub limit: u32,
}

/// Rules that say two items may be one.
pub const DUPLICATE_RULES: &str = "('R01', 'R02', 'R03', 'R04', 'R07')";

/// Candidates in the order of their items; one more than the limit when there are more.
pub async fn candidates(register: &Db, wanted: &Wanted) -> Result<Vec<Candidate>> {
    let filter = candidate_filter(wanted);
    let mut filter = filter;
    if let Some(((a, b), (c, d))) = wanted.after {
        let (a, b, c, d) = (filter.bind(a), filter.bind(b), filter.bind(c), filter.bind(d));
        filter.and(format!("(f.operation, f.item, f.other_operation, f.other_item) > ({a}, {b}, {c}, {d})"));
    }
    let most = filter.bind(wanted.limit + 1);
    let sql = sql!("{} {} {GROUPED} order by 1, 2, 3, 4 limit {most}", CANDIDATES, filter.sql());
    let one = |row: &Row| {
        let judged = match row.opt_text(5)? {
            None => None,
            Some(_) => Some(pair_of(row, 5)?),
        };
        Ok(Candidate { pair: (subject_of(row, 0)?, subject_of(row, 2)?), judged, since: row.int(4)? })
    };
    register.query(sql, filter.values()).await?.iter().map(one).collect()
}

/// How many candidates there are, and since when the oldest, in µs.
pub async fn candidates_count(register: &Db, wanted: &Wanted) -> Result<(u64, Option<i64>)> {
    let filter = candidate_filter(wanted);
    let sql = sql!("select count(*), min(since) from ({} {} {GROUPED}) as c", CANDIDATES, filter.sql());
    let row = register.query_one(sql, filter.values()).await?;
    row.map_or(Ok((0, None)), |row| Ok((row.uint(0)?, row.opt_int(1)?)))
}

const CANDIDATES: &str = "select f.operation, f.item, f.other_operation, f.other_item, min(f.opened_at) as since, \
     p.judgement, p.officer, p.reason, p.decided_at from finding as f \
     left join item_pair as p on p.operation = f.operation and p.item = f.item \
     and p.other_operation = f.other_operation and p.other_item = f.other_item";
const GROUPED: &str =
    "group by f.operation, f.item, f.other_operation, f.other_item, p.judgement, p.officer, p.reason, p.decided_at";

fn candidate_filter(wanted: &Wanted) -> Filter {
    let mut filter = Filter::new();
    filter.and(format!("f.rule in {DUPLICATE_RULES} and f.other_item is not null"));
    if let Some(within) = &wanted.within {
        let (own, other) = (filter.one_of("f.operation", within), filter.one_of("f.other_operation", within));
        filter.and(format!("({own} or {other})"));
    }
    match wanted.state.as_str() {
        // Waiting for a person: something is open, and nobody has judged or could not tell.
        "open" => filter.and("f.state = 'open' and coalesce(p.judgement, 'unsure') = 'unsure'".to_owned()),
        "all" => {}
        judged => filter.equal("p.judgement", Some(judged)),
    }
    if let Some(site) = &wanted.site {
        let site = filter.bind(site);
        filter.and(format!(
            "exists (select 1 from item as i where i.site = {site} and ((i.operation = f.operation and i.id = f.item) \
             or (i.operation = f.other_operation and i.id = f.other_item)))"
        ));
    }
    filter
}

fn subject_of(row: &Row, at: usize) -> Result<Subject> {
    Ok((OperationId::from_bytes(row.array(at)?), DocId::from_bytes(row.array(at + 1)?)))
}

fn pair_of(row: &Row, at: usize) -> Result<Pair> {
    Ok(Pair {
        judgement: row.text(at)?.to_owned(),
        officer: OfficerId::from_bytes(row.array(at + 1)?),
        reason: row.text(at + 2)?.to_owned(),
        decided_at: row.int(at + 3)?,
    })
}
