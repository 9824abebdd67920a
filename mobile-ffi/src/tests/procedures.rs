//! Procedures on several tablets that sync through one register: convoys, counts, marks, destructions, spot checks.

mod convoys;
mod counts;
mod destructions;
mod killed;
mod marking;
mod samples;

use ploughshare_core::decision::Decision;
use ploughshare_core::identity::Role;

use super::register::officer;
use super::*;
use crate::{Placing, TabletError};

/// A register with tablets of officers who hold these roles beside that of a collector.
struct World {
    dir: tempfile::TempDir,
    register: Arc<FakeRegister>,
}

impl World {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), register: FakeRegister::new() }
    }

    fn tablet(&self, name: &str, roles: &[Role]) -> Tablet {
        let tablet = enrolled(&self.dir.path().join(name), &self.register, name);
        for role in roles {
            self.register.decide(&[Decision::RoleGranted { officer: officer(name), role: *role }]);
        }
        tablet.sync(self.register.clone()).unwrap();
        tablet
    }

    fn sync(&self, tablets: &[&Tablet]) {
        for tablet in tablets {
            tablet.sync(self.register.clone()).unwrap();
        }
    }

    /// No destruction here needs its plan approved.
    fn without_approval(&self) {
        let policy = "plan_needs_approval".to_owned();
        self.register.decide(&[Decision::PolicySet { policy, value: 0 }]);
    }
}

/// Rifles with tags from `T-001` on, in a store.
fn rifles(tablet: &Tablet, count: usize, site: &str, store: &str) -> Vec<String> {
    let drafts = (1..=count).map(|n| {
        let draft = rifle(&format!("KV {n:04}")).with("tag", format!("T-{n:03}")).with("status", "registered");
        draft.with("site", site).with("store", store)
    });
    let saved = tablet.record_all(drafts.collect()).unwrap();
    saved.into_iter().map(|saved| saved.document).collect()
}

/// An ammunition lot in a store.
fn lot(tablet: &Tablet, tag: &str, quantity: i64, site: &str, store: &str) -> String {
    let draft = Draft::item().with("kind", "ammunition").with("class", "AMM").with("calibre", "7.62x39");
    let draft = draft.with("tag", tag).with("quantity", quantity).with("site", site).with("store", store);
    tablet.record(draft).unwrap().document
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// `T-001` to `T-…`.
fn tags(from: usize, to: usize) -> Vec<String> {
    (from..=to).map(|n| format!("T-{n:03}")).collect()
}

fn code<T: std::fmt::Debug>(result: Result<T, TabletError>) -> String {
    let error = result.unwrap_err();
    assert!(error.data_safe && !error.hint.is_empty(), "{error:?}");
    error.code
}

fn value(tablet: &Tablet, document: &str, path: &str) -> Option<serde_json::Value> {
    tablet.show(document).unwrap().value(path)
}

/// What is present of weapons in a store, by the balance.
fn present(tablet: &Tablet, site: &str, store: &str) -> i64 {
    tablet.stock(Some(site), Some(store), None, false).unwrap().first().map_or(0, |one| one.weapons.present)
}

#[test]
fn items_are_stored_moved_held_and_their_chain_tells_it() {
    let world = World::new();
    let amina = world.tablet("Amina", &[]);
    let rosa = world.tablet("Rosa", &[Role::Registrar]);
    let item = &rifles(&amina, 1, "north", "A")[0];
    let to = |store: &str, rack: &str| Placing {
        items: texts(&["t001"]),
        site: Some("north".to_owned()),
        store: Some(store.to_owned()),
        rack: Some(rack.to_owned()),
        ..Placing::default()
    };
    let placed = amina.store_items(to("B", "3"), None).unwrap();
    assert_eq!((placed[0].before.as_deref(), placed[0].now.as_str()), (Some("north / A"), "north / B / rack 3"));
    amina
        .move_items(Placing { items: texts(&["KV 0001"]), box_name: Some("7".to_owned()), ..Placing::default() }, None)
        .unwrap();
    let chain = amina.custody("T-001").unwrap();
    let told: Vec<(&str, Option<&str>)> = chain.steps.iter().map(|s| (s.event.as_str(), s.after.as_deref())).collect();
    let lay = ("received", Some("north / A"));
    assert_eq!(told, [lay, ("stored", Some("north / B")), ("moved", Some("north / B"))]);
    assert_eq!((value(&amina, item, "rack"), value(&amina, item, "box")), (Some("3".into()), Some("7".into())));
    assert_eq!(value(&amina, item, "status"), Some("stored".into()));
    assert_eq!(present(&amina, "north", "B"), 1);
    assert_eq!(
        code(amina.store_items(Placing { site: Some("north".to_owned()), ..to("", "") }, None)),
        "custody.no_store"
    );
    assert_eq!(code(amina.store_items(Placing { items: texts(&["T-999"]), ..to("B", "1") }, None)), "item.unknown");

    // A collector's hold would be a claim only; it is said so before anything is saved.
    let before = amina.status().unwrap();
    assert_eq!(code(amina.hold("T-001", crate::Hold::Evidence, true, "court", false)), "authority.not_allowed");
    assert_eq!(amina.status().unwrap(), before);
    amina.hold("T-001", crate::Hold::Evidence, true, "court", true).unwrap();
    assert!(!amina.custody("T-001").unwrap().evidence_hold, "a claim does not count");
    world.sync(&[&amina, &rosa]);
    rosa.hold("T-001", crate::Hold::Evidence, true, "court case 7", false).unwrap();
    assert!(rosa.custody("T-001").unwrap().evidence_hold);
    assert_eq!(code(rosa.hold("T-001", crate::Hold::Evidence, true, "again", false)), "hold.already");
    rosa.hold("T-001", crate::Hold::Evidence, false, "judgement is final", false).unwrap();
    assert!(!rosa.custody("T-001").unwrap().evidence_hold);
}

#[test]
fn a_lot_is_split_and_nothing_is_lost_or_made_of_it() {
    let world = World::new();
    let amina = world.tablet("Amina", &[]);
    let whole = lot(&amina, "L-1", 1_000, "north", "M");
    let part = amina.split_lot("L-1", 300, Some("L-2"), "for the range", false).unwrap();
    assert_eq!(value(&amina, &part.item, "split_from"), Some(whole.clone().into()));
    assert_eq!(value(&amina, &part.item, "calibre"), Some("7.62x39".into()));
    let stock = amina.stock(Some("north"), Some("M"), None, true).unwrap();
    assert_eq!(stock[0].rounds.present, 1_000);
    let of: Vec<(Option<&str>, i64)> = stock[0].items.iter().map(|i| (i.line.tag.as_deref(), i.quantity)).collect();
    assert_eq!(of, [(Some("L-1"), 700), (Some("L-2"), 300)]);
    assert_eq!(code(amina.split_lot("L-1", 700, None, "all", false)), "item.bad_quantity");
}
