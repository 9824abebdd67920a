-- From here on what rows say is sealed (`sealing.rs`). Readable stay ids that are hashes, numbers of rows, sizes and states.

-- The data key, wrapped by a key of the platform's vault, and a copy of it sealed to the register. A store whose `sealed_why` says why is
-- sealed until the register opens it.
CREATE TABLE store_keys (
    id         INTEGER NOT NULL PRIMARY KEY,
    wrapped    BLOB,
    escrow     BLOB,
    sealed_why TEXT,
    CONSTRAINT store_keys_wrapped CHECK (wrapped IS NOT NULL OR sealed_why IS NOT NULL)
) STRICT;

-- What is folded is folded again when the store is opened next, in the order in which it came.
CREATE TABLE refold (
    row        INTEGER NOT NULL PRIMARY KEY,
    id         BLOB    NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
INSERT INTO refold (row, id, changed_ms) SELECT row, id, changed_ms FROM documents;
DROP TABLE search;
DROP TABLE serials;
DROP TABLE findings;
DROP TABLE documents;

CREATE TABLE documents (
    row              INTEGER PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    version          INTEGER NOT NULL,
    content          BLOB    NOT NULL,
    facets           BLOB    NOT NULL,
    findings         BLOB    NOT NULL,
    statements       INTEGER NOT NULL,
    conflicts        INTEGER NOT NULL,
    waiting          INTEGER NOT NULL,
    waiting_since_ms INTEGER,
    void             INTEGER NOT NULL,
    update_needed    INTEGER NOT NULL,
    open_findings    INTEGER NOT NULL,
    review_state     TEXT    NOT NULL DEFAULT 'none',
    attestations     INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT documents_waiting CHECK ((waiting = 0) = (waiting_since_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX documents_by_version ON documents (version);
CREATE INDEX documents_in_conflict ON documents (row) WHERE conflicts > 0;
CREATE INDEX documents_waiting ON documents (row) WHERE waiting > 0;
CREATE INDEX documents_with_findings ON documents (row) WHERE open_findings > 0;
CREATE INDEX documents_attested ON documents (review_state, row) WHERE attestations > 0;

-- Exact serials and tags, as marks that only this store can make.
CREATE TABLE lookups (
    mark BLOB    NOT NULL,
    row  INTEGER NOT NULL REFERENCES documents (row),
    PRIMARY KEY (mark, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX lookups_by_row ON lookups (row);

ALTER TABLE segments ADD COLUMN refused_why BLOB;

CREATE TABLE person_rows (
    place   INTEGER PRIMARY KEY,
    hash    BLOB NOT NULL UNIQUE,
    bytes   BLOB NOT NULL,
    refused TEXT
) STRICT;

CREATE TABLE officer_rows (
    public_key  BLOB NOT NULL PRIMARY KEY,
    officer     BLOB,
    ticket_hash BLOB NOT NULL,
    sealed      BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX officer_rows_one_each ON officer_rows (officer) WHERE officer IS NOT NULL;
CREATE UNIQUE INDEX officer_rows_one_try ON officer_rows (ticket_hash);

CREATE TABLE used_marks (
    mark   BLOB NOT NULL PRIMARY KEY,
    state  TEXT NOT NULL,
    sealed BLOB NOT NULL,
    CONSTRAINT used_marks_state CHECK (state IN ('given', 'spoilt'))
) STRICT, WITHOUT ROWID;

CREATE TABLE imported (
    mark   BLOB NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
