//! Incidents: a loss, a theft, a shortage or a damage, reported at once.

use ploughshare_core::domain::draft::DraftMember;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::edit::Edit;

use super::count::concerned;
use super::custody::beginning;
use super::{code, needed, refused};
use crate::engine::Tablet;
use crate::engine::deed::Says;
use crate::store::Result;

/// An incident that is reported.
#[derive(Debug, Clone, Default)]
pub struct NewIncident {
    /// Nature, a code of `incident_nature`.
    pub nature: String,
    /// Site.
    pub site: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// When it was discovered, ms since the Unix epoch; now where not given.
    pub discovered_ms: Option<i64>,
    /// The last time when all was in order, ms since the Unix epoch.
    pub not_before_ms: Option<i64>,
    /// Circumstances.
    pub circumstances: String,
    /// Authority it was reported to.
    pub reported_to: Option<String>,
    /// The items concerned.
    pub items: Vec<String>,
    /// What it was, where no item is known.
    pub description: Option<String>,
    /// The count at which it was found.
    pub count: Option<String>,
    /// `lost` or `stolen`: said on each item as well, by who may say what becomes of an item.
    pub status: Option<String>,
    /// Whether to say it also where it will be a claim only.
    pub as_claim: bool,
}

impl Tablet {
    /// Reports an incident; gives its document.
    pub fn incident_new(&self, new: &NewIncident) -> Result<String> {
        let nature = code("incident", "nature", &new.nature)?;
        needed(
            &new.circumstances,
            "incident.no_circumstances",
            "what happened",
            "Say it in a few words: --circumstances.",
        )?;
        let described = new.description.as_deref().is_some_and(|text| !text.trim().is_empty());
        if new.items.is_empty() && !described {
            let hint = "Name the items, or say with --description what is gone.";
            return Err(refused("incident.nothing", "it is not said what it concerns", hint));
        }
        if let Some(status) = new.status.as_deref().filter(|status| !matches!(*status, "lost" | "stolen")) {
            let message = format!("an incident makes no item '{status}'");
            return Err(refused(
                "incident.bad_status",
                message,
                "Say --status lost, --status stolen, or leave it out.",
            ));
        }
        self.deed(new.as_claim, |deed| {
            let items = if new.items.is_empty() { Vec::new() } else { deed.items(&new.items)? };
            let mut draft = Says::default()
                .with("nature", nature.as_str())
                .with("state", "reported")
                .with("discovered_at", new.discovered_ms.unwrap_or(deed.now_ms))
                .with("circumstances", new.circumstances.trim())
                .maybe("site", new.site.clone())
                .maybe("store", new.store.clone())
                .maybe("not_before", new.not_before_ms)
                .maybe("reported_to", new.reported_to.clone())
                .draft("incident");
            for (line, seen) in &items {
                let ammunition = ItemRecord::read(&seen.content()).is_ammunition();
                let quantity = if ammunition { line.quantity()? } else { None };
                let fields = concerned(&seen.id, quantity).into_iter().collect();
                draft.members.push(DraftMember { set: "items".to_owned(), fields });
            }
            if let Some(text) = new.description.clone().filter(|_| described) {
                let fields = Says::default().with("description", text).fields().into_iter().collect();
                draft.members.push(DraftMember { set: "items".to_owned(), fields });
            }
            if let Some(count) = &new.count {
                let count = deed.procedure("count", count)?;
                let says = Says::default().with("scheme", "count").with("value", count.id.to_string());
                draft.members.push(DraftMember { set: "refs".to_owned(), fields: says.fields().into_iter().collect() });
            }
            let id = deed.create(draft)?;
            if let Some(status) = &new.status {
                for (line, seen) in &items {
                    let record = ItemRecord::read(&seen.content());
                    let quantity = if record.is_ammunition() { line.quantity()? } else { None };
                    let event = Says::default()
                        .with("event", status.as_str())
                        .with("at", new.discovered_ms.unwrap_or(deed.now_ms))
                        .with("reason", new.circumstances.trim().chars().take(300).collect::<String>())
                        .maybe("quantity", quantity);
                    let mut edits: Vec<Edit> = beginning(seen, &record).into_iter().collect();
                    edits.push(event.add("custody"));
                    edits.extend(Says::default().with("status", status.as_str()).news(seen));
                    deed.say(&seen.id, edits)?;
                }
            }
            Ok(id.to_string())
        })
    }
}
