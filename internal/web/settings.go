package web

import (
	"context"

	"guichet/internal/db"
	"guichet/internal/fault"
	"guichet/internal/people"
	"guichet/internal/secret"
	"guichet/internal/words"
)

func getSettings(ctx context.Context, d *door, _ *struct{}) (settingsView, error) {
	s, version, err := readSettings(ctx, d.DB)
	if err != nil {
		return settingsView{}, err
	}
	place, _, err := secret.Recorded(ctx, d.DB)
	if err != nil {
		return settingsView{}, err
	}
	_, phrase, err := secret.RecoveryOf(ctx, d.DB)
	return settingsView{Settings: s, Version: version, HasRecovery: phrase, KeyPlace: place.Place, DataFolder: d.Folder,
		Fingerprint: d.Fingerprint}, err
}

func updateSettings(ctx context.Context, d *door, in *settingsPatch) (settingsView, error) {
	if err := lead(ctx); err != nil {
		return settingsView{}, err
	}
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		return keepSettings(ctx, tx, actor(ctx), d.Now(), in.Body.Settings, in.Body.Version)
	})
	if err != nil {
		return settingsView{}, err
	}
	return getSettings(ctx, d, nil)
}

// setUp is the guided first start: the team's name and who sits here.
func setUp(ctx context.Context, d *door, in *setupIn) error {
	if err := lead(ctx); err != nil {
		return err
	}
	b := in.Body
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := people.AgentByID(ctx, tx, who(ctx).agent.ID)
		if err != nil {
			return err
		}
		a.Name, a.Email, a.Language = b.AgentName, b.AgentEmail, words.Language(b.Language)
		if _, err := people.UpdateAgent(ctx, tx, actor(ctx), d.Now(), a); err != nil {
			return renamed(err, map[string]string{"name": "agentName", "email": "agentEmail"})
		}
		s, version, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		s.TeamName, s.Language = b.TeamName, b.Language
		return keepSettings(ctx, tx, actor(ctx), d.Now(), s, version)
	})
}

// makeRecovery makes a recovery phrase, which is told this once.
func makeRecovery(ctx context.Context, d *door, _ *struct{}) (recoveryPhrase, error) {
	if err := lead(ctx); err != nil {
		return recoveryPhrase{}, err
	}
	phrase, sealed, err := secret.NewRecovery(d.Key, d.Now())
	if err != nil {
		return recoveryPhrase{}, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		return secret.KeepRecovery(ctx, tx, actor(ctx), d.Now(), sealed)
	})
	if err != nil {
		return recoveryPhrase{}, err
	}
	return recoveryPhrase{phrase.Reveal()}, nil
}

func listBackups(ctx context.Context, d *door, _ *struct{}) (backupRows, error) {
	if err := lead(ctx); err != nil {
		return backupRows{}, err
	}
	if d.Backups == nil {
		return backupRows{}, nil
	}
	all, err := d.Backups(ctx)
	return backupRows{each(all, backupOf)}, err
}

func backupOf(b Backup) backupRow { return backupRow{b.Path, ms(b.At), b.Size} }

func makeBackup(ctx context.Context, d *door, in *backupNew) (backupRow, error) {
	if err := lead(ctx); err != nil {
		return backupRow{}, err
	}
	if d.MakeBackup == nil {
		return backupRow{}, fault.New(fault.Refused, "web.no_backup")
	}
	b, err := d.MakeBackup(ctx, in.Body.Folder)
	return backupOf(b), err
}
