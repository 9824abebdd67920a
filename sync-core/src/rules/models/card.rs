//! The table as people look things up in it: words to models, a model to a card.

use serde::Serialize;

use super::{ModelEntry, Producer, Reference, key};
use crate::domain::codes;

/// A model on one card: what it is, how it is known, what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Makers to whom the names belong.
    pub makers: Vec<String>,
    /// Classes, with their labels.
    pub classes: Vec<Labelled>,
    /// Calibres.
    pub calibres: Vec<String>,
    /// How it works.
    pub action: Option<String>,
    /// First year of production.
    pub from: Option<i64>,
    /// Last year of production.
    pub to: Option<i64>,
    /// Who made it where.
    pub producers: Vec<Producer>,
    /// How its serials are written.
    pub serials: Vec<String>,
    /// How it is known: part and words.
    pub cues: Vec<Cue>,
    /// What it is taken for, and what tells them apart.
    pub look_alikes: Vec<Other>,
    /// What else is worth knowing.
    pub note: Option<String>,
}

/// A code and its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Labelled {
    /// The code.
    pub code: String,
    /// The label.
    pub label: String,
}

/// A cue at a part of the weapon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cue {
    /// The part.
    pub part: String,
    /// What is seen there.
    pub seen: String,
}

/// Another model for which this one is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Other {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What tells them apart.
    pub cues: String,
}

impl Reference {
    /// The models that every one of the words fits: in a name, a maker, a calibre, a class or a country, by code or label.
    /// Those come first whose name the words are. All models without words.
    pub fn search(&self, words: &str) -> Vec<&ModelEntry> {
        let wanted: Vec<String> = words.split_whitespace().map(key).filter(|word| !word.is_empty()).collect();
        let whole = key(words);
        let rank = |model: &&ModelEntry| {
            let names = || std::iter::once(&model.name).chain(&model.aliases).map(|name| key(name));
            if names().any(|name| name == whole) {
                0
            } else if names().any(|name| name.starts_with(&whole)) {
                1
            } else {
                2
            }
        };
        let mut found: Vec<&ModelEntry> = self
            .models()
            .filter(|model| {
                let words = words_of(model);
                // Two letters are a code, two digits the beginning of a number: neither is a part of a word.
                let fits = |word: &String, known: &String| {
                    known == word
                        || (word.chars().count() > 2 && known.contains(word.as_str()))
                        || (word.starts_with(|c: char| c.is_ascii_digit()) && known.starts_with(word.as_str()))
                };
                wanted.iter().all(|word| words.iter().any(|known| fits(word, known))) || words.contains(&whole)
            })
            .collect();
        if !wanted.is_empty() {
            found.sort_by_key(rank);
        }
        found
    }

    /// The card of a model.
    pub fn card(&self, id: &str) -> Option<Card> {
        let model = self.get(id)?;
        let label = |code: &String| Labelled {
            code: code.clone(),
            label: codes::WEAPON_CLASS.label(code).unwrap_or_default().to_owned(),
        };
        // Whoever takes A for B takes B for A: what others say of this model is shown on its card as well.
        let mut look_alikes: Vec<Other> = Vec::new();
        let mut other = |id: &str, cues: &str| {
            if let Some(known) = self.get(id)
                && !look_alikes.iter().any(|other| other.id == id)
            {
                look_alikes.push(Other { id: id.to_owned(), name: known.name.clone(), cues: cues.to_owned() });
            }
        };
        model.look_alikes.iter().for_each(|one| other(&one.model, &one.cues));
        for known in self.models() {
            let of_this = known.look_alikes.iter().filter(|one| one.model == id);
            of_this.for_each(|one| other(&known.id, &format!("{}: {}", known.name, one.cues)));
        }
        Some(Card {
            id: model.id.clone(),
            name: model.name.clone(),
            aliases: model.aliases.clone(),
            makers: model.makers.clone(),
            classes: model.classes.iter().map(label).collect(),
            calibres: model.calibres.clone(),
            action: model.action.clone(),
            from: model.from,
            to: model.to,
            producers: model.producers.clone(),
            serials: model.serials.iter().map(ToString::to_string).collect(),
            cues: model.cues.iter().map(|(part, seen)| Cue { part: part.clone(), seen: seen.clone() }).collect(),
            look_alikes,
            note: model.note.clone(),
        })
    }
}

/// What a model is found by, in the form of [`key`].
fn words_of(model: &ModelEntry) -> Vec<String> {
    let mut words: Vec<String> = vec![key(&model.id), key(&model.name)];
    let mut add = |text: &str| words.push(key(text));
    for text in model.aliases.iter().chain(&model.makers).chain(&model.calibres) {
        add(text);
    }
    for code in &model.classes {
        add(code);
        add(codes::WEAPON_CLASS.label(code).unwrap_or_default());
    }
    for producer in &model.producers {
        add(&producer.country);
        add(codes::COUNTRY.label(&producer.country).unwrap_or_default());
        add(producer.maker.as_deref().unwrap_or_default());
    }
    words
}

impl Card {
    /// The card in plain words, as it is printed.
    pub fn to_text(&self) -> String {
        let mut lines = vec![format!("{}  [{}]", self.name, self.id)];
        let mut line = |head: &str, text: String| {
            if !text.is_empty() {
                lines.push(format!("{head:<14}{text}"));
            }
        };
        line("also called", self.aliases.join(", "));
        line("makers", self.makers.join(", "));
        line("class", self.classes.iter().map(|c| format!("{} ({})", c.code, c.label)).collect::<Vec<_>>().join(", "));
        line("calibre", self.calibres.join(", "));
        line("action", self.action.clone().unwrap_or_default().replace('_', " "));
        line("made", span(self.from, self.to));
        for (n, producer) in self.producers.iter().enumerate() {
            line(if n == 0 { "producers" } else { "" }, producer_text(producer));
        }
        line("serials", self.serials.join("  "));
        for (n, cue) in self.cues.iter().enumerate() {
            line(if n == 0 { "known by" } else { "" }, format!("{}: {}", cue.part.replace('_', " "), cue.seen));
        }
        for (n, other) in self.look_alikes.iter().enumerate() {
            line(if n == 0 { "looks like" } else { "" }, format!("{} [{}]: {}", other.name, other.id, other.cues));
        }
        line("note", self.note.clone().unwrap_or_default());
        lines.join("\n")
    }
}

fn span(from: Option<i64>, to: Option<i64>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("until {to}"),
        (None, None) => String::new(),
    }
}

fn producer_text(producer: &Producer) -> String {
    let mut text = codes::COUNTRY.label(&producer.country).unwrap_or(&producer.country).to_owned();
    let years = span(producer.from, producer.to);
    let licence = if producer.licensed { "under licence" } else { "" };
    for more in
        [producer.maker.as_deref().unwrap_or_default(), licence, &years, producer.note.as_deref().unwrap_or_default()]
    {
        if !more.is_empty() {
            text.push_str(", ");
            text.push_str(more);
        }
    }
    text
}
