package web

import (
	"context"

	"guichet/internal/db"
	"guichet/internal/people"
	"guichet/internal/words"
)

// importContacts says what a CSV file would change, row by row, and does it where
// the person has said so.
func importContacts(ctx context.Context, d *door, in *importIn) (importResult, error) {
	table, err := people.ReadCSV(in.Body.CSV)
	if err != nil {
		return importResult{}, err
	}
	settings, _, err := readSettings(ctx, d.DB)
	if err != nil {
		return importResult{}, err
	}
	im := people.Import{Table: table, Mapping: table.Mapping(), Language: words.Language(settings.Language), Digest: in.Body.Digest}
	if m := in.Body.Mapping; m != nil {
		im.Mapping = people.Mapping(*m)
	}
	var plan people.ImportPlan
	if in.Body.Apply {
		err = d.DB.Write(ctx, func(tx *db.Tx) error {
			plan, err = people.ApplyImport(ctx, tx, actor(ctx), d.Now(), im)
			return err
		})
	} else {
		err = d.DB.View(ctx, func(q db.Querier) error {
			plan, err = people.PlanImport(ctx, q, im)
			return err
		})
	}
	return importResultOf(im, plan, in.Body.Apply), err
}

func importResultOf(im people.Import, plan people.ImportPlan, applied bool) importResult {
	return importResult{Columns: im.Table.Columns, Mapping: importMapping(im.Mapping), Clients: plan.Clients, Digest: plan.Digest, Applied: applied,
		Totals: importTotals{Create: plan.Totals[people.Create], Update: plan.Totals[people.Update], Same: plan.Totals[people.Same], Refuse: plan.Totals[people.Refuse]},
		Rows: each(plan.Rows, func(r people.ImportRow) importRow {
			row := importRow{Line: r.Line, Action: importAction(r.Action), Name: r.Name, Email: r.Email, Client: r.Client}
			if r.Problem != nil {
				row.Problem = &said{r.Problem.Key, r.Problem.Args}
			}
			return row
		})}
}
