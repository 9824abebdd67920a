//! An incident: loss, theft, shortage or damage, reported and investigated.

use crate::domain::item::{JustificationRecord, NoteRecord, PhotoRecord, RefRecord};
use crate::domain::members::{document, member};
use crate::ids::DocId;

member!(
    /// An item that it concerns.
    ConcernedRecord {
        item: DocId = "item", "The item.";
        quantity: i64 = "quantity", "Quantity, for ammunition.";
        description: String = "description", "What it was, where no item is known.";
    }
);

document!(
    /// An incident, read from its document.
    IncidentRecord {
        nature: String, "Nature, a code of `incident_nature`.";
        state: String, "How far it is, a code of `incident_state`.";
        site: String, "Site.";
        store: String, "Store.";
        discovered_at: i64, "When it was discovered, milliseconds since the Unix epoch.";
        not_before: i64, "The last time when all was in order, milliseconds since the Unix epoch.";
        circumstances: String, "Circumstances.";
        reported_to: String, "Authority it was reported to.";
        case_number: String, "Case number.";
        outcome: String, "Outcome of the investigation.";
    }
    sets {
        items: ConcernedRecord = "items", "Items concerned.";
        notes: NoteRecord = "notes", "Notes.";
        refs: RefRecord = "refs", "References to other registers.";
        photos: PhotoRecord = "photos", "Photos.";
        justifications: JustificationRecord = "justifications", "Findings that somebody has justified.";
    }
);
