//! People who hand weapons in: what their sealed records may say, why one is read, why one is erased.

use super::codes;

codes!(
    /// Age groups. A person under 18 is a child (CRC, article 1) and is recorded by the child's minimal set alone.
    PERSON_AGE_GROUP, "person_age_group",
    "child_0_14" => "Child, under 15",
    "child_15_17" => "Child, 15 to 17",
    "youth_18_24" => "Youth, 18 to 24",
    "adult_25_59" => "Adult, 25 to 59",
    "older_60" => "60 and older",
    "unknown" => "Unknown",
);

codes!(
    /// Sex as the person says it.
    PERSON_SEX, "person_sex",
    "female" => "Female",
    "male" => "Male",
    "other" => "Other",
    "unknown" => "Unknown",
);

codes!(
    /// Kinds of document that a person showed.
    ID_DOCUMENT, "id_document",
    "national_id" => "National identity card",
    "passport" => "Passport",
    "voter_card" => "Voter's card",
    "driving_licence" => "Driving licence",
    "refugee_card" => "Refugee's or displaced person's card",
    "military_id" => "Military identity card",
    "other" => "Other",
    "none" => "None shown",
);

codes!(
    /// Why a sealed record is read. Each read is logged with it.
    PERSON_PURPOSE, "person_purpose",
    "receipt_reissue" => "A receipt is issued again",
    "appeal" => "An appeal is heard",
    "benefits" => "Benefits are granted or checked",
    "legal" => "A court or the law demands it",
    "data_subject_request" => "The person asks what is held about them",
);

codes!(
    /// Why a sealed record is erased.
    PERSON_ERASURE, "person_erasure",
    "retention" => "It has been kept as long as it may be",
    "data_subject_request" => "The person asks for it",
    "recorded_in_error" => "It was recorded in error",
    "protection" => "It endangers the person",
    "legal" => "A court or the law demands it",
);
