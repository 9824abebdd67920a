//! Rule R81: what was said in the old operation by somebody who did not know of a transfer.

use super::Finding;
use crate::ids::DocId;

/// The finding on an item that was transferred and on the item it became, where so many statements came late.
pub fn said_after(old: DocId, new: DocId, statements: u64) -> Finding {
    let message = format!("{statements} said in the old operation after the transfer");
    Finding::new("R81", format!("{old}+{new}"), message).arg("statements", statements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_its_key_however_many_come() {
        let (old, new) = (DocId::from_bytes([1; 16]), DocId::from_bytes([2; 16]));
        let (one, two) = (said_after(old, new, 1), said_after(old, new, 2));
        assert_eq!((one.rule, &one.key), ("R81", &two.key));
        assert_ne!(one.message, two.message);
    }
}
