//! Stories of the exchange: little travels when there is nothing new, a dear link is never overfilled, and nobody asks for ever.

use super::*;

const OPERATION: OperationId = OperationId::from_bytes([1; 16]);

fn outgoing(sizes: &[u64]) -> Vec<Outgoing> {
    let one = |(i, size): (u8, &u64)| Outgoing { hash: SegmentHash::from_bytes([i; 32]), size: *size };
    (0..).zip(sizes).map(one).collect()
}

fn answer(place: u64, more: bool) -> Answer {
    Answer { place, receipts: vec![], segments: vec![], more, ends: vec![], refused: vec![], ahead: 0 }
}

#[test]
fn a_round_with_nothing_new_is_under_two_hundred_bytes_both_ways() {
    let end = End { journal: JournalId::from_bytes([1; 16]), next: u64::MAX >> 1, chain: [1; 8] };
    let journals = vec![end];
    let request = Request { operation: OPERATION, place: 1 << 40, journals, segments: vec![], budget: 1 << 20 };
    let (up, down) = (request.to_bytes().len(), answer(1 << 40, false).to_bytes().len());
    assert!(up + down < 200, "{up} + {down}");
}

#[test]
fn each_round_carries_what_fits_and_a_larger_segment_travels_alone() {
    let mut exchange = Exchange::new(OPERATION, 0, vec![], outgoing(&[40, 40, 40, 900, 10]), 100, 500);
    let mut rounds = Vec::new();
    while let Some(step) = exchange.next_step() {
        rounds.push(step.send.len());
        exchange.answered(&answer(7, false));
    }
    assert_eq!(rounds, [2, 1, 1, 1]);
    assert_eq!((exchange.rounds(), exchange.place()), (4, 7));
}

#[test]
fn asking_goes_on_while_the_feed_does_and_ends_with_it() {
    let mut exchange = Exchange::new(OPERATION, 0, vec![], vec![], 100, 500);
    for place in 1..=3 {
        assert_eq!(exchange.next_step().map(|step| step.request.place), Some(place - 1));
        exchange.answered(&answer(place, place < 3));
    }
    assert_eq!(exchange.next_step(), None);
}

/// Law 7: a register that promises more and brings nothing, or goes back, keeps no tablet busy.
#[test]
fn a_promise_of_more_that_brings_nothing_ends_the_exchange() {
    for place in [0, 4, 5] {
        let mut exchange = Exchange::new(OPERATION, 5, vec![], vec![], 100, 500);
        assert!(exchange.next_step().is_some());
        exchange.answered(&answer(place, true));
        assert_eq!(exchange.next_step(), None, "answered with place {place}");
        assert_eq!(exchange.place(), 5);
    }
}

/// Law 7: a register that revoked the tablet keeps what it brings and answers nothing: each segment goes up once, and it ends.
#[test]
fn a_register_that_sets_everything_aside_ends_the_exchange_when_all_was_brought() {
    let mut exchange = Exchange::new(OPERATION, 5, vec![], outgoing(&[60, 60, 900]), 100, 500);
    let mut brought = Vec::new();
    while let Some(step) = exchange.next_step() {
        brought.extend(step.send);
        exchange.set_aside();
        assert!(brought.len() <= 3);
    }
    assert_eq!((brought.len(), exchange.rounds(), exchange.place()), (3, 3, 5));
}
