package db

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// Older makes a SQLite database as the program of another day left it: at a
// version of its schema. It returns how many versions there are.
func Older(ctx context.Context, path string, version int64) (last int64, err error) {
	files, err := migrationsFor(SQLite, embedded)
	if err != nil {
		return 0, err
	}
	d, err := sql.Open("sqlite3", dsn(path, "rwc"))
	if err != nil {
		return 0, err
	}
	defer d.Close()
	p, err := goose.NewProvider(goose.DialectSQLite3, d, files, goose.WithTableName("schema_version"))
	if err != nil {
		return 0, err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return 0, err
	}
	for _, statement := range older {
		if _, err := d.ExecContext(ctx, statement); err != nil {
			return 0, err
		}
	}
	return int64(len(p.ListSources())), nil
}

// older is what was written then, in the columns that the first version had.
var older = []string{
	`INSERT INTO counter (name, value) VALUES ('id', 100), ('ticket', 7)`,
	`INSERT INTO client (id, name, fold, language, colour, note, created_at, version) VALUES (1, 'Conserverie', 'conserverie', 'fr', 1, '', 1000, 1)`,
	`INSERT INTO contact (id, client_id, name, fold, phone, language, note, created_at, version) VALUES (2, 1, 'Énora', 'enora', '', '', '', 1000, 1)`,
	`INSERT INTO contact_address (address, contact_id, position, dead_reason) VALUES ('enora@conserverie.example', 2, 0, '')`,
	`INSERT INTO ticket (id, number, subject, client_id, requester_id, requester_name, channel, status, queue, pending_reason, assignee_id, level,
		language, reported_at, activity_at, snippet, last_entry_id, last_in_id, files, version)
		VALUES (3, 7, 'Imprimante', 1, 2, 'Énora', 'mail', 'open', 0, '', 0, 1, 'fr', 1000, 2000, 'Elle ne marche pas', 5, 5, 0, 4)`,
	`INSERT INTO mail (id, source, raw, size, fingerprint, received_at, message_id, from_name, from_addr, subject, kind, fate, reason, reason_args, ticket_id, entry_id, version)
		VALUES (4, 'imap', 'abc', 10, 'f', 1000, 'm@x', 'Énora', 'enora@conserverie.example', 'Imprimante', 'person', 'opened', 'intake.because.new', '{}', 3, 5, 1)`,
	`INSERT INTO message (id, ticket_id, direction, mail_id, raw, contact_id, from_name, from_addr, subject, message_id, at, body, html, folds, files)
		VALUES (5, 3, 'in', 4, 'abc', 2, 'Énora', 'enora@conserverie.example', 'Imprimante', 'm@x', 1000, 'Elle ne marche pas', 0, '[]', 0)`,
	`INSERT INTO outbox (id, kind, ticket_id, mailbox_id, raw, size, rfc_id, state, not_before, attempts, problem, created_at, version)
		VALUES (6, 'acknowledgement', 3, 1, '', 0, 'ours@x', 'waiting', 1000, 0, '', 1000, 1)`,
	`INSERT INTO blob (hash, size, codec, data, created_at) VALUES ('abc', 3, '', x'616263', 1000)`,
	`INSERT INTO journal (seq, at, actor, kind, subject, subject_id, ticket_id, data, digest, chain) VALUES (1, 1000, 'system', 'ticket.opened', 'ticket', 3, 3, '[]', x'00', x'00')`,
	`INSERT INTO setting (name, value) VALUES ('team.name', 'Atelier')`,
}
