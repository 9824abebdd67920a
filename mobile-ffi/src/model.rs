//! What the tablet gives and takes: owned records of plain parts. Ids are lower-case hex, times ms since the Unix epoch (UTC).

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// How to open a tablet's store.
#[derive(Debug, Clone)]
pub struct TabletConfig {
    /// Folder of the store; made if it is not there.
    pub dir: String,
    /// Most bytes of segments carried up in one round, 900,000 if not said. It adapts downwards on a bad link.
    pub up_bytes: Option<u64>,
    /// Most bytes of segments asked for in one round, 900,000 if not said.
    pub down_bytes: Option<u64>,
    /// Minutes after which an officer who does nothing is signed out, 10 if not said.
    pub idle_minutes: Option<u32>,
}

impl TabletConfig {
    /// A store in this folder, everything else as usual.
    pub fn new(dir: &str) -> Self {
        Self { dir: dir.to_owned(), up_bytes: None, down_bytes: None, idle_minutes: None }
    }
}

/// Who this tablet is in which operation, as the register said at enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Address of the register, without a slash at its end.
    pub server: String,
    /// The register.
    pub register_id: String,
    /// Its public key, hex.
    pub register_key: String,
    /// The operation.
    pub operation: String,
    /// Its name.
    pub operation_name: String,
    /// Whether it is an exercise.
    pub training: bool,
    /// The officer that the ticket was made for.
    pub officer: String,
    /// Their name.
    pub officer_name: String,
    /// This device.
    pub device: String,
    /// Until when the tablet may be used without hearing from the register.
    pub lease_until_ms: i64,
    /// Key that checks the register's audit log.
    pub log_vkey: String,
}

/// A statement was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// The document.
    pub document: String,
    /// The entry.
    pub entry: String,
    /// Its number in the journal.
    pub number: u64,
}

/// A record of a person was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonSaved {
    /// Its name: SHA-256 of the sealed bytes.
    pub hash: String,
    /// The statements that name it in the items.
    pub items: Vec<Saved>,
}

/// A sealed record of a person that the register refused. It stays in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonRefusedView {
    /// Its name.
    pub hash: String,
    /// Stable code.
    pub code: String,
}

/// Who said something, on which device, when, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sayer {
    /// The entry.
    pub entry: String,
    /// The officer.
    pub officer: String,
    /// Their name, if the register has said it.
    pub officer_name: Option<String>,
    /// The device, unless the entry is not sealed yet and the tablet is not enrolled.
    pub device: Option<String>,
    /// What people call the device.
    pub device_label: Option<String>,
    /// When, as the device's clock claimed.
    pub claimed_ms: i64,
    /// When the register received it, if a receipt says so.
    pub received_ms: Option<i64>,
    /// `unsent`, `sealed`, `receipted`, `refused` or `taken` (it came from the register).
    pub state: String,
    /// Whether it counts on the decisions held here; else it is a claim.
    pub counts: bool,
    /// Why it is a claim only.
    pub claim: Option<String>,
}

/// One value and all who said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SaidView {
    /// The value.
    pub value: Json,
    /// Who said it.
    pub by: Vec<Sayer>,
}

/// One field as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldView {
    /// Its path.
    pub path: String,
    /// English label.
    pub label: String,
    /// The value shown; null is "cleared".
    pub value: Json,
    /// Label of the code, where the value is a code.
    pub meaning: Option<String>,
    /// Whether other values stand beside it.
    pub in_conflict: bool,
}

/// Several values stand at one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictView {
    /// The document.
    pub document: String,
    /// Where.
    pub path: String,
    /// English label of the field.
    pub label: String,
    /// The values with who said them; the order means nothing.
    pub values: Vec<SaidView>,
}

/// One line of a document's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// Where.
    pub path: String,
    /// What its author saw there.
    pub from: Vec<Json>,
    /// What was said.
    pub to: Json,
    /// By whom, when.
    pub by: Sayer,
    /// Entries that said something else here without either knowing of the other.
    pub concurrent_with: Vec<String>,
    /// Whether a later statement replaced it.
    pub superseded: bool,
}

/// What a rule noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingView {
    /// The document.
    pub document: String,
    /// Id of the rule, for example `R20`.
    pub rule: String,
    /// How much it weighs: `block`, `warn`, `flag`, `report`.
    pub severity: String,
    /// Path that it is about, if it is about one.
    pub path: Option<String>,
    /// What is the matter, in a sentence.
    pub message: String,
    /// Why it is in order, if somebody said so; else it is open.
    pub justification: Option<String>,
}

/// A statement that is here and waits for others that are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingView {
    /// The document.
    pub document: String,
    /// For how long, in ms.
    pub age_ms: i64,
    /// Entries that are missing.
    pub missing: Vec<String>,
}

/// Everything about one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentView {
    /// The document.
    pub document: String,
    /// Its kind.
    pub kind: Option<String>,
    /// Its content as shown.
    pub fields: Vec<FieldView>,
    /// Where several values stand.
    pub conflicts: Vec<ConflictView>,
    /// Every value that was ever said, in the order of the fold.
    pub history: Vec<HistoryLine>,
    /// What rules noticed.
    pub findings: Vec<FindingView>,
    /// Statements, with whether each counts as of `decision`.
    pub statements: Vec<Sayer>,
    /// Entries that cannot stand, with why.
    pub void: Vec<String>,
    /// Whether all statements count, some, or none: `counts`, `partly`, `claim`.
    pub standing: String,
    /// What officers' reviews came to: `none`, `verified`, `amended`, `has_issues`, `rejected`, `disputed`.
    pub review_state: String,
    /// The newest decision held, on which `standing` was judged; none before the first sync.
    pub decision: Option<u64>,
    /// What is seen here: the heads that the next statement will stand on.
    pub heads: Vec<String>,
    /// SHA-256 of the content with all its concurrent values.
    pub digest: String,
    /// What is missing.
    pub waiting: Vec<WaitingView>,
    /// Whether it holds statements of a later version: it is read-only here.
    pub update_needed: bool,
    /// The operation that its item was transferred to, as far as the decisions held here say.
    pub moved_to: Option<String>,
}

impl DocumentView {
    /// The value shown at a path.
    pub fn value(&self, path: &str) -> Option<Json> {
        self.fields.iter().find(|f| f.path == path).map(|f| f.value.clone())
    }
}

/// What to list. Everything that is named must hold.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Kind of document: `item`, `collection`.
    pub kind: Option<String>,
    /// Kind of item: `weapon`, `part`, `ammunition`.
    pub item_kind: Option<String>,
    /// Class code.
    pub class: Option<String>,
    /// Status code.
    pub status: Option<String>,
    /// Words, each of three characters or more, found anywhere in free text.
    pub text: Option<String>,
    /// A serial or a part of one, three characters or more.
    pub serial: Option<String>,
    /// Whether the serial is compared in the form in which common misreadings fall together.
    pub confusable: bool,
    /// Only documents in conflict.
    pub in_conflict: bool,
    /// Only documents with open findings.
    pub with_findings: bool,
    /// Only documents whose review came to this: `none`, `verified`, `amended`, `has_issues`, `rejected`, `disputed`.
    pub review: Option<String>,
    /// Rows a page, 50 if 0, 1,000 at most.
    pub limit: u32,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// One document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListRow {
    /// The document.
    pub document: String,
    /// Its kind.
    pub kind: Option<String>,
    /// Kind of item.
    pub item_kind: Option<String>,
    /// Class code.
    pub class: Option<String>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Calibre code.
    pub calibre: Option<String>,
    /// Serials as seen.
    pub serials: Vec<String>,
    /// Tag.
    pub tag: Option<String>,
    /// Status code.
    pub status: Option<String>,
    /// Paths in conflict.
    pub conflicts: u64,
    /// Open findings.
    pub open_findings: u64,
    /// Statements that wait.
    pub waiting: u64,
    /// What its reviews came to, on the decisions held here.
    pub review_state: String,
    /// Whether it is read-only here.
    pub update_needed: bool,
    /// When it last changed here.
    pub changed_ms: i64,
    /// The operation that its item was transferred to.
    pub moved_to: Option<String>,
}

/// A page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListPage {
    /// The rows.
    pub rows: Vec<ListRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A segment that the register refused. It stays in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedView {
    /// The segment.
    pub segment: String,
    /// How many entries it carries.
    pub entries: u64,
    /// Stable code.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// How the tablet stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TabletStatus {
    /// Who it is, once it is enrolled.
    pub enrolment: Option<Enrolment>,
    /// Days of lease left, rounded down; 0 when it has run out.
    pub lease_days_left: Option<i64>,
    /// Documents in the store.
    pub documents: u64,
    /// Entries of this tablet's own.
    pub entries_own: u64,
    /// Entries saved and not sealed yet.
    pub entries_unsent: u64,
    /// Entries sealed and not answered for.
    pub entries_sealed: u64,
    /// Entries that the register has receipted.
    pub entries_receipted: u64,
    /// Entries that cannot be signed, because the key they were said under is gone.
    pub entries_stranded: u64,
    /// Segments refused.
    pub refused: Vec<RefusedView>,
    /// Documents that wait for statements which are not here.
    pub waiting: Vec<WaitingView>,
    /// Segments of others that cannot be judged yet.
    pub aside: u64,
    /// Sealed records of people that wait to be sent.
    pub persons_unsent: u64,
    /// Sealed records of people that the register refused.
    pub persons_refused: Vec<PersonRefusedView>,
    /// Documents in conflict.
    pub in_conflict: u64,
    /// Documents with open findings.
    pub with_findings: u64,
    /// Place reached in the operation's feed.
    pub place: u64,
    /// The newest decision held.
    pub decision: Option<u64>,
    /// Documents that need a newer program.
    pub update_needed: u64,
    /// This tablet's journal.
    pub journal: Option<String>,
    /// Journals of its own so far; more than one after a restored backup or a fork.
    pub journals: u64,
    /// When the register last answered.
    pub last_sync_ms: Option<i64>,
    /// Why the store is sealed, if it is: a stable code. What is in it cannot be counted then.
    pub sealed: Option<String>,
    /// Days left until the store seals itself without contact, rounded down.
    pub seals_in_days: Option<i64>,
}

/// What a sync did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SyncReport {
    /// Entries that the register has receipted in this sync.
    pub pushed: u64,
    /// Entries that came in.
    pub pulled: u64,
    /// Segments sent.
    pub segments: u64,
    /// Segments that receipts of this sync name.
    pub receipts: u64,
    /// Segments refused.
    pub refused: u64,
    /// Requests answered, those for a token included.
    pub round_trips: u64,
    /// Times the link broke and a round was sent again.
    pub interruptions: u64,
    /// Bytes of request bodies.
    pub bytes_sent: u64,
    /// Bytes of answer bodies.
    pub bytes_received: u64,
    /// How long it took.
    pub seconds: f64,
    /// Place reached in the feed.
    pub place: u64,
    /// Sealed records of people that are safe in the register now, and gone from here.
    pub persons: u64,
    /// Sealed records of people refused.
    pub persons_refused: u64,
    /// Why the register takes no sealed records at the moment, if it does not: a stable code.
    pub persons_held: Option<String>,
}

/// An officer who keeps a key on this tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfficerView {
    /// The officer, once the register has said whose ticket it was.
    pub officer: Option<String>,
    /// Their name.
    pub name: String,
    /// What people call the key by, as in the register's list.
    pub fingerprint: String,
    /// `ready`; `pending` (the register has not answered), `not_heard` (its decision is not here: sync), `lease_over`, `revoked`.
    pub state: String,
    /// The roles they hold, on the decisions held here.
    pub roles: Vec<String>,
    /// Days left in which the key can sign without hearing from the register, rounded down.
    pub lease_days_left: i64,
    /// Until when, if the clock is right.
    pub lease_until_ms: i64,
    /// Until when no PIN is tried, if the clock is right.
    pub locked_until_ms: Option<i64>,
    /// Wrong PINs since the last right one.
    pub wrong_pins: u32,
}

/// What became of an attestation of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttestedView {
    /// The document.
    pub document: String,
    /// The entry that carries it.
    pub entry: String,
    /// Whether the same officer had attested the same of the same content before; nothing was added.
    pub already: bool,
    /// Why it is a claim only, if it is.
    pub claim: Option<String>,
    /// Stable code of that reason.
    pub claim_code: Option<String>,
}

/// One attestation of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttestationView {
    /// What is attested.
    pub what: String,
    /// A word beside it.
    pub note: String,
    /// Whether the document still is what was seen: `current`, `amended`, `differs`, `missing`.
    pub standing: String,
    /// Whose word it is that it counts or not: `counts` as of the decision held, `claim`, or `register`, which released it or put it
    /// aside.
    pub says: String,
    /// Stable code of why it does not count, if it does not.
    pub claim_code: Option<String>,
    /// Who, on which device, when.
    pub by: Sayer,
}

/// A field that says something else than what was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AmendmentView {
    /// Where.
    pub path: String,
    /// English label.
    pub label: String,
    /// What was verified; null where nothing was said.
    pub verified: Json,
    /// What is said now.
    pub proposed: Json,
}

/// The version verified last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifiedView {
    /// Who verified it.
    pub by: Sayer,
    /// The content heads verified.
    pub heads: Vec<String>,
    /// What was said since.
    pub amendments: Vec<AmendmentView>,
}

/// Two officers' words that came from one installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SameDeviceView {
    /// Which two parts: `destroyed_witnessed`, `verified_twice`, `handed_over_received`.
    pub pair: String,
    /// The entries of the two.
    pub entries: Vec<String>,
    /// The installation.
    pub device: String,
}

/// What officers attested of a document, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewView {
    /// The document.
    pub document: String,
    /// Its kind.
    pub kind: Option<String>,
    /// What the reviews came to.
    pub state: String,
    /// The newest decision held, on which that was judged.
    pub decision: Option<u64>,
    /// The version verified last, if any was.
    pub verified: Option<VerifiedView>,
    /// All attestations, in the order of the fold.
    pub attestations: Vec<AttestationView>,
    /// Statements that are claims only.
    pub claims: Vec<Sayer>,
    /// Pairs of attestations that came from one installation.
    pub same_device: Vec<SameDeviceView>,
}
