//! `ploughshare demo`: three tablets record fictional weapons without a network, sync, disagree, and the register shows who said what.
//!
//! The register and the tablets never share code but the sync core; here alone they meet, over real HTTP on loopback.

mod items;
mod story;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::{Answer, Failure};
use crate::app::{App, Settings};
use crate::identity::{people, ticket};
use crate::store::{Ask as _, Target};
use crate::{http, projection};
use ploughshare_core::identity::Role;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An empty folder to keep the demo in; by default a temporary one that goes when the demo ends.
    #[arg(long = "dir")]
    dir: Option<PathBuf>,
    /// Stop after the story instead of leaving the server running.
    #[arg(long)]
    exit: bool,
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new("demo.failed", error, "nothing real is in a demo; start it again on an empty folder")
}

/// Tells the story, prints it, and leaves the server running.
pub(super) async fn run(listen: SocketAddr, args: Args, json: bool) -> Result<Answer, Failure> {
    let temporary = tempfile::tempdir().map_err(failed)?;
    let dir = args.dir.unwrap_or_else(|| temporary.path().to_owned());
    if std::fs::read_dir(&dir).is_ok_and(|mut found| found.next().is_some()) {
        return Err(Failure::new(
            "demo.not_empty",
            format!("{} is not empty", dir.display()),
            "choose an empty folder with --dir",
        ));
    }
    let app = App::open(Settings::new(Target::SqliteDir(dir.join("register")))).await?;
    let listener = match TcpListener::bind(listen).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind("127.0.0.1:0").await.map_err(failed)?,
    };
    let address = format!("http://{}", listener.local_addr().map_err(failed)?);
    let server = tokio::spawn(http::serve(Arc::clone(&app), listener, std::future::pending::<()>()));

    let cast = cast(&app).await.map_err(failed)?;
    let (server_address, tablets) = (address.clone(), dir.join("tablets"));
    let told = tokio::task::spawn_blocking(move || story::tell(&server_address, &tablets, &cast, !json)).await;
    let mut told = told.map_err(failed)?.map_err(|error| failed(format!("{}: {}", error.code, error.message)))?;
    projection::wait_until_current(&app, Duration::from_secs(30)).await.map_err(failed)?;
    register_side(&app, &mut told).await.map_err(failed)?;
    told.address.clone_from(&address);
    told.folder = dir.join("register").display().to_string();
    let answer = Answer::new(serde_json::to_value(&told).map_err(failed)?, told.in_words());
    if args.exit {
        server.abort();
        return Ok(answer);
    }
    _ = answer.print(json);
    drop(tokio::signal::ctrl_c().await);
    server.abort();
    Ok(Answer::new(serde_json::json!({ "stopped": true }), "stopped; the temporary folder is removed"))
}

/// The programme in training mode, its officers and a ticket for each tablet.
async fn cast(app: &App) -> Result<story::Cast, crate::identity::IdentityError> {
    let operation =
        people::open_operation(app, "operator", "training", "Training: laying down arms, river valley", true).await?;
    let mut tickets = Vec::new();
    for (name, role) in [("Amina", Role::Collector), ("Joseph", Role::Inspector), ("Marta", Role::Storekeeper)] {
        let officer = people::add_officer(app, "operator", name).await?;
        people::grant(app, "operator", &operation.id, &officer.id, role).await?;
        // Marta also collects in this exercise; what a storekeeper may not say stays a claim.
        if role == Role::Storekeeper {
            people::grant(app, "operator", &operation.id, &officer.id, Role::Collector).await?;
        }
        let issued = ticket::issue(app, "operator", &operation.id, &officer.id, 10).await?;
        tickets.push((name.to_owned(), role.code().to_owned(), issued.text));
    }
    Ok(story::Cast { tickets })
}

/// What the register holds after it all.
async fn register_side(app: &App, told: &mut story::Told) -> Result<(), crate::store::StoreError> {
    let db = &app.store.register;
    for row in db
        .ask(
            "select kind, class, cast(sum(n) as bigint) from rollup group by kind, class order by 3 desc, kind, class",
            &[],
        )
        .await?
    {
        told.held.push((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.int(2)?));
    }
    let sql = "select rule, count(*), min(message) from finding where state = 'open' group by rule order by rule";
    for row in db.ask(sql, &[]).await? {
        let rule = row.text(0)?;
        let title = ploughshare_core::rules::rule(rule).map_or("", |r| r.title);
        told.findings.push((rule.to_owned(), row.int(1)?, title.to_owned(), row.text(2)?.to_owned()));
    }
    told.claims = db.ask("select 1 from claim", &[]).await?.len();
    told.conflicts_left = db.ask("select 1 from conflict", &[]).await?.len();
    let log = crate::store::audit_log::head(&app.store.feed, crate::store::audit_log::Log::Audit).await?;
    told.audit = (log.size, hex::encode(log.root));
    Ok(())
}
