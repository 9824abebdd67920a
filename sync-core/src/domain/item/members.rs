//! The members of an item's sets.

use crate::domain::members::member;
use crate::domain::place::Place;
use crate::ids::{DocId, OfficerId};

member!(
    /// A marking: any sign on an item.
    MarkingRecord {
        kind: String = "type", "Type, a code of `marking_type`; `SER` is the serial.";
        text: String = "text", "Text as seen.";
        script: String = "script", "Script of the text, ISO 15924.";
        normalised: String = "normalised", "Text as the recorder normalised it.";
        condition: String = "condition", "Condition, a code of `marking_condition`.";
        location: String = "location", "Location, a code of `marking_location`.";
        side: String = "side", "Side.";
        method: String = "method", "Method, a code of `marking_method`.";
        photo: [u8; 32] = "photo", "SHA-256 of its photo.";
        component: String = "component", "Key of the component that bears it.";
        confidence: String = "confidence", "Confidence of the reader.";
        second_reader: OfficerId = "second_reader", "Who read it a second time.";
        country: String = "country", "Country it names.";
        year: i64 = "year", "Year it names.";
        session: DocId = "session", "Marking session in which it was applied; none where it was found on the item.";
        applied_at: i64 = "applied_at", "When it was applied, milliseconds since the Unix epoch.";
        depth_um: i64 = "depth_um", "Depth in micrometres.";
        replaces: String = "replaces", "Key of the marking that it stands for.";
        exposed: bool = "exposed", "Whether it is on an exposed surface (International Tracing Instrument para 7).";
        conspicuous: bool = "conspicuous", "Whether it is conspicuous without tools.";
        recognisable: bool = "recognisable", "Whether it is easily recognisable.";
        readable: bool = "readable", "Whether it is readable.";
        durable: bool = "durable", "Whether it is durable.";
        recoverable: bool = "recoverable", "Whether it is, as far as technically possible, recoverable.";
    }
);

impl MarkingRecord {
    /// The text as seen, if there is any beside blanks.
    pub fn seen(&self) -> Option<&str> {
        self.text.as_deref().filter(|text| !text.trim().is_empty())
    }
}

member!(
    /// A component of a modular or composed weapon; its markings name it.
    ComponentRecord {
        part: String = "part", "Part, a code of `part_type`.";
        serial_status: String = "serial_status", "Status of its serial.";
        condition: String = "condition", "Condition.";
        make: String = "make", "Maker.";
        model: String = "model", "Model.";
        note: String = "note", "Note.";
    }
);

member!(
    /// A photo, named by the hash of its file.
    PhotoRecord {
        hash: [u8; 32] = "hash", "SHA-256 of the file.";
        view: String = "view", "What it shows, a code of `photo_view`.";
        marking: String = "marking", "Key of the marking it shows.";
        mime: String = "mime", "Media type.";
        bytes: i64 = "bytes", "Size in bytes.";
        taken_at: i64 = "taken_at", "When it was taken, milliseconds since the Unix epoch.";
    }
);

member!(
    /// A note.
    NoteRecord {
        text: String = "text", "The note.";
        language: String = "language", "Its language.";
    }
);

member!(
    /// An event of custody: who answers for the item from now.
    CustodyRecord {
        event: String = "event", "Event, a code of `custody_event`.";
        from: String = "from", "Who or what place gave it.";
        to: String = "to", "Who or what place took it.";
        at: i64 = "at", "When, milliseconds since the Unix epoch.";
        site: String = "site", "Site.";
        place: Place = "place", "Where.";
        reason: String = "reason", "Why.";
        seal: String = "seal", "Seal number.";
        quantity: i64 = "quantity", "Quantity.";
        counterparty: OfficerId = "counterparty", "The other officer.";
        exception: String = "exception", "What was out of order.";
        store: String = "store", "Store, where it came to lie in one.";
        rack: String = "rack", "Rack.";
        box_name: String = "box", "Box.";
        handover: DocId = "handover", "Hand-over in which it happened.";
        authority: String = "authority", "Authority that allowed it, with its reference.";
    }
);

member!(
    /// A reference to another register.
    RefRecord {
        scheme: String = "scheme", "Scheme.";
        value: String = "value", "Value.";
    }
);

member!(
    /// A ground for being illicit.
    IllicitBasisRecord {
        basis: String = "basis", "Ground, a code of `illicit_basis`.";
    }
);

member!(
    /// A finding that somebody has justified.
    JustificationRecord {
        rule: String = "rule", "Id of the rule.";
        reason: String = "reason", "Why it is in order.";
        finding: String = "key", "Key of the one finding that is meant; all of the rule on this document where there is none.";
    }
);
