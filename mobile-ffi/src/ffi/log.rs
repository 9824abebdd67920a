//! What the library tells about itself: ids, counts and codes, never contents. Lines are sorted out by level before they cross to the app,
//! kept in a short queue, and handed over from a thread of their own.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{AppError, HostError};

/// Lines that wait at most; the oldest are dropped.
const WAITING: usize = 512;
/// Lines handed over in a second at most, so that a sink which calls back into the library cannot set off a storm.
const A_SECOND: u32 = 100;

/// How much a line weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, uniffi::Enum)]
pub enum LogLevel {
    /// A call failed in a way that somebody should look at.
    Error,
    /// Something was out of order and was dealt with.
    Warn,
    /// Opening, syncing, closing.
    Info,
    /// Each change.
    Debug,
}

/// Takes lines of the log. What it throws is ignored.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// One line. `target` is the part of the library that speaks.
    fn log(&self, level: LogLevel, target: String, message: String) -> Result<(), HostError>;
}

struct Line {
    level: LogLevel,
    target: &'static str,
    message: String,
}

struct Log {
    most: Option<LogLevel>,
    sink: Option<Arc<dyn LogSink>>,
    lines: VecDeque<Line>,
    started: bool,
}

static LOG: Mutex<Log> = Mutex::new(Log { most: None, sink: None, lines: VecDeque::new(), started: false });
static SAID: Condvar = Condvar::new();

fn lock() -> MutexGuard<'static, Log> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Names who takes the log, and down to which level. May be called again; without a sink nothing is told.
#[uniffi::export]
pub fn init_logging(level: LogLevel, sink: Option<Arc<dyn LogSink>>) -> Result<(), AppError> {
    // The sink before is the app's: it is let go of when nothing is locked.
    let before = {
        let mut log = lock();
        log.most = sink.is_some().then_some(level);
        if !log.started && sink.is_some() {
            thread::Builder::new()
                .name("ploughshare-log".to_owned())
                .spawn(hand_over)
                .map_err(|_| AppError::internal("the thread of the log cannot be started", None))?;
            log.started = true;
        }
        std::mem::replace(&mut log.sink, sink)
    };
    drop(before);
    Ok(())
}

/// Says a line. It is written only when somebody listens at its level.
pub(super) fn say(level: LogLevel, target: &'static str, message: impl FnOnce() -> String) {
    if lock().most.is_none_or(|most| level > most) {
        return;
    }
    let message = message();
    let mut log = lock();
    if log.lines.len() >= WAITING {
        log.lines.pop_front();
    }
    log.lines.push_back(Line { level, target, message });
    drop(log);
    SAID.notify_one();
}

fn hand_over() {
    let mut second = (Instant::now(), 0);
    loop {
        let (line, sink) = {
            let mut log = lock();
            loop {
                if let Some(line) = log.lines.pop_front() {
                    break (line, log.sink.clone());
                }
                log = SAID.wait(log).unwrap_or_else(PoisonError::into_inner);
            }
        };
        if second.0.elapsed() >= Duration::from_secs(1) {
            second = (Instant::now(), 0);
        }
        second.1 += 1;
        if second.1 <= A_SECOND
            && let Some(sink) = sink
        {
            drop(sink.log(line.level, line.target.to_owned(), line.message));
        }
    }
}
