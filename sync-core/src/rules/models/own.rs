//! The models and makers that a programme added for itself, or withdrew, by decisions of an operation.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::{Maker, ModelEntry, Reference, key, named_alike};

/// What an operation's decisions say of models and makers: by id the model, by name the maker, or that it is withdrawn.
#[derive(Clone, Default)]
pub struct OwnModels {
    said: Arc<BTreeMap<String, Option<ModelEntry>>>,
    makers: Arc<BTreeMap<String, Option<Maker>>>,
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

    /// A maker is added, or replaces the one of its name.
    pub fn add_maker(&mut self, maker: Maker) {
        self.say_maker(key(&maker.name), Some(maker));
    }

    /// A maker is withdrawn, one of the built-in table too.
    pub fn withdraw_maker(&mut self, name: &str) {
        self.say_maker(key(name), None);
    }

    fn say(&mut self, id: String, model: Option<ModelEntry>) {
        Arc::make_mut(&mut self.said).insert(id, model);
        self.whole = OnceLock::new();
    }

    fn say_maker(&mut self, name: String, maker: Option<Maker>) {
        Arc::make_mut(&mut self.makers).insert(name, maker);
        self.whole = OnceLock::new();
    }

    /// What was said last of each model; `None` where it is withdrawn.
    pub fn said(&self) -> &BTreeMap<String, Option<ModelEntry>> {
        &self.said
    }

    /// What was said last of each maker, by its name in the form of [`key`]; `None` where it is withdrawn.
    pub fn said_of_makers(&self) -> &BTreeMap<String, Option<Maker>> {
        &self.makers
    }

    /// The built-in table with what was said.
    pub fn reference(&self) -> &Reference {
        if self.said.is_empty() && self.makers.is_empty() {
            return Reference::builtin();
        }
        self.whole.get_or_init(|| {
            let added: Vec<ModelEntry> = self.said.values().flatten().cloned().collect();
            let withdrawn = |id: &str| self.said.get(id).is_some_and(Option::is_none);
            Arc::new(Reference::builtin().with_makers(&self.makers).without(withdrawn).extended(&added))
        })
    }

    /// Which items have to be judged anew when this is what is said now: those whose make or model is one of which something else is said.
    pub fn changed<'a>(&'a self, now: &'a Self) -> impl Fn(Option<&str>, Option<&str>) -> bool + 'a {
        let ids: BTreeSet<&String> = self.said.keys().chain(now.said.keys()).collect();
        let ids = ids.into_iter().filter(|id| self.said.get(*id) != now.said.get(*id));
        let models: Vec<&ModelEntry> =
            ids.flat_map(|id| [self.reference().get(id), now.reference().get(id)]).flatten().collect();
        let names: BTreeSet<&String> = self.makers.keys().chain(now.makers.keys()).collect();
        let names = names.into_iter().filter(|name| self.makers.get(*name) != now.makers.get(*name));
        let makers: BTreeSet<String> = names
            .flat_map(|name| [self.reference().maker(name), now.reference().maker(name)])
            .flatten()
            .flat_map(Maker::keys)
            .collect();
        move |make, name| {
            make.is_some_and(|make| makers.contains(&key(make)))
                || name.is_some_and(|name| models.iter().any(|model| named_alike(model, make, name)))
        }
    }
}

impl PartialEq for OwnModels {
    fn eq(&self, other: &Self) -> bool {
        self.said == other.said && self.makers == other.makers
    }
}

impl Eq for OwnModels {}

impl fmt::Debug for OwnModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let models = self.said.iter().map(|(id, model)| (id, model.is_some()));
        f.debug_map().entries(models).entries(self.makers.iter().map(|(name, maker)| (name, maker.is_some()))).finish()
    }
}
