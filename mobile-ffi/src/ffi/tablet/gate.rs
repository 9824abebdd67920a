//! The gate that every call goes through.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::touched::Touched;
use super::{OpenConfig, TabletState, alone};
use crate::engine::{self, OfficerSession};
use crate::error::TabletError;
use crate::ffi::cancel::{CancelHandle, CancelOnDrop};
use crate::ffi::error::AppError;
use crate::ffi::events::{Event, Hub};
use crate::ffi::host::{DeviceClock, HostPlatform, HostTransport, HostVault, HttpTransport, KeyVault};
use crate::ffi::log::{self, LogLevel};
use crate::ffi::progress::{self, ProgressListener, Teller};
use crate::ffi::runtime;
use crate::model::TabletConfig;
use crate::transport::Transport;

/// What stands behind a tablet of the app, shared by the calls under way.
pub(in crate::ffi) struct Core {
    pub config: OpenConfig,
    pub platform: Arc<HostPlatform>,
    pub vault: Arc<HostVault>,
    transport: Arc<dyn HttpTransport>,
    pub held: Mutex<Held>,
    /// Calls under way.
    pub running: watch::Sender<u64>,
    /// One call talks to the register at a time; held by that call.
    turn: Arc<tokio::sync::Mutex<()>>,
    pub hub: Arc<Hub>,
}

/// What the state of a tablet consists of. It is locked for moments only, never while anything is waited for.
pub(in crate::ffi) struct Held {
    pub state: TabletState,
    pub engine: Option<Arc<engine::Tablet>>,
    pub session: Option<Arc<OfficerSession>>,
    pub lock: Option<File>,
    /// What is used when the tablet is suspended: the calls that talk to the register.
    talking: Vec<Weak<CancelHandle>>,
}

/// Whom a call talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The register: one call after the other.
    Register,
    /// Somebody else, who may keep it waiting for long.
    Anybody,
}

/// A call under way. Nobody closes the store before it is dropped.
pub(super) struct Call {
    core: Arc<Core>,
    engine: Option<Arc<engine::Tablet>>,
}

impl Drop for Call {
    fn drop(&mut self) {
        drop(self.engine.take());
        self.core.running.send_modify(|running| *running -= 1);
    }
}

impl Core {
    pub(super) fn open(
        config: OpenConfig,
        transport: Arc<dyn HttpTransport>,
        vault: Arc<dyn KeyVault>,
        clock: Option<Arc<dyn DeviceClock>>,
    ) -> Result<Arc<Self>, AppError> {
        let lock = alone(Path::new(&config.data_dir))?;
        let (platform, vault) = (Arc::new(HostPlatform::new(clock)), Arc::new(HostVault(vault)));
        let engine = open_engine(&config, &platform, &vault)?;
        log::say(LogLevel::Info, "tablet", || "opened".to_owned());
        let held = Held {
            state: TabletState::Open,
            engine: Some(Arc::new(engine)),
            session: None,
            lock: Some(lock),
            talking: Vec::new(),
        };
        Ok(Arc::new(Self {
            config,
            platform,
            vault,
            transport,
            held: Mutex::new(held),
            running: watch::Sender::new(0),
            turn: Arc::default(),
            hub: Arc::default(),
        }))
    }

    pub(super) fn folder(&self) -> PathBuf {
        PathBuf::from(&self.config.data_dir)
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> TabletState {
        self.held().state
    }

    /// Begins a call, if the tablet is open.
    fn enter(self: &Arc<Self>) -> Result<Call, AppError> {
        let held = self.held();
        let engine = match (held.state, &held.engine) {
            (TabletState::Open, Some(engine)) => Arc::clone(engine),
            (TabletState::Closed, _) => return Err(AppError::closed()),
            _ => return Err(AppError::suspended()),
        };
        self.running.send_modify(|running| *running += 1);
        Ok(Call { core: Arc::clone(self), engine: Some(engine) })
    }

    /// Gives up every call that talks to the register.
    pub(super) fn hush(&self) {
        let talking = std::mem::take(&mut self.held().talking);
        for handle in talking.iter().filter_map(Weak::upgrade) {
            handle.cancel();
        }
    }

    /// After a fault: the store is opened anew, so that nothing half-made stays in memory. An officer signs in again.
    fn renew(&self) {
        let fresh = open_engine(&self.config, &self.platform, &self.vault);
        let (engine, session) = {
            let mut held = self.held();
            let Ok(fresh) = fresh else { return };
            if held.state != TabletState::Open {
                return;
            }
            (held.engine.replace(Arc::new(fresh)), held.session.take())
        };
        drop((session, engine));
    }

    fn failed(error: &AppError, call: &'static str) {
        let problem = error.problem();
        let level = if matches!(error, AppError::Internal { .. } | AppError::Storage { .. }) {
            LogLevel::Error
        } else {
            LogLevel::Debug
        };
        log::say(level, call, || format!("failed: {}", problem.code));
    }

    /// Reads.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&engine::Tablet) -> Result<T, TabletError> + Send + 'static,
    ) -> Result<T, AppError> {
        let call = self.enter()?;
        let core = Arc::clone(self);
        let work = move || {
            core.platform.look().map_err(TabletError::from)?;
            let Some(engine) = &call.engine else { return Err(AppError::closed()) };
            let read = read(engine).map_err(AppError::from);
            drop(call);
            read
        };
        let done = runtime::waiting(work).await;
        if let Err(error) = &done {
            Self::failed(error, "call");
            if error.problem().incident.is_some() {
                let core = Arc::clone(self);
                let renewed = move || {
                    core.renew();
                    Ok(())
                };
                runtime::waiting(renewed).await?;
            }
        }
        done
    }

    /// Changes something, and tells who listens.
    pub(in crate::ffi) async fn change<T: Touched + Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&engine::Tablet) -> Result<T, TabletError> + Send + 'static,
    ) -> Result<T, AppError> {
        let hub = Arc::clone(&self.hub);
        // Told by the work itself: who no longer waits for the answer must not keep others from hearing of it.
        self.read(move |engine| {
            let done = change(engine)?;
            let (documents, others) = done.touched();
            hub.tell(Event::DocumentsChanged { documents, others });
            Ok(done)
        })
        .await
    }

    /// Changes something with many items, and tells a listener how far it is.
    pub(super) async fn deed<T: Touched + Send + 'static>(
        self: &Arc<Self>,
        listener: Option<Arc<dyn ProgressListener>>,
        deed: impl FnOnce(&engine::Tablet, Option<Arc<Teller>>) -> Result<T, TabletError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (teller, telling) = progress::begin(listener)?;
        let done = self.change(move |engine| deed(engine, teller)).await;
        telling.end().await;
        done
    }

    /// Waits for the turn, where there are turns.
    async fn take_turn(&self, whose: Turn) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        match whose {
            Turn::Register => Some(Arc::clone(&self.turn).lock_owned().await),
            Turn::Anybody => None,
        }
    }

    /// Talks to the register, one call at a time. Given up as [`converse`](Self::converse) says.
    pub(super) async fn talk<T: Send + 'static>(
        self: &Arc<Self>,
        given: Option<Arc<CancelHandle>>,
        talk: impl FnOnce(&engine::Tablet, Arc<dyn Transport>) -> Result<T, TabletError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.converse(given, Turn::Register, talk).await
    }

    /// Talks to somebody. Given up when the caller's handle is used, when the caller no longer waits, when the tablet is suspended.
    pub(super) async fn converse<T: Send + 'static>(
        self: &Arc<Self>,
        given: Option<Arc<CancelHandle>>,
        whose: Turn,
        talk: impl FnOnce(&engine::Tablet, Arc<dyn Transport>) -> Result<T, TabletError> + Send + 'static,
    ) -> Result<T, AppError> {
        let own = CancelHandle::new();
        {
            let mut held = self.held();
            held.talking.retain(|handle| handle.strong_count() > 0);
            held.talking.push(Arc::downgrade(&own));
        }
        let _given_up_with_the_call = CancelOnDrop(Arc::clone(&own));
        let transport = HostTransport {
            host: Arc::clone(&self.transport),
            runtime: runtime::handle()?.clone(),
            patience: Duration::from_millis(self.config.request_timeout_ms.max(1)),
            own: Arc::clone(&own),
            given: given.clone(),
        };
        let used = || own.is_cancelled() || given.as_ref().is_some_and(|given| given.is_cancelled());
        let turn = tokio::select! {
            biased;
            () = transport.used() => None,
            turn = self.take_turn(whose) => Some(turn),
        };
        let done = match turn {
            Some(turn) => {
                let talk = move |engine: &engine::Tablet| {
                    let done = talk(engine, Arc::new(transport));
                    drop(turn);
                    done
                };
                self.read(talk).await
            }
            None => Err(AppError::cancelled()),
        };
        match done {
            Err(error) if used() && is_given_up(&error) => Err(match self.state() {
                TabletState::Open => AppError::cancelled(),
                TabletState::Suspended => AppError::suspended(),
                TabletState::Closed => AppError::closed(),
            }),
            other => other,
        }
    }
}

/// Whether a call that was given up can have ended with this because of it.
fn is_given_up(error: &AppError) -> bool {
    matches!(error, AppError::Transport { .. } | AppError::Cancelled { .. }) || error.problem().code == engine::GIVEN_UP
}

/// Opens the engine on the app's parts.
pub(super) fn open_engine(
    config: &OpenConfig,
    platform: &Arc<HostPlatform>,
    vault: &Arc<HostVault>,
) -> Result<engine::Tablet, AppError> {
    platform.look().map_err(TabletError::from)?;
    let config = TabletConfig {
        up_bytes: config.up_bytes,
        down_bytes: config.down_bytes,
        idle_minutes: config.idle_minutes,
        ..TabletConfig::new(&config.data_dir)
    };
    let (platform, vault) = (Arc::<HostPlatform>::clone(platform), Arc::<HostVault>::clone(vault));
    Ok(engine::Tablet::open_with(config, platform, vault)?)
}

/// A teller as procedures take it.
pub(super) fn told(teller: Option<Arc<Teller>>) -> engine::Progress {
    teller.map(|teller| teller as Arc<dyn engine::DeedProgress>)
}
