//! `review`.

use mobile_ffi::{AttestationView, ReviewView, Tablet, TabletError};

use super::show::who;
use crate::output::{Output, line, plain, table};

pub fn review(tablet: &Tablet, document: &str, output: &Output) -> Result<(), TabletError> {
    output.print(&tablet.review(document)?, words)
}

fn words(view: &ReviewView) {
    line(&format!("{} {}", view.kind.as_deref().unwrap_or("document"), view.document));
    let decision = view.decision.map_or_else(|| "no decision held".to_owned(), |n| format!("as of decision {n}"));
    line(&format!("review: {}, {decision}", view.state.replace('_', " ")));
    if let Some(verified) = &view.verified {
        line(&format!("Verified by {}", who(&verified.by)));
        if verified.amendments.is_empty() {
            line("Nothing was said since.");
        } else {
            let mut rows = table(&["field", "verified", "said since"]);
            for one in &verified.amendments {
                rows.add_row(vec![one.path.clone(), plain(&one.verified), plain(&one.proposed)]);
            }
            line(&rows.to_string());
        }
    }
    if view.attestations.is_empty() {
        line("Nobody attested anything of it.");
    } else {
        let mut rows = table(&["what", "who", "of", "worth", "note"]);
        for one in &view.attestations {
            rows.add_row(vec![
                one.what.clone(),
                who(&one.by),
                one.standing.clone(),
                worth(one, &decision),
                one.note.clone(),
            ]);
        }
        line(&rows.to_string());
    }
    for claim in &view.claims {
        line(&format!("Does not count: {}", who(claim)));
    }
    for pair in &view.same_device {
        line(&format!("{}: both came from the tablet {}", pair.pair.replace('_', " and "), pair.device));
    }
}

fn worth(one: &AttestationView, decision: &str) -> String {
    match (one.says.as_str(), one.claim_code.as_deref()) {
        ("register", None) => "register says: counts".to_owned(),
        ("register", Some(code)) => format!("register says: does not count [{code}]"),
        (_, Some(code)) => format!("claim [{code}]"),
        _ => format!("counts {decision}"),
    }
}
