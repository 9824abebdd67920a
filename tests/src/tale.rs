//! One item's life told by officers with tablets and keys of their own, so that a story can say each step as it would come in from the
//! field: sealed on a tablet, brought in some order, signed where it weighs.
#![expect(clippy::indexing_slicing, reason = "a story stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::document::attestation::Attestation;
use ploughshare_core::document::{Exceptions, Statement, fold, fold_as_seen};
use ploughshare_core::edit::Edit;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, EntryHash};
use ploughshare_core::keys::SecretKey;
use ploughshare_server::identity::people;
use serde_json::Value as Json;

use crate::hand::{Hand, weapon};
use crate::{Register, Web};

/// An officer with a tablet and a key of their own on it.
pub struct Person {
    /// The tablet.
    pub hand: Hand,
    /// The officer's own key.
    pub key: SecretKey,
}

/// What is told in a story: everybody in it, and all that was said.
pub struct Tale<'a> {
    /// Where it is told.
    pub register: &'a Register,
    /// Everybody, by name.
    pub people: BTreeMap<&'static str, Person>,
    /// All that was said, in that order.
    pub said: Vec<Statement>,
    /// Statements of which everybody knows that they do not count.
    pub aside: BTreeSet<EntryHash>,
    /// Somebody who reads all.
    pub auditor: Web,
}

/// The four that the law wants, each a person of their own, and the registrar.
pub const CAST: [(&str, Role); 5] = [
    ("Amina", Role::Collector),
    ("Ines", Role::Inspector),
    ("Samuel", Role::Supervisor),
    ("Wanda", Role::Witness),
    ("Rosa", Role::Registrar),
];

impl<'a> Tale<'a> {
    /// Everybody has joined, and nothing was said.
    pub async fn new(register: &'a Register) -> Self {
        let auditor = register.signed_in("Otto", Role::Auditor).await;
        let mut tale = Self { register, people: BTreeMap::new(), said: Vec::new(), aside: BTreeSet::new(), auditor };
        for (name, role) in CAST {
            tale.joins(name, &[role]).await;
        }
        // Everybody has synced once and knows of everybody.
        let held = register.decision().await;
        tale.people.values_mut().for_each(|person| person.hand.held = held);
        tale
    }

    /// A new officer with these roles, a tablet, and a key on it.
    pub async fn joins(&mut self, name: &'static str, roles: &[Role]) {
        let mut hand = self.register.hand(name, roles[0]).await;
        for role in &roles[1..] {
            let operation = self.register.operation.id;
            people::grant(&self.register.app, "operator", &operation, &hand.officer, *role).await.unwrap();
        }
        let key = self.register.officer_key(&hand, &hand.officer).await;
        hand.held = self.register.decision().await;
        self.people.insert(name, Person { hand, key });
    }

    /// Somebody says something on their tablet, having seen these entries; it is sealed and not brought yet.
    pub fn says(&mut self, name: &str, doc: Option<DocId>, after: &[EntryHash], edit: Edit) -> (EntryHash, Vec<u8>) {
        let hand = &mut self.people.get_mut(name).unwrap().hand;
        let said = hand.say(hand.next, doc, after, vec![edit]);
        let sealed = hand.seal(std::slice::from_ref(&said));
        self.said.push(Statement { hash: said.0, entry: said.1 });
        (said.0, sealed)
    }

    /// On what the next statement about something stands, of who has seen all.
    pub fn heads(&self, doc: DocId) -> Vec<EntryHash> {
        fold(doc, &self.said, &Exceptions::default()).heads
    }

    /// Brings what was sealed.
    pub fn brings(&self, name: &str, sealed: Vec<u8>) {
        self.people[name].hand.bring_good(vec![sealed]);
    }

    /// Somebody who has seen everything says something and brings it.
    pub fn tells(&mut self, name: &str, doc: DocId, edit: Edit) -> EntryHash {
        let seen = self.heads(doc);
        let (hash, sealed) = self.says(name, Some(doc), &seen, edit);
        self.brings(name, sealed);
        hash
    }

    /// Somebody records a weapon and brings it.
    pub fn records(&mut self, name: &str, serial: &str) -> DocId {
        let (hash, sealed) = self.says(name, None, &[], weapon(serial));
        self.brings(name, sealed);
        hash.document()
    }

    /// A signed word of an officer for what counts now.
    pub fn word(&self, name: &str, doc: DocId, what: &str) -> Edit {
        let left_out = Exceptions { left_out: self.aside.clone(), ..Exceptions::default() };
        let heads = fold(doc, &self.said, &left_out).content_heads;
        let digest = fold_as_seen(doc, &self.said, &heads, &Exceptions::default()).digest();
        let Person { hand, key } = &self.people[name];
        let (officer, note, what) = (hand.officer, String::new(), what.to_owned());
        let word = Attestation { what, document: doc, heads, digest, officer, note, key: None, signature: None };
        Edit::Attest(word.signed(key).to_value())
    }

    /// Somebody signs their word and brings it.
    pub fn attests(&mut self, name: &str, doc: DocId, what: &str) -> EntryHash {
        let word = self.word(name, doc, what);
        self.tells(name, doc, word)
    }

    /// The item as the register shows it once everything is in.
    pub async fn item(&self, doc: DocId) -> Json {
        self.register.current().await;
        self.auditor.get(&format!("/api/v1/items/{doc}")).good()
    }

    /// What does not count of an item, with the reasons.
    pub async fn claims(&self, doc: DocId) -> BTreeMap<String, String> {
        self.register.current().await;
        let said = self.auditor.get(&format!("/api/v1/claims?item={doc}")).good();
        let text = |one: &Json, name: &str| one[name].as_str().unwrap().to_owned();
        said["claims"].as_array().unwrap().iter().map(|one| (text(one, "entry"), text(one, "reason"))).collect()
    }
}
