//! Recording, editing, choosing; reading documents, lists, conflicts, findings.

use std::sync::Arc;

use super::Tablet;
use crate::engine::Attesting;
use crate::ffi::error::AppError;
use crate::ffi::person::PersonDraft;
use crate::ffi::progress::ProgressListener;
use crate::ffi::value::{Change, FieldValue, NewDocument};
use crate::ffi::vocabulary::ModelCard;
use crate::model::{
    AttestedView, ConflictView, DocumentView, FindingView, ListFilter, ListPage, PersonSaved, ReviewView, Saved,
};

#[uniffi::export]
impl Tablet {
    /// Records a new document. It is durable when this returns.
    pub async fn record(&self, document: NewDocument) -> Result<Saved, AppError> {
        self.core.change(move |tablet| tablet.record(document.draft()?)).await
    }

    /// Records many new documents in one transaction: all of them or, if one is refused, none.
    pub async fn record_all(&self, documents: Vec<NewDocument>) -> Result<Vec<Saved>, AppError> {
        self.core
            .change(move |tablet| {
                tablet.record_all(documents.into_iter().map(NewDocument::draft).collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Records a new document from plain JSON, for example `{"class": "ASR", "markings": [{"type": "SER", "text": "AB 12"}]}`.
    pub async fn record_json(&self, json: String) -> Result<Saved, AppError> {
        self.core.change(move |tablet| tablet.record_json(&json)).await
    }

    /// Says something more about a document, named by its id or at least its first 8 digits. All changes are one statement: they stand or
    /// fall together.
    pub async fn edit(&self, document: String, changes: Vec<Change>) -> Result<Saved, AppError> {
        self.core
            .change(move |tablet| {
                tablet.edit_of_kind(&document, |kind| changes.into_iter().map(|change| change.edit(kind)).collect())
            })
            .await
    }

    /// Chooses a value where several stand; any value may be chosen, also one that nobody said yet.
    pub async fn choose(
        &self,
        document: String,
        path: String,
        value: FieldValue,
        reason: String,
    ) -> Result<Saved, AppError> {
        self.core.change(move |tablet| tablet.choose_json(&document, &path, &value.into(), &reason)).await
    }

    /// Chooses the value with this number, from 0, as [`conflicts`](Self::conflicts) and [`show`](Self::show) list them.
    pub async fn resolve(&self, document: String, path: String, index: u32, reason: String) -> Result<Saved, AppError> {
        self.core.change(move |tablet| tablet.resolve(&document, &path, index, &reason)).await
    }

    /// Attests something of documents in the name of the officer who is signed in, all in one transaction: all of them or, if one is
    /// refused, none. What the officer attested of the same content before is not said again.
    #[uniffi::method(default(progress = None))]
    pub async fn attest(
        &self,
        attesting: Attesting,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Vec<AttestedView>, AppError> {
        let session = self.core.session()?;
        self.core
            .deed(progress, move |tablet, told| {
                let told = told.map(|told| told as Arc<dyn crate::engine::AttestProgress>);
                tablet.attest(&session, attesting, told)
            })
            .await
    }

    /// Seals what a person says of themselves and names it in the items they handed in, all in one transaction. The plain words touch no
    /// disk, and this tablet cannot read them again.
    pub async fn add_person(&self, items: Vec<String>, person: PersonDraft) -> Result<PersonSaved, AppError> {
        self.core.change(move |tablet| tablet.add_person(&items, person.person())).await
    }

    /// Everything about one document, named by its id or at least its first 8 digits: content, conflicts, history, findings, what counts.
    pub async fn show(&self, document: String) -> Result<DocumentView, AppError> {
        self.core.read(move |tablet| tablet.show(&document)).await
    }

    /// A document as somebody saw it who saw exactly these heads.
    pub async fn show_as_seen(&self, document: String, heads: Vec<String>) -> Result<DocumentView, AppError> {
        self.core.read(move |tablet| tablet.show_as_seen(&document, heads)).await
    }

    /// One page of documents, the newest here first.
    pub async fn list(&self, filter: ListFilter) -> Result<ListPage, AppError> {
        self.core.read(move |tablet| tablet.list(filter)).await
    }

    /// Conflicts, newest documents first; those of 50 documents if `limit` is 0.
    #[uniffi::method(default(limit = 0))]
    pub async fn conflicts(&self, limit: u32) -> Result<Vec<ConflictView>, AppError> {
        self.core.read(move |tablet| tablet.conflicts(limit)).await
    }

    /// Open findings, newest documents first; those of 50 documents if `limit` is 0.
    #[uniffi::method(default(limit = 0))]
    pub async fn findings(&self, limit: u32) -> Result<Vec<FindingView>, AppError> {
        self.core.read(move |tablet| tablet.findings(limit)).await
    }

    /// What officers attested of a document: the version verified last, what was said since, what counts.
    pub async fn review(&self, document: String) -> Result<ReviewView, AppError> {
        self.core.read(move |tablet| tablet.review(&document)).await
    }

    /// Cards of the models of this operation's table that all the words fit, the best first; all without words.
    pub async fn models(&self, words: String) -> Result<Vec<ModelCard>, AppError> {
        self.core.read(move |tablet| Ok(tablet.models(&words)?.into_iter().map(ModelCard::from).collect())).await
    }
}
