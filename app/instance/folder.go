package instance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"guichet/internal/fault"
)

// CheckFolder refuses a data folder on a network share, with words that point to
// guichet serve: SQLite's write-ahead log needs memory shared between
// its readers, and locks over SMB or NFS do not hold (sqlite.org/wal.html,
// sqlite.org/howtocorrupt.html). A folder that does not exist yet is judged by the
// nearest parent that does.
func CheckFolder(dir string) error {
	if isUNC(dir) {
		return onNetwork(dir, "UNC")
	}
	near, err := nearest(dir)
	if err != nil {
		return err
	}
	kind, err := networkKind(near)
	if err != nil {
		return fmt.Errorf("ask for the file system of %s: %w", near, err)
	}
	if kind != "" {
		return onNetwork(dir, kind)
	}
	return nil
}

func onNetwork(dir, kind string) error {
	return fault.New(fault.Refused, "shell.folder.network", "dir", dir, "kind", kind)
}

// FreeSpace tells how many bytes this user may still write on the disk of dir, or of
// its nearest parent that exists.
func FreeSpace(dir string) (uint64, error) {
	if n, err := freeSpace(dir); err == nil { // the system follows links itself; this is asked for each mail
		return n, nil
	}
	near, err := nearest(dir)
	if err != nil {
		return 0, err
	}
	n, err := freeSpace(near)
	if err != nil {
		return 0, fmt.Errorf("ask for the free space of %s: %w", near, err)
	}
	return n, nil
}

// nearest follows links, so that a local name for a remote folder is judged by
// where it leads.
func nearest(dir string) (string, error) {
	p, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find data folder: %w", err)
	}
	for {
		real, err := filepath.EvalSymlinks(p)
		if err == nil {
			return real, nil
		}
		up := filepath.Dir(p)
		if !os.IsNotExist(err) || up == p {
			return "", fmt.Errorf("find data folder: %w", err)
		}
		p = up
	}
}

// isUNC tells a Windows network path in all its spellings from the device paths
// that begin alike (\\?\C:\…, \\.\…). Judged on every system, so that settings
// copied from a Windows machine are refused too.
func isUNC(p string) bool {
	p = strings.ReplaceAll(p, "/", `\`)
	if !strings.HasPrefix(p, `\\`) {
		return false
	}
	rest := p[2:]
	if strings.HasPrefix(rest, `?\`) || strings.HasPrefix(rest, `.\`) {
		return strings.HasPrefix(strings.ToUpper(rest[2:]), `UNC\`)
	}
	host, share, ok := strings.Cut(rest, `\`)
	return ok && host != "" && share != ""
}
