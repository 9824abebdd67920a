//! One row of a pack.

use crate::ids::DocId;

/// What the register holds of an item, as far as a list and a search need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The item.
    pub id: DocId,
    /// weapon, part or ammunition.
    pub kind: String,
    /// Class, by the code list.
    pub class: Option<String>,
    /// Status, by the code list.
    pub status: Option<String>,
    /// The tag it carries.
    pub tag: Option<String>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Calibre, by the code list.
    pub calibre: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// What reviews came to, where there is one.
    pub review: Option<String>,
    /// Its serials as seen, the main one first.
    pub serials: Vec<String>,
    /// The day it was collected or else recorded on (UTC), in days since the Unix epoch.
    pub day: u64,
    /// Open findings.
    pub findings: u64,
    /// Paths at which several values stand.
    pub conflicts: u64,
    /// Whether it goes on in another operation.
    pub moved: bool,
}

impl Row {
    /// The texts of which each stands in a column of its own, in their order in a part.
    pub(super) fn texts(&self) -> [Option<&str>; 10] {
        [
            Some(&self.kind),
            self.class.as_deref(),
            self.status.as_deref(),
            self.tag.as_deref(),
            self.make.as_deref(),
            self.model.as_deref(),
            self.calibre.as_deref(),
            self.site.as_deref(),
            self.store.as_deref(),
            self.review.as_deref(),
        ]
    }

    /// The numbers likewise.
    pub(super) fn numbers(&self) -> [u64; 4] {
        [self.day, self.findings, self.conflicts, u64::from(self.moved)]
    }

    pub(super) fn from_columns(
        id: DocId,
        texts: [Option<String>; 10],
        numbers: [u64; 4],
        serials: Vec<String>,
    ) -> Option<Self> {
        let [kind, class, status, tag, make, model, calibre, site, store, review] = texts;
        let [day, findings, conflicts, moved] = numbers;
        Some(Self {
            id,
            kind: kind?,
            class,
            status,
            tag,
            make,
            model,
            calibre,
            site,
            store,
            review,
            serials,
            day,
            findings,
            conflicts,
            moved: match moved {
                0 => false,
                1 => true,
                _ => return None,
            },
        })
    }
}
