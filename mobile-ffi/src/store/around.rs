//! What this tablet knows around a document, for the rules: the items that it holds, who signed, how rules are tuned. It does not hold
//! the whole operation, so what an item is that is not here, or what should lie in a store, is not judged here but in the register.

use std::collections::BTreeMap;

use ploughshare_core::decision::{Authority, Site};
use ploughshare_core::document::attestation::Attestation;
use ploughshare_core::document::{Content, Document, Statement, recorder};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::ids::{DocId, OfficerId};
use ploughshare_core::policy;
use ploughshare_core::rules::procedures::{self, Around, Expected, ItemAround, LastCounts, SignedAct, Times};
use ploughshare_core::rules::{Context, Finding, SiteArea, Tunings, check_item};

use super::{Connection, Result, entries, query};

struct Known {
    items: BTreeMap<DocId, ItemAround>,
    acts: Vec<SignedAct>,
    recorder: Option<OfficerId>,
    now_ms: i64,
    tunings: Tunings,
    witnesses: i64,
}

impl Around for Known {
    fn item(&self, item: &DocId) -> Option<&ItemAround> {
        self.items.get(item)
    }

    fn attestations(&self) -> &[SignedAct] {
        &self.acts
    }

    fn recorder(&self) -> Option<OfficerId> {
        self.recorder
    }

    fn expected(&self, _: &str, _: &str, _: i64) -> Option<Expected> {
        None
    }

    fn last_counts(&self, _: &str, _: &str, _: i64) -> Option<LastCounts> {
        None
    }

    fn seal_used(&self, _: &str) -> Vec<DocId> {
        Vec::new()
    }

    fn times(&self) -> Times {
        Times { received_ms: None, now_ms: Some(self.now_ms), clock_drift_ms: None }
    }

    fn tuning(&self) -> &Tunings {
        &self.tunings
    }

    fn witnesses_needed(&self) -> i64 {
        self.witnesses
    }
}

/// What the rules find in a document, as far as that can be known here.
pub(super) fn findings(
    conn: &Connection,
    folded: &Document,
    content: &Content,
    statements: &[Statement],
    authority: &Authority,
    now_ms: i64,
) -> Result<Vec<Finding>> {
    let Some(kind) = folded.kind.as_deref() else { return Ok(Vec::new()) };
    let tunings = Tunings::from(authority);
    let mut found = Vec::new();
    let mut items = BTreeMap::new();
    if kind == "item" {
        let record = ItemRecord::read(content);
        found = check_item(&record, &context(&record, authority, &tunings, now_ms));
    } else {
        for item in named(content) {
            if let Some(known) = around(conn, &item, authority, &tunings, now_ms)? {
                items.insert(item, known);
            }
        }
    }
    let birth = statements.iter().find(|statement| statement.hash.document() == folded.id);
    let known = Known {
        items,
        acts: statements.iter().flat_map(|statement| acts(statement, authority)).collect(),
        recorder: birth.map(|statement| recorder(&statement.entry)),
        now_ms,
        tunings,
        witnesses: authority.policy(&policy::WITNESSES),
    };
    found.extend(procedures::check(kind, content, &known));
    Ok(found)
}

fn context<'a>(record: &ItemRecord, authority: &'a Authority, tunings: &Tunings, now_ms: i64) -> Context<'a> {
    let site: Option<&Site> = record.site.as_ref().and_then(|code| authority.sites.get(code));
    Context {
        now_ms: Some(now_ms),
        site: site.and_then(|site| Some(SiteArea { centre: site.place?, radius_m: site.radius_m })),
        hours: site.and_then(|site| site.hours),
        tuning: tunings.clone(),
        models: authority.models.reference(),
        ..Context::default()
    }
}

/// The items that members of a document name.
fn named(content: &Content) -> impl Iterator<Item = DocId> {
    let of_members = content.iter().filter(|(path, _)| path.ends_with("/item"));
    let mut named: Vec<DocId> =
        of_members.filter_map(|(_, value)| value.as_bytes().and_then(DocId::from_slice)).collect();
    named.sort_unstable();
    named.dedup();
    named.into_iter()
}

fn around(
    conn: &Connection,
    item: &DocId,
    authority: &Authority,
    tunings: &Tunings,
    now_ms: i64,
) -> Result<Option<ItemAround>> {
    if query::kind(conn, item)?.as_deref() != Some("item") {
        return Ok(None);
    }
    let Some(content) = query::content(conn, item)? else { return Ok(None) };
    let Some((recorder, recorded_ms)) = entries::birth(conn, item)? else { return Ok(None) };
    let record = ItemRecord::read(&content);
    let blocks = |finding: &Finding| finding.severity.name() == "block" && !finding.justified;
    let open_blocking = check_item(&record, &context(&record, authority, tunings, now_ms)).iter().any(blocks);
    Ok(Some(ItemAround { record, recorder, recorded_ms, open_blocking, destroyed_by: None }))
}

/// What a statement attests, by whom, and on which device the key is kept.
fn acts(statement: &Statement, authority: &Authority) -> Vec<SignedAct> {
    let attested = statement.entry.edits.iter().filter_map(Attestation::of_edit);
    let act = |one: Attestation| {
        let key = one.key.as_ref().and_then(|key| authority.officer_keys.get(key));
        SignedAct {
            device: key.map(|key| key.device),
            counts: key.is_some_and(|key| key.officer == one.officer) && one.officer == statement.entry.officer,
            digest: one.digest,
            what: one.what,
            officer: one.officer,
            claimed_ms: statement.entry.claimed_ms,
        }
    };
    attested.map(act).collect()
}
