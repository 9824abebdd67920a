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
    /// Which originals of photos a sync carries; statements and working copies always go.
    pub originals: Originals,
    /// Whether originals stay on this device when the register has signed that it holds everything.
    pub keep_originals: bool,
}

impl TabletConfig {
    /// A store in this folder, everything else as usual.
    pub fn new(dir: &str) -> Self {
        let (originals, keep_originals) = (Originals::default(), false);
        Self { dir: dir.to_owned(), up_bytes: None, down_bytes: None, idle_minutes: None, originals, keep_originals }
    }
}

/// When originals of photos are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Originals {
    /// Not at all: they wait.
    Never,
    /// Over a link that is not metered, with a battery of 20 % or on a charger.
    #[default]
    Wifi,
    /// Whatever the link costs.
    Always,
}

/// The link that a sync goes over and the power there is, as the app knows them. What is not known is taken for the best.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct Link {
    /// Whether bytes cost money.
    #[uniffi(default)]
    pub metered: bool,
    /// Charge of the battery, in percent.
    #[uniffi(default)]
    pub battery_percent: Option<u32>,
    /// Whether it is being charged.
    #[uniffi(default)]
    pub charging: bool,
    /// Largest original that is sent over it, in bytes.
    #[uniffi(default)]
    pub most_bytes: Option<u64>,
}

/// How one sync is to go.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct SyncOptions {
    /// Which originals go; as configured, where this says nothing.
    #[uniffi(default)]
    pub originals: Option<Originals>,
    /// The link.
    pub link: Link,
}

/// Who this tablet is in which operation, as the register said at enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Saved {
    /// The document.
    pub document: String,
    /// The entry.
    pub entry: String,
    /// Its number in the journal.
    pub number: u64,
}

/// A photo that is kept here, sealed, and can be named in what is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct KeptPhoto {
    /// SHA-256 of the camera's file.
    pub hash: String,
    /// SHA-256 of its working copy.
    pub small: String,
    /// Media type.
    pub mime: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Size of the working copy in bytes.
    pub small_bytes: u64,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// When it was taken, as far as the camera says and that can be.
    pub taken_ms: Option<i64>,
    /// Difference hash, 16 hex digits.
    pub dhash: String,
    /// Whether the same file was kept here before.
    pub already: bool,
}

/// A photo that a document shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct PhotoView {
    /// Key of the member.
    pub key: String,
    /// SHA-256 of the original.
    pub hash: Option<String>,
    /// SHA-256 of the working copy.
    pub small: Option<String>,
    /// What it shows, a code of `photo_view`.
    pub view: Option<String>,
    /// Size of the original in bytes.
    pub bytes: Option<u64>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// When it was taken.
    pub taken_ms: Option<i64>,
    /// How far the original has come: `kept`, `waiting`, `stored`, `dropped`, `fetched`, `refused`; nothing where it is another tablet's.
    pub state: Option<String>,
    /// How far the working copy has come.
    pub small_state: Option<String>,
    /// Whether the original can be looked at here.
    pub here: bool,
    /// Whether the working copy can be looked at here.
    pub small_here: bool,
}

/// A working copy that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct PhotoFetched {
    /// Its hash.
    pub hash: String,
    /// What it shows.
    pub view: Option<String>,
    /// `here`, `fetched`, or `not_at_register`.
    pub state: String,
    /// Bytes that came.
    pub bytes: u64,
}

/// Photos that wait to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct PhotosWaiting {
    /// Working copies.
    pub copies: u64,
    /// Bytes of them.
    pub copies_bytes: u64,
    /// Originals.
    pub originals: u64,
    /// Bytes of them.
    pub originals_bytes: u64,
    /// Files that the register refused; they stay here.
    pub refused: u64,
}

/// A record of a person was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct PersonSaved {
    /// Its name: SHA-256 of the sealed bytes.
    pub hash: String,
    /// The statements that name it in the items.
    pub items: Vec<Saved>,
}

/// A sealed record of a person that the register refused. It stays in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct PersonRefusedView {
    /// Its name.
    pub hash: String,
    /// Stable code.
    pub code: String,
}

/// Who said something, on which device, when, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SaidView {
    /// The value.
    pub value: Json,
    /// Who said it.
    pub by: Vec<Sayer>,
}

/// One field as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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

/// A document of which a tablet's journal has nearly said all that it may (`limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct NearlyFullView {
    /// The document.
    pub document: String,
    /// Statements that the journal has said of it.
    pub said: u64,
    /// How many it may say.
    pub most: u64,
}

/// A statement that is here and waits for others that are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct WaitingView {
    /// The document.
    pub document: String,
    /// For how long, in ms.
    pub age_ms: i64,
    /// Entries that are missing.
    pub missing: Vec<String>,
}

/// Everything about one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct ListFilter {
    /// Kind of document: `item`, `collection`.
    #[uniffi(default)]
    pub kind: Option<String>,
    /// Kind of item: `weapon`, `part`, `ammunition`.
    #[uniffi(default)]
    pub item_kind: Option<String>,
    /// Class code.
    #[uniffi(default)]
    pub class: Option<String>,
    /// Status code.
    #[uniffi(default)]
    pub status: Option<String>,
    /// Words, each of three characters or more, found anywhere in free text.
    #[uniffi(default)]
    pub text: Option<String>,
    /// A serial or a part of one, three characters or more.
    #[uniffi(default)]
    pub serial: Option<String>,
    /// Whether the serial is compared in the form in which common misreadings fall together.
    #[uniffi(default)]
    pub confusable: bool,
    /// Only documents in conflict.
    #[uniffi(default)]
    pub in_conflict: bool,
    /// Only documents with open findings.
    #[uniffi(default)]
    pub with_findings: bool,
    /// Only documents whose review came to this: `none`, `verified`, `amended`, `has_issues`, `rejected`, `disputed`.
    #[uniffi(default)]
    pub review: Option<String>,
    /// Rows a page, 50 if 0, 1,000 at most.
    #[uniffi(default)]
    pub limit: u32,
    /// `next` of the page before.
    #[uniffi(default)]
    pub after: Option<String>,
}

/// One document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct ListPage {
    /// The rows.
    pub rows: Vec<ListRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A segment that the register refused. It stays in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
    /// Photos that wait to be sent.
    pub photos: PhotosWaiting,
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
    /// Documents of which this tablet can say little more, the fullest first.
    pub nearly_full: Vec<NearlyFullView>,
    /// This tablet's journal.
    pub journal: Option<String>,
    /// Journals of its own so far; more than one after a restored backup or a fork.
    pub journals: u64,
    /// When the register last answered.
    pub last_sync_ms: Option<i64>,
}

/// What a sync did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, uniffi::Record)]
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
    /// Photos and working copies that the register has taken whole.
    pub photos: u64,
    /// Of these files, those that the register refused.
    pub photos_refused: u64,
    /// Why the register takes no photos at the moment, if it does not: a stable code.
    pub photos_held: Option<String>,
    /// Files that still wait: for another link, or for the next sync.
    pub photos_waiting: u64,
    /// Bytes of them.
    pub photos_waiting_bytes: u64,
}

/// Files that were made of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundleMade {
    /// Name of the set, in hex.
    pub set: String,
    /// For whom: a device's id.
    pub to: String,
    /// The files.
    #[serde(skip)]
    pub files: Vec<Vec<u8>>,
    /// Segments in them.
    pub segments: u64,
    /// Receipts in them.
    pub receipts: u64,
}

impl BundleMade {
    /// Names under which the files are told apart on a card.
    pub fn names(&self) -> Vec<String> {
        let set = self.set.get(..8).unwrap_or(&self.set);
        let count = self.files.len();
        (1..=count).map(|number| format!("{}-{set}-{number}-of-{count}.bundle", self.to)).collect()
    }
}

/// What one file of a bundle brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct BundleTaken {
    /// Name of the set, in hex.
    pub set: String,
    /// Which file of the set, from 1.
    pub number: u64,
    /// How many files the set has.
    pub files: u64,
    /// Who made it: a device's id.
    pub from: String,
    /// Whether that is the register.
    pub from_register: bool,
    /// Entries that came in.
    pub pulled: u64,
    /// Own segments that are receipted now and were not before.
    pub receipts: u64,
    /// Own segments that the register refused.
    pub refused: u64,
    /// Place reached in the feed.
    pub place: u64,
}

/// What an exchange with another tablet came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct PeerReport {
    /// The other tablet: a device's id.
    pub device: String,
    /// What people call it.
    pub label: String,
    /// Segments given.
    pub given: u64,
    /// Segments that came, new or not.
    pub taken: u64,
    /// Entries that are new here.
    pub pulled: u64,
    /// Own segments that are receipted now and were not before.
    pub receipts: u64,
    /// Receipts that were handed over.
    pub receipts_given: u64,
    /// Journals of which the two held different branches. Both are kept; the register hears of it with the next sync of either.
    pub forks: u64,
    /// Bytes that went to the other.
    pub bytes_sent: u64,
    /// Bytes that came from it.
    pub bytes_received: u64,
}

/// How far a sync is. Bytes of messages, without what HTTP adds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SyncProgress {
    /// Bytes sent so far.
    pub up_done: u64,
    /// Bytes of sealed segments that are still to be sent.
    pub up_left: u64,
    /// Bytes received so far.
    pub down_done: u64,
    /// Bytes of others' segments that are still to come, once the register has said so.
    pub down_left: Option<u64>,
    /// Requests answered so far.
    pub round_trips: u64,
    /// Times the link broke.
    pub interruptions: u64,
    /// How long is waited now before the next try, in ms; 0 while at work.
    pub waiting_ms: u64,
}

/// An officer who keeps a key on this tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct VerifiedView {
    /// Who verified it.
    pub by: Sayer,
    /// The content heads verified.
    pub heads: Vec<String>,
    /// What was said since.
    pub amendments: Vec<AmendmentView>,
}

/// Two officers' words that came from one installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SameDeviceView {
    /// Which two parts: `destroyed_witnessed`, `verified_twice`, `handed_over_received`.
    pub pair: String,
    /// The entries of the two.
    pub entries: Vec<String>,
    /// The installation.
    pub device: String,
}

/// What officers attested of a document, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
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
