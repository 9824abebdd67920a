//! `ploughshare models list|show|makers|check|add|withdraw|withdraw-maker`: the table of models and makers, and a programme's own.

use ploughshare_core::rules::models::{Card, Maker, ModelEntry, ModelsFile, OwnModels, key, read};
use serde_json::json;

use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::models;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Models whose name, maker, calibre, class or country the words fit.
    List {
        /// Words; all of them have to fit.
        words: Vec<String>,
        /// Code or id of an operation, for its own models as well.
        #[arg(long)]
        operation: Option<String>,
    },
    /// The card of a model.
    Show {
        /// Its id.
        id: String,
        /// Code or id of an operation, for its own models as well.
        #[arg(long)]
        operation: Option<String>,
    },
    /// Makers whose name or country the word fits.
    Makers {
        /// A name, part of one, or the code of a country.
        word: Option<String>,
        /// Code or id of an operation, for its own makers as well.
        #[arg(long)]
        operation: Option<String>,
    },
    /// Say what is wrong with a file of models and makers, or what adding it would change. Changes nothing.
    Check(File),
    /// Add the models and makers of a file to an operation's table; those it has already are not added again.
    Add(File),
    /// Take a model out of an operation's table.
    Withdraw {
        /// Its id.
        id: String,
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
    },
    /// Take a maker out of an operation's table.
    WithdrawMaker {
        /// Any of its names.
        name: String,
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct File {
    /// The file, TOML, in the form of the built-in table.
    file: std::path::PathBuf,
    /// Code or id of the operation.
    #[arg(long)]
    operation: String,
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::List { words, operation } => {
            let own = own(app, operation.as_deref()).await?;
            let table = own.reference();
            let cards: Vec<Card> =
                table.search(&words.join(" ")).into_iter().filter_map(|model| table.card(&model.id)).collect();
            let cells = |card: &Card| {
                let classes = card.classes.iter().map(|class| class.code.as_str()).collect::<Vec<_>>().join(" ");
                vec![card.id.clone(), card.name.clone(), classes, card.calibres.join(" ")]
            };
            Ok(Answer::table(&cards, &["id", "name", "class", "calibre"], cells, |card| json!(card)))
        }
        Command::Show { id, operation } => {
            let own = own(app, operation.as_deref()).await?;
            let card = own.reference().card(&id).ok_or_else(|| unknown(&id))?;
            let text = card.to_text();
            Ok(Answer::new(card, text))
        }
        Command::Makers { word, operation } => {
            let own = own(app, operation.as_deref()).await?;
            let word = word.unwrap_or_default();
            let fits = |maker: &&Maker| {
                let there = |code: &String| *code == word.to_uppercase();
                maker.countries.iter().any(there) || maker.keys().any(|name| name.contains(&key(&word)))
            };
            let makers: Vec<&Maker> = own.reference().makers().iter().filter(fits).collect();
            let cells = |maker: &&Maker| vec![maker.name.clone(), maker.countries.join(" "), maker.aliases.join(", ")];
            Ok(Answer::table(&makers, &["name", "countries", "also called"], cells, |maker| json!(maker)))
        }
        Command::Check(args) => check(app, &args).await,
        Command::Add(args) => add(app, &args).await,
        Command::Withdraw { id, operation } => {
            let operation = people::find_operation(app, &operation).await?;
            if !models::withdraw(app, "operator", &operation.id, &id).await? {
                return Err(unknown(&id));
            }
            Ok(Answer::new(json!({ "model": id, "withdrawn": true }), format!("{id} is withdrawn")))
        }
        Command::WithdrawMaker { name, operation } => {
            let operation = people::find_operation(app, &operation).await?;
            let Some(name) = models::withdraw_maker(app, "operator", &operation.id, &name).await? else {
                let message = format!("there is no maker {name}");
                return Err(Failure::new("models.unknown_maker", message, "see `ploughshare models makers`"));
            };
            Ok(Answer::new(json!({ "maker": name, "withdrawn": true }), format!("{name} is withdrawn")))
        }
    }
}

fn unknown(id: &str) -> Failure {
    Failure::new("models.unknown", format!("there is no model {id}"), "see `ploughshare models list`")
}

async fn own(app: &App, operation: Option<&str>) -> Result<OwnModels, Failure> {
    let Some(operation) = operation else { return Ok(OwnModels::default()) };
    let operation = people::find_operation(app, operation).await?;
    let mut tx = app.store.feed.begin_write().await?;
    Ok(models::authority(app, &mut tx, &operation.id).await?.models)
}

/// What is wrong with a file: codes, and what they mean there.
type Wrong = Vec<(String, String)>;

/// What the file holds, or what is wrong with it, a line each.
fn file(args: &File, own: &OwnModels) -> Result<Result<ModelsFile, Wrong>, Failure> {
    let text = std::fs::read_to_string(&args.file).map_err(|error| {
        let what = format!("{} cannot be read: {error}", args.file.display());
        Failure::new("models.file", what, "name a file that this user may read; its text is UTF-8")
    })?;
    let said = |code: &str, what: String| (code.to_owned(), what);
    Ok(match read(&text, Some(own.reference())) {
        Err(wrong) => Err(wrong.iter().map(|error| said(error.code(), error.to_string())).collect()),
        Ok(file) if file.models.is_empty() && file.makers.is_empty() => {
            Err(vec![said("models.count", "the file holds no model and no maker".to_owned())])
        }
        Ok(file) => Ok(file),
    })
}

async fn check(app: &App, args: &File) -> Result<Answer, Failure> {
    let own = own(app, Some(&args.operation)).await?;
    let file = match file(args, &own)? {
        Ok(file) => file,
        Err(wrong) => {
            let json: Vec<_> = wrong.iter().map(|(code, what)| json!({ "code": code, "error": what })).collect();
            let text = wrong.iter().map(|(code, what)| format!("{what} [{code}]")).collect::<Vec<_>>().join("\n");
            return Ok(Answer::new(json!({ "good": false, "wrong": json }), text).but_bad());
        }
    };
    let does = |model: &ModelEntry| match own.reference().get(&model.id) {
        Some(known) if known == model => "is there already",
        Some(_) => "replaces the model of that id",
        None => "is new",
    };
    let makes = |maker: &Maker| match own.reference().maker(&maker.name) {
        Some(known) if known == maker => "is there already",
        Some(_) => "replaces the maker of that name",
        None => "is new",
    };
    let models: Vec<_> = file.models.iter().map(|model| json!({ "model": model.id, "does": does(model) })).collect();
    let makers: Vec<_> = file.makers.iter().map(|maker| json!({ "maker": maker.name, "does": makes(maker) })).collect();
    let lines = file.makers.iter().map(|maker| format!("{} {}", maker.name, makes(maker)));
    let lines: Vec<String> =
        lines.chain(file.models.iter().map(|model| format!("{} {}", model.id, does(model)))).collect();
    Ok(Answer::new(json!({ "good": true, "models": models, "makers": makers }), lines.join("\n")))
}

async fn add(app: &App, args: &File) -> Result<Answer, Failure> {
    let operation = people::find_operation(app, &args.operation).await?;
    let own = own(app, Some(&args.operation)).await?;
    let found = file(args, &own)?.map_err(|wrong| {
        let (code, what) = wrong.into_iter().next().unwrap_or_default();
        Failure::new(&code, what, "`ploughshare models check` lists all that is wrong with the file")
    })?;
    let added = models::add(app, "operator", &operation.id, &found).await?;
    let of = found.models.len() + found.makers.len();
    let all: Vec<&str> = added.makers.iter().chain(&added.models).map(String::as_str).collect();
    let text = match all.len() {
        0 => "the table has them all already; nothing was changed".to_owned(),
        n => format!("{n} of {of} added: {}", all.join(", ")),
    };
    let json = json!({ "operation": operation.id, "added": added.models, "added_makers": added.makers, "of": of });
    Ok(Answer::new(json, text))
}
