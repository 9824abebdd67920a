//! `ploughshare serve`: runs the register until it is told to stop.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use super::{Answer, Failure, open};
use crate::config::Config;
use crate::http;
use crate::identity::setup;
use crate::store::Target;

/// Serves until SIGTERM or ctrl-c.
pub(super) async fn run(config: Config, json: bool) -> Result<Answer, Failure> {
    let app = open(&config).await?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| not_bound(&config.listen, &error))?;
    let address = listener.local_addr().map_err(|error| not_bound(&config.listen, &error))?;
    crate::persons::ensure_published(&app)
        .await
        .map_err(|error| Failure::new(error.code(), &error, "start the server again"))?;
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let link = setup::offer(&app).await?.map(|secret| format!("{base}/setup#{secret}"));
    announce(&config, &base, link.as_deref(), &app.register.to_string(), json);

    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let shutdown = async move {
        asked_to_stop().await;
        tracing::info!("serve.stopping");
        stopping.send_replace(true);
    };
    let served = http::serve(app.clone(), listener, shutdown);
    let too_long = async {
        // The sender is dropped only when serving has ended.
        if stopped.wait_for(|stop| *stop).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(config.shutdown_seconds.into())).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = served => ended.map_err(|error| Failure::new("serve.failed", error, "start the server again"))?,
        () = too_long => tracing::warn!("serve.cut_off: requests did not finish in time; nothing receipted is lost"),
    }
    app.store.close().await;
    Ok(Answer::new(serde_json::json!({ "stopped": true }), "stopped; everything that was receipted is on disk"))
}

fn announce(config: &Config, base: &str, link: Option<&str>, register: &str, json: bool) {
    let place = match &config.database {
        Target::SqliteDir(dir) => format!("SQLite in {}", dir.display()),
        Target::PostgresUrl { .. } => "PostgreSQL".to_owned(),
    };
    let mut out = std::io::stdout().lock();
    let written = if json {
        let line = serde_json::json!({ "listening": base, "register": register, "setup": link });
        writeln!(out, "{line}")
    } else {
        let first = link.map_or_else(String::new, |link| {
            format!("\nNo administrator yet. Open this one-time link within 24 hours to become the first:\n  {link}\n")
        });
        writeln!(out, "Register {register} listens at {base} ({place}).{first}")
    };
    drop(written.and_then(|()| out.flush()));
}

fn not_bound(address: &SocketAddr, error: &std::io::Error) -> Failure {
    let (code, next) = match error.kind() {
        std::io::ErrorKind::AddrInUse => (
            "start.port_in_use",
            "another program listens there, perhaps this one; stop it or choose another port with --listen",
        ),
        std::io::ErrorKind::PermissionDenied => ("start.port_forbidden", "choose a port above 1023 with --listen"),
        _ => ("start.listen", "choose an address of this machine with --listen, such as 127.0.0.1:8480"),
    };
    Failure::new(code, format!("cannot listen at {address}: {error}"), next)
}

/// Ready when SIGTERM or ctrl-c came.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! { () = interrupted => {}, () = terminated => {} }
}
