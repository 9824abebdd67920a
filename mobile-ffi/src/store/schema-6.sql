-- Photos and files, sealed in files of their own. `name` is a keyed hash of the file's hash; `info` (its hash, what it is) is sealed too.
-- kept: sealed here, and no statement that was saved names it yet; waiting: to be sent; stored: the register has signed that it holds it;
-- dropped: stored, and no longer here; fetched: came from the register; refused: the register will never take it.
CREATE TABLE media (
    name     BLOB    NOT NULL PRIMARY KEY,
    info     BLOB    NOT NULL,
    original INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    saved_ms INTEGER NOT NULL,
    begun    INTEGER NOT NULL DEFAULT 0,
    state    TEXT    NOT NULL,
    refused  TEXT,
    CONSTRAINT media_original CHECK (original IN (0, 1)),
    CONSTRAINT media_begun CHECK (begun IN (0, 1)),
    CONSTRAINT media_state CHECK (state IN ('kept', 'waiting', 'stored', 'dropped', 'fetched', 'refused'))
) STRICT, WITHOUT ROWID;

CREATE INDEX media_state ON media (state, original, saved_ms);

-- Documents about which something was said here that names files, until the next look at which.
CREATE TABLE media_said (
    document BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
