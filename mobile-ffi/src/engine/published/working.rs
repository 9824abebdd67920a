//! Which items a tablet holds with all their statements. Of the others it has a row of the register's pack, and fetches what was said when one is
//! opened.

use ploughshare_core::domain::serial;
use ploughshare_core::domain::time;
use ploughshare_core::pack::Row;
use serde::{Deserialize, Serialize};

use crate::engine::Tablet;
use crate::error::TabletError;
use crate::store::{Connection, Result, kv};

/// Items from which on a tablet that was not told holds a pack instead of everything.
pub(super) const MANY: u64 = 5_000;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Which items a tablet holds with all their statements: those for which any of it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingSet {
    /// All of them; there is no pack then.
    pub all: bool,
    /// Items at these sites.
    pub sites: Vec<String>,
    /// Items collected on these days (UTC), in days since the Unix epoch.
    pub days: Vec<u64>,
    /// Items whose tag, serial, maker or model holds one of these texts.
    pub search: Vec<String>,
}

fn bad(text: &str) -> TabletError {
    TabletError::refused(
        "working_set.malformed",
        format!("'{text}' names no working set"),
        "Use site=SITE, day=YYYY-MM-DD or search=TEXT (three characters or more), also several of them, or all.",
    )
}

fn day(text: &str) -> Option<u64> {
    let ms = time::parse_iso8601(&format!("{text}T00:00:00Z"))?;
    u64::try_from(ms.div_euclid(DAY_MS)).ok()
}

impl WorkingSet {
    /// From what was written: `all`, or `site=…`, `day=…`, `search=…`, each as often as needed.
    pub fn parse(parts: &[String]) -> Result<Self> {
        let mut set = Self::default();
        for part in parts {
            match part.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
                None if part.trim() == "all" => set.all = true,
                Some(("site", site)) if !site.is_empty() => set.sites.push(site.to_owned()),
                Some(("day", text)) => set.days.push(day(text).ok_or_else(|| bad(part))?),
                Some(("search", text)) if serial::normalise(text).chars().count() >= 3 => {
                    set.search.push(text.to_owned());
                }
                _ => return Err(bad(part)),
            }
        }
        Ok(set)
    }

    /// Whether an item belongs to it.
    pub(super) fn holds(&self, row: &Row) -> bool {
        self.all
            || row.site.as_ref().is_some_and(|site| self.sites.contains(site))
            || self.days.contains(&row.day)
            || self.search.iter().any(|text| says(row, text))
    }
}

/// Whether a row's tag, serial, maker or model holds a text.
pub(super) fn says(row: &Row, text: &str) -> bool {
    let wanted = serial::normalise(text);
    let holds = |text: &String| serial::normalise(text).contains(&wanted);
    [&row.tag, &row.make, &row.model].into_iter().flatten().any(holds) || row.serials.iter().any(holds)
}

/// The working set that was chosen; `None` while nobody chose.
pub(super) fn chosen(conn: &Connection) -> Result<Option<WorkingSet>> {
    let Some(bytes) = kv::get(conn, kv::WORKING_SET)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| TabletError::damaged("a working set"))
}

/// Keeps a choice.
pub(super) fn choose(conn: &Connection, set: &WorkingSet) -> Result<()> {
    let bytes = serde_json::to_vec(set).map_err(|error| TabletError::internal(error.to_string()))?;
    kv::put(conn, kv::WORKING_SET, &bytes)
}

impl Tablet {
    /// The working set of this tablet; all before anything was chosen.
    pub fn working_set(&self) -> Result<WorkingSet> {
        let engine = self.engine();
        engine.session()?;
        Ok(chosen(engine.store.read())?.unwrap_or(WorkingSet { all: true, ..WorkingSet::default() }))
    }

    /// Chooses what the next sync brings. What is here stays; a tablet that held everything goes on to hold everything.
    pub fn choose_working_set(&self, set: &WorkingSet) -> Result<()> {
        let mut engine = self.engine();
        let tx = engine.store.write()?;
        if kv::number(&tx, kv::PLACE)?.unwrap_or(0) > 0 && chosen(&tx)?.is_none_or(|before| before.all) != set.all {
            return Err(TabletError::refused(
                "working_set.settled",
                "whether this tablet holds everything was settled at its first sync",
                "Enrol a new store to change it; sites, days and searches of a working set can be changed at any time.",
            ));
        }
        choose(&tx, set)?;
        tx.commit()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use ploughshare_core::ids::DocId;

    fn parts(text: &[&str]) -> Vec<String> {
        text.iter().map(|part| (*part).to_owned()).collect()
    }

    fn row() -> Row {
        Row {
            id: DocId::from_bytes([1; 16]),
            kind: "weapon".to_owned(),
            class: None,
            status: None,
            tag: Some("T-000017".to_owned()),
            make: Some("Norinco".to_owned()),
            model: None,
            calibre: None,
            site: Some("depot-1".to_owned()),
            store: None,
            review: None,
            serials: vec!["KV 204417".to_owned()],
            day: 20_513,
            findings: 0,
            conflicts: 0,
            moved: false,
        }
    }

    #[test]
    fn an_item_belongs_by_its_site_its_day_or_what_it_says() {
        for (set, holds) in [
            (&["site=depot-1"][..], true),
            (&["site=depot-2"], false),
            (&["site=depot-2", "day=2026-03-01"], true),
            (&["day=2026-03-02"], false),
            (&["search=2044"], true),
            (&["search=norinco"], true),
            (&["search=kv-2044"], true),
            (&["search=9999"], false),
            (&["all"], true),
            (&[], false),
        ] {
            assert_eq!(WorkingSet::parse(&parts(set)).unwrap().holds(&row()), holds, "{set:?}");
        }
    }

    #[test]
    fn what_names_no_working_set_is_refused() {
        for text in ["", "sites=depot", "site=", "day=yesterday", "day=2026-02-30", "search=ab", "everything"] {
            assert_eq!(WorkingSet::parse(&parts(&[text])).unwrap_err().code, "working_set.malformed", "{text}");
        }
    }
}
