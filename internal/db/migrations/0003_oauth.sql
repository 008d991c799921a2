-- +goose Up
-- mailboxes that are entered with OAuth 2 tokens. The tokens and the client's
-- secret are sealed: owners 'mailbox:12:oauth' and 'mailbox:12:oauth-client'.
CREATE TABLE mailbox_oauth (
  mailbox_id  BIGINT NOT NULL PRIMARY KEY,
  provider    TEXT NOT NULL,              -- microsoft, google, other
  tenant      TEXT NOT NULL DEFAULT '',
  client_id   TEXT NOT NULL,
  auth_url    TEXT NOT NULL DEFAULT '',   -- provider other
  token_url   TEXT NOT NULL DEFAULT '',
  device_url  TEXT NOT NULL DEFAULT '',
  scopes      TEXT NOT NULL DEFAULT '',
  secret_ends TEXT NOT NULL DEFAULT '',   -- YYYY-MM-DD, typed by a person
  account     TEXT NOT NULL DEFAULT '',   -- whom the tokens are for
  granted_at  BIGINT,
  failures    BIGINT NOT NULL DEFAULT 0,  -- renewals that failed one after the other
  ended       BIGINT NOT NULL DEFAULT 0   -- 1: only a person's consent helps
);
