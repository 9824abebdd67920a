//! `GET /api/v1/handovers/{handover}/sheet`: the paper that travels with a load.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ploughshare_core::ids::DocId;
use ploughshare_paper::Language;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::problem::Problem;
use super::values::{no_such, operations};
use super::wait::wait;
use crate::handover_sheet::{self, SheetError};

/// In which language, and why.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Printing {
    /// Language of the paper, BCP 47: `en` (usual), `fr` or `ar`.
    lang: Option<String>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
    /// Why it is asked, a code or case number, for the log of reads; also as header `X-Purpose`.
    purpose: Option<String>,
}

/// The sheet of a hand-over on A4: who gives what to whom, seals, differences, and room for two pens. The read is written to the log of reads
/// before the answer leaves.
#[utoipa::path(get, path = "/api/v1/handovers/{handover}/sheet", tag = "register", security(("token" = [])),
    params(("handover" = String, Path, description = "Id of the hand-over"), Printing), responses(
    (status = 200, description = "application/pdf", body = Vec<u8>, content_type = "application/pdf"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn sheet(
    State(api): State<Shared>,
    mut signed: Signed,
    Named(document): Named<DocId>,
    Asked(printing): Asked<Printing>,
) -> Result<Response, Problem> {
    let scope = signed.reads()?;
    signed.because(printing.purpose.as_deref())?;
    let language = Language::from_code(printing.lang.as_deref().unwrap_or("en"))
        .ok_or_else(|| Problem::bad("handover.language", "hand-over sheets are printed in `en`, `fr` and `ar`"))?;
    wait(&api, printing.wait_place.as_deref()).await?;
    let within = operations(&api, &scope).await?;
    let (operation, sheet) = handover_sheet::draw_up(&api.app, &within, &document).await?;
    let printed = tokio::task::spawn_blocking(move || handover_sheet::print(&sheet, language)).await;
    let printed = printed.map_err(|error| Problem::internal("internal.cancelled", &error))??;
    signed.note(&api, "handover.read", &document.to_string(), Some(operation.to_string())).await?;
    let disposition = "attachment; filename=\"handover.pdf\"";
    Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, disposition)], printed)
        .into_response())
}

impl From<SheetError> for Problem {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Store(error) => error.into(),
            SheetError::Unknown => no_such("hand-over"),
            other @ SheetError::Paper(_) => Self::internal("handover.sheet_failed", &other),
        }
    }
}
