//! `ploughshare officer add|list|grant|revoke|affiliate|passphrase|keys|revoke-key`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use ploughshare_core::identity::Role;
use ploughshare_core::ids::{OfficerId, OperationId};
use serde_json::json;

use super::answer::when;
use super::moment::moment;
use super::ticket::role;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::{REGISTER_SCOPE, officer_key, people};
use crate::registrar::{By, catch_up, rulings};
use crate::store::identity as rows;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Enter an officer.
    Add {
        /// The name shown.
        #[arg(long)]
        name: String,
        /// Code or id of an operation in which to give the roles.
        #[arg(long, requires = "roles")]
        operation: Option<String>,
        /// A role; may be given several times.
        #[arg(long = "role", value_parser = role, requires = "operation")]
        roles: Vec<Role>,
    },
    /// All officers with the roles they hold.
    List,
    /// Give a role.
    Grant(Change),
    /// Take a role back, from now on.
    Revoke(Change),
    /// Say for which organisation an officer acts in an operation: certificates that they sign name it.
    Affiliate {
        /// Name or id.
        officer: String,
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
        /// The organisation.
        #[arg(long)]
        organisation: String,
    },
    /// Give an officer a passphrase for the console; it is read from standard input.
    Passphrase {
        /// Name or id.
        officer: String,
    },
    /// Keys with which officers sign in their own name, each with the device that keeps it.
    Keys {
        /// Name or id; everybody's without.
        officer: Option<String>,
    },
    /// Revoke an officer's key: what it signs does not count any more.
    RevokeKey {
        /// The key's fingerprint, from `officer keys`.
        fingerprint: String,
        /// From when, as ISO 8601: when it was lost. What the register received since does not count. Now, unless given.
        #[arg(long, value_name = "MOMENT", value_parser = moment)]
        effective: Option<i64>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Change {
    /// Name or id.
    officer: String,
    /// The role.
    #[arg(long, value_parser = role)]
    role: Role,
    /// Code or id of the operation; `register` for the whole register.
    #[arg(long)]
    operation: String,
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Add { name, operation, roles } => add(app, &name, operation.as_deref(), &roles).await,
        Command::List => list(app).await,
        Command::Grant(change) => {
            let (operation, officer) = found(app, &change).await?;
            let changed = people::grant(app, "operator", &operation, &officer, change.role).await?;
            Ok(told(&change, changed, "granted", "the officer held this role before; nothing was changed"))
        }
        Command::Revoke(change) => {
            let (operation, officer) = found(app, &change).await?;
            let changed = people::revoke_role(app, "operator", &operation, &officer, change.role).await?;
            Ok(told(&change, changed, "revoked", "the officer does not hold this role; nothing was changed"))
        }
        Command::Affiliate { officer, operation, organisation } => {
            catch_up(app).await?;
            let operation = people::find_operation(app, &operation).await?.id;
            let officer = people::find_officer(app, &officer).await?;
            let decision = rulings::affiliate(app, &By::operator(app), &operation, officer.id, &organisation).await?;
            let json = json!({
                "officer": officer.id, "operation": operation, "organisation": organisation, "decision": decision
            });
            Ok(Answer::new(json, format!("decision {decision}: {} acts for {organisation}", officer.name)))
        }
        Command::Passphrase { officer } => {
            let officer = people::find_officer(app, &officer).await?;
            people::set_passphrase(app, "operator", &officer.id, read_passphrase()?).await?;
            Ok(Answer::new(json!({ "officer": officer.id }), format!("{} can sign in at the console", officer.name)))
        }
        Command::Keys { officer } => keys(app, officer.as_deref()).await,
        Command::RevokeKey { fingerprint, effective } => {
            let changed = officer_key::revoke(app, "operator", &fingerprint, effective).await?;
            let text =
                if changed { "revoked; it signs nothing more" } else { "it was revoked before; nothing was changed" };
            Ok(Answer::new(json!({ "fingerprint": fingerprint, "revoked": true, "changed": changed }), text))
        }
    }
}

async fn found(app: &App, change: &Change) -> Result<(OperationId, OfficerId), Failure> {
    if change.operation == crate::identity::REGISTER_SCOPE_CODE {
        people::ensure_register_scope(app).await?;
    }
    let operation = people::find_operation(app, &change.operation).await?.id;
    Ok((operation, people::find_officer(app, &change.officer).await?.id))
}

fn told(change: &Change, changed: bool, done: &str, otherwise: &str) -> Answer {
    let json = json!({ "role": change.role.code(), "changed": changed });
    Answer::new(json, if changed { format!("{} {done}", change.role.code()) } else { otherwise.to_owned() })
}

async fn add(app: &App, name: &str, operation: Option<&str>, roles: &[Role]) -> Result<Answer, Failure> {
    // Looked up first, so that a mistyped code does not leave an officer without roles.
    let operation = match operation {
        Some(text) => Some(people::find_operation(app, text).await?),
        None => None,
    };
    let officer = people::add_officer(app, "operator", name).await?;
    for role in roles {
        if let Some(operation) = &operation {
            people::grant(app, "operator", &operation.id, &officer.id, *role).await?;
        }
    }
    let codes: Vec<_> = roles.iter().map(|role| role.code()).collect();
    let json = json!({ "id": officer.id, "name": officer.name, "roles": codes });
    Ok(Answer::new(json, format!("{} entered, id {}", officer.name, officer.id)))
}

async fn list(app: &App) -> Result<Answer, Failure> {
    let operations = rows::operations(&app.store.feed).await?;
    let code = |id: &OperationId| {
        let found = operations.iter().find(|operation| operation.id == *id);
        found.map_or_else(|| id.to_string(), |operation| operation.code.clone())
    };
    let mut all = Vec::new();
    for officer in rows::officers(&app.store.feed).await? {
        let mut grants = rows::grants_of(&app.store.feed, &officer.id).await?;
        grants.retain(|grant| grant.revoked_at.is_none());
        all.push((officer, grants));
    }
    let cells = |(officer, grants): &(rows::Officer, Vec<rows::Grant>)| {
        let held: Vec<_> =
            grants.iter().map(|grant| format!("{} in {}", grant.role.code(), code(&grant.operation))).collect();
        let active = if officer.active { "" } else { "inactive" };
        vec![officer.name.clone(), officer.id.to_string(), held.join(", "), active.to_owned()]
    };
    let json = |(officer, grants): &(rows::Officer, Vec<rows::Grant>)| {
        let one = |grant: &rows::Grant| {
            let everywhere = grant.operation == REGISTER_SCOPE;
            json!({ "role": grant.role.code(), "operation": grant.operation, "operation_code": code(&grant.operation), "everywhere": everywhere })
        };
        let roles: Vec<_> = grants.iter().map(one).collect();
        json!({ "id": officer.id, "name": officer.name, "active": officer.active, "roles": roles })
    };
    Ok(Answer::table(&all, &["name", "id", "roles", ""], cells, json))
}

async fn keys(app: &App, of: Option<&str>) -> Result<Answer, Failure> {
    let of = match of {
        Some(text) => Some(people::find_officer(app, text).await?.id),
        None => None,
    };
    let all = officer_key::list(app, of.as_ref()).await?;
    let names = crate::store::read_documents::names(&app.store.feed).await?;
    let name = |key: &rows::OfficerKey| names.get(&key.officer).cloned().unwrap_or_default();
    let cells = |key: &rows::OfficerKey| {
        vec![
            officer_key::fingerprint(&key.public_key),
            name(key),
            key.device.to_string(),
            when(key.added_at),
            key.revoke_effective_ms.map(|ms| when(ms.saturating_mul(1000))).unwrap_or_default(),
        ]
    };
    let json = |key: &rows::OfficerKey| {
        json!({
            "fingerprint": officer_key::fingerprint(&key.public_key),
            "public_key": hex::encode(&key.public_key),
            "officer": key.officer,
            "officer_name": name(key),
            "device": key.device,
            "since_ms": key.added_at / 1000,
            "revoked_at_ms": key.revoked_at.map(|us| us / 1000),
            "revoked_from_ms": key.revoke_effective_ms,
        })
    };
    Ok(Answer::table(&all, &["key", "officer", "device", "since", "revoked from"], cells, json))
}

fn read_passphrase() -> Result<String, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        _ = writeln!(
            std::io::stderr().lock(),
            "Passphrase (at least 15 characters; it shows as you type), then Enter:"
        );
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    read.map_err(|error| {
        Failure::new("passphrase.unreadable", error, "give the passphrase on standard input, as UTF-8")
    })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
