//! Destructions, counts, spot checks, incidents.

use std::sync::Arc;

use super::Tablet;
use super::gate::told;
use crate::engine::{
    CountView, DestructionItemView, DestructionView, IdentityView, ItemResult, NewCount, NewDestruction, NewIncident,
    NewSpotCheck, NextView, Planned, ScrapLeft, SightingView, SpotCheckView, Tally,
};
use crate::ffi::error::AppError;
use crate::ffi::progress::ProgressListener;
use crate::ffi::value::SpotReadingDraft;

#[uniffi::export]
impl Tablet {
    /// Plans a destruction. Items that may not be destroyed are not taken onto the list, and are named with the reason.
    #[uniffi::method(default(progress = None))]
    pub async fn destruction_plan(
        &self,
        plan: NewDestruction,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Planned, AppError> {
        self.core.deed(progress, move |tablet, teller| tablet.destruction_plan(&plan, told(teller))).await
    }

    /// Puts further items on the list, before it begins.
    #[uniffi::method(default(as_claim = false, progress = None))]
    pub async fn destruction_add(
        &self,
        destruction: String,
        items: Vec<String>,
        as_claim: bool,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Planned, AppError> {
        self.core
            .deed(progress, move |tablet, teller| tablet.destruction_add(&destruction, &items, as_claim, told(teller)))
            .await
    }

    /// Takes an item off the list, for a reason.
    #[uniffi::method(default(as_claim = false))]
    pub async fn destruction_withdraw(
        &self,
        destruction: String,
        item: String,
        reason: String,
        as_claim: bool,
    ) -> Result<DestructionView, AppError> {
        self.core.change(move |tablet| tablet.destruction_withdraw(&destruction, &item, &reason, as_claim)).await
    }

    /// Begins a destruction.
    #[uniffi::method(default(as_claim = false))]
    pub async fn destruction_start(&self, destruction: String, as_claim: bool) -> Result<DestructionView, AppError> {
        self.core.change(move |tablet| tablet.destruction_start(&destruction, as_claim)).await
    }

    /// Writes down the identity check before destruction: a scan is `TAG` or `TAG,SERIAL AS SEEN`.
    #[uniffi::method(default(as_claim = false, progress = None))]
    pub async fn destruction_check(
        &self,
        destruction: String,
        scans: Vec<String>,
        as_claim: bool,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<IdentityView>, AppError> {
        self.core
            .deed(progress, move |tablet, teller| {
                tablet.destruction_check(&destruction, &scans, as_claim, told(teller))
            })
            .await
    }

    /// Writes down what became of one item.
    pub async fn destruction_result(
        &self,
        destruction: String,
        result: ItemResult,
    ) -> Result<DestructionItemView, AppError> {
        self.core.change(move |tablet| tablet.destruction_result(&destruction, &result)).await
    }

    /// Writes down what became of several items: of all of them or, if one is refused, of none.
    #[uniffi::method(default(progress = None))]
    pub async fn destruction_results(
        &self,
        destruction: String,
        results: Vec<ItemResult>,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<DestructionItemView>, AppError> {
        self.core
            .deed(progress, move |tablet, teller| tablet.destruction_results(&destruction, &results, told(teller)))
            .await
    }

    /// Writes down scrap that left the site.
    pub async fn destruction_scrap(&self, destruction: String, scrap: ScrapLeft) -> Result<DestructionView, AppError> {
        self.core.change(move |tablet| tablet.destruction_scrap(&destruction, &scrap)).await
    }

    /// Ends a destruction: every item on the list has a result, and each item says what became of it.
    #[uniffi::method(default(as_claim = false, progress = None))]
    pub async fn destruction_close(
        &self,
        destruction: String,
        as_claim: bool,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<DestructionView, AppError> {
        self.core
            .deed(progress, move |tablet, teller| tablet.destruction_close(&destruction, as_claim, told(teller)))
            .await
    }

    /// Calls a destruction off.
    #[uniffi::method(default(as_claim = false))]
    pub async fn destruction_cancel(
        &self,
        destruction: String,
        reason: String,
        as_claim: bool,
    ) -> Result<DestructionView, AppError> {
        self.core.change(move |tablet| tablet.destruction_cancel(&destruction, &reason, as_claim)).await
    }

    /// A destruction, item by item, and what is missing for a certificate.
    pub async fn destruction(&self, destruction: String) -> Result<DestructionView, AppError> {
        self.core.read(move |tablet| tablet.destruction(&destruction)).await
    }

    /// Begins a count of a store: says what should be there and which serials are to be looked at.
    pub async fn count_new(&self, count: NewCount) -> Result<CountView, AppError> {
        self.core.change(move |tablet| tablet.count_new(&count)).await
    }

    /// Writes down items that were found: a scan is `TAG` or `TAG,SERIAL AS SEEN`.
    #[uniffi::method(default(as_claim = false, progress = None))]
    pub async fn count_scan(
        &self,
        count: String,
        scans: Vec<String>,
        as_claim: bool,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<SightingView>, AppError> {
        self.core.deed(progress, move |tablet, teller| tablet.count_scan(&count, &scans, as_claim, told(teller))).await
    }

    /// Writes down how many of a type were counted.
    #[uniffi::method(default(as_claim = false))]
    pub async fn count_tally(&self, count: String, tally: Tally, as_claim: bool) -> Result<CountView, AppError> {
        self.core.change(move |tablet| tablet.count_tally(&count, &tally, as_claim)).await
    }

    /// Ends a count and writes down what does not fit.
    #[uniffi::method(default(as_claim = false, progress = None))]
    pub async fn count_close(
        &self,
        count: String,
        as_claim: bool,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<CountView, AppError> {
        self.core.deed(progress, move |tablet, teller| tablet.count_close(&count, as_claim, told(teller))).await
    }

    /// A count and what it comes to.
    pub async fn count(&self, count: String) -> Result<CountView, AppError> {
        self.core.read(move |tablet| tablet.count(&count)).await
    }

    /// Plans a spot check: draws the sample from the items that this tablet holds.
    pub async fn spot_check_plan(&self, plan: NewSpotCheck) -> Result<SpotCheckView, AppError> {
        self.core.change(move |tablet| tablet.spot_check_plan(&plan)).await
    }

    /// What to look for next, and nothing of what its record says.
    pub async fn spot_check_next(&self, check: String) -> Result<Option<NextView>, AppError> {
        self.core.read(move |tablet| tablet.spot_check_next(&check)).await
    }

    /// Writes down what was read on an item, or that it was not found.
    pub async fn spot_check_read(&self, check: String, reading: SpotReadingDraft) -> Result<(), AppError> {
        self.core.change(move |tablet| tablet.spot_check_read(&check, &reading.reading()?)).await
    }

    /// A spot check and how far it is, without what would help the inspector guess.
    pub async fn spot_check(&self, check: String) -> Result<SpotCheckView, AppError> {
        self.core.read(move |tablet| tablet.spot_check(&check)).await
    }

    /// What a spot check came to: errors by field and item, and whether all has to be inspected.
    pub async fn spot_check_report(&self, check: String) -> Result<SpotCheckView, AppError> {
        self.core.read(move |tablet| tablet.spot_check_report(&check)).await
    }

    /// Reports a loss, a theft, a shortage or a damage. Answers with its document.
    pub async fn incident_new(&self, incident: NewIncident) -> Result<String, AppError> {
        self.core.change(move |tablet| tablet.incident_new(&incident)).await
    }
}
