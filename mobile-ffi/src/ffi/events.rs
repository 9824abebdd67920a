//! What happened on the tablet, told to whoever shows it: pushed to observers, or pulled by a cursor. Both see the same numbered events.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::cancel::CancelHandle;
use super::error::{AppError, HostError};
use super::log::{self, LogLevel};
use super::runtime;
use super::tablet::TabletState;
use crate::model::SyncReport;

/// Events kept for those who are slow; who is slower still is told that they missed some.
const KEPT: usize = 1_024;
/// Events in one batch at most.
const BATCH: u32 = 256;
/// Times in a row that an observer may throw before it is left out.
const PATIENCE: u32 = 5;
/// Observers at one time.
const OBSERVERS: u32 = 8;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum Event {
    /// Documents changed or came.
    DocumentsChanged {
        /// Those that are known by id.
        documents: Vec<String>,
        /// Whether others may have changed too: lists have to be read again.
        others: bool,
    },
    /// A sync ended well.
    Synced {
        /// What it did.
        report: SyncReport,
    },
    /// Keys or leases of officers changed, or an officer signed in or out.
    OfficersChanged,
    /// The tablet was suspended, resumed, closed.
    StateChanged {
        /// How it is now.
        state: TabletState,
    },
}

/// Events in the order in which they happened.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct EventBatch {
    /// The events.
    pub events: Vec<Event>,
    /// Where the next batch begins.
    pub cursor: u64,
    /// Whether some before these are lost, because nobody asked for too long or the cursor is of an earlier opening: everything shown has to
    /// be read again.
    pub missed: bool,
}

/// Hears events.
#[uniffi::export(foreign)]
pub trait EventObserver: Send + Sync {
    /// A batch. The next one waits until this returns. Who throws five times in a row hears no more.
    fn on_events(&self, batch: EventBatch) -> Result<(), HostError>;
}

/// An observer that hears events until this is cancelled or dropped.
#[derive(uniffi::Object)]
pub struct Subscription {
    stop: Arc<CancelHandle>,
    active: Arc<AtomicBool>,
}

#[uniffi::export]
impl Subscription {
    /// Ends it. A batch that is being told is told to its end.
    pub fn cancel(&self) {
        self.stop.cancel();
        self.active.store(false, Ordering::SeqCst);
    }

    /// Whether it still hears events.
    pub fn is_active(&self) -> bool {
        self.active.load(Ordering::SeqCst)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Ring {
    events: VecDeque<Event>,
    /// Number of the event after the newest.
    next: u64,
}

/// Where events come together.
pub(super) struct Hub {
    ring: Mutex<Ring>,
    told: watch::Sender<u64>,
    observers: Arc<AtomicU32>,
}

impl Default for Hub {
    fn default() -> Self {
        let ring = Mutex::new(Ring { events: VecDeque::new(), next: 0 });
        Self { ring, told: watch::Sender::new(0), observers: Arc::default() }
    }
}

impl Hub {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells an event.
    pub(super) fn tell(&self, event: Event) {
        let next = {
            let mut ring = self.ring();
            if ring.events.len() >= KEPT {
                ring.events.pop_front();
            }
            ring.events.push_back(event);
            ring.next += 1;
            ring.next
        };
        self.told.send_replace(next);
    }

    /// Where events that happen from now on begin.
    pub(super) fn cursor(&self) -> u64 {
        self.ring().next
    }

    /// What is there from a cursor on.
    fn from(&self, cursor: u64, most: u32) -> EventBatch {
        let ring = self.ring();
        let oldest = ring.next - ring.events.len() as u64;
        let missed = cursor < oldest || cursor > ring.next;
        let begin = if cursor > ring.next { ring.next } else { cursor.max(oldest) };
        let skip = (begin - oldest) as usize;
        let events: Vec<Event> = ring.events.iter().skip(skip).take(most.clamp(1, BATCH) as usize).cloned().collect();
        let cursor = begin + events.len() as u64;
        EventBatch { events, cursor, missed }
    }

    /// What happens from a cursor on: at once if there is something, else as soon as something happens, else nothing when the time is over.
    pub(super) async fn next(&self, cursor: u64, most: u32, patience: Option<Duration>) -> EventBatch {
        let mut told = self.told.subscribe();
        let came = async {
            loop {
                told.borrow_and_update();
                let batch = self.from(cursor, most);
                if batch.missed || !batch.events.is_empty() || told.changed().await.is_err() {
                    return batch;
                }
            }
        };
        match patience {
            None => came.await,
            Some(patience) => tokio::time::timeout(patience, came).await.unwrap_or_else(|_| self.from(cursor, most)),
        }
    }

    /// Tells an observer everything from now on.
    pub(super) fn subscribe(self: &Arc<Self>, observer: Arc<dyn EventObserver>) -> Result<Arc<Subscription>, AppError> {
        if self.observers.fetch_add(1, Ordering::SeqCst) >= OBSERVERS {
            self.observers.fetch_sub(1, Ordering::SeqCst);
            let advice = "Cancel a subscription first, and share one between the screens of the app.";
            return Err(AppError::refused("subscribe.too_many", "eight observers hear events already", advice));
        }
        let (stop, active) = (CancelHandle::new(), Arc::new(AtomicBool::new(true)));
        let subscription = Subscription { stop: Arc::clone(&stop), active: Arc::clone(&active) };
        // The task does not keep the hub alive beyond the tablet: it is told of the end as of everything else.
        let (hub, observers, mut cursor) = (Arc::clone(self), Arc::clone(&self.observers), self.cursor());
        let task = async move {
            let mut thrown = 0;
            while thrown < PATIENCE {
                let batch = tokio::select! {
                    biased;
                    () = stop.used() => break,
                    batch = hub.next(cursor, BATCH, None) => batch,
                };
                cursor = batch.cursor;
                let closed = Event::StateChanged { state: TabletState::Closed };
                let last = batch.events.contains(&closed);
                let observer = Arc::clone(&observer);
                let heard = runtime::waiting(move || Ok(observer.on_events(batch))).await;
                thrown = if matches!(heard, Ok(Ok(()))) { 0 } else { thrown + 1 };
                if last {
                    break;
                }
            }
            if thrown >= PATIENCE {
                log::say(LogLevel::Warn, "events", || "an observer threw too often and hears no more".to_owned());
            }
            active.store(false, Ordering::SeqCst);
            observers.fetch_sub(1, Ordering::SeqCst);
        };
        runtime::handle()?.spawn(task);
        Ok(Arc::new(subscription))
    }
}
