//! The register of the fleet: the real one, asked in process, so that a request needs no socket and time no waiting.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use ploughshare_core::identity::Role;
use ploughshare_server::app::{App, Settings};
use ploughshare_server::http;
use ploughshare_server::identity::{people, ticket};
use ploughshare_server::projection::{Projector, Stepped};
use ploughshare_server::store::Target;
use ploughshare_server::store::identity::Operation;
use tokio::runtime::Runtime;

use super::device::WorldClock;

/// The running server.
pub struct Server {
    /// Its parts.
    pub app: Arc<App>,
    /// Its outside.
    pub router: Router,
    projector: Projector,
}

impl Server {
    /// Starts it on a folder.
    pub fn start(run: &Runtime, folder: &Path, clock: &Arc<WorldClock>) -> Self {
        run.block_on(async {
            let target = Target::SqliteDir(folder.join("register"));
            let mut settings = Settings { key_file: Some(folder.join("register.key")), ..Settings::new(target) };
            settings.requests_per_minute = 1_000_000;
            settings.bytes_per_minute = u64::MAX / 2;
            let app = App::open_with(settings, Arc::<WorldClock>::clone(clock)).await.unwrap();
            let router = http::router(Arc::clone(&app));
            let projector = Projector::new(app.store.register.clone());
            Self { app, router, projector }
        })
    }

    /// Ends it, with whatever the projection has not come to.
    pub fn stop(self, run: &Runtime) {
        run.block_on(async {
            drop(self.router);
            self.app.store.close().await;
        });
    }

    /// Opens the operation of the fleet.
    pub fn open_operation(&self, run: &Runtime) -> Operation {
        run.block_on(people::open_operation(&self.app, "operator", "north", "North", true)).unwrap()
    }

    /// A ticket for a new officer.
    pub fn ticket(&self, run: &Runtime, operation: &Operation, name: &str, role: Role) -> String {
        run.block_on(async {
            let officer = people::add_officer(&self.app, "operator", name).await.unwrap();
            people::grant(&self.app, "operator", &operation.id, &officer.id, role).await.unwrap();
            ticket::issue(&self.app, "operator", &operation.id, &officer.id, 10).await.unwrap().text
        })
    }

    /// Follows the feed for a few steps; whether there was something to do until the end.
    pub fn project(&mut self, run: &Runtime, steps: usize) -> bool {
        run.block_on(async {
            for _ in 0..steps {
                if self.projector.step(&self.app).await.unwrap() != Stepped::On {
                    return false;
                }
            }
            true
        })
    }
}
