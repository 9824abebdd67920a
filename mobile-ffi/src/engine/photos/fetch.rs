//! Fetching the working copies of somebody else's photos, when a person wants to see them.

use std::sync::Arc;

use ploughshare_core::ids::MediaHash;
use ploughshare_core::limits;

use super::file_hash;
use crate::engine::{Tablet, token};
use crate::error::{ErrorKind, TabletError};
use crate::model::{PhotoFetched, SyncReport};
use crate::photo;
use crate::store::Result;
use crate::transport::{HttpHeader, HttpMethod, HttpRequest, HttpResponse, Transport};

impl Tablet {
    /// Fetches the working copies of a document's photos from the register and keeps them sealed. What is here already is not fetched again,
    /// and what the register does not have yet is left out.
    pub fn photos_fetch(&self, transport: Arc<dyn Transport>, document: &str) -> Result<Vec<PhotoFetched>> {
        let mut fetched = Vec::new();
        for photo in self.photos(document)? {
            let Some(small) = photo.small else { continue };
            let found =
                if photo.small_here { None } else { Some(self.fetch_copy(transport.as_ref(), &file_hash(&small)?)) };
            let (state, bytes) = match found {
                None => ("here", 0),
                Some(Ok(bytes)) => ("fetched", bytes),
                Some(Err(error)) if matches!(error.code.as_str(), "media.not_here" | "media.unknown") => {
                    ("not_at_register", 0)
                }
                Some(Err(error)) => return Err(error),
            };
            let view = photo.view;
            fetched.push(PhotoFetched { hash: small, view, state: state.to_owned(), bytes });
        }
        Ok(fetched)
    }

    fn fetch_copy(&self, transport: &dyn Transport, small: &MediaHash) -> Result<u64> {
        let url = {
            let engine = self.engine();
            let session = engine.session()?;
            format!("{}/api/v1/operations/{}/media/{small}", session.enrolment.server, session.operation)
        };
        let answer = self.get(transport, &url)?;
        if answer.status != 200 {
            return Err(token::problem(&answer));
        }
        // The name stands in a signed statement: what is another file is somebody's who stands in between.
        if photo::name(&answer.body) != *small || answer.body.len() > limits::MEDIA_SMALL_BYTES {
            return Err(TabletError::new(
                ErrorKind::Server,
                "photo.not_the_one",
                "what came is not the working copy that the statement names",
                "Everything is safe on this device. Somebody may stand between this device and the register: tell the administrator.",
            ));
        }
        self.keep_file(&self.sealed_files()?, small, &answer.body, false, "fetched")?;
        Ok(answer.body.len() as u64)
    }

    /// Asks for something; with a fresh token once, if the one at hand is not accepted.
    fn get(&self, transport: &dyn Transport, url: &str) -> Result<HttpResponse> {
        let mut report = SyncReport::default();
        let mut fresh = false;
        loop {
            let token = self.token(transport, fresh, &mut report)?;
            let headers = vec![HttpHeader { name: "authorization".to_owned(), value: format!("Bearer {token}") }];
            let request = HttpRequest { method: HttpMethod::Get, url: url.to_owned(), headers, body: Vec::new() };
            let answer = token::send(transport, request, &mut report)?;
            if answer.status != 401 || fresh {
                return Ok(answer);
            }
            fresh = true;
        }
    }
}
