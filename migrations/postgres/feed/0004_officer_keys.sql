-- Keys with which officers sign in their own name. A key is kept on one device and speaks for one officer.

CREATE TABLE officer_key (
  public_key BYTEA NOT NULL,
  officer BYTEA NOT NULL,
  device BYTEA NOT NULL,
  added_at BIGINT NOT NULL,
  revoked_at BIGINT,
  revoke_effective_ms BIGINT,
  CONSTRAINT officer_key_pkey PRIMARY KEY (public_key),
  CONSTRAINT officer_key_officer_fkey FOREIGN KEY (officer) REFERENCES officer (id),
  CONSTRAINT officer_key_device_fkey FOREIGN KEY (device) REFERENCES device (id),
  CONSTRAINT officer_key_length CHECK (length(public_key) BETWEEN 32 AND 133),
  CONSTRAINT officer_key_revoked_whole CHECK ((revoked_at IS NULL) = (revoke_effective_ms IS NULL))
);

CREATE INDEX officer_key_officer ON officer_key (officer);
CREATE INDEX officer_key_device ON officer_key (device);

-- In which operations a key was made known, and by which ticket.
CREATE TABLE officer_key_operation (
  public_key BYTEA NOT NULL,
  operation BYTEA NOT NULL,
  ticket BYTEA NOT NULL,
  CONSTRAINT officer_key_operation_pkey PRIMARY KEY (public_key, operation),
  CONSTRAINT officer_key_operation_ticket_unique UNIQUE (ticket),
  CONSTRAINT officer_key_operation_public_key_fkey FOREIGN KEY (public_key) REFERENCES officer_key (public_key),
  CONSTRAINT officer_key_operation_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT officer_key_operation_ticket_fkey FOREIGN KEY (ticket) REFERENCES ticket (id)
);
