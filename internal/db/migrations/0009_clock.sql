-- +goose Up
-- clock_place: up to which entry of the journal the clocks of the tickets are kept.
CREATE TABLE clock_place (
  name TEXT   NOT NULL PRIMARY KEY,
  seq  BIGINT NOT NULL
);
INSERT INTO clock_place (name, seq) VALUES ('journal', -1);
