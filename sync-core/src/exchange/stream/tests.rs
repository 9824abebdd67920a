//! Stories of the stream: any cut keeps what came, any chunking reads alike, and no bytes harm.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::ids::OperationId;

fn ask() -> Ask {
    let operation = OperationId::from_bytes([7; 16]);
    Ask {
        request: Request { operation, place: 9, journals: vec![], segments: vec![], budget: 70_000 },
        wanted: vec![SegmentHash::from_bytes([1; 32]), SegmentHash::from_bytes([2; 32])],
        begun: Some(Begun { hash: [3; 32], held: 17 }),
    }
}

fn segments() -> Vec<Part> {
    (1..=4u8).map(|n| Part::whole(u64::from(n), vec![n; 100 * usize::from(n)])).collect()
}

fn message(from: u64) -> Vec<u8> {
    let mut bytes = ask().to_bytes();
    for (at, part) in segments().iter().enumerate() {
        part.write(if at == 0 { from } else { 0 }, u64::MAX, &mut bytes);
    }
    bytes
}

fn read(bytes: &[u8], chunk: usize) -> (Option<Ask>, Vec<Part>, Option<Part>) {
    let mut reader = Reader::default();
    let (mut head, mut frames) = (None, Vec::new());
    for bytes in bytes.chunks(chunk) {
        for piece in reader.push(bytes).unwrap() {
            match piece {
                Piece::Head(bytes) => head = Some(Ask::from_head(&bytes).unwrap()),
                Piece::Frame(part) => frames.push(part),
            }
        }
    }
    (head, frames, reader.rest())
}

#[test]
fn a_message_reads_the_same_in_chunks_of_any_size() {
    let bytes = message(0);
    for chunk in [1, 3, 47, 48, 49, 1_000, bytes.len()] {
        let (head, frames, rest) = read(&bytes, chunk);
        assert_eq!((head, frames, rest), (Some(ask()), segments(), None), "chunks of {chunk}");
    }
}

/// Law 1 on a bad link: wherever it is cut, the two sides together send no byte of a segment twice.
#[test]
fn a_message_that_is_cut_anywhere_goes_on_at_that_byte() {
    let bytes = message(0);
    for cut in 0..bytes.len() {
        let (_, mut frames, rest) = read(&bytes[..cut], 64);
        let whole = frames.len();
        let mut left = segments().split_off(whole);
        let held = rest.as_ref().and_then(Part::begun);
        if let Some(next) = left.first() {
            let offset = held.map_or(0, |begun| begun.held);
            let mut again = Vec::new();
            let sent = next.write(offset, u64::MAX, &mut again);
            assert_eq!(sent + offset, next.size);
            let (_, more, _) = read(&[ask().to_bytes(), again].concat(), 64);
            frames.push(more[0].clone().behind(rest.as_ref()).unwrap());
            left.remove(0);
        }
        frames.extend(left);
        assert_eq!(frames, segments(), "cut at {cut}");
        assert!(frames.iter().all(Part::is_whole));
    }
}

#[test]
fn a_part_joins_only_its_own_beginning() {
    let whole = Part::whole(1, (0..100).collect());
    let cut =
        |from: u64, to: usize| Part { offset: from, bytes: whole.bytes[from as usize..to].to_vec(), ..whole.clone() };
    let held = cut(0, 40);
    assert!(cut(40, 100).behind(Some(&held)).unwrap().is_whole());
    assert!(cut(20, 100).behind(Some(&held)).unwrap().is_whole(), "what is here already may come again");
    assert_eq!(cut(41, 100).behind(Some(&held)), None, "a byte is missing between");
    assert_eq!(cut(40, 100).behind(None), None);
    let other = Part { hash: [9; 32], ..held.clone() };
    assert_eq!(cut(40, 100).behind(Some(&other)), None);
    let mut changed = held;
    changed.bytes[3] ^= 1;
    assert!(!cut(40, 100).behind(Some(&changed)).unwrap().is_whole(), "a changed byte is noticed");
}

#[test]
fn heads_and_frames_beyond_their_limits_are_refused_before_they_are_kept() {
    let large = u32::try_from(limits::STREAM_HEAD + 1).unwrap();
    assert_eq!(Reader::default().push(&large.to_be_bytes()).unwrap_err().code(), "exchange.malformed");
    for (size, offset) in [(0, 0), (limits::SEGMENT_WIRE as u32 + 1, 0), (10, 11)] {
        let mut bytes = ask().to_bytes();
        let part = Part { hash: [1; 32], place: 1, size: size.into(), offset: 0, bytes: vec![] };
        let at = bytes.len();
        part.write(0, 0, &mut bytes);
        bytes[at + 44..at + 48].copy_from_slice(&u32::to_be_bytes(offset));
        assert_eq!(Reader::default().push(&bytes).unwrap_err().code(), "exchange.malformed", "{size} {offset}");
    }
}

#[test]
fn a_reply_reads_back() {
    let answer = Answer {
        place: 4,
        receipts: vec![vec![1, 2]],
        segments: vec![],
        more: true,
        ends: vec![],
        refused: vec![],
        ahead: 12,
    };
    let reply = Reply { answer, begun: Some(Begun { hash: [5; 32], held: 1 }) };
    let bytes = reply.to_bytes();
    assert_eq!(Reply::from_head(&bytes[4..]), Ok(reply));
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), chunk in 1usize..300) {
        let mut bytes = message(30);
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        let mut reader = Reader::default();
        for bytes in bytes.chunks(chunk) {
            let Ok(pieces) = reader.push(bytes) else { break };
            for piece in pieces {
                match piece {
                    Piece::Head(head) => { drop(Ask::from_head(&head)); drop(Reply::from_head(&head)); }
                    Piece::Frame(part) => prop_assert!(part.bytes.len() as u64 <= part.size),
                }
            }
        }
    }
}
