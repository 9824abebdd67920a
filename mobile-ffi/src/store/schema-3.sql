-- Records of people who handed something in, sealed to the register: nobody on this tablet can read them. Kept until receipted.
CREATE TABLE person_blobs (
    hash     BLOB    NOT NULL PRIMARY KEY,
    bytes    BLOB    NOT NULL,
    saved_ms INTEGER NOT NULL,
    refused  TEXT
) STRICT;
