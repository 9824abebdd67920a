//! Stories of two tablets: nobody stands between them unnoticed, and each is given what it lacks and no more.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn end(journal: u8, next: u64, chain: u8) -> End {
    End { journal: JournalId::from_bytes([journal; 16]), next, chain: [chain; 8] }
}

fn hello(key: &SecretKey, side: Side, channel: &[u8]) -> Hello {
    Hello::sign(RegisterId::from_bytes([1; 16]), OperationId::from_bytes([2; 16]), 7, key, side, channel)
}

fn messages() -> Vec<Message> {
    vec![
        Message::Hello(hello(&SecretKey::ed25519(&[7; 32]), Side::Caller, b"channel")),
        Message::Hello(hello(&SecretKey::p256(&[7; 32]).unwrap(), Side::Listener, b"channel")),
        Message::Decisions(vec![vec![1; 40]]),
        Message::Have(vec![end(1, 4, 5), end(2, 0, 0)]),
        Message::Batch {
            segments: vec![vec![1; 90], vec![2]],
            settled: vec![vec![4; 7]],
            receipts: vec![vec![3; 9]],
            left: 70_000,
        },
        Message::Refusal("peer.unknown".to_owned()),
        Message::Forks(vec![JournalId::from_bytes([1; 16])]),
    ]
}

#[test]
fn messages_read_back() {
    for message in messages() {
        assert_eq!(Message::from_bytes(&message.to_bytes()), Ok(message));
    }
}

/// T14: a proof is good for one end of one channel.
#[test]
fn a_proof_of_another_channel_or_another_side_proves_nothing() {
    let key = SecretKey::ed25519(&[7; 32]);
    let said = hello(&key, Side::Caller, b"channel");
    assert_eq!(said.verify(Side::Caller, b"channel"), Ok(key.public().device()));
    assert_eq!(said.verify(Side::Listener, b"channel"), Err(PeerError::BadProof), "sent back to who said it");
    assert_eq!(said.verify(Side::Caller, b"another"), Err(PeerError::BadProof), "passed on by who stands between");
    let other = Hello { key: SecretKey::ed25519(&[8; 32]).public().as_bytes().to_vec(), ..said };
    assert_eq!(other.verify(Side::Caller, b"channel"), Err(PeerError::BadProof));
}

#[test]
fn each_is_given_what_it_lacks() {
    let mine = [end(1, 10, 1), end(2, 5, 2), end(3, 4, 3), end(4, 8, 4), end(5, 3, 5), end(6, 0, 0), end(7, 2, 7)];
    let theirs = [end(1, 10, 1), end(2, 3, 9), end(4, 8, 44), end(5, 9, 9), end(7, 1, 77)];
    // Of journal 2 their end is a segment's end here; of journal 7 it is not.
    let here = |their: &End| Ok::<_, ()>(their.journal == end(2, 0, 0).journal);
    let lacks = |journal: u8, from, forked| Lacks { journal: JournalId::from_bytes([journal; 16]), from, forked };
    assert_eq!(
        lacking(&mine, &theirs, here).unwrap(),
        [lacks(2, 3, false), lacks(3, 0, false), lacks(4, 0, true), lacks(7, 0, true)]
    );
}

/// Whoever reaches as far sees it, and says so: whoever is behind cannot.
#[test]
fn a_fork_is_seen_by_who_reaches_as_far_and_does_not_hold_the_others_end() {
    let journal = end(1, 0, 0).journal;
    let not_here = |_: &End| Ok::<_, ()>(false);
    let here = |_: &End| Ok::<_, ()>(true);
    for (mine, theirs, seen) in [(3, 2, true), (2, 2, true), (2, 3, false), (0, 3, false), (3, 0, false)] {
        let found = forked(&[end(1, mine, 1)], &[end(1, theirs, 2)], not_here).unwrap();
        assert_eq!(found, if seen { vec![journal] } else { vec![] }, "{mine} {theirs}");
        assert_eq!(forked(&[end(1, mine, 1)], &[end(1, theirs, 2)], here).unwrap(), vec![]);
    }
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(which in 0usize..7, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = messages()[which].to_bytes();
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        if let Ok(message) = Message::from_bytes(&bytes) {
            if let Message::Hello(hello) = &message {
                drop(hello.verify(Side::Caller, b"channel"));
            }
            prop_assert_eq!(Message::from_bytes(&message.to_bytes()), Ok(message));
        }
    }
}
