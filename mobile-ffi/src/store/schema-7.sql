-- Segments of other tablets that came from a tablet or a card and not from the register, until the register is known to have them.
CREATE TABLE carried (
    segment  INTEGER NOT NULL PRIMARY KEY REFERENCES segments (id),
    since_ms INTEGER NOT NULL
) STRICT;

-- Receipts of the register for other tablets, to be handed over where they are met.
CREATE TABLE carried_receipts (
    hash     BLOB    NOT NULL PRIMARY KEY,
    device   BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_receipts_by_device ON carried_receipts (device, since_ms);

-- Runs of the feed that are here beyond a gap: whoever knows the feed up to `after` knows it up to `upto`.
CREATE TABLE feed_runs (
    after INTEGER NOT NULL,
    upto  INTEGER NOT NULL,
    PRIMARY KEY (after, upto),
    CONSTRAINT feed_runs_order CHECK (after < upto)
) STRICT, WITHOUT ROWID;
