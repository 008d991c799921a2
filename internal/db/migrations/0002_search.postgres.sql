-- +goose Up
-- One row per message or note; the text is folded by the program.
CREATE TABLE search (
  id  BIGINT NOT NULL PRIMARY KEY,
  doc TSVECTOR NOT NULL
);
CREATE INDEX search_doc ON search USING GIN (doc);
