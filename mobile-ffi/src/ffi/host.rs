//! What the app brings: HTTP, a place for secrets, and the device's own sense of time. Each is called from threads of the library, and
//! never while anything is locked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::cancel::CancelHandle;
use super::error::HostError;
use crate::platform::{self, BootTime, Platform, PlatformError, SystemPlatform};
use crate::transport::{self, HttpRequest, HttpResponse, Transport, TransportError};

/// Carries requests to the register with the HTTP of the platform, so that its proxies, certificates and policies hold.
#[uniffi::export(foreign)]
#[async_trait::async_trait]
pub trait HttpTransport: Send + Sync {
    /// Sends a request and answers with whatever status and headers came back. Redirects are not followed. An answer larger than 8 MiB
    /// is not taken.
    async fn execute(&self, request: HttpRequest) -> Result<HttpResponse, HostError>;
}

/// Keeps secrets of this installation: in the Keychain, or sealed by a key of the Keystore, and outside every backup.
#[uniffi::export(foreign)]
pub trait KeyVault: Send + Sync {
    /// The secret of that name, if it is there.
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, HostError>;
    /// Keeps a secret; it must be durable when this returns.
    fn store(&self, name: String, secret: Vec<u8>) -> Result<(), HostError>;
    /// Forgets a secret for good; one that is not there is forgotten already.
    fn remove(&self, name: String) -> Result<(), HostError>;
}

/// What the device says of time.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ClockReading {
    /// The wall clock, ms since the Unix epoch.
    pub wall_ms: i64,
    /// Another text after every start of the device (Android: the boot count), where that is known.
    #[uniffi(default)]
    pub boot_id: Option<String>,
    /// Milliseconds since that start, sleep included (Android: `elapsedRealtime`), where that is known.
    #[uniffi(default)]
    pub since_boot_ms: Option<i64>,
}

/// Tells the time. Without one the system's clock is used, and waiting times after wrong PINs hang on a clock that the user can set.
#[uniffi::export(foreign)]
pub trait DeviceClock: Send + Sync {
    /// What the device's clocks say now.
    fn now(&self) -> Result<ClockReading, HostError>;
}

/// The app's vault as the engine asks it.
pub(super) struct HostVault(pub Arc<dyn KeyVault>);

impl platform::KeyVault for HostVault {
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, PlatformError> {
        Ok(self.0.load(name.to_owned())?)
    }

    fn store(&self, name: &str, secret: Vec<u8>) -> Result<(), PlatformError> {
        Ok(self.0.store(name.to_owned(), secret)?)
    }

    fn remove(&self, name: &str) -> Result<(), PlatformError> {
        Ok(self.0.remove(name.to_owned())?)
    }
}

/// Time and chance for the engine. The app's clock is read before a deed begins ([`HostPlatform::look`]), as the engine asks for the
/// time while its store is locked; from there on the time runs by the monotonic clock.
pub(super) struct HostPlatform {
    clock: Option<Arc<dyn DeviceClock>>,
    system: SystemPlatform,
    looked: Mutex<Option<(ClockReading, Instant)>>,
}

impl HostPlatform {
    /// On the app's clock, or on the system's.
    pub(super) fn new(clock: Option<Arc<dyn DeviceClock>>) -> Self {
        Self { clock, system: SystemPlatform::default(), looked: Mutex::new(None) }
    }

    /// Looks at the app's clock. Nothing may be locked.
    pub(super) fn look(&self) -> Result<(), PlatformError> {
        let Some(clock) = &self.clock else { return Ok(()) };
        let reading = clock.now()?;
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some((reading, Instant::now()));
        Ok(())
    }

    /// What was seen last, and how many ms ago.
    fn seen(&self) -> Option<(ClockReading, i64)> {
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        looked.map(|(reading, when)| (reading, when.elapsed().as_millis() as i64))
    }
}

impl Platform for HostPlatform {
    fn now_ms(&self) -> Result<i64, PlatformError> {
        match self.seen() {
            Some((reading, ago)) => Ok(reading.wall_ms.saturating_add(ago)),
            None => self.system.now_ms(),
        }
    }

    fn monotonic_ms(&self) -> Result<u64, PlatformError> {
        self.system.monotonic_ms()
    }

    fn boot(&self) -> Result<Option<BootTime>, PlatformError> {
        if self.clock.is_none() {
            return self.system.boot();
        }
        let seen = self.seen().and_then(|(reading, ago)| {
            let (id, since) = reading.boot_id.zip(reading.since_boot_ms)?;
            Some(BootTime { id, elapsed_ms: since.saturating_add(ago) })
        });
        Ok(seen)
    }

    fn random(&self, count: u32) -> Result<Vec<u8>, PlatformError> {
        self.system.random(count)
    }
}

/// The app's HTTP as the engine asks it: one request after the other, each with an end to the patience, all of them given up at once when
/// one of the handles is used.
pub(super) struct HostTransport {
    pub host: Arc<dyn HttpTransport>,
    pub runtime: Handle,
    pub patience: Duration,
    /// Used when the call is dropped or the tablet suspended.
    pub own: Arc<CancelHandle>,
    /// The caller's own.
    pub given: Option<Arc<CancelHandle>>,
}

impl HostTransport {
    pub(super) async fn used(&self) {
        match &self.given {
            Some(given) => tokio::select! {
                () = self.own.used() => {}
                () = given.used() => {}
            },
            None => self.own.used().await,
        }
    }
}

impl Transport for HostTransport {
    fn is_given_up(&self) -> bool {
        self.own.is_cancelled() || self.given.as_ref().is_some_and(|given| given.is_cancelled())
    }

    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let given_up = || TransportError::Offline { message: "the call was given up".to_owned() };
        let late = || TransportError::Interrupted { message: "no answer came in time".to_owned() };
        let answer = self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.used() => Err(given_up()),
                answer = self.host.execute(request) => answer.map_err(TransportError::from),
                () = tokio::time::sleep(self.patience) => Err(late()),
            }
        })?;
        if answer.body.len() as u64 > transport::MOST_BYTES {
            return Err(TransportError::Interrupted { message: "the answer is larger than 8 MiB".to_owned() });
        }
        if !(100..=599).contains(&answer.status) {
            return Err(TransportError::Interrupted { message: "the answer has no HTTP status".to_owned() });
        }
        Ok(answer)
    }
}
