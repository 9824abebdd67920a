//! Segments against their signatures, places and leaves; devices and roles against the decisions that made them.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::audit::Leaf;
use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DeviceId, OfficerId, OperationId, SegmentHash};
use ploughshare_core::keys::PublicKey;
use ploughshare_core::segment;

use super::{AuditError, PAGE, Report};
use crate::app::App;
use crate::identity::REGISTER_SCOPE;
use crate::store::audit_log::{self, Log};
use crate::store::{Row, Tx, identity as rows};
use crate::vals;

/// Checks segment by segment, in the order of places, then what the decisions among them made.
pub(super) async fn check(
    app: &App,
    report: &mut Report,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<(), AuditError> {
    let keys = device_keys(app, report).await?;
    let mut tx = app.store.feed.begin_read().await?;
    let mut authorities: BTreeMap<OperationId, Authority> = BTreeMap::new();
    for operation in rows::operations(&mut tx).await? {
        let mut next = 1;
        loop {
            let page = tx
                .query(
                    "select place, hash, journal, device, first_number, entry_count, leaf_index, bytes, sealed_at_ms, decision_held
                     from segment where operation = $1 and place >= $2 order by place limit $3",
                    &vals![operation.id.as_bytes(), next, PAGE / 16],
                )
                .await?;
            let Some(last) = page.last() else { break };
            let after = last.uint(0)? + 1;
            for row in &page {
                if row.uint(0)? != next {
                    report.fault("segment", format!("{} {next}", operation.id), "the row is missing");
                }
                next = row.uint(0)? + 1;
                one_segment(
                    app,
                    &mut tx,
                    &operation.id,
                    row,
                    &keys,
                    authorities.entry(operation.id).or_default(),
                    report,
                )
                .await?;
                report.segments += 1;
            }
            told(report.segments);
            next = after;
        }
        let head = tx
            .query_one("select next_place from scope_head where operation = $1", &vals![operation.id.as_bytes()])
            .await?;
        let given = head.map(|row| row.uint(0)).transpose()?.unwrap_or(1);
        if given != next {
            report.fault(
                "segment",
                format!("{} {next}", operation.id),
                format!("places up to {} were given out", given - 1),
            );
        }
    }
    for (operation, authority) in &authorities {
        roles(app, operation, authority, report).await?;
        report.decisions += authority.next;
    }
    Ok(())
}

async fn device_keys(app: &App, report: &mut Report) -> Result<BTreeMap<DeviceId, PublicKey>, AuditError> {
    let mut keys = BTreeMap::new();
    for device in rows::devices(&app.store.feed).await? {
        match PublicKey::from_bytes(&device.public_key) {
            Ok(key) if key.device() == device.id => drop(keys.insert(device.id, key)),
            _ => report.fault("device", device.id, "the key is not the one that its id was made from"),
        }
    }
    let own = app.key.public();
    keys.insert(own.device(), own);
    Ok(keys)
}

async fn one_segment(
    app: &App,
    tx: &mut Tx,
    operation: &OperationId,
    row: &Row,
    keys: &BTreeMap<DeviceId, PublicKey>,
    authority: &mut Authority,
    report: &mut Report,
) -> Result<(), AuditError> {
    let (place, hash) = (row.uint(0)?, SegmentHash::from_bytes(row.array(1)?));
    let device = DeviceId::from_bytes(row.array(3)?);
    let name = format!("{operation} {place}");
    let leaf = audit_log::leaf(&mut *tx, Log::Audit, row.uint(6)?).await?;
    let leaf = leaf.and_then(|bytes| Leaf::decode(&bytes).ok());
    let stated = leaf.is_some_and(|leaf| {
        leaf.verb == "segment.admitted"
            && leaf.subject == hash.to_string()
            && leaf.facts.get("operation").is_some_and(|fact| *fact == operation.to_string())
            && leaf.facts.get("place").is_some_and(|fact| *fact == place.to_string())
    });
    if !stated {
        report.fault("segment", &name, format!("leaf {} of the audit log does not state its admission", row.uint(6)?));
    }
    let Some(key) = keys.get(&device) else {
        report.fault("segment", &name, format!("device {device} has no row"));
        return Ok(());
    };
    let verified = match segment::open(row.bytes(7)?).and_then(|opened| opened.verify(&app.register, key)) {
        Ok(verified) => verified,
        Err(error) => {
            report.fault("segment", &name, error);
            return Ok(());
        }
    };
    let header = verified.header();
    let same = verified.hash() == hash
        && header.operation == *operation
        && header.journal.as_bytes() == &row.array::<16>(2)?
        && header.first == row.uint(4)?
        && verified.entries().len() as u64 == row.uint(5)?
        && header.sealed_ms == row.int(8)?
        && i64::try_from(header.decision_held).ok() == row.opt_int(9)?;
    if !same {
        report.fault("segment", &name, "the columns do not say what the bytes say");
    }
    if device.as_bytes() == app.register.as_bytes() {
        for (_, entry) in verified.entries() {
            authority.next = authority.next.max(entry.number + 1);
            for decision in entry.edits.iter().filter_map(Decision::from_edit) {
                authority.take(entry.number, &decision);
            }
        }
    }
    Ok(())
}

/// Roles and devices as the rows have them against the same as decided.
async fn roles(
    app: &App,
    operation: &OperationId,
    authority: &Authority,
    report: &mut Report,
) -> Result<(), AuditError> {
    let held = |grants: &Vec<ploughshare_core::decision::Grant>| grants.iter().any(|grant| grant.revoked.is_none());
    let decided: BTreeSet<(OfficerId, Role)> =
        authority.grants.iter().filter(|(_, grants)| held(grants)).map(|(key, _)| *key).collect();
    let kept: BTreeSet<(OfficerId, Role)> = rows::grants(&app.store.feed, operation)
        .await?
        .into_iter()
        .filter(|grant| grant.revoked_at.is_none())
        .map(|grant| (grant.officer, grant.role))
        .collect();
    for (officer, role) in kept.symmetric_difference(&decided) {
        let what = if kept.contains(&(*officer, *role)) {
            "no decision gave this role"
        } else {
            "a decision gave this role, the row is gone"
        };
        report.fault("role_grant", format!("{operation} {officer} {}", role.code()), what);
    }
    for (id, enrolment) in &authority.devices {
        let Some(device) = rows::device(&app.store.feed, id).await? else {
            report.fault("device", id, "a decision enrolled this device, the row is gone");
            continue;
        };
        if device.officer != enrolment.officer || device.public_key != enrolment.key {
            report.fault("device", id, "key or officer differ from the decision that enrolled it");
        }
        if *operation != REGISTER_SCOPE && enrolment.revoked_ms.is_some() && device.revoked_at.is_none() {
            report.fault("device", id, "a decision revoked this device, the row says otherwise");
        }
    }
    Ok(())
}
