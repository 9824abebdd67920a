//! Where the work is done: two threads that wait for the network and up to sixteen that wait for the store or for the app's own parts.
//! Callers' threads only wait for the answer. A panic ends here.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use super::error::AppError;
use super::log::{self, LogLevel};

/// Name of all threads of this library.
const THREAD: &str = "ploughshare";
/// Threads that wait for the store or for the app's parts.
const WAITING: usize = 16;
/// How long a thread without work stays.
const IDLE: Duration = Duration::from_secs(5);

static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();

thread_local! {
    static PANICKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn build() -> Option<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(WAITING)
        .thread_keep_alive(IDLE)
        .thread_name(THREAD)
        .enable_time()
        .build();
    let before = std::panic::take_hook();
    // What a panic says may hold what was typed: of our own threads only the place in the program is told, and that to the log.
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(THREAD) {
            return before(panic);
        }
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        PANICKED.with(|cell| cell.replace(Some(place)));
    }));
    runtime.ok()
}

/// The runtime of this library.
pub(super) fn handle() -> Result<&'static Handle, AppError> {
    RUNTIME
        .get_or_init(build)
        .as_ref()
        .map(Runtime::handle)
        .ok_or_else(|| AppError::internal("the threads of this library cannot be started", None))
}

/// What a panic becomes: an incident with a number, told in the log with the place in the program.
fn incident() -> AppError {
    let mut bytes = [0; 4];
    let number = match getrandom::fill(&mut bytes) {
        Ok(()) => hex::encode(bytes),
        Err(_) => "00000000".to_owned(),
    };
    let place = PANICKED.with(RefCell::take).unwrap_or_default();
    log::say(LogLevel::Error, "internal", || format!("incident {number} at {place}"));
    AppError::internal("a fault in this library was stopped", Some(number))
}

/// Does work that waits on a thread of its own. It goes on to its end when the caller no longer waits for it.
pub(super) async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let guarded = move || catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(incident()));
    let done = handle()?.spawn_blocking(guarded).await;
    done.unwrap_or_else(|_| Err(AppError::internal("the threads of this library have ended", None)))
}
