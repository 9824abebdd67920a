-- Who may act: operations, officers, their roles, their devices, and how a device comes in.
-- Ids are 16 bytes, hashes 32 bytes, times microseconds since 1970 UTC (names ending in _ms: milliseconds), booleans 0/1.

CREATE TABLE register_meta (
  key TEXT NOT NULL,
  value BYTEA NOT NULL,
  CONSTRAINT register_meta_pkey PRIMARY KEY (key)
);

CREATE TABLE operation (
  id BYTEA NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  training BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  CONSTRAINT operation_pkey PRIMARY KEY (id),
  CONSTRAINT operation_code_unique UNIQUE (code),
  CONSTRAINT operation_id_length CHECK (length(id) = 16),
  CONSTRAINT operation_code_length CHECK (length(code) BETWEEN 1 AND 64),
  CONSTRAINT operation_training_flag CHECK (training IN (0, 1)),
  CONSTRAINT operation_closed_after_created CHECK (closed_at IS NULL OR closed_at >= created_at)
);

CREATE TABLE officer (
  id BYTEA NOT NULL,
  name TEXT NOT NULL,
  active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT officer_pkey PRIMARY KEY (id),
  CONSTRAINT officer_id_length CHECK (length(id) = 16),
  CONSTRAINT officer_active_flag CHECK (active IN (0, 1))
);

-- One row for each time a role was given. `decision` is the hash of the register's statement that gave it, or null for the first administrator.
CREATE TABLE role_grant (
  operation BYTEA NOT NULL,
  officer BYTEA NOT NULL,
  role TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  decision BYTEA,
  revoked_at BIGINT,
  revoked_decision BYTEA,
  CONSTRAINT role_grant_pkey PRIMARY KEY (operation, officer, role, granted_at),
  CONSTRAINT role_grant_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT role_grant_officer_fkey FOREIGN KEY (officer) REFERENCES officer (id),
  CONSTRAINT role_grant_decision_length CHECK (decision IS NULL OR length(decision) = 32),
  CONSTRAINT role_grant_revoked_decision_length CHECK (revoked_decision IS NULL OR length(revoked_decision) = 32),
  CONSTRAINT role_grant_revoked_whole CHECK (revoked_decision IS NULL OR revoked_at IS NOT NULL)
);

-- An officer holds a role in an operation once at a time.
CREATE UNIQUE INDEX role_grant_operation_officer_role_unique ON role_grant (operation, officer, role) WHERE revoked_at IS NULL;
CREATE INDEX role_grant_officer ON role_grant (officer);

CREATE TABLE device (
  id BYTEA NOT NULL,
  public_key BYTEA NOT NULL,
  algorithm TEXT NOT NULL,
  officer BYTEA NOT NULL,
  label TEXT NOT NULL,
  enrolled_at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  revoked_at BIGINT,
  revoke_effective_ms BIGINT,
  CONSTRAINT device_pkey PRIMARY KEY (id),
  CONSTRAINT device_public_key_unique UNIQUE (public_key),
  CONSTRAINT device_officer_fkey FOREIGN KEY (officer) REFERENCES officer (id),
  CONSTRAINT device_id_length CHECK (length(id) = 16),
  CONSTRAINT device_public_key_length CHECK (length(public_key) BETWEEN 32 AND 133),
  CONSTRAINT device_revoked_whole CHECK ((revoked_at IS NULL) = (revoke_effective_ms IS NULL))
);

CREATE INDEX device_officer ON device (officer);

CREATE TABLE device_operation (
  device BYTEA NOT NULL,
  operation BYTEA NOT NULL,
  CONSTRAINT device_operation_pkey PRIMARY KEY (device, operation),
  CONSTRAINT device_operation_device_fkey FOREIGN KEY (device) REFERENCES device (id),
  CONSTRAINT device_operation_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id)
);

CREATE INDEX device_operation_operation ON device_operation (operation);

-- A one-use invitation for a device. Only the hash of its secret is kept.
CREATE TABLE ticket (
  id BYTEA NOT NULL,
  secret_hash BYTEA NOT NULL,
  officer BYTEA NOT NULL,
  operation BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  used_by BYTEA,
  CONSTRAINT ticket_pkey PRIMARY KEY (id),
  CONSTRAINT ticket_secret_hash_unique UNIQUE (secret_hash),
  CONSTRAINT ticket_officer_fkey FOREIGN KEY (officer) REFERENCES officer (id),
  CONSTRAINT ticket_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT ticket_id_length CHECK (length(id) = 16),
  CONSTRAINT ticket_secret_hash_length CHECK (length(secret_hash) = 32),
  CONSTRAINT ticket_used_whole CHECK ((used_at IS NULL) = (used_by IS NULL))
);

CREATE TABLE account (
  officer BYTEA NOT NULL,
  password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  failed_count BIGINT NOT NULL,
  locked_until BIGINT,
  CONSTRAINT account_pkey PRIMARY KEY (officer),
  CONSTRAINT account_officer_fkey FOREIGN KEY (officer) REFERENCES officer (id),
  CONSTRAINT account_failed_count_positive CHECK (failed_count >= 0)
);

CREATE TABLE setup_link (
  secret_hash BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  CONSTRAINT setup_link_pkey PRIMARY KEY (secret_hash),
  CONSTRAINT setup_link_secret_hash_length CHECK (length(secret_hash) = 32)
);
