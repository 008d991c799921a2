package ticket

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"guichet/internal/db"
	"guichet/internal/db/dbtest"
)

// meanwhile does something once, after the first statement read through it.
type meanwhile struct {
	db.Querier
	do func()
}

func (m *meanwhile) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := m.Querier.Query(ctx, query, args...)
	if m.do != nil {
		m.do()
		m.do = nil
	}
	return rows, err
}

func TestAMessageThatComesWhileTheyAreReadDisturbsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tk := open(t, d, Opening{})
		to := []Person{{Role: "to", Address: "support@msp.example"}}
		first := say(t, d, tk.ID, noon, Message{Direction: In, Body: "la première", Recipients: to})
		q := &meanwhile{Querier: d, do: func() {
			say(t, d, tk.ID, noon.Add(time.Minute), Message{Direction: In, Body: "la seconde", Recipients: to,
				Attachments: []Attachment{{Part: 2, Name: "a.pdf"}}})
		}}
		got, err := Messages(t.Context(), q, tk.ID)
		if err != nil || len(got) != 1 || got[0].ID != first.ID || len(got[0].Recipients) != 1 || len(got[0].Attachments) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err = Messages(t.Context(), d, tk.ID); err != nil || len(got) != 2 || len(got[1].Attachments) != 1 {
			t.Errorf("afterwards: %+v, %v", got, err)
		}
	})
}
