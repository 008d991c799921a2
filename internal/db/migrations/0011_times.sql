-- +goose Up
-- What was opened, solved or closed in some days is few among all tickets.
CREATE INDEX ticket_reported ON ticket (reported_at);
CREATE INDEX ticket_resolved ON ticket (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX ticket_closed ON ticket (closed_at) WHERE closed_at IS NOT NULL;
