//! `models`: the table of models, offline.

use std::path::Path;

use mobile_ffi::{Card, TabletError, models_builtin};

use crate::args::Models;
use crate::output::{Output, counted, line, table};

/// The operation's table where there is a store, the built-in one where there is none.
fn cards(store: &str, words: &str) -> Result<Vec<Card>, TabletError> {
    if Path::new(store).join("tablet.db").exists() {
        super::tablet(store)?.models(words)
    } else {
        Ok(models_builtin(words))
    }
}

pub fn models(store: &str, words: &[String], show: Option<Models>, output: &Output) -> Result<(), TabletError> {
    if let Some(Models::Show { id }) = show {
        let found = cards(store, "")?.into_iter().find(|card| card.id == id);
        let card = found.ok_or_else(|| {
            TabletError::refused("models.unknown", format!("there is no model '{id}'"), "`models WORDS` finds ids.")
        })?;
        return output.print(&card, |card| line(&card.to_text()));
    }
    let found = cards(store, &words.join(" "))?;
    output.print(&found, |found| {
        let mut rows = table(&["id", "name", "class", "calibre"]);
        for card in found {
            let classes = card.classes.iter().map(|class| class.code.as_str()).collect::<Vec<_>>().join(" ");
            rows.add_row(vec![card.id.clone(), card.name.clone(), classes, card.calibres.join(" ")]);
        }
        line(&rows.to_string());
        line(&counted(found.len() as u64, "model"));
    })
}
