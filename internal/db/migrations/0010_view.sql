-- +goose Up
-- saved_view: a line of the search kept under a name. owner_id 0: everybody's.
CREATE TABLE saved_view (
  id         BIGINT NOT NULL PRIMARY KEY,
  owner_id   BIGINT NOT NULL,
  name       TEXT   NOT NULL,
  query      TEXT   NOT NULL,
  sort       TEXT   NOT NULL,
  position   BIGINT NOT NULL,
  version    BIGINT NOT NULL
);
CREATE INDEX saved_view_owner ON saved_view (owner_id, position, id);

-- clock_change: when, by a counter, the mark of a ticket's clocks was last another.
CREATE TABLE clock_change (
  ticket_id BIGINT NOT NULL PRIMARY KEY,
  seq       BIGINT NOT NULL
);
CREATE INDEX clock_change_seq ON clock_change (seq);
