//! Judging whether two items are one. The judgement is stated in the operations of both, so that the tablets of both know; a later one takes
//! its place. Whoever judges recorded neither.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::decision::{Decision, Judgement};
use ploughshare_core::ids::{DocId, OperationId};

use super::{By, RegistrarError, Steady, TRIES, reasoned};
use crate::app::App;
use crate::decide::{Stated, state};
use crate::store::identity as rows;
use crate::store::read_links::{self, Located, Net, Subject};

/// A judgement to be made.
#[derive(Debug, Clone)]
pub struct Judging {
    /// One item.
    pub item: DocId,
    /// The other.
    pub other: DocId,
    /// What it came to.
    pub judgement: Judgement,
    /// Why.
    pub reason: String,
}

/// A judgement made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Both items with their operations, the lower one first.
    pub pair: [Subject; 2],
    /// Numbers of the decisions by operation; none where it had been judged so with the same words.
    pub decisions: BTreeMap<OperationId, u64>,
}

/// Judges a pair.
pub async fn judge(app: &App, by: &By, asked: &Judging) -> Result<Judged, RegistrarError> {
    reasoned(&asked.reason)?;
    if asked.item == asked.other {
        return Err(RegistrarError::Itself);
    }
    for _ in 0..TRIES {
        let (one, other) = (find(app, by, &asked.item).await?, find(app, by, &asked.other).await?);
        let mut open = BTreeSet::new();
        for operation in [one.subject.0, other.subject.0] {
            if rows::operation(&app.store.feed, &operation).await?.is_some_and(|known| known.closed_at.is_none()) {
                open.insert(operation);
            }
        }
        if open.is_empty() {
            return Err(crate::identity::IdentityError::OperationClosed.into());
        }
        let steady = Steady::take(app, &open).await?;
        let (one, other) = (find(app, by, &asked.item).await?, find(app, by, &asked.other).await?);
        for located in [&one, &other] {
            if located.recorders.contains(&by.officer) {
                return Err(RegistrarError::MergeOwn);
            }
            if let Some(to) = located.moved_to {
                return Err(RegistrarError::Moved { item: located.subject.1.to_string(), to: to.to_string() });
            }
        }
        let pair = [one.subject.min(other.subject), one.subject.max(other.subject)];
        let net = read_links::net(&app.store.register, &pair).await?;
        if net.judged.get(&(pair[0], pair[1])).is_some_and(|known| {
            known.judgement == asked.judgement.code() && known.officer == by.officer && known.reason == asked.reason
        }) {
            return Ok(Judged { pair, decisions: BTreeMap::new() });
        }
        consistent(&net, pair, asked.judgement)?;
        let Some(mut tx) = steady.lock(app).await? else { continue };
        let mut decisions = BTreeMap::new();
        for operation in &open {
            let (mine, theirs) = if one.subject.0 == *operation { (&one, &other) } else { (&other, &one) };
            let decision = Decision::ItemsJudged {
                item: mine.subject.1,
                other: theirs.subject.1,
                other_operation: (theirs.subject.0 != *operation).then_some(theirs.subject.0),
                judgement: asked.judgement,
                officer: by.officer,
                reason: asked.reason.clone(),
            };
            let stated = state(app, &mut tx, operation, &by.actor, vec![Stated::Decision(decision)]).await?;
            decisions.extend(stated.first().map(|(_, number)| (*operation, *number)));
        }
        tx.commit().await?;
        app.wake.notify_one();
        return Ok(Judged { pair, decisions });
    }
    Err(RegistrarError::Busy)
}

async fn find(app: &App, by: &By, item: &DocId) -> Result<Located, RegistrarError> {
    let found = read_links::locate(&app.store.register, item).await?.ok_or(RegistrarError::ItemUnknown)?;
    by.registrar_in(&found.subject.0)?;
    Ok(found)
}

/// Refuses what would contradict judgements that stand: a chain says that the two are one, or would join two that are not.
fn consistent(net: &Net, pair: [Subject; 2], judgement: Judgement) -> Result<(), RegistrarError> {
    let [one, other] = pair;
    if judgement == Judgement::Same {
        let (mine, theirs) = (net.reach(one, None), net.reach(other, None));
        let differ = net.judged.iter().find(|((a, b), judged)| {
            let across =
                (mine.contains_key(a) && theirs.contains_key(b)) || (mine.contains_key(b) && theirs.contains_key(a));
            judged.judgement == "different" && (*a, *b) != (one, other) && across
        });
        return match differ {
            None => Ok(()),
            Some(((a, b), _)) => Err(RegistrarError::Contradicts { one: a.1.to_string(), other: b.1.to_string() }),
        };
    }
    let reach = net.reach(one, Some((one, other)));
    if !reach.contains_key(&other) {
        return Ok(());
    }
    let mut through = Vec::new();
    let mut at = other;
    while let Some(Some(before)) = reach.get(&at) {
        if *before != one {
            through.push(before.1.to_string());
        }
        at = *before;
    }
    Err(RegistrarError::Chained { through: through.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read_links::Pair;
    use ploughshare_core::ids::OfficerId;

    fn subject(n: u8) -> Subject {
        (OperationId::from_bytes([1; 16]), DocId::from_bytes([n; 16]))
    }

    fn net(judged: &[(u8, u8, &str)]) -> Net {
        let one = |(a, b, judgement): &(u8, u8, &str)| {
            let officer = OfficerId::from_bytes([9; 16]);
            let pair = Pair { judgement: (*judgement).to_owned(), officer, reason: "seen".to_owned(), decided_at: 1 };
            ((subject(*a), subject(*b)), pair)
        };
        Net { judged: judged.iter().map(one).collect(), origins: BTreeSet::new() }
    }

    #[test]
    fn a_chain_of_same_cannot_be_cut_at_its_ends_nor_drawn_around_two_that_differ() {
        let chain = net(&[(1, 2, "same"), (2, 3, "same")]);
        let ends = [subject(1), subject(3)];
        for judgement in [Judgement::Different, Judgement::Unsure] {
            let refused = consistent(&chain, ends, judgement);
            let Err(RegistrarError::Chained { through }) = refused else { panic!("{refused:?}") };
            assert_eq!(through, subject(2).1.to_string());
            assert!(consistent(&chain, [subject(1), subject(2)], judgement).is_ok(), "a link of the chain can be cut");
        }
        let parted = net(&[(1, 2, "same"), (1, 3, "different")]);
        let refused = consistent(&parted, [subject(2), subject(3)], Judgement::Same);
        assert!(matches!(refused, Err(RegistrarError::Contradicts { .. })), "{refused:?}");
        assert!(consistent(&parted, [subject(1), subject(3)], Judgement::Same).is_ok(), "a judgement can be reversed");
    }
}
