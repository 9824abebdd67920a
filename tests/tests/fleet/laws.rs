//! The laws, checked on a fleet that is quiet again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mobile_ffi::{DocumentView, ListFilter};
use ploughshare_server::audit::verify;
use ploughshare_server::rebuild;

use super::world::World;

/// All of them.
pub fn hold(world: &mut World) {
    let run = Arc::clone(&world.run);
    let server = world.server.as_mut().unwrap();
    while server.project(&run, 50) {}
    let admitted = admitted(world);
    nothing_is_lost(world, &admitted);
    let documents = everybody_agrees(world);
    nothing_is_overwritten_in_silence(world, &documents);
    the_register_can_be_made_again(world);
}

/// Entries that the register holds.
fn admitted(world: &World) -> BTreeSet<String> {
    let app = &world.server.as_ref().unwrap().app;
    let rows = world.run.block_on(app.store.register.query("select hash from entry", &[])).unwrap();
    rows.iter().map(|row| hex::encode(row.bytes(0).unwrap())).collect()
}

/// Law 1: what was said on a tablet and not lost with its folder is in the register.
fn nothing_is_lost(world: &World, admitted: &BTreeSet<String>) {
    for device in &world.devices {
        let status = device.tablet().status().unwrap();
        assert_eq!(status.refused, [], "{}: segments refused for good", device.name);
        assert_eq!(
            (status.entries_unsent, status.entries_sealed, status.aside, status.waiting.len()),
            (0, 0, 0, 0),
            "{}: something waits though all is quiet",
            device.name
        );
        for said in &device.said {
            assert!(
                admitted.contains(&said.entry),
                "{} said {} of {} ({}), and the register does not have it",
                device.name,
                said.entry,
                said.document,
                if said.receipted { "receipted" } else { "not receipted" }
            );
        }
    }
}

/// Law 2: all tablets show the same documents, and the register those of which everything counts.
fn everybody_agrees(world: &World) -> BTreeMap<String, DocumentView> {
    let mut first: Option<(String, BTreeMap<String, DocumentView>)> = None;
    for device in &world.devices {
        let tablet = device.tablet();
        let mut documents = BTreeMap::new();
        let mut after = None;
        loop {
            let page = tablet.list(ListFilter { limit: 1_000, after, ..ListFilter::default() }).unwrap();
            for row in page.rows {
                documents.insert(row.document.clone(), tablet.show(&row.document).unwrap());
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let Some((name, first)) = &first else {
            first = Some((device.name.clone(), documents));
            continue;
        };
        let ids = |all: &BTreeMap<String, DocumentView>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(first), ids(&documents), "{name} and {} hold other documents", device.name);
        for (one, other) in first.values().zip(documents.values()) {
            let same = |view: &DocumentView| (view.digest.clone(), view.heads.clone(), view.standing.clone());
            assert_eq!(same(one), same(other), "{name} and {} show other things of {}", device.name, one.document);
        }
    }
    let documents = first.map(|(_, documents)| documents).unwrap_or_default();
    let app = &world.server.as_ref().unwrap().app;
    let rows = world.run.block_on(app.store.register.query("select id, digest from document", &[])).unwrap();
    let register: BTreeMap<String, String> =
        rows.iter().map(|row| (hex::encode(row.bytes(0).unwrap()), hex::encode(row.bytes(1).unwrap()))).collect();
    for (id, view) in &documents {
        if view.standing == "counts" {
            assert_eq!(register.get(id), Some(&view.digest), "the register and the tablets differ on {id}");
        }
    }
    documents
}

/// Law 3: every value that was ever said is in the history of its document, under who said it, and what stands now was said by somebody.
fn nothing_is_overwritten_in_silence(world: &World, documents: &BTreeMap<String, DocumentView>) {
    for said in world.devices.iter().flat_map(|device| &device.said) {
        let Some(view) = documents.get(&said.document) else { panic!("{} is nowhere", said.document) };
        assert!(view.statements.iter().any(|by| by.entry == said.entry), "{} is not shown", said.entry);
        if let Some((path, value)) = &said.field {
            let line = view.history.iter().find(|line| line.by.entry == said.entry && line.path == *path);
            let says = line.and_then(|line| line.to.as_str());
            assert_eq!(says, Some(value.as_str()), "{} of {} lost its value at {path}", said.entry, view_of(view));
        }
    }
    for view in documents.values() {
        for conflict in &view.conflicts {
            assert!(conflict.values.len() > 1 && conflict.values.iter().all(|said| !said.by.is_empty()));
        }
        // Of two who did not know of each other, neither has replaced the other.
        for line in view.history.iter().filter(|line| line.superseded) {
            let later = view.history.iter().any(|other| {
                other.path == line.path
                    && other.by.entry != line.by.entry
                    && !other.concurrent_with.contains(&line.by.entry)
            });
            assert!(later, "{} at {} was replaced by nobody who knew it", line.by.entry, line.path);
        }
    }
}

/// A document in a few words.
fn view_of(view: &DocumentView) -> String {
    let lines = view.history.iter().map(|line| format!("{} {} {}", &line.by.entry[..8], line.path, line.to));
    let said =
        view.statements.iter().map(|by| format!("{} {}", &by.entry[..8], by.claim.as_deref().unwrap_or("counts")));
    let (lines, said): (Vec<_>, Vec<_>) = (lines.collect(), said.collect());
    format!("{} (statements {said:?}, history {lines:?}, void {:?})", view.document, view.void)
}

/// Law 5, and the log: a rebuild gives the same rows, and nothing verifies less than when it was written.
fn the_register_can_be_made_again(world: &World) {
    let app = &world.server.as_ref().unwrap().app;
    world.run.block_on(async {
        let report = rebuild::check(app, &mut |_, _| {}).await.unwrap();
        assert!(report.is_equal(), "{report:?}");
        let report = verify::database(app, None, &[], &mut |_, _| {}).await.unwrap();
        assert!(report.is_whole(), "{report:?}");
    });
}
