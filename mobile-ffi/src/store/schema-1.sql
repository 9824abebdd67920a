CREATE TABLE kv (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each journal is known. Own journals also know how far they are sealed; exactly one of them is open.
CREATE TABLE journals (
    id          BLOB    NOT NULL PRIMARY KEY,
    own         INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    nonce       BLOB,
    after_fork  BLOB,
    next        INTEGER NOT NULL,
    sealed_next INTEGER NOT NULL,
    last        BLOB,
    CONSTRAINT journals_own CHECK (own IN (0, 1)),
    CONSTRAINT journals_state CHECK (state IN ('open', 'closed', 'other')),
    CONSTRAINT journals_nonce CHECK ((own = 1) = (nonce IS NOT NULL)),
    CONSTRAINT journals_sealed CHECK (sealed_next <= next)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX journals_one_open ON journals (own) WHERE state = 'open';

CREATE TABLE segments (
    id            INTEGER PRIMARY KEY,
    hash          BLOB    NOT NULL UNIQUE,
    wire_hash     BLOB    NOT NULL,
    journal       BLOB    NOT NULL,
    first         INTEGER NOT NULL,
    next          INTEGER NOT NULL,
    own           INTEGER NOT NULL,
    device        BLOB    NOT NULL,
    state         TEXT    NOT NULL,
    bytes         BLOB    NOT NULL,
    size          INTEGER NOT NULL,
    sealed_ms     INTEGER NOT NULL,
    decision_held INTEGER NOT NULL,
    place         INTEGER,
    leaf          INTEGER,
    received_ms   INTEGER,
    refused_code  TEXT,
    refused_text  TEXT,
    CONSTRAINT segments_state CHECK (state IN ('sealed', 'receipted', 'refused', 'taken', 'branch')),
    CONSTRAINT segments_receipt CHECK ((state = 'receipted') = (place IS NOT NULL)),
    CONSTRAINT segments_refusal CHECK (state <> 'refused' OR refused_code IS NOT NULL)
) STRICT;
CREATE INDEX segments_by_journal ON segments (journal, first);
CREATE INDEX segments_to_send ON segments (state, id) WHERE state IN ('sealed', 'refused');

-- Segments of others that cannot be judged yet; tried again after every answer.
CREATE TABLE aside (
    wire_hash BLOB    NOT NULL PRIMARY KEY,
    bytes     BLOB    NOT NULL,
    code      TEXT    NOT NULL,
    since_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    id       INTEGER PRIMARY KEY,
    hash     BLOB    NOT NULL UNIQUE,
    journal  BLOB    NOT NULL,
    number   INTEGER NOT NULL,
    document BLOB    NOT NULL,
    segment  INTEGER REFERENCES segments (id),
    taken_ms INTEGER NOT NULL,
    bytes    BLOB    NOT NULL
) STRICT;
CREATE INDEX entries_by_document ON entries (document);
CREATE INDEX entries_by_journal ON entries (journal, number);

-- The register's decisions, by number; what they say stands in their entries.
CREATE TABLE decisions (
    number INTEGER NOT NULL PRIMARY KEY,
    entry  INTEGER NOT NULL REFERENCES entries (id)
) STRICT;

CREATE TABLE documents (
    row              INTEGER PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    kind             TEXT,
    content          BLOB    NOT NULL,
    digest           BLOB    NOT NULL,
    statements       INTEGER NOT NULL,
    conflicts        INTEGER NOT NULL,
    waiting          INTEGER NOT NULL,
    waiting_since_ms INTEGER,
    void             INTEGER NOT NULL,
    update_needed    INTEGER NOT NULL,
    open_findings    INTEGER NOT NULL,
    changed_ms       INTEGER NOT NULL,
    item_kind        TEXT,
    class            TEXT,
    status           TEXT,
    CONSTRAINT documents_waiting CHECK ((waiting = 0) = (waiting_since_ms IS NULL))
) STRICT;
CREATE INDEX documents_in_conflict ON documents (row) WHERE conflicts > 0;
CREATE INDEX documents_waiting ON documents (row) WHERE waiting > 0;
CREATE INDEX documents_with_findings ON documents (row) WHERE open_findings > 0;
CREATE INDEX documents_by_class ON documents (class, row);

CREATE TABLE serials (
    row        INTEGER NOT NULL REFERENCES documents (row),
    member     TEXT    NOT NULL,
    seen       TEXT    NOT NULL,
    normalised TEXT    NOT NULL,
    folded     TEXT    NOT NULL,
    PRIMARY KEY (row, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX serials_by_normalised ON serials (normalised);
CREATE INDEX serials_by_folded ON serials (folded);

-- Anything of three characters or more is found inside any text. `rowid` is documents.row.
CREATE VIRTUAL TABLE search USING fts5 (
    serials,
    folded,
    words,
    content = '',
    contentless_delete = 1,
    tokenize = 'trigram'
);

CREATE TABLE findings (
    row           INTEGER NOT NULL REFERENCES documents (row),
    place         INTEGER NOT NULL,
    rule          TEXT    NOT NULL,
    severity      TEXT    NOT NULL,
    path          TEXT,
    message       TEXT    NOT NULL,
    justification TEXT,
    PRIMARY KEY (row, place)
) STRICT, WITHOUT ROWID;

-- Rows of imported files that were recorded, so that reading a file again adds nothing.
CREATE TABLE imports (
    row_id       TEXT NOT NULL PRIMARY KEY,
    content_hash TEXT NOT NULL,
    document     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
