//! `ploughshare roles`: who may say what, straight from the table by which every statement is judged, and the duties that are separated.

use std::fmt::Write as _;

use ploughshare_core::authorise::{Act, Reason, may};
use ploughshare_core::identity::Role;
use serde_json::json;

use super::Answer;

/// What an act is, in a few words.
fn meaning(act: Act) -> &'static str {
    match act {
        Act::RecordItem => "record a weapon, a part or a lot",
        Act::RecordCollection => "record a collection",
        Act::Describe => "say what an item is: make, calibre, markings, photos, condition",
        Act::Keep => "say who answers for it and where it lies",
        Act::Note => "add a note, a reference or a reason",
        Act::Choose => "choose one of several values",
        Act::Dispose => "say what becomes of it: status, intended end, evidence hold",
        Act::End => "say that it came to its end: destroyed, transferred, returned",
        Act::Attest => "verify it, or say what is wrong with it",
        Act::HandOver => "give it out of one's hands, or take it into them",
        Act::Witness => "witness its end",
        Act::Decide => "decide for the register; the register alone does",
        Act::Unknown => "what a later version says; kept, and judged there",
    }
}

/// Duties that are separated by officer, whatever roles one holds, and what else is judged by what was said before; each with the code
/// that a statement against it gets. The rule behind them is IDDRS 4.10: collection, inspection, registration and storage are functions of
/// different people (5.7), and a third party sees that all that is destroyed is accounted for (8).
fn duties() -> [(Reason, &'static str); 9] {
    [
        (Reason::OwnRecord, "Who recorded an item does not verify it, end it, attest its end or witness it."),
        (Reason::BothRoles, "Who says that an item came to its end does not witness it, and the other way round."),
        (Reason::Ended, "After its end only attestations, photos, notes, references and reasons are added to an item."),
        (Reason::HeldAsEvidence, "What is held as evidence does not come to its end until the hold is taken off."),
        (Reason::Unsigned, "An attestation is signed with the officer's own key."),
        (Reason::NotTheirKey, "The key is the officer's by a decision of the register, and was not revoked."),
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
    let rules: Vec<_> =
        duties().iter().map(|(reason, words)| json!({ "code": reason.code(), "rule": words })).collect();
    Answer::new(json!({ "roles": roles, "acts": acts, "duties": rules }), text())
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
