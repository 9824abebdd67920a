//! Procedures as typed records: what people do with many items at once. Each is a document of its own; what it means for an item is said
//! on the item, so that an item's document alone tells its life.

mod count;
mod destruction;
mod handover;
mod incident;
mod marking_session;
mod spot_check;
#[cfg(test)]
mod tests;

pub use count::{CountRecord, SightingRecord, TallyRecord};
pub use destruction::{DestructionRecord, PlannedRecord, ResultRecord, ScrapRecord};
pub use handover::{HandoverRecord, LineRecord, LoadedRecord, ReceivedRecord, SealRecord};
pub use incident::{ConcernedRecord, IncidentRecord};
pub use marking_session::MarkingSessionRecord;
pub use spot_check::{ReadingRecord, SampleRecord, SpotCheckRecord};
