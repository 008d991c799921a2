//go:build unix

package instance

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

var errLocked = errors.New("locked by another process")

// lock takes f or says errLocked at once. flock belongs to the open file, so a
// second Acquire in this process is refused as well, and the kernel lets go of it
// when the last descriptor closes; Go's are close-on-exec, so no child keeps it.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errLocked
	}
	return err
}
