//! The table of models, looked up without a network: the built-in one with what the operation's decisions say.

use ploughshare_core::rules::models::{Card, Reference};

use super::Tablet;
use crate::store::Result;

/// Cards of the built-in models that all the words fit, the best first; all without words.
pub fn models_builtin(words: &str) -> Vec<Card> {
    cards(Reference::builtin(), words)
}

fn cards(table: &Reference, words: &str) -> Vec<Card> {
    table.search(words).into_iter().filter_map(|model| table.card(&model.id)).collect()
}

impl Tablet {
    /// Cards of the models of this operation's table that all the words fit, the best first; all without words.
    pub fn models(&self, words: &str) -> Result<Vec<Card>> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        Ok(cards(engine.authority.models.reference(), words))
    }
}
