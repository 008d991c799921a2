//go:build !windows

package blob

import "os"

func syncOpen(folder *os.File) error { return folder.Sync() }
