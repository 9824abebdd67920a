-- Unique marks that this tablet used: given to an item, or spoilt. A mark stands here before anybody can see it, so none is used twice.
CREATE TABLE marks (
    compared TEXT    NOT NULL PRIMARY KEY,
    text     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    item     BLOB,
    session  BLOB,
    at_ms    INTEGER NOT NULL,
    CONSTRAINT marks_state CHECK (state IN ('given', 'spoilt')),
    CONSTRAINT marks_item CHECK (state = 'spoilt' OR item IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Blocks of numbers that this installation asked for itself, by the decision that gives them. A store that was restored or copied uses no
-- other: what its lost days used of them nobody here knows.
CREATE TABLE mark_blocks (
    decision     INTEGER NOT NULL PRIMARY KEY,
    installation BLOB    NOT NULL
) STRICT;
