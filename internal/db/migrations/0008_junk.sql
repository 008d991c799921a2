-- +goose Up
-- look_in_junk: whether the server's own folder for spam is read too.
ALTER TABLE mailbox ADD COLUMN look_in_junk INTEGER NOT NULL DEFAULT 0;
-- mail_place: mails whose copy on the server was found in its folder for spam, or
-- was sent there. place is where the copy is as far as is known (home, junk), wanted
-- where it is to be; due_at is of the errand that takes it there, NULL for none.
CREATE TABLE mail_place (
  mail_id    BIGINT NOT NULL PRIMARY KEY,
  mailbox_id BIGINT NOT NULL,
  place      TEXT   NOT NULL,
  wanted     TEXT   NOT NULL,
  due_at     BIGINT,
  tries      INTEGER NOT NULL,
  problem    TEXT   NOT NULL
);
CREATE INDEX mail_place_due ON mail_place (due_at) WHERE due_at IS NOT NULL;
