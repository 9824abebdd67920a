//! Unique marks: sessions at the machine, the next number for an item, spoilt numbers.

use super::Tablet;
use crate::engine::{ItemLine, MarkGiven, Marking, NewSession, SessionView};
use crate::ffi::error::AppError;

#[uniffi::export]
impl Tablet {
    /// The session open on this tablet, and its numbers.
    pub async fn marks_status(&self) -> Result<SessionView, AppError> {
        self.core.read(crate::engine::Tablet::marks_status).await
    }

    /// Opens a session at a marking machine. Answers with its document.
    pub async fn marking_session_open(&self, session: NewSession) -> Result<String, AppError> {
        self.core.change(move |tablet| tablet.marking_session_open(&session)).await
    }

    /// Closes the session of this tablet, with what went wrong and what it cost. Answers with its document.
    #[uniffi::method(default(fault = None, downtime_min = None, cost = None, as_claim = false))]
    pub async fn marking_session_close(
        &self,
        fault: Option<String>,
        downtime_min: Option<i64>,
        cost: Option<String>,
        as_claim: bool,
    ) -> Result<String, AppError> {
        self.core
            .change(move |tablet| {
                tablet.marking_session_close(fault.as_deref(), downtime_min, cost.as_deref(), as_claim)
            })
            .await
    }

    /// Gives an item the next mark of this tablet's numbers.
    pub async fn mark(&self, marking: Marking) -> Result<MarkGiven, AppError> {
        self.core.change(move |tablet| tablet.mark(&marking)).await
    }

    /// Says that a mark was spoilt. Its number is never given again. Answers with the item that bore it, if one did.
    #[uniffi::method(default(as_claim = false))]
    pub async fn spoil_mark(&self, mark: String, reason: String, as_claim: bool) -> Result<Option<ItemLine>, AppError> {
        self.core.change(move |tablet| tablet.spoil_mark(&mark, &reason, as_claim)).await
    }
}
