-- +goose Up
-- contract: what was agreed with a client, in versions. Dates are YYYY-MM-DD, ends_on
-- is its last day or ''. terms is JSON: nothing is ever searched in it.
CREATE TABLE contract (
  id            BIGINT NOT NULL PRIMARY KEY,
  client_id     BIGINT NOT NULL,
  name          TEXT   NOT NULL,
  starts_on     TEXT   NOT NULL,
  ends_on       TEXT   NOT NULL,
  notice_months INTEGER NOT NULL,
  note          TEXT   NOT NULL,
  version       BIGINT NOT NULL
);
CREATE INDEX contract_client ON contract (client_id, starts_on);
CREATE TABLE contract_terms (
  contract_id BIGINT NOT NULL,
  from_on     TEXT   NOT NULL,
  terms       TEXT   NOT NULL,
  PRIMARY KEY (contract_id, from_on)
);

-- asset: a machine or another thing that the team looks after.
CREATE TABLE asset (
  id         BIGINT NOT NULL PRIMARY KEY,
  client_id  BIGINT NOT NULL,
  site_id    BIGINT,
  name       TEXT   NOT NULL,
  fold       TEXT   NOT NULL,
  type       TEXT   NOT NULL,
  serial     TEXT   NOT NULL,
  note       TEXT   NOT NULL,
  retired_at BIGINT,
  created_at BIGINT NOT NULL,
  version    BIGINT NOT NULL
);
CREATE INDEX asset_client ON asset (client_id, fold, id);
CREATE INDEX asset_site ON asset (site_id) WHERE site_id IS NOT NULL;
CREATE TABLE asset_user (
  asset_id   BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  PRIMARY KEY (asset_id, contact_id)
);
CREATE INDEX asset_user_contact ON asset_user (contact_id, asset_id);

-- qualification of a ticket, by N1. priority 0 is a major incident; 1 to 4.
CREATE TABLE category (
  id          BIGINT NOT NULL PRIMARY KEY,
  parent_id   BIGINT NOT NULL,
  position    INTEGER NOT NULL,
  name_fr     TEXT   NOT NULL,
  name_en     TEXT   NOT NULL,
  words       TEXT   NOT NULL,
  technicality INTEGER NOT NULL,
  retired     INTEGER NOT NULL,
  version     BIGINT NOT NULL
);
CREATE INDEX category_parent ON category (parent_id, position);
CREATE TABLE priority_matrix (
  impact   INTEGER NOT NULL,
  urgency  INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  PRIMARY KEY (impact, urgency)
);
INSERT INTO priority_matrix (impact, urgency, priority) VALUES
  (1, 1, 1), (1, 2, 2), (1, 3, 3), (2, 1, 2), (2, 2, 3), (2, 3, 3), (3, 1, 3), (3, 2, 3), (3, 3, 4);
CREATE TABLE qualification (
  ticket_id     BIGINT NOT NULL PRIMARY KEY,
  type          TEXT   NOT NULL,
  category_id   BIGINT,
  impact        INTEGER NOT NULL,
  urgency       INTEGER NOT NULL,
  major         INTEGER NOT NULL,
  priority      INTEGER NOT NULL,
  technicality  INTEGER NOT NULL,
  blocked       INTEGER NOT NULL,
  asset_id      BIGINT,
  outage_source TEXT   NOT NULL,
  verdict       TEXT   NOT NULL,
  reason        TEXT   NOT NULL,
  reason_args   TEXT   NOT NULL,
  at            BIGINT NOT NULL
);
CREATE INDEX qualification_asset ON qualification (asset_id, ticket_id) WHERE asset_id IS NOT NULL;
CREATE INDEX qualification_category ON qualification (category_id, ticket_id) WHERE category_id IS NOT NULL;

-- ticket_clock: of a ticket whose clocks run, the one that is due first. alarm: 0
-- none, 1 at risk, 2 late; it is another from next_at on, if nothing happens before.
CREATE TABLE ticket_clock (
  ticket_id BIGINT NOT NULL PRIMARY KEY,
  goal      TEXT   NOT NULL,
  alarm     INTEGER NOT NULL,
  due_at    BIGINT,
  next_at   BIGINT
);
CREATE INDEX ticket_clock_alarm ON ticket_clock (alarm, due_at, ticket_id);
CREATE INDEX ticket_clock_next ON ticket_clock (next_at) WHERE next_at IS NOT NULL;
