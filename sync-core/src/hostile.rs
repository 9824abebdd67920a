//! Hostile bytes (law 7): every decoder of this crate, fed with valid bytes that were flipped, cut, spliced and made to promise more than
//! there is. Nothing panics or takes long, and what is read at all is written again as the same bytes where that is promised.
//!
//! Every case has a seed of its own, so that a failure can be repeated alone; the message names it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "a test may look at the clock and at its own process")]

mod audit;
mod messages;
mod segments;
mod statements;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::samples::Dice;

/// Mutations a class.
const CASES: u64 = 20_000;
/// Longest that one input may keep a decoder busy, on a machine that is busy itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most memory that this process may ever have held, in kB.
const MEMORY_KB: u64 = 1024 * 1024;

/// Changes valid bytes in one to four ways.
fn mutate(d: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[d.below(corpus.len())].clone();
    for _ in 0..=d.below(4) {
        let at = d.below(bytes.len().max(1));
        let end = bytes.len().min(at + 1 + d.below(40));
        match d.below(9) {
            0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << d.below(8),
            2 if !bytes.is_empty() => {
                bytes[at] = [0, 1, 0x17, 0x18, 0x1f, 0x5f, 0x7f, 0x80, 0xa0, 0xf6, 0xfb, 0xff][d.below(12)];
            }
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at.min(end)..end)),
            5 => {
                let piece = bytes[at.min(end)..end].to_vec();
                drop(bytes.splice(at..at, piece));
            }
            6 => {
                let other = &corpus[d.below(corpus.len())];
                let from = d.below(other.len().max(1)).min(other.len());
                let to = other.len().min(from + d.below(80));
                drop(bytes.splice(at.min(end)..end, other[from..to].iter().copied()));
            }
            7 => {
                // A head that promises more than there is: bytes, text, array or map of 2^8 to 2^63 parts.
                let head = [0x40_u8, 0x60, 0x80, 0xa0][d.below(4)];
                let width = d.below(4);
                let mut inflated = vec![head | (24 + width as u8)];
                let more = d.bytes(1 << width);
                inflated.extend(if d.percent(50) { vec![0xff; 1 << width] } else { more });
                drop(bytes.splice(at.min(end)..end.min(at + 1), inflated));
            }
            _ => {
                let more = d.below(12);
                let noise = d.bytes(more);
                drop(bytes.splice(at..at, noise));
            }
        }
    }
    bytes
}

/// Runs one class: mutates, judges, and names the seed of whatever goes wrong. Gives how many were read at all.
fn fuzz(class: &str, seed: u64, corpus: &[Vec<u8>], judge: impl Fn(&[u8]) -> bool) -> u64 {
    for bytes in corpus {
        assert!(judge(bytes), "{class}: a valid one is refused: {}", hex::encode(bytes));
    }
    let mut read = 0;
    for case in 0..CASES {
        let seed = (seed << 32) | case;
        let bytes = mutate(&mut Dice::new(seed), corpus);
        let begun = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| judge(&bytes))) {
            Ok(understood) => read += u64::from(understood),
            Err(why) => {
                let why = why.downcast_ref::<String>().cloned().unwrap_or_default();
                panic!("{class}: seed {seed:#x}: {why}: {}", hex::encode(&bytes));
            }
        }
        assert!(begun.elapsed() < PATIENCE, "{class}: seed {seed:#x} took {:?}", begun.elapsed());
    }
    assert!(held_kb() < MEMORY_KB, "{class}: {} kB were held", held_kb());
    read
}

/// The most memory that this process ever held, where the system says so.
fn held_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}
