package web

import (
	"context"
	"strconv"
	"time"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/journal"
)

// settingNames are the rows of the table setting that hold the team's settings.
const (
	settingTeam    = "team.name"
	settingLang    = "team.language"
	settingBackup  = "backup.folder"
	settingVersion = "team.version"
	settingPhrase  = "recovery.at"
)

// readSettings returns the team's settings and their version, 0 before the first.
func readSettings(ctx context.Context, q db.Querier) (Settings, int64, error) {
	type row struct{ name, value string }
	rows, err := db.All(ctx, q, func(r *row) []any { return []any{&r.name, &r.value} }, "SELECT name, value FROM setting")
	if err != nil {
		return Settings{}, 0, err
	}
	of := map[string]string{}
	for _, r := range rows {
		of[r.name] = r.value
	}
	version, err := strconv.ParseInt("0"+of[settingVersion], 10, 64)
	if err != nil {
		return Settings{}, 0, err
	}
	s := Settings{TeamName: of[settingTeam], Language: language(of[settingLang]), BackupFolder: of[settingBackup]}
	if s.Language == "" {
		s.Language = "fr"
	}
	return s, version, nil
}

// keepSettings stores the team's settings where version is the one that is there.
func keepSettings(ctx context.Context, tx *db.Tx, by journal.Actor, now time.Time, s Settings, version int64) error {
	had, at, err := readSettings(ctx, tx)
	if err != nil {
		return err
	}
	if at != version {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	var changes []journal.Change
	for _, v := range []struct{ name, before, after string }{
		{settingTeam, had.TeamName, s.TeamName}, {settingLang, string(had.Language), string(s.Language)},
		{settingBackup, had.BackupFolder, s.BackupFolder}, {settingVersion, "", strconv.FormatInt(version+1, 10)},
	} {
		if err := keepSetting(ctx, tx, v.name, v.after); err != nil {
			return err
		}
		if v.before != v.after && v.name != settingVersion {
			changes = append(changes, journal.Change{Field: v.name, Before: v.before, After: v.after})
		}
	}
	_, err = journal.Append(ctx, tx, now, journal.Entry{Actor: by, Kind: "setting.changed", Subject: "setting", Changes: changes})
	return err
}

func keepSetting(ctx context.Context, tx *db.Tx, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
