//go:build !windows

package blob

import "os"

func sync1(folder *os.File) error { return folder.Sync() }
