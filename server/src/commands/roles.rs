//! `ploughshare roles`: who may say what, straight from the table by which every statement is judged, and the duties that are separated.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ploughshare_core::authorise::{Act, Reason, Standing, fits, may};
use ploughshare_core::identity::Role;
use serde_json::json;

use super::Answer;

/// What an act is, in a few words.
fn meaning(act: Act) -> &'static str {
    match act {
        Act::RecordItem => "record a weapon, a part or a lot",
        Act::RecordCollection => "record a collection",
        Act::Describe => "say what an item is: make, calibre, markings, condition",
        Act::Photograph => "add a photo",
        Act::Mark => "hold a marking session, apply a mark",
        Act::Keep => "say who answers for it and where it lies",
        Act::HandOver => "write a hand-over, give out of one's hands or take into them, and sign",
        Act::Count => "count a store, and sign the count",
        Act::Report => "report a loss, a theft or a damage",
        Act::Note => "add a note or a reference",
        Act::Justify => "say why a finding is in order",
        Act::Choose => "choose one of several values",
        Act::Attest => "verify it, or say what is wrong with it",
        Act::Sample => "plan a spot check",
        Act::Check => "write down a second inspection",
        Act::Dispose => "say what becomes of it: status, intended end, what an incident came to",
        Act::Hold => "hold it as evidence or for a trace",
        Act::LiftHold => "take such a hold off",
        Act::Plan => "plan a destruction",
        Act::Approve => "approve a plan that somebody else made",
        Act::Execute => "carry a destruction out: results, weights",
        Act::Scrap => "say where the scrap went",
        Act::End => "say that it came to its end: destroyed, transferred, deactivated",
        Act::Return => "say that it was lawfully returned",
        Act::AttestEnd => "attest the end",
        Act::Witness => "witness the end",
        Act::Decide => "decide for the register; the register alone does",
        Act::Unknown => "what a later version says; kept, and judged there",
    }
}

/// Duties that are separated by officer, whatever roles one holds, and what else is judged by what was said before; each with the code
/// that a statement against it gets. The rule behind them is IDDRS 4.10: collection, inspection, registration and storage are functions of
/// different people (5.7), and a third party sees that all that is destroyed is accounted for (8).
fn duties() -> [(Reason, &'static str); 15] {
    [
        (
            Reason::OwnRecord,
            "Who recorded an item does not verify it, end it, attest its end or witness it; who made a plan does not approve it.",
        ),
        (Reason::BothRoles, "Who says that an item came to its end does not witness it, and the other way round."),
        (Reason::Ended, "After its end only attestations, photos, notes, references and reasons are added to an item."),
        (Reason::HeldAsEvidence, "What is held as evidence does not come to its end until the hold is taken off."),
        (Reason::UnderTrace, "What a trace is pending for does not come to its end until that is over."),
        (
            Reason::Temporary,
            "What was handed over temporarily is returned, or made permanent, before anything else ends it.",
        ),
        (Reason::NotTemporary, "Only what was handed over temporarily is returned."),
        (
            Reason::Moved,
            "Once an item was transferred, only notes, references and reasons are added to its document in the old operation.",
        ),
        (Reason::OperationClosed, "Nothing is said in an operation by who knows that it was closed."),
        (Reason::Unsigned, "An attestation is signed with the officer's own key."),
        (Reason::NotTheirKey, "The key is the officer's by a decision of the register, and was not revoked."),
        (
            Reason::SameDevice,
            "Where the programme rules so, a witness or receiver who signs on the device of the other side does not count.",
        ),
        (
            Reason::NotTheirDevice,
            "A tablet speaks for the officer it was enrolled for and for those who keep a key on it.",
        ),
        (Reason::Quarantined, "A registrar can put any statement aside, with a reason."),
        (
            Reason::NotAllowed(Act::Unknown),
            "What is said against all this is kept and shown and does not count; a registrar who did not say it can release it.",
        ),
    ]
}

pub(super) fn run() -> Answer {
    let may_of = |role: Role| Act::ALL.into_iter().filter(|act| may(role, *act)).map(Act::code).collect::<Vec<_>>();
    let roles: Vec<_> = Role::ALL.iter().map(|role| json!({ "role": role.code(), "may": may_of(*role) })).collect();
    let acts: Vec<_> = Act::ALL.iter().map(|act| json!({ "act": act.code(), "meaning": meaning(*act) })).collect();
    let one = |standing: Standing| BTreeSet::from([standing]);
    let refused = |act: Act, standing: Standing| fits(act, &one(standing)).err().map(Reason::code);
    let standings: Vec<_> = Standing::ALL
        .iter()
        .map(|standing| {
            let acts = Act::ALL.iter().filter_map(|act| Some((act.code(), refused(*act, *standing)?)));
            json!({ "standing": standing.code(), "refuses": acts.collect::<BTreeMap<_, _>>() })
        })
        .collect();
    let rules: Vec<_> =
        duties().iter().map(|(reason, words)| json!({ "code": reason.code(), "rule": words })).collect();
    Answer::new(json!({ "roles": roles, "acts": acts, "standings": standings, "duties": rules }), text())
}

/// The table, the acts and the duties.
fn text() -> String {
    let mut text = format!("{:<18}", "");
    // Writing to a string cannot fail.
    for role in Role::ALL {
        _ = write!(text, "{:<16}", role.code());
    }
    for act in Act::ALL {
        text.truncate(text.trim_end().len());
        _ = write!(text, "\n{:<18}", act.code());
        for role in Role::ALL {
            _ = write!(text, "{:<16}", if may(role, act) { "yes" } else { "." });
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    for act in Act::ALL {
        _ = write!(text, "\n{:<18}{}", act.code(), meaning(act));
    }
    _ = write!(text, "\n\n{:<18}{:<16}", "how it stands", "open");
    for standing in Standing::ALL {
        _ = write!(text, "{:<16}", standing.code());
    }
    for act in Act::ALL {
        text.truncate(text.trim_end().len());
        _ = write!(text, "\n{:<18}", act.code());
        let columns = std::iter::once(BTreeSet::new()).chain(Standing::ALL.map(|one| BTreeSet::from([one])));
        for standing in columns {
            _ = write!(text, "{:<16}", if fits(act, &standing).is_ok() { "yes" } else { "." });
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    for (reason, words) in duties() {
        _ = write!(text, "\n{words} [{}]", reason.code());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_the_table_as_it_is() {
        let documented = include_str!("../../../docs/roles.md");
        assert!(documented.contains(&text()), "docs/roles.md holds what `ploughshare roles` prints:\n{}", text());
    }
}
