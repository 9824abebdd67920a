//! A destruction: the plan, the deed and the result, item by item (IDDRS 4.10 section 8, MOSAIC 05.50).

use crate::domain::item::{JustificationRecord, NoteRecord, PhotoRecord, RefRecord};
use crate::domain::members::{document, member};
use crate::domain::place::Place;
use crate::ids::{DocId, OfficerId};

member!(
    /// An item that is to be destroyed.
    PlannedRecord {
        item: DocId = "item", "The item.";
        tag: String = "tag", "Its tag.";
        quantity: i64 = "quantity", "Quantity, for ammunition.";
    }
);

member!(
    /// What became of an item.
    ResultRecord {
        item: DocId = "item", "The item.";
        tag: String = "tag", "Tag as scanned.";
        identity: String = "identity", "Identity check before, a code of `identity_check`.";
        serial: String = "serial", "Serial as seen.";
        before: [u8; 32] = "before", "SHA-256 of the photo before.";
        after: [u8; 32] = "after", "SHA-256 of the photo after.";
        method: String = "method", "Method, a code of `destruction_method`.";
        result: String = "result", "Result, a code of `destruction_result`.";
        quantity: i64 = "quantity", "Quantity, for ammunition.";
        quantity_method: String = "quantity_method", "How the quantity was found.";
        weight_g: i64 = "weight_g", "Weight in grams.";
        fragments: i64 = "fragments", "Number of fragments.";
        at: i64 = "at", "When, milliseconds since the Unix epoch.";
        reason: String = "reason", "Why, where it was not destroyed.";
    }
);

member!(
    /// Scrap that left the site.
    ScrapRecord {
        weight_g: i64 = "weight_g", "Weight in grams.";
        recipient: String = "recipient", "Who took it.";
        process: String = "process", "What becomes of it, a code of `destruction_method`.";
        reference: String = "reference", "Weighbridge slip or certificate of smelting.";
        at: i64 = "at", "When, milliseconds since the Unix epoch.";
    }
);

document!(
    /// A destruction, read from its document.
    DestructionRecord {
        number: String, "Number.";
        state: String, "How far it is, a code of `destruction_state`.";
        site: String, "Site.";
        place: Place, "Where.";
        place_name: String, "Name of the place.";
        planned_for: i64, "For when it is planned, milliseconds since the Unix epoch.";
        method: String, "Method, a code of `destruction_method`.";
        second_method: String, "Second process, a code of `destruction_method`.";
        override_reason: String, "Why a discouraged method is used.";
        authority: String, "Authority that ordered it.";
        authorisation: String, "Number of the authorisation.";
        authorised_at: i64, "When it was authorised, milliseconds since the Unix epoch.";
        third_party: String, "Third party that monitors.";
        sop: String, "Operating procedure and its version.";
        risk_assessment: String, "Risk assessment.";
        supervisor: OfficerId, "Supervisor.";
        started_at: i64, "When it began, milliseconds since the Unix epoch.";
        ended_at: i64, "When it ended, milliseconds since the Unix epoch.";
        public: bool, "Whether media or the public were present.";
        total_weight_g: i64, "Total weight in grams.";
    }
    sets {
        planned: PlannedRecord = "planned", "Items to be destroyed.";
        results: ResultRecord = "results", "Results, item by item.";
        scrap: ScrapRecord = "scrap", "Scrap.";
        notes: NoteRecord = "notes", "Notes.";
        refs: RefRecord = "refs", "References to other registers.";
        photos: PhotoRecord = "photos", "Photos.";
        justifications: JustificationRecord = "justifications", "Findings that somebody has justified.";
    }
);
