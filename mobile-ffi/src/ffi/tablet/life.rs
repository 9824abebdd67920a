//! Suspending, resuming, closing, wiping.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::gate::{Core, open_engine};
use super::{TabletState, alone};
use crate::engine;
use crate::ffi::error::AppError;
use crate::ffi::events::Event;
use crate::ffi::log::{self, LogLevel};
use crate::ffi::runtime;

/// How long suspending and closing wait for calls under way. A deed on the store takes far less; only a part of the app that never
/// answers takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is left when all calls have ended. The store goes before the lock on its folder.
struct Left {
    engine: Option<Arc<engine::Tablet>>,
    lock: Option<File>,
}

impl Left {
    /// Lets go of it, away from the caller's thread.
    async fn go(self) -> Result<(), AppError> {
        let go = move || {
            drop(self.engine);
            drop(self.lock);
            Ok(())
        };
        runtime::waiting(go).await
    }
}

impl Core {
    /// Lets no call in any more, gives up those that talk, and waits for the others.
    async fn drain(self: &Arc<Self>, state: TabletState) -> Result<Left, AppError> {
        let before = std::mem::replace(&mut self.held().state, state);
        self.hush();
        let mut running = self.running.subscribe();
        let empty = async move { drop(running.wait_for(|running| *running == 0).await) };
        let waited = runtime::handle()?.spawn(async move { tokio::time::timeout(PATIENCE, empty).await }).await;
        let (left, session) = {
            let mut held = self.held();
            (Left { engine: held.engine.take(), lock: held.lock.take() }, held.session.take())
        };
        drop(session);
        if before != state {
            self.hub.tell(Event::StateChanged { state });
        }
        if matches!(waited, Ok(Ok(()))) {
            return Ok(left);
        }
        // The store is closed by the call that still holds it, when it ends.
        left.go().await?;
        let advice = "What was saved is safe. A part of the app (transport, vault, clock) does not answer.";
        Err(AppError::storage("tablet.still_busy", "a call has not ended", advice))
    }

    pub(super) async fn suspend(self: &Arc<Self>) -> Result<(), AppError> {
        if self.state() == TabletState::Closed {
            return Err(AppError::closed());
        }
        self.drain(TabletState::Suspended).await?.go().await?;
        log::say(LogLevel::Info, "tablet", || "suspended".to_owned());
        Ok(())
    }

    pub(super) async fn resume(self: &Arc<Self>) -> Result<(), AppError> {
        match self.state() {
            TabletState::Open => return Ok(()),
            TabletState::Closed => return Err(AppError::closed()),
            TabletState::Suspended => {}
        }
        let core = Arc::clone(self);
        let opened = move || {
            let lock = alone(Path::new(&core.config.data_dir))?;
            let engine = open_engine(&core.config, &core.platform, &core.vault)?;
            let mut held = core.held();
            if held.state != TabletState::Suspended {
                return Ok(());
            }
            held.state = TabletState::Open;
            held.engine = Some(Arc::new(engine));
            held.lock = Some(lock);
            Ok(())
        };
        runtime::waiting(opened).await?;
        self.hub.tell(Event::StateChanged { state: self.state() });
        log::say(LogLevel::Info, "tablet", || "resumed".to_owned());
        Ok(())
    }

    pub(super) async fn close(self: &Arc<Self>) -> Result<(), AppError> {
        if self.state() == TabletState::Closed {
            return Ok(());
        }
        self.drain(TabletState::Closed).await?.go().await?;
        log::say(LogLevel::Info, "tablet", || "closed".to_owned());
        Ok(())
    }

    pub(super) async fn wipe(self: &Arc<Self>, unsent_too: bool) -> Result<(), AppError> {
        // A tablet that must not be wiped must not be closed by it either.
        self.read(move |engine| engine.may_wipe(unsent_too)).await?;
        let left = self.drain(TabletState::Closed).await?;
        let folder = self.folder();
        let wiped = move || {
            let Some(engine) = left.engine.and_then(Arc::into_inner) else {
                return Err(AppError::storage(
                    "tablet.still_busy",
                    "a call has not ended",
                    "Open it again and wipe it.",
                ));
            };
            engine.wipe(unsent_too)?;
            drop(left.lock);
            drop(std::fs::remove_file(folder.join("app.lock")));
            Ok(())
        };
        runtime::waiting(wiped).await?;
        log::say(LogLevel::Info, "tablet", || "wiped".to_owned());
        Ok(())
    }

    /// The app has let go of its tablet without closing it: the same, with nobody waiting for it.
    pub(super) fn let_go(self: &Arc<Self>) {
        if self.state() == TabletState::Closed {
            return;
        }
        let core = Arc::clone(self);
        if let Ok(runtime) = runtime::handle() {
            runtime.spawn(async move { drop(core.close().await) });
        }
    }
}
