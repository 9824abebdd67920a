//! Tracing: outcomes, why a trace failed, and the grounds on which an answer may be limited.

use super::codes;

codes!(
    /// Outcomes of a tracing request.
    TRACE_OUTCOME, "trace_outcome",
    "pending" => "Pending",
    "acknowledged" => "Acknowledged",
    "info_requested" => "More information requested",
    "last_legal_record_found" => "Last legal record found",
    "owner_found" => "Owner found",
    "maker_identified_no_record" => "Maker identified, no record",
    "no_record" => "No record",
    "untraceable_marks" => "Markings not traceable",
    "delayed" => "Delayed",
    "restricted" => "Restricted",
    "refused" => "Refused",
    "withdrawn" => "Withdrawn",
);

codes!(
    /// Why a trace failed.
    TRACE_FAILURE, "trace_failure",
    "insufficient_identification" => "Not enough identifying information",
    "misidentified" => "Weapon or marking misidentified",
    "serial_wrong" => "Serial wrong",
    "records_destroyed" => "Records destroyed",
    "before_records" => "Older than the records",
    "no_reply" => "No reply",
    "other" => "Other",
);

codes!(
    /// Grounds on which a State may delay, restrict or refuse an answer (International Tracing Instrument para 22).
    RESPONSE_LIMIT_GROUND, "response_limit_ground",
    "investigation" => "Would compromise a criminal investigation",
    "confidentiality" => "Would breach confidentiality law",
    "no_guarantee" => "Requester cannot guarantee confidentiality",
    "security" => "National security consistent with the Charter",
);
