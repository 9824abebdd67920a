-- What the register published for this tablet, as it signed it: pieces of one kind in their order. What is still being fetched has kinds of its own.
CREATE TABLE published (
    kind  TEXT    NOT NULL,
    place INTEGER NOT NULL,
    bytes BLOB    NOT NULL,
    PRIMARY KEY (kind, place)
) STRICT;

-- Of some segments only an excerpt is here, in the place of their bytes: enough to prove the entries that came, and no segment to be handed on.
ALTER TABLE segments ADD COLUMN whole INTEGER NOT NULL DEFAULT 1;
