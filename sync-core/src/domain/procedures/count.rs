//! A count: what somebody found in a store, against what should be there (IDDRS 4.10 section 7.3).

use crate::domain::item::{JustificationRecord, NoteRecord, PhotoRecord, RefRecord};
use crate::domain::members::{document, member};
use crate::ids::DocId;

member!(
    /// How many of a type were counted.
    TallyRecord {
        kind: String = "kind", "Kind of item.";
        class: String = "class", "Class.";
        calibre: String = "calibre", "Calibre.";
        quantity: i64 = "quantity", "How many.";
    }
);

member!(
    /// An item that was looked for, or that was there unexpectedly.
    SightingRecord {
        item: DocId = "item", "The item.";
        tag: String = "tag", "Tag as seen.";
        result: String = "result", "Result, a code of `sighting`.";
        serial: String = "serial", "Serial as seen.";
        quantity: i64 = "quantity", "Quantity, for ammunition.";
        note: String = "note", "A word beside it.";
    }
);

document!(
    /// A count, read from its document.
    CountRecord {
        occasion: String, "Occasion, a code of `count_occasion`.";
        state: String, "How far it is, a code of `work_state`.";
        site: String, "Site.";
        store: String, "Store.";
        at: i64, "When it was counted, milliseconds since the Unix epoch.";
        weapons: i64, "Weapons counted.";
        parts: i64, "Parts counted.";
        rounds: i64, "Ammunition counted.";
    }
    sets {
        tallies: TallyRecord = "tallies", "Counted by type.";
        sightings: SightingRecord = "sightings", "Items looked for.";
        notes: NoteRecord = "notes", "Notes.";
        refs: RefRecord = "refs", "References to other registers.";
        photos: PhotoRecord = "photos", "Photos.";
        justifications: JustificationRecord = "justifications", "Findings that somebody has justified.";
    }
);
