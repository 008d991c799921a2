//go:build !windows

package backup

import (
	"errors"
	"os"
)

// syncFolder makes new names in a folder survive a power cut.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
