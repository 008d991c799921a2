-- +goose Up
-- history: archives of old mail that are looked at, taken in, or taken out again.
-- state: reading, ready (the preview can be seen), importing, stopped, done,
-- undoing, undone, dropped, failed.
CREATE TABLE history (
  id          BIGINT NOT NULL PRIMARY KEY,
  kind        TEXT   NOT NULL,            -- files, imap
  label       TEXT   NOT NULL,            -- what people call it: archive.mbox
  place       TEXT   NOT NULL,            -- paths, one a line; or the IMAP folder
  mailbox_id  BIGINT,
  uidvalidity BIGINT NOT NULL DEFAULT 0,
  state       TEXT   NOT NULL,
  agent_id    BIGINT,
  created_at  BIGINT NOT NULL,
  since       BIGINT,                     -- one instant for all that it puts into tickets
  ended_at    BIGINT,
  size        BIGINT NOT NULL DEFAULT 0,  -- of what is under way: bytes, mails or steps
  progress    BIGINT NOT NULL DEFAULT 0,
  preview     TEXT   NOT NULL DEFAULT '',
  problem     TEXT   NOT NULL DEFAULT '', -- a key of words
  problem_args TEXT  NOT NULL DEFAULT '{}',
  version     BIGINT NOT NULL
);
CREATE TABLE history_file (
  history_id BIGINT NOT NULL,
  n          BIGINT NOT NULL,
  path       TEXT   NOT NULL,
  size       BIGINT NOT NULL,
  at         BIGINT NOT NULL,             -- of its last change, to see that it is still the same
  read_to    BIGINT NOT NULL,             -- bytes whose mails are in history_mail
  problem    TEXT   NOT NULL DEFAULT '',
  PRIMARY KEY (history_id, n)
);
-- history_mail: one mail of an archive, in the order in which it was found. turn
-- is the order in which it is taken in; talk 0 is of no conversation.
CREATE TABLE history_mail (
  history_id  BIGINT NOT NULL,
  n           BIGINT NOT NULL,
  file        BIGINT NOT NULL,
  start       BIGINT NOT NULL,
  length      BIGINT NOT NULL,
  uid         BIGINT NOT NULL DEFAULT 0,
  hash        TEXT   NOT NULL,
  fingerprint TEXT   NOT NULL,
  message_id  TEXT   NOT NULL,
  refs        TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  from_name   TEXT   NOT NULL,
  from_addr   TEXT   NOT NULL,
  people      TEXT   NOT NULL,            -- addresses, with blanks between them
  subject     TEXT   NOT NULL,
  kind        TEXT   NOT NULL,
  own         INTEGER NOT NULL,
  known       INTEGER NOT NULL,           -- the sender is somebody's
  client_id   BIGINT,
  joins       BIGINT,                     -- a ticket of the desk, by the ids
  there       INTEGER NOT NULL,           -- the desk has it already
  fate        TEXT   NOT NULL,            -- what becomes, and then became of it
  reason      TEXT   NOT NULL,
  reason_args TEXT   NOT NULL,
  talk        BIGINT NOT NULL DEFAULT 0,
  turn        BIGINT NOT NULL DEFAULT 0,
  mail_id     BIGINT,
  entry_id    BIGINT,
  refs_added  TEXT   NOT NULL DEFAULT '',
  done        INTEGER NOT NULL DEFAULT 0, -- 1 taken in, 2 taken out again, 3 stays
  PRIMARY KEY (history_id, n)
);
CREATE INDEX history_mail_turn ON history_mail (history_id, done, turn);
CREATE INDEX history_mail_talk ON history_mail (history_id, talk, turn);
CREATE INDEX history_mail_fate ON history_mail (history_id, fate, n);
CREATE TABLE history_talk (
  history_id BIGINT NOT NULL,
  n          BIGINT NOT NULL,
  subject    TEXT   NOT NULL,
  first_at   BIGINT NOT NULL,
  last_at    BIGINT NOT NULL,
  mails      BIGINT NOT NULL,
  people     TEXT   NOT NULL,
  client_id  BIGINT,
  opens      INTEGER NOT NULL,            -- 1: a ticket of its own
  ticket_id  BIGINT,
  before     TEXT   NOT NULL DEFAULT '',  -- of a ticket that was there, what joining changes
  undone     INTEGER NOT NULL DEFAULT 0,  -- 1 gone, 2 stays
  PRIMARY KEY (history_id, n)
);
CREATE INDEX history_talk_ticket ON history_talk (ticket_id);
CREATE TABLE history_contact (
  history_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  PRIMARY KEY (history_id, contact_id)
);
-- The receiving dock shows what arrives; an archive is shown where it was imported.
CREATE INDEX mail_arrived ON mail (id) WHERE source <> 'history';
CREATE INDEX mail_arrived_fate ON mail (fate, id) WHERE source <> 'history';
-- What points to a ticket or a contact is found without going through all of them.
CREATE INDEX ticket_linked ON ticket (linked_id) WHERE linked_id IS NOT NULL;
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;
