//! Rule R81: what was said in the old operation by somebody who did not know of a transfer.

use super::{Finding, Tunings};
use crate::ids::DocId;

/// The finding on an item that was transferred and on the item it became, where so many statements came late; none where none did. The
/// register calls it when either of the two changes. The key stays however many come.
pub fn said_after(old: DocId, new: DocId, statements: u64, tuning: &Tunings) -> Option<Finding> {
    if statements == 0 || !tuning.enabled("R81") {
        return None;
    }
    let message = format!("{statements} said in the old operation after the transfer");
    Some(Finding::new("R81", format!("{old}+{new}"), message).arg("statements", statements))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn it_keeps_its_key_however_many_come() {
        let (old, new) = (DocId::from_bytes([1; 16]), DocId::from_bytes([2; 16]));
        let late = |statements| said_after(old, new, statements, &Tunings::default()).unwrap();
        assert_eq!((late(1).rule, late(1).key), ("R81", late(2).key));
        assert_ne!(late(1).message, late(2).message);
    }
}
