//! Which documents a deed changed, as far as its answer names them; for those who show them.

use crate::engine::{
    CountView, DestructionItemView, DestructionView, HandoverView, IdentityView, ItemLine, MarkGiven, Placed, Planned,
    ScanView, SightingView, SpotCheckView,
};
use crate::model::{AttestedView, BundleTaken, PersonSaved, Saved};

/// Knows which documents were changed.
pub(in crate::ffi) trait Touched {
    /// Those known by id, and whether there may be others.
    fn touched(&self) -> (Vec<String>, bool);
}

macro_rules! touched {
    ($($name:ty: |$one:ident| $ids:expr, $others:expr;)*) => {
        $(impl Touched for $name {
            fn touched(&self) -> (Vec<String>, bool) {
                let $one = self;
                ($ids, $others)
            }
        })*
    };
}

fn lines<'a>(all: impl IntoIterator<Item = &'a Option<ItemLine>>) -> Vec<String> {
    all.into_iter().flatten().map(|line| line.item.clone()).collect()
}

touched! {
    (): |_nothing| Vec::new(), true;
    String: |document| vec![document.clone()], true;
    BundleTaken: |taken| Vec::new(), taken.pulled + taken.receipts > 0;
    Saved: |saved| vec![saved.document.clone()], false;
    Vec<Saved>: |all| all.iter().map(|saved| saved.document.clone()).collect(), false;
    Vec<AttestedView>: |all| all.iter().map(|one| one.document.clone()).collect(), false;
    PersonSaved: |saved| saved.items.iter().map(|one| one.document.clone()).collect(), false;
    ItemLine: |line| vec![line.item.clone()], true;
    Option<ItemLine>: |line| lines([line]), true;
    MarkGiven: |given| vec![given.item.item.clone()], true;
    Vec<Placed>: |all| all.iter().map(|one| one.line.item.clone()).collect(), false;
    HandoverView: |view| vec![view.document.clone()], true;
    Vec<ScanView>: |all| lines(all.iter().map(|one| &one.item)), true;
    CountView: |view| vec![view.document.clone()], true;
    Vec<SightingView>: |all| lines(all.iter().map(|one| &one.item)), true;
    DestructionView: |view| vec![view.document.clone()], true;
    DestructionItemView: |view| vec![view.item.item.clone()], true;
    Vec<DestructionItemView>: |all| all.iter().map(|one| one.item.item.clone()).collect(), true;
    Vec<IdentityView>: |all| lines(all.iter().map(|one| &one.item)), true;
    Planned: |plan| vec![plan.destruction.document.clone()], true;
    SpotCheckView: |view| vec![view.document.clone()], true;
}
