-- +goose Up
-- errand: what is left to do for an item on its mailbox's IMAP server: copy (put
-- it into the Sent folder), look (see whether an uncertain one is there), '' for
-- nothing. copied says that the Sent folder has it from us.
ALTER TABLE outbox ADD COLUMN errand TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN errand_at BIGINT;
ALTER TABLE outbox ADD COLUMN errand_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_errand ON outbox (errand_at) WHERE errand <> '';
-- What is due next for a mailbox is found without its rows.
DROP INDEX outbox_state;
CREATE INDEX outbox_due ON outbox (state, not_before, mailbox_id);
