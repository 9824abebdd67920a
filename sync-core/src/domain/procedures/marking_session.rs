//! A marking session: the marks that one operator applied with one machine (International Tracing Instrument paras 7 to 10).

use crate::domain::item::{JustificationRecord, NoteRecord, PhotoRecord, RefRecord};
use crate::domain::members::document;
use crate::domain::place::Place;
use crate::ids::OfficerId;

document!(
    /// A marking session, read from its document. Its marks stand on the items and name it.
    MarkingSessionRecord {
        site: String, "Site.";
        place: Place, "Where.";
        operator: OfficerId, "Who ran the machine.";
        machine: String, "The machine.";
        method: String, "Method, a code of `marking_method`.";
        depth_um: i64, "Depth in micrometres.";
        prefix: String, "What stands before the number, for example `*CC`.";
        suffix: String, "What stands after the number.";
        state: String, "How far it is, a code of `work_state`.";
        opened_at: i64, "When it opened, milliseconds since the Unix epoch.";
        closed_at: i64, "When it closed, milliseconds since the Unix epoch.";
        fault: String, "Fault of the machine.";
        downtime_min: i64, "How long the machine stood still, in minutes.";
        cost: String, "Fuel, staff and other cost.";
    }
    sets {
        notes: NoteRecord = "notes", "Notes.";
        refs: RefRecord = "refs", "References to other registers.";
        photos: PhotoRecord = "photos", "Photos.";
        justifications: JustificationRecord = "justifications", "Findings that somebody has justified.";
    }
);
