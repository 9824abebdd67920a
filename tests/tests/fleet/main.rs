//! A fleet of tablets, a register, and everything that goes wrong between them, simulated: clocks, links, restarts and chance come from one seed,
//! so that a seed which fails once fails again. After the faults end, everybody syncs, and the laws are checked.
//!
//! ```sh
//! cargo test -p ploughshare-tests --test fleet                                # the seeds of every run
//! PLOUGHSHARE_FLEET_SEEDS=100000 cargo test --release -p ploughshare-tests --test fleet   # a long run
//! PLOUGHSHARE_FLEET_SEED=4711 cargo test -p ploughshare-tests --test fleet -- --nocapture # one seed, told step by step
//! ```
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

mod device;
mod dice;
mod laws;
mod link;
mod server;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use self::world::{Tally, World};

/// Seeds of every run.
const SEEDS: u64 = 500;

/// Seeds that failed once, with what was wrong. They are told before all others, for ever.
const KNOWN: &[(u64, &str)] = &[];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Tells one seed; the word of what went wrong, if something did.
fn tell(seed: u64, loud: bool) -> Result<Tally, String> {
    catch_unwind(AssertUnwindSafe(|| World::new(seed, loud).live())).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
    })
}

#[test]
fn whatever_happens_to_a_fleet_nothing_receipted_is_lost_and_everybody_agrees_in_the_end() {
    if let Some(seed) = number("PLOUGHSHARE_FLEET_SEED") {
        let tally = tell(seed, true).unwrap();
        eprintln!("seed {seed}: {tally:?}");
        return;
    }
    let seeds: Vec<u64> =
        KNOWN.iter().map(|(seed, _)| *seed).chain(0..number("PLOUGHSHARE_FLEET_SEEDS").unwrap_or(SEEDS)).collect();
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let told: Vec<(Tally, Vec<String>)> = std::thread::scope(|scope| {
        let work = || {
            let (mut tally, mut failed) = (Tally::default(), Vec::new());
            while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                match tell(*seed, false) {
                    Ok(more) => tally.add(&more),
                    Err(words) => failed.push(format!("seed {seed}: {words}")),
                }
            }
            (tally, failed)
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let mut all = Tally::default();
    for (tally, _) in &told {
        all.add(tally);
    }
    eprintln!("{} seeds in {:.0} s: {all:?}", seeds.len(), begun.elapsed().as_secs_f64());
    let failed: Vec<&String> = told.iter().flat_map(|(_, failed)| failed).collect();
    assert!(
        failed.is_empty(),
        "{} seeds failed; tell one again with PLOUGHSHARE_FLEET_SEED=…\n{}",
        failed.len(),
        failed
            .iter()
            .take(5)
            .map(|words| words.chars().take(1_500).collect::<String>())
            .collect::<Vec<_>>()
            .join("\n\n")
    );
    // A fleet to which nothing happened proves nothing.
    for (what, count) in all.faults() {
        assert!(count > 0, "no {what} in {} seeds", seeds.len());
    }
}
