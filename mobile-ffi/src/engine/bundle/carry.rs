//! Carrying bundles of others over one's own link: what is sealed for the register goes up, what is sealed for a tablet comes down. Neither
//! can be read here.

use std::sync::Arc;

use ploughshare_core::limits;

use super::super::{Tablet, token};
use super::export::device_id;
use crate::error::TabletError;
use crate::model::SyncReport;
use crate::store::Result;
use crate::transport::{HttpHeader, HttpMethod, HttpRequest, HttpResponse, Transport};

/// Most files fetched in one go.
const FILES: usize = 1_024;

impl Tablet {
    /// Brings one file of a bundle that is sealed for the register, whoever made it. Gives the register's answer, a file for the tablet that
    /// made it; none where the register has nobody to seal it to.
    pub fn bundle_upload(&self, transport: Arc<dyn Transport>, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        let server = self.engine().session()?.enrolment.server.clone();
        let answer = self.authorised(transport.as_ref(), &format!("{server}/api/v1/bundles"), bytes)?;
        Ok((!answer.body.is_empty()).then_some(answer.body))
    }

    /// Fetches files for another tablet: receipts for what it wrote, and the feed from where its last bundle said that it stands.
    pub fn bundle_fetch(
        &self,
        transport: Arc<dyn Transport>,
        device: &str,
        max_bytes: Option<u64>,
    ) -> Result<Vec<Vec<u8>>> {
        let device = device_id(device)?;
        let url = {
            let engine = self.engine();
            let session = engine.session()?;
            format!("{}/api/v1/operations/{}/bundles/{device}", session.enrolment.server, session.operation)
        };
        let most = max_bytes.unwrap_or(limits::BUNDLE_BYTES as u64);
        let mut files = Vec::new();
        let mut after = String::new();
        while files.len() < FILES {
            let answer = self.authorised(transport.as_ref(), &format!("{url}?max_bytes={most}{after}"), &[])?;
            let place = answer.header("ploughshare-place").and_then(|place| place.parse::<u64>().ok());
            let more = answer.header("ploughshare-more") == Some("true");
            files.push(answer.body);
            match place.filter(|_| more) {
                Some(place) => after = format!("&after={place}"),
                None => break,
            }
        }
        Ok(files)
    }

    fn authorised(&self, transport: &dyn Transport, url: &str, body: &[u8]) -> Result<HttpResponse> {
        let mut report = SyncReport::default();
        for fresh in [false, true] {
            let bearer = self.token(transport, fresh, &mut report)?;
            let header = |name: &str, value: &str| HttpHeader { name: name.to_owned(), value: value.to_owned() };
            let headers = vec![
                header("content-type", "application/octet-stream"),
                header("accept", "*/*"),
                header("authorization", &format!("Bearer {bearer}")),
            ];
            let request = HttpRequest { method: HttpMethod::Post, url: url.to_owned(), headers, body: body.to_vec() };
            let answer = token::send(transport, request, &mut report)?;
            match answer.status {
                200..=299 => return Ok(answer),
                401 if !fresh => {}
                _ => return Err(token::problem(&answer)),
            }
        }
        Err(TabletError::internal("a request ended without an answer"))
    }
}
