//! Two officers' words that came from one installation. Each signed with a key of their own, but whoever holds that tablet could have
//! watched both PINs: whether such a pair counts is for the programme to say, that it is one is a fact of the record.

use std::collections::BTreeSet;

use super::review::Attested;
use crate::decision::Authority;
use crate::ids::{DeviceId, EntryHash};

/// Which two parts were played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pair {
    /// One destroyed, another witnessed it.
    DestroyedWitnessed,
    /// Two verified the same content.
    VerifiedTwice,
    /// One gave it out of their hands, another took it.
    HandedOverReceived,
}

impl Pair {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::DestroyedWitnessed => "destroyed_witnessed",
            Self::VerifiedTwice => "verified_twice",
            Self::HandedOverReceived => "handed_over_received",
        }
    }
}

/// Two attestations by different officers with keys kept, or entries sealed, on one installation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SameDevice {
    /// Which two parts.
    pub pair: Pair,
    /// The entry of the one that comes first in the fold.
    pub first: EntryHash,
    /// The entry of the other.
    pub second: EntryHash,
    /// The installation.
    pub device: DeviceId,
}

/// Which pairs of attestations that count were made on one installation. `attested` is in the order of the fold; `sealed_by` tells the
/// device that sealed an entry, where that is known.
pub fn same_device(
    attested: &[Attested],
    sealed_by: &dyn Fn(&EntryHash) -> Option<DeviceId>,
    authority: &Authority,
) -> Vec<SameDevice> {
    let counting: Vec<&Attested> = attested.iter().filter(|one| one.claim.is_none()).collect();
    let places = |one: &Attested| -> BTreeSet<DeviceId> {
        let kept = one.attestation.key.as_ref().and_then(|key| authority.officer_keys.get(key)).map(|key| key.device);
        kept.into_iter().chain(sealed_by(&one.entry)).collect()
    };
    let mut found = Vec::new();
    for (at, first) in counting.iter().enumerate() {
        for (between, second) in counting.iter().skip(at + 1).enumerate() {
            let Some(pair) = pair(first, second, counting.get(at + 1..at + 1 + between).unwrap_or_default()) else {
                continue;
            };
            if first.attestation.officer == second.attestation.officer {
                continue;
            }
            if let Some(device) = places(first).intersection(&places(second)).next() {
                found.push(SameDevice { pair, first: first.entry, second: second.entry, device: *device });
            }
        }
    }
    found
}

/// Whether two attestations are the two parts of one deed; `between` are those in between.
fn pair(first: &Attested, second: &Attested, between: &[&Attested]) -> Option<Pair> {
    let (one, other) = (first.attestation.what.as_str(), second.attestation.what.as_str());
    let hands = |what: &str| matches!(what, "handed_over" | "received");
    match (one, other) {
        ("destroyed", "witnessed") | ("witnessed", "destroyed") => Some(Pair::DestroyedWitnessed),
        ("verified", "verified")
            if first.attestation.heads == second.attestation.heads
                && first.attestation.digest == second.attestation.digest =>
        {
            Some(Pair::VerifiedTwice)
        }
        // An item goes through many hands: the two parts of one handing over are neighbours.
        _ if one != other && hands(one) && hands(other) && !between.iter().any(|a| hands(&a.attestation.what)) => {
            Some(Pair::HandedOverReceived)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::authorise::Reason;
    use crate::decision::Decision;
    use crate::document::attestation::Attestation;
    use crate::document::review::Standing;
    use crate::ids::{DocId, OfficerId};

    const DEVICES: [DeviceId; 2] = [DeviceId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16])];

    /// Officers 1 and 2 keep their keys on the first device, officer 3 on the second.
    fn authority() -> Authority {
        let mut authority = Authority::default();
        for (number, officer) in [1_u8, 2, 3].into_iter().enumerate() {
            authority.take(
                number as u64,
                &Decision::OfficerKeyAdded {
                    officer: OfficerId::from_bytes([officer; 16]),
                    key: vec![officer; 32],
                    device: if officer == 3 { DEVICES[1] } else { DEVICES[0] },
                },
            );
        }
        authority
    }

    fn said(entry: u8, officer: u8, what: &str, head: u8) -> Attested {
        Attested {
            entry: EntryHash::from_bytes([entry; 32]),
            claimed_ms: 0,
            attestation: Attestation {
                what: what.to_owned(),
                document: DocId::from_bytes([0; 16]),
                heads: vec![EntryHash::from_bytes([head; 32])],
                digest: [head; 32],
                officer: OfficerId::from_bytes([officer; 16]),
                note: String::new(),
                key: Some(vec![officer; 32]),
                signature: None,
            },
            standing: Standing::Current,
            claim: None,
        }
    }

    fn pairs(attested: &[Attested]) -> Vec<(&'static str, u8, u8)> {
        let of = |hash: &EntryHash| Some(DEVICES[usize::from(hash.as_bytes()[0] >= 100)]);
        let found = same_device(attested, &of, &authority());
        found.iter().map(|one| (one.pair.code(), one.first.as_bytes()[0], one.second.as_bytes()[0])).collect()
    }

    #[test]
    fn the_two_parts_of_a_deed_on_one_installation_are_told() {
        let both = |one: &str, other: &str| pairs(&[said(1, 1, one, 7), said(2, 2, other, 7)]);
        for (one, other, code) in [
            ("destroyed", "witnessed", "destroyed_witnessed"),
            ("witnessed", "destroyed", "destroyed_witnessed"),
            ("verified", "verified", "verified_twice"),
            ("handed_over", "received", "handed_over_received"),
            ("received", "handed_over", "handed_over_received"),
        ] {
            assert_eq!(both(one, other), [(code, 1, 2)]);
        }
        for (one, other) in [("verified", "has_issues"), ("verified", "witnessed"), ("received", "received")] {
            assert_eq!(both(one, other), [], "{one} and {other} are no pair");
        }
        assert_eq!(pairs(&[said(1, 1, "verified", 7), said(2, 2, "verified", 8)]), [], "of different content");
        assert_eq!(pairs(&[said(1, 1, "destroyed", 7), said(2, 1, "witnessed", 7)]), [], "one officer is no pair");
    }

    #[test]
    fn keys_on_two_installations_are_no_finding_unless_one_sealed_both() {
        assert_eq!(pairs(&[said(1, 1, "destroyed", 7), said(100, 3, "witnessed", 7)]), []);
        assert_eq!(
            pairs(&[said(1, 1, "destroyed", 7), said(2, 3, "witnessed", 7)]),
            [("destroyed_witnessed", 1, 2)],
            "the key is kept elsewhere, and yet the entry was sealed here"
        );
    }

    #[test]
    fn what_does_not_count_is_no_part_of_a_pair() {
        let mut claim = said(2, 2, "witnessed", 7);
        claim.claim = Some(Reason::NoRole);
        assert_eq!(pairs(&[said(1, 1, "destroyed", 7), claim]), []);
    }

    #[test]
    fn in_a_chain_of_hands_each_giver_is_paired_with_the_next_taker_alone() {
        let chain = [
            said(1, 1, "handed_over", 7),
            said(100, 3, "received", 7),
            said(101, 3, "handed_over", 8),
            said(2, 2, "received", 8),
        ];
        assert_eq!(pairs(&chain), [], "neither handing over was on one installation");
        let chain = [
            said(1, 1, "handed_over", 7),
            said(2, 2, "received", 7),
            said(3, 2, "handed_over", 8),
            said(100, 3, "received", 8),
        ];
        assert_eq!(pairs(&chain), [("handed_over_received", 1, 2)]);
    }
}
