//! The records hold all that the schema has, and nothing else.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::domain::schema;

#[test]
fn every_field_and_set_of_the_schema_is_in_the_record() {
    let records: [(&str, &[&str], &[&str]); 6] = [
        ("marking_session", MarkingSessionRecord::scalar_names(), MarkingSessionRecord::set_names()),
        ("handover", HandoverRecord::scalar_names(), HandoverRecord::set_names()),
        ("count", CountRecord::scalar_names(), CountRecord::set_names()),
        ("incident", IncidentRecord::scalar_names(), IncidentRecord::set_names()),
        ("destruction", DestructionRecord::scalar_names(), DestructionRecord::set_names()),
        ("spot_check", SpotCheckRecord::scalar_names(), SpotCheckRecord::set_names()),
    ];
    for (kind, scalars, sets) in records {
        let spec = schema::kind(kind).unwrap();
        assert_eq!(spec.fields.iter().map(|field| field.name).collect::<Vec<_>>(), scalars, "{kind}");
        assert_eq!(spec.sets.iter().map(|set| set.name).collect::<Vec<_>>(), sets, "{kind}");
    }
}
