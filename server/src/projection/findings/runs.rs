//! Runs of consecutive serials at one site.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::serial;
use ploughshare_core::ids::DocId;
use ploughshare_core::rules::Finding;
use ploughshare_core::rules::duplicates::{self, Identity};

use crate::projection::apply::Before;
use crate::projection::plan::Ruled;
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// Consecutive serials at one site (rule R11). An item is in a long run or it is not, and a change reaches only as far as a usual run is
/// long: the items whose findings have to be looked at, and those that are in a long run.
pub(super) async fn runs(
    tx: &mut Tx,
    op: [u8; 16],
    usual: usize,
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], Ruled)],
) -> Result<(BTreeSet<[u8; 16]>, Vec<([u8; 16], Finding)>), ProjectionError> {
    let now = items.iter().map(|(_, i)| (i.serial_norm.as_deref(), i.record.site.as_deref()));
    let then = before.values().map(|b| (b.serial_norm.as_deref(), b.site.as_deref()));
    let reach = usual as u64;
    let mut window: BTreeSet<String> = BTreeSet::new();
    let mut looked_at: BTreeSet<String> = BTreeSet::new();
    for (norm, site) in now.chain(then) {
        let (Some(norm), Some(_)) = (norm, site) else { continue };
        let Some(parts) = serial::numbered(norm) else { continue };
        let low = parts.number.saturating_sub(2 * reach);
        for number in low..=parts.number.saturating_add(2 * reach) {
            let text = format!("{}{number:0width$}{}", parts.prefix, parts.suffix, width = parts.width);
            if number.abs_diff(parts.number) <= reach {
                looked_at.insert(text.clone());
            }
            window.insert(text);
        }
    }
    let keys: Vec<Val> = window.into_iter().map(Val::from).collect();
    let sql =
        "select id, serial_norm, site from item where operation = $1 and site is not null and serial_norm in ({})";
    let mut identities = Vec::new();
    let mut near = BTreeSet::new();
    for row in by_keys(tx, sql, &vals![op], &keys).await? {
        let (item, norm) = (row.array(0)?, row.text(1)?.to_owned());
        if looked_at.contains(&norm) {
            near.insert(item);
        }
        if !serial::is_placeholder(&norm) {
            identities.push(Identity {
                item: DocId::from_bytes(item),
                class: None,
                make: None,
                model: None,
                calibre: None,
                serial_fold: None,
                serial_norm: Some(norm),
                tag: None,
                status: None,
                site: row.opt_text(2)?.map(str::to_owned),
                photos: Vec::new(),
                looks: BTreeSet::new(),
            });
        }
    }
    let mut found = Vec::new();
    for run in duplicates::runs(&identities, usual) {
        let message = format!("its serial is one of more than {usual} consecutive ones at site '{}'", run.site);
        for item in run.items.iter().map(|item| *item.as_bytes()).filter(|item| near.contains(item)) {
            let finding = Finding {
                message: message.clone(),
                key: run.site.clone(),
                args: BTreeMap::from([("site".to_owned(), run.site.clone())]),
                ..run.finding.clone()
            };
            found.push((item, finding));
        }
    }
    Ok((near, found))
}
