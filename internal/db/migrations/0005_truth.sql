-- +goose Up
-- What a mail says beside its text: codes of warnings with blanks between them,
-- the day of return of an absence notice (YYYY-MM-DD), and whose mail was passed on.
ALTER TABLE mail ADD COLUMN warnings TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN returns_on TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN forwarded_name TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN forwarded_addr TEXT NOT NULL DEFAULT '';
-- blocked_sender: whose mails are set aside. pattern is an address or a domain.
CREATE TABLE blocked_sender (
  pattern  TEXT   NOT NULL PRIMARY KEY,
  agent_id BIGINT NOT NULL,
  at       BIGINT NOT NULL
);
-- What a person takes part in is found without going through all tickets.
CREATE INDEX participant_address ON participant (address, ticket_id);
