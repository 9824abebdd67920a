//! Which serials stand in the register, as keys and tags.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::lookup::{is_noticeable, keys_of};

use crate::app::App;
use crate::store::Result;
use crate::store::lookups::{self as rows, Standing};

/// Rows read at a time.
const PAGE: u32 = 5_000;
/// Serials asked for at a time.
const AT_ONCE: usize = 200;
/// Most changed serials that are looked at one by one.
const MOST_CHANGED: u32 = 100_000;

/// What was found.
#[derive(Debug)]
pub struct Gathered {
    /// How far the register had followed the feeds.
    pub seq: u64,
    /// The classes that occur.
    pub classes: Vec<String>,
    /// Keys, sorted and distinct, with the gravest tag of each.
    pub entries: Vec<(u64, u8)>,
}

/// Everything, read at one moment.
pub async fn everything(app: &App, salt: &[u8; 16]) -> Result<Gathered> {
    let mut tx = app.store.register.begin_read().await?;
    let seq = rows::seq(&mut tx).await?;
    let mut classes = BTreeSet::new();
    let mut entries = Vec::new();
    let mut after = i64::MIN;
    loop {
        let page = rows::standing(&mut tx, after, PAGE).await?;
        for one in &page {
            after = one.search_id;
            if is_noticeable(&one.norm) {
                entries.extend(keys_of(salt, &one.norm, &one.class).map(|key| (key, one.noticed.tag())));
                if !classes.contains(&one.class) {
                    classes.insert(one.class.clone());
                }
            }
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    tx.rollback().await?;
    // Of one key the gravest comes first and stays.
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    entries.dedup_by_key(|entry| entry.0);
    Ok(Gathered { seq, classes: classes.into_iter().collect(), entries })
}

/// What changed since.
#[derive(Debug, Default)]
pub struct Since {
    /// How far the register has followed the feeds now.
    pub seq: u64,
    /// Keys under which something changed, with the gravest tag of each now.
    pub found: BTreeMap<u64, u8>,
    /// The classes that occur among them.
    pub classes: BTreeSet<String>,
}

/// What stands under the serials of items that changed since, and under those that look like them; `None` when the register went no further. A
/// key that nothing stands under any more stays until the next base.
pub async fn since(app: &App, salt: &[u8; 16], since: u64) -> Result<Option<Since>> {
    let mut tx = app.store.register.begin_read().await?;
    let seq = rows::seq(&mut tx).await?;
    if seq <= since {
        tx.rollback().await?;
        return Ok(None);
    }
    let mut all = Since { seq, ..Since::default() };
    for folds in rows::changed(&mut tx, since, MOST_CHANGED).await?.chunks(AT_ONCE) {
        for Standing { norm, class, noticed, .. } in rows::standing_under(&mut tx, folds).await? {
            if is_noticeable(&norm) {
                for key in keys_of(salt, &norm, &class) {
                    let tag = all.found.entry(key).or_insert(0);
                    *tag = noticed.tag().max(*tag);
                }
                all.classes.insert(class);
            }
        }
    }
    tx.rollback().await?;
    Ok(Some(all))
}
