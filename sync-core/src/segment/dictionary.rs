//! The shared dictionary for pressing short runs of entries: how it was made, that it helps, and that it stays what it is.
//!
//! `dictionary-1.bin` was trained on the made-up records of [`crate::samples`] with fixed seeds:
//!
//! ```sh
//! PLOUGHSHARE_DICTIONARY_OUT=/tmp/dictionary.bin cargo test --release -p ploughshare-core train_a_dictionary -- --ignored --nocapture
//! ```
//!
//! The generator draws from the vocabulary, so what it makes changes whenever the vocabulary grows: dictionary 1 came from samples whose
//! SHA-256 (which the command prints) was 5207fca4…7e79cc.
//!
//! It is frozen: segments name it by its number, and what was pressed with it must inflate for ever. A better one becomes
//! `dictionary-2.bin` beside it, with [`super::compress::DICTIONARY_NEWEST`] raised; an older build refuses what it cannot
//! inflate with "update needed".
#![expect(clippy::unwrap_used, reason = "tests")]

use super::codec::write_body;
use super::compress::{DICTIONARY_NEWEST, Level, dictionary, inflate, press, press_with};
use crate::keys::sha256;
use crate::samples::{decisions, one_field_edits, records};

/// Most bytes of the dictionary; chosen by measurement.
const SIZE: usize = 32 * 1024;

/// Bodies as they are pressed: runs of 1, 10 and 100 of what people say.
fn samples() -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    for (length, runs) in [(1, 1_600), (10, 120), (100, 10)] {
        for run in 0..runs {
            let seed = 1_000_000 * length as u64 + run;
            bodies.push(write_body(&records(seed, length)));
            bodies.push(write_body(&one_field_edits(seed + 500_000, length)));
        }
    }
    bodies.extend((0..200).map(|run| write_body(&decisions(9_000_000 + run, 1 + run as usize % 3))));
    bodies
}

#[test]
#[ignore = "takes minutes; makes a new dictionary, which needs a new number"]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stdout,
    reason = "a tool for maintainers, not part of the core"
)]
fn train_a_dictionary() {
    let bodies = samples();
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    let hashes: Vec<u8> = bodies.iter().flat_map(|body| sha256(body)).collect();
    println!("{} samples of {bytes} bytes, SHA-256 {}", bodies.len(), hex::encode(sha256(&hashes)));
    for size in [8, 16, 24, 32, 48, 64].map(|k| k * 1024) {
        let made = zstd::dict::from_samples(&bodies, size).unwrap();
        for level in [Level::Small, Level::Fast] {
            let (gain, worst) = measure(&made, level);
            println!("{size} -> {} bytes, {level:?}: {gain}; worst {worst:+}", made.len());
        }
        if size == SIZE {
            println!("SHA-256 {}", hex::encode(sha256(&made)));
            if let Ok(path) = std::env::var("PLOUGHSHARE_DICTIONARY_OUT") {
                std::fs::write(path, &made).unwrap();
            }
        }
    }
}

/// Bytes without and with on records that were not trained on, and the most that the dictionary made one of them longer.
fn measure(dictionary: &[u8], level: Level) -> (String, i64) {
    let ready = zstd::dict::EncoderDictionary::copy(dictionary, level.zstd());
    let mut lines = Vec::new();
    let mut worst = i64::MIN;
    for (what, lengths) in [("records", [1, 10, 100, 300, 1_000].as_slice()), ("edits", &[1, 10, 100, 1_000])] {
        for length in lengths {
            let (mut with, mut without) = (0, 0);
            let runs = (100 / length).max(1) as u64;
            for run in 0..runs {
                let seed = 77_000_000 + run;
                let entries = if what == "records" { records(seed, *length) } else { one_field_edits(seed, *length) };
                let body = write_body(&entries);
                let a = press_with(&body, level, Some(&ready)).unwrap().len();
                let b = press_with(&body, level, None).unwrap().len();
                worst = worst.max(a as i64 - b as i64);
                with += a;
                without += b;
            }
            lines.push(format!("{length} {what} {} -> {}", without as u64 / runs, with as u64 / runs));
        }
    }
    (lines.join(", "), worst)
}

#[test]
fn the_dictionary_is_the_frozen_one() {
    let bytes = dictionary(DICTIONARY_NEWEST).unwrap();
    assert_eq!(bytes.len(), SIZE);
    assert_eq!(hex::encode(sha256(bytes)), "a6600720254b05a383bc0967860cfb7f090682621fb5987a7979680ef79ea7a2");
    assert_eq!(dictionary(DICTIONARY_NEWEST + 1).unwrap_err().code(), "segment.dictionary");
}

/// Half of a short run; on a full segment it must not cost anything.
#[test]
fn the_dictionary_shortens_short_runs_and_never_lengthens_long_ones() {
    type Made = fn(u64, usize) -> Vec<(crate::ids::EntryHash, crate::entry::Entry)>;
    let cases: [(Made, usize, usize); 7] = [
        // A record names its photos by hashes, which nothing shortens.
        (records, 1, 56),
        (records, 10, 80),
        (records, 100, 97),
        (records, 1_000, 100),
        (one_field_edits, 1, 75),
        (one_field_edits, 10, 85),
        (one_field_edits, 100, 95),
    ];
    for (made, length, percent) in cases {
        // Seeds that nothing was trained on.
        let runs = if length < 100 { 20 } else { 1 };
        let bodies: Vec<Vec<u8>> = (0..runs).map(|run| write_body(&made(42_000_000 + run, length))).collect();
        for level in [Level::Fast, Level::Small] {
            let with: usize = bodies.iter().map(|b| press(b, level).unwrap().1.len()).sum();
            let without: usize = bodies.iter().map(|b| press_with(b, level, None).unwrap().len()).sum();
            assert!(with * 100 <= without * percent, "{length} entries, {level:?}: {without} -> {with}");
        }
    }
}

#[test]
fn what_was_pressed_without_a_dictionary_or_with_any_version_of_it_inflates() {
    for length in [1, 10, 40] {
        let body = write_body(&records(5, length));
        for level in [Level::Fast, Level::Normal, Level::Small] {
            let bare = press_with(&body, level, None).unwrap();
            assert_eq!(inflate(&bare, body.len() as u64, 0).unwrap(), body);
            let (id, pressed) = press(&body, level).unwrap();
            assert_eq!(inflate(&pressed, body.len() as u64, id).unwrap(), body);
            assert!(pressed.len() <= bare.len());
        }
    }
    let body = write_body(&records(5, 1));
    let (id, pressed) = press(&body, Level::Small).unwrap();
    assert_eq!(id, 1);
    assert!(inflate(&pressed, body.len() as u64, 0).is_err_and(|e| e.code() == "segment.inflate"));
}

/// Bytes that no dictionary helps are pressed without one when that is shorter.
#[test]
fn sealing_keeps_the_shorter_of_both() {
    for seed in 0..200 {
        let mut d = crate::samples::Dice::new(seed);
        let length = d.below(3_000);
        let body = d.bytes(length);
        let (id, pressed) = press(&body, Level::Fast).unwrap();
        let bare = press_with(&body, Level::Fast, None).unwrap();
        assert!(pressed.len() <= bare.len());
        assert_eq!(inflate(&pressed, body.len() as u64, id).unwrap(), body);
    }
}
