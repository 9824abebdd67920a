//! Where items lie and who answers for them: stores, chains of custody, lots, stock, hand-overs.

use std::sync::Arc;

use super::Tablet;
use super::gate::told;
use crate::engine::{
    ChainView, DiffView, HandoverView, Hold, ItemLine, NewHandover, Placed, Placing, ReceiptOptions, ScanView,
    SealSeen, StockView,
};
use crate::ffi::error::AppError;
use crate::ffi::progress::ProgressListener;

#[uniffi::export]
impl Tablet {
    /// Puts items into a store, rack, box. Items are named by tag, mark or id; beside a lot its quantity may stand, `TAG,QUANTITY`.
    #[uniffi::method(default(progress = None))]
    pub async fn store_items(
        &self,
        placing: Placing,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<Placed>, AppError> {
        self.core.deed(progress, move |tablet, teller| tablet.store_items(placing, told(teller))).await
    }

    /// Moves items to another store, rack or box.
    #[uniffi::method(default(progress = None))]
    pub async fn move_items(
        &self,
        placing: Placing,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<Placed>, AppError> {
        self.core.deed(progress, move |tablet, teller| tablet.move_items(placing, told(teller))).await
    }

    /// Puts a hold on an item, or takes it off.
    #[uniffi::method(default(as_claim = false))]
    pub async fn hold(
        &self,
        item: String,
        hold: Hold,
        on: bool,
        reason: String,
        as_claim: bool,
    ) -> Result<ItemLine, AppError> {
        self.core.change(move |tablet| tablet.hold(&item, hold, on, &reason, as_claim)).await
    }

    /// An item's chain of custody as a timeline; the item by tag, mark, id or serial.
    pub async fn custody(&self, item: String) -> Result<ChainView, AppError> {
        self.core.read(move |tablet| tablet.custody(&item)).await
    }

    /// Takes a part out of an ammunition lot: it becomes a lot of its own.
    #[uniffi::method(default(tag = None, as_claim = false))]
    pub async fn split_lot(
        &self,
        lot: String,
        quantity: i64,
        reason: String,
        tag: Option<String>,
        as_claim: bool,
    ) -> Result<ItemLine, AppError> {
        self.core.change(move |tablet| tablet.split_lot(&lot, quantity, tag.as_deref(), &reason, as_claim)).await
    }

    /// What lies in the stores: in, out, destroyed, lost, present; of one site or store, at a moment, item by item if wanted.
    #[uniffi::method(default(site = None, store = None, at_ms = None, items = false))]
    pub async fn stock(
        &self,
        site: Option<String>,
        store: Option<String>,
        at_ms: Option<i64>,
        items: bool,
    ) -> Result<Vec<StockView>, AppError> {
        self.core.read(move |tablet| tablet.stock(site.as_deref(), store.as_deref(), at_ms, items)).await
    }

    /// Writes a hand-over with its manifest.
    pub async fn handover_new(&self, handover: NewHandover) -> Result<HandoverView, AppError> {
        self.core.change(move |tablet| tablet.handover_new(handover)).await
    }

    /// Puts further items on the manifest.
    #[uniffi::method(default(as_claim = false))]
    pub async fn handover_add(
        &self,
        handover: String,
        items: Vec<String>,
        as_claim: bool,
    ) -> Result<HandoverView, AppError> {
        self.core.change(move |tablet| tablet.handover_add(&handover, &items, as_claim)).await
    }

    /// Writes down items scanned at loading.
    #[uniffi::method(default(box_name = None, as_claim = false, progress = None))]
    pub async fn handover_load(
        &self,
        handover: String,
        scans: Vec<String>,
        box_name: Option<String>,
        as_claim: bool,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<ScanView>, AppError> {
        self.core
            .deed(progress, move |tablet, teller| {
                tablet.handover_load(&handover, &scans, box_name.as_deref(), as_claim, told(teller))
            })
            .await
    }

    /// Writes down seals: put on at departure, found at receipt.
    #[uniffi::method(default(as_claim = false))]
    pub async fn handover_seal(
        &self,
        handover: String,
        seals: Vec<SealSeen>,
        as_claim: bool,
    ) -> Result<HandoverView, AppError> {
        self.core.change(move |tablet| tablet.handover_seal(&handover, &seals, as_claim)).await
    }

    /// The transport departs; with less than the manifest only for a reason.
    #[uniffi::method(default(short_because = None, as_claim = false))]
    pub async fn handover_depart(
        &self,
        handover: String,
        short_because: Option<String>,
        as_claim: bool,
    ) -> Result<HandoverView, AppError> {
        self.core.change(move |tablet| tablet.handover_depart(&handover, short_because.as_deref(), as_claim)).await
    }

    /// Writes down items scanned at receipt, and ends the receipt where `options` say so.
    #[uniffi::method(default(progress = None))]
    pub async fn handover_receive(
        &self,
        handover: String,
        scans: Vec<String>,
        options: ReceiptOptions,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<ScanView>, AppError> {
        self.core
            .deed(progress, move |tablet, teller| tablet.handover_receive(&handover, &scans, &options, told(teller)))
            .await
    }

    /// Calls a hand-over off.
    #[uniffi::method(default(as_claim = false))]
    pub async fn handover_cancel(
        &self,
        handover: String,
        reason: String,
        as_claim: bool,
    ) -> Result<HandoverView, AppError> {
        self.core.change(move |tablet| tablet.handover_cancel(&handover, &reason, as_claim)).await
    }

    /// A hand-over and how far it is.
    pub async fn handover(&self, handover: String) -> Result<HandoverView, AppError> {
        self.core.read(move |tablet| tablet.handover(&handover)).await
    }

    /// What differs between manifest, loading and receipt, and at the seals.
    pub async fn handover_diff(&self, handover: String) -> Result<Vec<DiffView>, AppError> {
        self.core.read(move |tablet| tablet.handover_diff(&handover)).await
    }
}
