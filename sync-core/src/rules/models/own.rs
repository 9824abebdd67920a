//! The models that a programme added for itself, or withdrew, by decisions of an operation.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::{ModelEntry, Reference};

/// What an operation's decisions say of models: by id the model, or that it is withdrawn.
#[derive(Clone, Default)]
pub struct OwnModels {
    said: Arc<BTreeMap<String, Option<ModelEntry>>>,
    /// The whole table, made when it is first asked for: decisions come in runs.
    whole: OnceLock<Arc<Reference>>,
}

impl OwnModels {
    /// A model is added, or replaces the one with its id.
    pub fn add(&mut self, model: ModelEntry) {
        self.say(model.id.clone(), Some(model));
    }

    /// A model is withdrawn, one of the built-in table too.
    pub fn withdraw(&mut self, id: &str) {
        self.say(id.to_owned(), None);
    }

    fn say(&mut self, id: String, model: Option<ModelEntry>) {
        Arc::make_mut(&mut self.said).insert(id, model);
        self.whole = OnceLock::new();
    }

    /// What was said last of each model; `None` where it is withdrawn.
    pub fn said(&self) -> &BTreeMap<String, Option<ModelEntry>> {
        &self.said
    }

    /// The built-in table with what was said.
    pub fn reference(&self) -> &Reference {
        if self.said.is_empty() {
            return Reference::builtin();
        }
        self.whole.get_or_init(|| {
            let added: Vec<ModelEntry> = self.said.values().flatten().cloned().collect();
            let withdrawn = |id: &str| self.said.get(id).is_some_and(Option::is_none);
            Arc::new(Reference::builtin().without(withdrawn).extended(&added))
        })
    }
}

impl PartialEq for OwnModels {
    fn eq(&self, other: &Self) -> bool {
        self.said == other.said
    }
}

impl Eq for OwnModels {}

impl fmt::Debug for OwnModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.said.iter().map(|(id, model)| (id, model.is_some()))).finish()
    }
}
