package window

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const placeFile = "window.json"

// place is where the window stood when it was last closed, in pixels of the desktop.
type place struct {
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Known     bool `json:"known"` // X and Y were seen; else the window opens centred
	Maximised bool `json:"maximised"`
}

// loadPlace returns the last place, or the first one where there is none that makes
// sense: a lost place is not worth a word to anyone.
func loadPlace(folder string) place {
	first := place{Width: firstWidth, Height: firstHeight}
	b, err := os.ReadFile(filepath.Join(folder, placeFile))
	if err != nil {
		return first
	}
	var p place
	if err := json.Unmarshal(b, &p); err != nil {
		return first
	}
	const most = 16384 // the widest of desktops, several screens side by side
	if p.Width < minWidth || p.Height < minHeight || p.Width > most || p.Height > most {
		return first
	}
	if p.X < 0 || p.Y < 0 || p.X > most || p.Y > most {
		p.Known = false
	}
	return p
}

func (p place) save(folder string) error {
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("keep the window's place: %w", err)
	}
	err = os.WriteFile(filepath.Join(folder, placeFile), b, 0o600)
	if errors.Is(err, os.ErrNotExist) { // the folder went before the window, as a demo's may
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep the window's place: %w", err)
	}
	return nil
}
