//! A hand-over: custody passes from one officer, store or body to another, with or without a transport.

use crate::domain::item::{JustificationRecord, NoteRecord, PhotoRecord, RefRecord};
use crate::domain::members::{document, member};
use crate::ids::{DocId, OfficerId};

member!(
    /// A line of the manifest.
    LineRecord {
        item: DocId = "item", "The item.";
        tag: String = "tag", "Its tag.";
        quantity: i64 = "quantity", "Quantity, for ammunition.";
        box_name: String = "box", "Box.";
    }
);

member!(
    /// What was scanned at loading.
    LoadedRecord {
        item: DocId = "item", "The item.";
        tag: String = "tag", "Its tag.";
        quantity: i64 = "quantity", "Quantity, for ammunition.";
        box_name: String = "box", "Box.";
        at: i64 = "at", "When, milliseconds since the Unix epoch.";
    }
);

member!(
    /// What was scanned at receipt.
    ReceivedRecord {
        item: DocId = "item", "The item.";
        tag: String = "tag", "Its tag.";
        quantity: i64 = "quantity", "Quantity, for ammunition.";
        box_name: String = "box", "Box.";
        at: i64 = "at", "When, milliseconds since the Unix epoch.";
        condition: String = "condition", "Condition, a code of `condition`.";
        exception: String = "exception", "What was out of order.";
    }
);

member!(
    /// A seal, at one time.
    SealRecord {
        number: String = "number", "Number.";
        box_name: String = "box", "Box that it closes.";
        state: String = "state", "State, a code of `seal_state`.";
        at: i64 = "at", "When, milliseconds since the Unix epoch.";
    }
);

document!(
    /// A hand-over, read from its document.
    HandoverRecord {
        number: String, "Number.";
        manner: String, "Manner, a code of `handover_manner`.";
        cargo: String, "What is carried, a code of `cargo`.";
        state: String, "How far it is, a code of `handover_state`.";
        from_site: String, "Site that gives.";
        from_store: String, "Store that gives.";
        from_body: String, "Body that gives, where it is no store of the programme.";
        giver: OfficerId, "Officer who gives.";
        to_site: String, "Site that receives.";
        to_store: String, "Store that receives.";
        to_body: String, "Body that receives, where it is no store of the programme.";
        receiver: OfficerId, "Officer who receives.";
        vehicle: String, "Vehicle.";
        escort: String, "Escort.";
        authority: String, "Authority that allowed it.";
        authorisation: String, "Number of the authorisation.";
        authorised_at: i64, "When it was authorised, milliseconds since the Unix epoch.";
        departed_at: i64, "When it departed, milliseconds since the Unix epoch.";
        arrived_at: i64, "When it arrived, milliseconds since the Unix epoch.";
        key_body_a: String, "First holder of a key, under joint control.";
        key_body_b: String, "Second holder of a key.";
        reason: String, "Why.";
    }
    sets {
        lines: LineRecord = "lines", "The manifest.";
        loaded: LoadedRecord = "loaded", "What was scanned at loading.";
        received: ReceivedRecord = "received", "What was scanned at receipt.";
        seals: SealRecord = "seals", "Seals.";
        notes: NoteRecord = "notes", "Notes.";
        refs: RefRecord = "refs", "References to other registers.";
        photos: PhotoRecord = "photos", "Photos.";
        justifications: JustificationRecord = "justifications", "Findings that somebody has justified.";
    }
);
