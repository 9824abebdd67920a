//! `ploughshare ticket`: a one-use invitation for a tablet.

use ploughshare_core::identity::Role;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::{people, ticket};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Code or id of the operation.
    #[arg(long)]
    operation: String,
    /// Name or id of the officer.
    #[arg(long)]
    officer: String,
    /// Also give the officer this role there; may be given several times.
    #[arg(long = "role", value_parser = role)]
    roles: Vec<Role>,
    /// How long it can be used, in minutes.
    #[arg(long, default_value_t = ticket::DEFAULT_MINUTES, value_parser = clap::value_parser!(u32).range(1..=10_080))]
    minutes: u32,
}

/// A role by its code.
pub(super) fn role(code: &str) -> Result<Role, String> {
    Role::from_code(code).ok_or_else(|| {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.code()).collect();
        format!("roles are {}", known.join(", "))
    })
}

pub(super) async fn run(app: &App, args: Args) -> Result<Answer, Failure> {
    let operation = people::find_operation(app, &args.operation).await?;
    let officer = people::find_officer(app, &args.officer).await?;
    for role in args.roles {
        people::grant(app, "operator", &operation.id, &officer.id, role).await?;
    }
    let issued = ticket::issue(app, "operator", &operation.id, &officer.id, args.minutes).await?;
    let json = serde_json::json!({
        "ticket": issued.text,
        "id": hex::encode(issued.id),
        "operation": operation.id.to_string(),
        "operation_code": operation.code,
        "officer": officer.id.to_string(),
        "expires_at_ms": issued.expires_at / 1000,
    });
    let text = format!(
        "{}\n\nfor {} in {}; one tablet, until {}",
        issued.text,
        officer.name,
        operation.name,
        when(issued.expires_at)
    );
    Ok(Answer::new(json, text))
}
