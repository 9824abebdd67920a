-- Officers' own keys, sealed. `officer` is known once the register has said whose ticket it was; the ticket's hash tells which try a
-- repetition belongs to. Clocks: the wall clock in ms since the Unix epoch, and where the platform tells it which start of
-- the device it was and how many ms after it.
CREATE TABLE officer_keys (
    public_key      BLOB    NOT NULL PRIMARY KEY,
    officer         BLOB,
    name            TEXT    NOT NULL,
    ticket_hash     BLOB    NOT NULL,
    secret_name     TEXT    NOT NULL,
    memory_kib      INTEGER NOT NULL,
    passes          INTEGER NOT NULL,
    lanes           INTEGER NOT NULL,
    salt            BLOB    NOT NULL,
    nonce           BLOB    NOT NULL,
    sealed          BLOB    NOT NULL,
    added_ms        INTEGER NOT NULL,
    lease_days      INTEGER NOT NULL,
    renewed_ms      INTEGER NOT NULL,
    renewed_boot    TEXT,
    renewed_boot_ms INTEGER,
    wrong_pins      INTEGER NOT NULL DEFAULT 0,
    wrong_ms        INTEGER NOT NULL DEFAULT 0,
    wrong_boot      TEXT,
    wrong_boot_ms   INTEGER,
    waited_ms       INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT officer_keys_renewed CHECK ((renewed_boot IS NULL) = (renewed_boot_ms IS NULL)),
    CONSTRAINT officer_keys_wrong CHECK ((wrong_boot IS NULL) = (wrong_boot_ms IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX officer_keys_one_each ON officer_keys (officer) WHERE officer IS NOT NULL;
CREATE UNIQUE INDEX officer_keys_one_try ON officer_keys (ticket_hash);

-- What officers' reviews of a document came to, on the decisions held here.
ALTER TABLE documents ADD COLUMN review_state TEXT NOT NULL DEFAULT 'none';
ALTER TABLE documents ADD COLUMN attestations INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_attested ON documents (review_state, row) WHERE attestations > 0;

-- Documents of a store made earlier are reviewed when it is opened next.
INSERT INTO kv (key, value) SELECT 'reviews_due', x'01' WHERE EXISTS (SELECT 1 FROM entries);
