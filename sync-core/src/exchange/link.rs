//! What a tablet learns of its link while it syncs: how much a round may carry, whether rounds have to be streams, how long to wait after
//! a cut, and when to give up. No clock and no chance here: both are told.

/// Fewest bytes of segments that a round is shrunk to.
pub const LEAST_BYTES: u64 = 4 * 1024;
/// A link that was cut gets no larger rounds than this until it shows that it carries them.
const CUT_BYTES: u64 = 64 * 1024;
/// A round that is done in this time may be larger next time, in ms.
const QUICK_MS: u64 = 4_000;
/// A round that takes longer than this is too large for its link, in ms.
const SLOW_MS: u64 = 20_000;
/// Quick rounds without a cut after which a link is trusted again.
const CALM: u32 = 4;
/// Rounds one after the other that may bring nothing at all before the sync gives up.
const PATIENCE: u32 = 8;
/// The first wait after a cut is drawn from 0 to this, in ms; the next from twice as much.
const WAIT_MS: u64 = 250;
/// Longest that is waited without being asked to, in ms.
const MOST_WAIT_MS: u64 = 30_000;
/// Longest that a register may ask a tablet to wait before it had better come back later, in ms.
const MOST_ASKED_MS: u64 = 120_000;

/// What is known of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    up: u64,
    down: u64,
    most_up: u64,
    most_down: u64,
    streams: bool,
    calm: u32,
    failures: u32,
}

impl Link {
    /// A link that is trusted to carry this much a round, each way.
    pub fn new(most_up: u64, most_down: u64) -> Self {
        let (up, down) = (most_up.max(LEAST_BYTES), most_down.max(LEAST_BYTES));
        Self { up, down, most_up: up, most_down: down, streams: false, calm: 0, failures: 0 }
    }

    /// The same as it was found last time: a bad link is begun with carefully.
    #[must_use]
    pub fn as_found(mut self, up: u64, down: u64, calm: u32) -> Self {
        (self.up, self.down) = (up.clamp(LEAST_BYTES, self.most_up), down.clamp(LEAST_BYTES, self.most_down));
        (self.streams, self.calm) = (true, calm.min(CALM - 1));
        self
    }

    /// Most bytes of segments to bring in the next round.
    pub fn up(&self) -> u64 {
        self.up
    }

    /// Most bytes of segments to ask for in the next round.
    pub fn down(&self) -> u64 {
        self.down
    }

    /// Quick rounds one after the other since the last cut.
    pub fn calm(&self) -> u32 {
        self.calm
    }

    /// Whether rounds travel as streams, of which either side keeps what arrives.
    pub fn streams(&self) -> bool {
        self.streams
    }

    /// A round was answered, in so many ms.
    pub fn worked(&mut self, ms: u64) {
        self.failures = 0;
        if ms <= QUICK_MS {
            self.up = (self.up * 2).min(self.most_up);
            self.down = (self.down * 2).min(self.most_down);
            self.calm += 1;
            self.streams &= self.calm < CALM || self.up < self.most_up.min(CUT_BYTES);
        } else {
            self.calm = 0;
            if ms > SLOW_MS {
                self.shrink();
            }
        }
    }

    /// A round broke off. `brought` when something of it is safe all the same, so that trying on leads somewhere.
    pub fn broke(&mut self, brought: bool) {
        if !self.streams {
            (self.up, self.down) = (self.up.min(2 * CUT_BYTES), self.down.min(2 * CUT_BYTES));
        }
        self.streams = true;
        self.calm = 0;
        if brought {
            self.failures = 1;
        } else {
            self.failures += 1;
            self.shrink();
        }
    }

    /// Something of the round that broke off turned out to have arrived.
    pub fn arrived(&mut self) {
        self.failures = self.failures.min(1);
    }

    /// A request that tells nothing of how much the link carries was answered.
    pub fn answered(&mut self) {
        self.failures = 0;
    }

    fn shrink(&mut self) {
        self.up = (self.up / 2).max(LEAST_BYTES.min(self.most_up));
        self.down = (self.down / 2).max(LEAST_BYTES.min(self.most_down));
    }

    /// Whether trying on leads nowhere for now.
    pub fn is_hopeless(&self) -> bool {
        self.failures >= PATIENCE
    }

    /// How long to wait before the next try: drawn evenly from an interval that doubles ("full jitter"), so that many tablets that lost
    /// one link do not come back as one; never less than the register asked for. `None` when it asks for longer than is waited.
    pub fn wait_ms(&self, chance: u64, asked_ms: Option<u64>) -> Option<u64> {
        let doubled = WAIT_MS << self.failures.saturating_sub(1).min(16);
        let drawn = chance % (doubled.min(MOST_WAIT_MS) + 1);
        match asked_ms {
            Some(asked) if asked > MOST_ASKED_MS => None,
            Some(asked) => Some(asked + drawn),
            None => Some(drawn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_works_gets_larger_rounds_and_one_that_breaks_smaller_ones() {
        let mut link = Link::new(900_000, 900_000);
        assert!(!link.streams());
        link.broke(false);
        assert!(link.streams());
        assert_eq!((link.up(), link.down()), (64 * 1024, 64 * 1024));
        for _ in 0..20 {
            link.worked(30_000);
        }
        assert_eq!((link.up(), link.down()), (LEAST_BYTES, LEAST_BYTES));
        for _ in 0..20 {
            link.worked(100);
        }
        assert_eq!((link.up(), link.down(), link.streams()), (900_000, 900_000, false));
    }

    #[test]
    fn rounds_that_bring_something_never_end_the_sync_and_rounds_that_bring_nothing_do() {
        let mut link = Link::new(900_000, 900_000);
        for _ in 0..1_000 {
            link.broke(true);
            assert!(!link.is_hopeless());
        }
        let before = link.up();
        for _ in 0..7 {
            link.broke(false);
        }
        assert!(link.is_hopeless() && link.up() < before);
        link.arrived();
        assert!(!link.is_hopeless());
    }

    #[test]
    fn waits_are_drawn_from_nothing_to_twice_as_much_each_time_and_keep_to_what_was_asked() {
        let mut link = Link::new(1, 1);
        let mut most = 0;
        for _ in 0..20 {
            link.broke(false);
            let drawn: Vec<u64> = (0..=100).filter_map(|n| link.wait_ms(n * 337, None)).collect();
            let high = drawn.iter().copied().max().unwrap_or_default();
            assert!(drawn.iter().any(|ms| *ms < high / 4), "even waits bring everybody back at once: {drawn:?}");
            assert!(high <= MOST_WAIT_MS && (high >= most || most > MOST_WAIT_MS / 2));
            most = high;
        }
        assert!(link.wait_ms(5, Some(60_000)).is_some_and(|ms| ms >= 60_000));
        assert_eq!(link.wait_ms(5, Some(86_400_000)), None);
    }
}
