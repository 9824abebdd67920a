//! How much one device, person or address may ask for. Each has a budget of its own, so one that asks without pause slows nobody else.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;

/// Requests a minute without a token from one address; many tablets may stand behind one.
const STRANGER_PER_MINUTE: u32 = 6_000;
/// Passphrases a minute from one address.
const PASSPHRASES_PER_MINUTE: u32 = 30;
/// After so many requests, budgets that are full again are forgotten.
const SWEEP: u64 = 4_096;

/// The budgets.
pub struct Rates {
    requests: DefaultKeyedRateLimiter<[u8; 16]>,
    bytes: DefaultKeyedRateLimiter<[u8; 16]>,
    most_bytes: u32,
    strangers: DefaultKeyedRateLimiter<IpAddr>,
    passphrases: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    count: AtomicU64,
}

fn per_minute(most: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN))
}

impl Rates {
    /// With so many requests, and bytes brought, a minute for each device or person.
    pub fn new(requests_per_minute: u32, bytes_per_minute: u64) -> Self {
        let most_bytes = u32::try_from(bytes_per_minute).unwrap_or(u32::MAX);
        Self {
            requests: RateLimiter::keyed(per_minute(requests_per_minute)),
            bytes: RateLimiter::keyed(per_minute(most_bytes)),
            most_bytes,
            strangers: RateLimiter::keyed(per_minute(STRANGER_PER_MINUTE)),
            passphrases: RateLimiter::keyed(per_minute(PASSPHRASES_PER_MINUTE)),
            clock: DefaultClock::default(),
            count: AtomicU64::new(0),
        }
    }

    /// One request of a device or person.
    pub fn request(&self, who: [u8; 16]) -> Result<(), Problem> {
        self.sweep();
        self.requests.check_key(&who).map_err(|not_until| self.later("rate.requests", &not_until))
    }

    /// Bytes that a device brings.
    pub fn bytes(&self, who: [u8; 16], bytes: usize) -> Result<(), Problem> {
        let count = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.most_bytes);
        let Some(count) = NonZeroU32::new(count) else { return Ok(()) };
        match self.bytes.check_key_n(&who, count) {
            Ok(Err(not_until)) => Err(self.later("rate.bytes", &not_until)),
            // A count beyond the whole budget cannot be: it was cut to it above.
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }

    /// One request without a token.
    pub fn stranger(&self, from: IpAddr) -> Result<(), Problem> {
        self.sweep();
        self.strangers.check_key(&from).map_err(|not_until| self.later("rate.requests", &not_until))
    }

    /// One passphrase.
    pub fn passphrase(&self, from: IpAddr) -> Result<(), Problem> {
        self.passphrases.check_key(&from).map_err(|not_until| self.later("rate.passphrases", &not_until))
    }

    fn later(&self, code: &'static str, not_until: &governor::NotUntil<governor::clock::QuantaInstant>) -> Problem {
        let wait = not_until.wait_time_from(self.clock.now());
        let seconds = wait.as_secs() + 1;
        Problem::new(StatusCode::TOO_MANY_REQUESTS, code, format!("too much at once; go on in {seconds} s"))
            .retry_after(seconds)
    }

    fn sweep(&self) {
        if self.count.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.requests.retain_recent();
            self.bytes.retain_recent();
            self.strangers.retain_recent();
            self.passphrases.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn one_that_asks_too_much_is_told_when_to_come_back_and_others_are_not_held_up() {
        let rates = Rates::new(3, 1 << 20);
        for _ in 0..3 {
            rates.request([1; 16]).unwrap();
        }
        let problem = rates.request([1; 16]).unwrap_err();
        assert_eq!((problem.status, problem.code.as_ref()), (429, "rate.requests"));
        rates.request([2; 16]).unwrap();
    }

    #[test]
    fn bytes_have_a_budget_too() {
        let rates = Rates::new(3, 1 << 20);
        rates.bytes([1; 16], usize::MAX).unwrap();
        assert_eq!(rates.bytes([1; 16], 100_000).unwrap_err().code, "rate.bytes");
        rates.bytes([1; 16], 0).unwrap();
        rates.bytes([2; 16], 100_000).unwrap();
    }
}
