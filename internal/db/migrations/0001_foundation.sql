-- +goose Up
-- Ids are made by the program from one counter, so an id names one row of the
-- whole database. Instants are milliseconds since 1970 UTC.

CREATE TABLE counter (
  name  TEXT   NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- journal: what happened, once, in order. chain covers the row's fixed columns,
-- the digest of its data and the chain before it; data may be rewritten when a
-- person is erased, and then digest stays (salt goes, so that it tells nothing).
CREATE TABLE journal (
  seq        BIGINT NOT NULL PRIMARY KEY,
  at         BIGINT NOT NULL,
  actor      TEXT   NOT NULL,
  actor_id   BIGINT,
  kind       TEXT   NOT NULL,
  subject    TEXT   NOT NULL,
  subject_id BIGINT NOT NULL,
  ticket_id  BIGINT,
  data       TEXT   NOT NULL,
  salt       BLOB,
  digest     BLOB   NOT NULL,
  chain      BLOB   NOT NULL
);
CREATE INDEX journal_ticket ON journal (ticket_id, seq);
CREATE INDEX journal_subject ON journal (subject, subject_id, seq);
CREATE TABLE journal_person (
  contact_id BIGINT NOT NULL,
  seq        BIGINT NOT NULL,
  PRIMARY KEY (contact_id, seq)
);

-- blob: contents by SHA-256 (hex). data is NULL where the content is a file.
CREATE TABLE blob (
  hash       TEXT   NOT NULL PRIMARY KEY,
  size       BIGINT NOT NULL,
  codec      TEXT   NOT NULL,
  data       BLOB,
  created_at BIGINT NOT NULL
);

-- secret: sealed values; owner is e.g. 'mailbox:12:imap'.
CREATE TABLE secret (
  owner      TEXT   NOT NULL PRIMARY KEY,
  sealed     BLOB   NOT NULL,
  key_id     TEXT   NOT NULL,
  updated_at BIGINT NOT NULL
);

-- people
CREATE TABLE agent (
  id         BIGINT NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL,
  email      TEXT   NOT NULL UNIQUE,
  language   TEXT   NOT NULL,
  level      INTEGER NOT NULL,
  role       TEXT   NOT NULL,
  active     INTEGER NOT NULL,
  preferences TEXT  NOT NULL,
  created_at BIGINT NOT NULL,
  version    BIGINT NOT NULL
);
CREATE TABLE session (
  id         BIGINT NOT NULL PRIMARY KEY,
  token_hash TEXT   NOT NULL UNIQUE,
  agent_id   BIGINT NOT NULL,
  kind       TEXT   NOT NULL,
  label      TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE TABLE entry (
  ticket_hash TEXT   NOT NULL PRIMARY KEY,
  agent_id    BIGINT NOT NULL,
  kind        TEXT   NOT NULL,
  expires_at  BIGINT NOT NULL,
  used_at     BIGINT,
  session_id  BIGINT
);
CREATE TABLE client (
  id          BIGINT NOT NULL PRIMARY KEY,
  name        TEXT   NOT NULL,
  fold        TEXT   NOT NULL,
  language    TEXT   NOT NULL,
  colour      INTEGER NOT NULL,
  note        TEXT   NOT NULL,
  created_at  BIGINT NOT NULL,
  merged_into BIGINT,
  version     BIGINT NOT NULL
);
CREATE INDEX client_fold ON client (fold, id);
CREATE TABLE client_domain (
  domain    TEXT   NOT NULL PRIMARY KEY,
  client_id BIGINT NOT NULL
);
CREATE INDEX client_domain_client ON client_domain (client_id);
CREATE TABLE site (
  id        BIGINT NOT NULL PRIMARY KEY,
  client_id BIGINT NOT NULL,
  name      TEXT   NOT NULL,
  address   TEXT   NOT NULL,
  version   BIGINT NOT NULL
);
CREATE INDEX site_client ON site (client_id, name);
CREATE TABLE contact (
  id          BIGINT NOT NULL PRIMARY KEY,
  client_id   BIGINT,
  site_id     BIGINT,
  name        TEXT   NOT NULL,
  fold        TEXT   NOT NULL,
  phone       TEXT   NOT NULL,
  language    TEXT   NOT NULL,
  note        TEXT   NOT NULL,
  created_at  BIGINT NOT NULL,
  merged_into BIGINT,
  erased_at   BIGINT,
  version     BIGINT NOT NULL
);
CREATE INDEX contact_client ON contact (client_id, fold, id);
CREATE INDEX contact_fold ON contact (fold, id);
CREATE TABLE contact_address (
  address     TEXT   NOT NULL PRIMARY KEY,
  contact_id  BIGINT NOT NULL,
  position    INTEGER NOT NULL,
  dead_at     BIGINT,
  dead_reason TEXT   NOT NULL
);
CREATE INDEX contact_address_contact ON contact_address (contact_id, position);

-- mailboxes
CREATE TABLE mailbox (
  id            BIGINT NOT NULL PRIMARY KEY,
  name          TEXT   NOT NULL,
  address       TEXT   NOT NULL,
  language      TEXT   NOT NULL,
  imap_host     TEXT   NOT NULL,
  imap_port     INTEGER NOT NULL,
  imap_security TEXT   NOT NULL,
  imap_user     TEXT   NOT NULL,
  folder        TEXT   NOT NULL,
  after_fetch   TEXT   NOT NULL,
  move_to       TEXT   NOT NULL,
  since         BIGINT,
  smtp_host     TEXT   NOT NULL,
  smtp_port     INTEGER NOT NULL,
  smtp_security TEXT   NOT NULL,
  smtp_user     TEXT   NOT NULL,
  saves_sent    INTEGER NOT NULL,
  sent_folder   TEXT   NOT NULL,
  signature_fr  TEXT   NOT NULL,
  signature_en  TEXT   NOT NULL,
  acknowledge   INTEGER NOT NULL,
  active        INTEGER NOT NULL,
  created_at    BIGINT NOT NULL,
  version       BIGINT NOT NULL
);
CREATE TABLE mailbox_alias (
  address    TEXT   NOT NULL PRIMARY KEY,
  mailbox_id BIGINT NOT NULL
);
CREATE TABLE imap_folder (
  mailbox_id  BIGINT NOT NULL,
  folder      TEXT   NOT NULL,
  uidvalidity BIGINT NOT NULL,
  low_uid     BIGINT NOT NULL,
  PRIMARY KEY (mailbox_id, folder)
);
CREATE TABLE imap_uid (
  mailbox_id  BIGINT NOT NULL,
  folder      TEXT   NOT NULL,
  uidvalidity BIGINT NOT NULL,
  uid         BIGINT NOT NULL,
  mail_id     BIGINT,
  tries       INTEGER NOT NULL,
  final       INTEGER NOT NULL,
  marked      INTEGER NOT NULL,
  problem     TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (mailbox_id, folder, uidvalidity, uid)
);
-- committed here, and its copy on the server not yet flagged or moved
CREATE INDEX imap_uid_unmarked ON imap_uid (mailbox_id, uid) WHERE marked = 0;
-- could not be had
CREATE INDEX imap_uid_problem ON imap_uid (at) WHERE problem <> '';

-- mail: every message that came in, its raw source and its fate.
CREATE TABLE mail (
  id           BIGINT NOT NULL PRIMARY KEY,
  mailbox_id   BIGINT,
  source       TEXT   NOT NULL,
  raw          TEXT   NOT NULL,
  size         BIGINT NOT NULL,
  fingerprint  TEXT   NOT NULL,
  received_at  BIGINT NOT NULL,
  message_id   TEXT   NOT NULL,
  from_name    TEXT   NOT NULL,
  from_addr    TEXT   NOT NULL,
  subject      TEXT   NOT NULL,
  kind         TEXT   NOT NULL,
  fate         TEXT   NOT NULL,
  reason       TEXT   NOT NULL,
  reason_args  TEXT   NOT NULL,
  ticket_id    BIGINT,
  entry_id     BIGINT,
  duplicate_of BIGINT,
  version      BIGINT NOT NULL
);
CREATE UNIQUE INDEX mail_raw ON mail (raw);
CREATE INDEX mail_fingerprint ON mail (fingerprint);
CREATE INDEX mail_fate ON mail (fate, id);
CREATE INDEX mail_ticket ON mail (ticket_id);
CREATE TABLE mail_count (
  fate TEXT   NOT NULL PRIMARY KEY,
  n    BIGINT NOT NULL
);

-- tickets. queue: 0 open (new or open), 1 pending, 2 resolved, 3 closed.
CREATE TABLE ticket (
  id              BIGINT NOT NULL PRIMARY KEY,
  number          BIGINT NOT NULL UNIQUE,
  subject         TEXT   NOT NULL,
  client_id       BIGINT,
  requester_id    BIGINT,
  requester_name  TEXT   NOT NULL,
  mailbox_id      BIGINT,
  channel         TEXT   NOT NULL,
  status          TEXT   NOT NULL,
  queue           INTEGER NOT NULL,
  pending_reason  TEXT   NOT NULL,
  pending_until   BIGINT,
  assignee_id     BIGINT NOT NULL,
  level           INTEGER NOT NULL,
  language        TEXT   NOT NULL,
  outage_at       BIGINT,
  reported_at     BIGINT NOT NULL,
  taken_at        BIGINT,
  resolved_at     BIGINT,
  closed_at       BIGINT,
  activity_at     BIGINT NOT NULL,
  snippet         TEXT   NOT NULL,
  last_entry_id   BIGINT NOT NULL,
  last_in_id      BIGINT NOT NULL,
  files           INTEGER NOT NULL,
  linked_id       BIGINT,
  version         BIGINT NOT NULL
);
CREATE INDEX ticket_activity ON ticket (activity_at, id);
CREATE INDEX ticket_queue ON ticket (queue, activity_at, id);
CREATE INDEX ticket_assignee ON ticket (assignee_id, queue, activity_at, id);
CREATE INDEX ticket_client ON ticket (client_id, activity_at, id);
CREATE INDEX ticket_requester ON ticket (requester_id, activity_at, id);
CREATE INDEX ticket_pending ON ticket (queue, pending_until);
CREATE INDEX ticket_entry ON ticket (last_entry_id);
CREATE TABLE ticket_count (
  queue       INTEGER NOT NULL,
  assignee_id BIGINT  NOT NULL,
  n           BIGINT  NOT NULL,
  PRIMARY KEY (queue, assignee_id)
);
CREATE TABLE ticket_seen (
  agent_id  BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  entry_id  BIGINT NOT NULL,
  PRIMARY KEY (agent_id, ticket_id)
);
-- participant: who takes part by mail. state: active, proposed (in copy of an
-- incoming mail, until a technician has seen it), removed.
CREATE TABLE participant (
  ticket_id  BIGINT NOT NULL,
  address    TEXT   NOT NULL,
  contact_id BIGINT,
  name       TEXT   NOT NULL,
  role       TEXT   NOT NULL,
  state      TEXT   NOT NULL,
  since      BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, address)
);

-- message: what was said with the outside. direction: in, out, auto, bounce, call.
CREATE TABLE message (
  id         BIGINT NOT NULL PRIMARY KEY,
  ticket_id  BIGINT NOT NULL,
  direction  TEXT   NOT NULL,
  mail_id    BIGINT,
  raw        TEXT   NOT NULL,
  contact_id BIGINT,
  agent_id   BIGINT,
  from_name  TEXT   NOT NULL,
  from_addr  TEXT   NOT NULL,
  subject    TEXT   NOT NULL,
  message_id TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  body       TEXT   NOT NULL,
  html       INTEGER NOT NULL,
  folds      TEXT   NOT NULL,
  files      INTEGER NOT NULL
);
CREATE INDEX message_ticket ON message (ticket_id, id);
CREATE INDEX message_contact ON message (contact_id) WHERE contact_id IS NOT NULL;
CREATE TABLE message_recipient (
  message_id BIGINT NOT NULL,
  position   INTEGER NOT NULL,
  role       TEXT   NOT NULL,
  address    TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  PRIMARY KEY (message_id, position)
);
-- attachment: part n of the message's raw source, which holds its bytes.
CREATE TABLE attachment (
  message_id BIGINT NOT NULL,
  part       INTEGER NOT NULL,
  name       TEXT   NOT NULL,
  type       TEXT   NOT NULL,
  size       BIGINT NOT NULL,
  hash       TEXT   NOT NULL,
  inline     INTEGER NOT NULL,
  cid        TEXT   NOT NULL,
  PRIMARY KEY (message_id, part)
);
-- message_ref: Message-IDs known, and the ticket that each belongs to. origin:
-- ours, theirs, alias (an id that a joined mail referred to and nobody had seen).
CREATE TABLE message_ref (
  ref       TEXT   NOT NULL,
  ticket_id BIGINT NOT NULL,
  client_id BIGINT NOT NULL,
  origin    TEXT   NOT NULL,
  PRIMARY KEY (ref, ticket_id)
);
CREATE INDEX message_ref_ticket ON message_ref (ticket_id);
-- note: internal. A table of its own, so that no query for a mail can quote it.
CREATE TABLE note (
  id        BIGINT NOT NULL PRIMARY KEY,
  ticket_id BIGINT NOT NULL,
  agent_id  BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  body      TEXT   NOT NULL
);
CREATE INDEX note_ticket ON note (ticket_id, id);
-- draft: outbox_id is 0 while it is written; an answer that may still be undone
-- keeps its draft under the outbox row that it left with.
CREATE TABLE draft (
  agent_id   BIGINT NOT NULL,
  ticket_id  BIGINT NOT NULL,
  outbox_id  BIGINT NOT NULL,
  content    TEXT   NOT NULL,
  updated_at BIGINT NOT NULL,
  version    BIGINT NOT NULL,
  PRIMARY KEY (agent_id, ticket_id, outbox_id)
);
CREATE INDEX draft_outbox ON draft (outbox_id);
CREATE TABLE draft_file (
  id        BIGINT NOT NULL PRIMARY KEY,
  agent_id  BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  outbox_id BIGINT NOT NULL,
  hash      TEXT   NOT NULL,
  name      TEXT   NOT NULL,
  type      TEXT   NOT NULL,
  size      BIGINT NOT NULL,
  inline    INTEGER NOT NULL,
  cid       TEXT   NOT NULL
);
CREATE INDEX draft_file_draft ON draft_file (agent_id, ticket_id, outbox_id);
CREATE INDEX draft_file_outbox ON draft_file (outbox_id);

-- outbox: what must leave after the commit. state: waiting, sending, data-sent
-- (the final dot is about to be or was written), sent, failed, uncertain, cancelled.
CREATE TABLE outbox (
  id         BIGINT NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL,
  ticket_id  BIGINT NOT NULL,
  message_id BIGINT,
  mailbox_id BIGINT NOT NULL,
  raw        TEXT   NOT NULL,
  size       BIGINT NOT NULL,
  rfc_id     TEXT   NOT NULL,
  state      TEXT   NOT NULL,
  not_before BIGINT NOT NULL,
  attempts   INTEGER NOT NULL,
  problem    TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at    BIGINT,
  version    BIGINT NOT NULL
);
CREATE INDEX outbox_state ON outbox (state, not_before);
CREATE INDEX outbox_rfc ON outbox (rfc_id);
CREATE INDEX outbox_message ON outbox (message_id);
CREATE INDEX outbox_ticket ON outbox (ticket_id);
CREATE TABLE outbox_recipient (
  outbox_id BIGINT NOT NULL,
  address   TEXT   NOT NULL,
  state     TEXT   NOT NULL,
  reply     TEXT   NOT NULL,
  PRIMARY KEY (outbox_id, address)
);
CREATE TABLE acknowledgement (
  address   TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  PRIMARY KEY (address, at, ticket_id)
);
