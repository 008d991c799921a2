// Package instance keeps one process on one data folder: a lock that the kernel
// releases when its holder dies, and a note beside it through which a second
// start finds the first one and asks it to show its window.
//
// It needs no session bus: the bus that desktop shells use for this is absent on
// servers and in remote sessions, where they go on in silence and two processes
// then write one database.
package instance

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The lock file is never removed: a third process could lock a new file of the
// same name while the second still holds the old one.
const (
	lockFile  = "lock"
	ownerFile = "owner.json"
)

// Owner says who holds a data folder. It stands in a 0600 file of that folder.
type Owner struct {
	PID    int    `json:"pid"`
	Addr   string `json:"addr,omitempty"`   // loopback address to dial, "127.0.0.1:4242"; empty before Announce
	Host   string `json:"host,omitempty"`   // Host header that this server answers to
	Window bool   `json:"window,omitempty"` // false: guichet serve, which has nothing to raise
	Secret string `json:"secret,omitempty"` // proves to RaiseHandler that the caller may read the folder
}

// Instance is this process's hold on a data folder, from Acquire to Release.
type Instance struct {
	dir   string
	lock  *os.File
	owner Owner
}

// Acquire makes dir if it is missing (mode 0700) and takes hold of it. When another
// process holds it the error is a *Taken. The hold ends with Release or with the
// process, however it ends.
func Acquire(dir string) (*Instance, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(refusal(dir, err), f.Close())
	}
	in := &Instance{dir: dir, lock: f, owner: Owner{PID: os.Getpid()}}
	// What a killed owner left names a dead process: replaced before anything else.
	if err := in.write(); err != nil {
		return nil, errors.Join(err, in.Release())
	}
	return in, nil
}

func refusal(dir string, err error) error {
	if errors.Is(err, errLocked) {
		return &Taken{Dir: dir}
	}
	return fmt.Errorf("lock data folder: %w", err)
}

// Announce notes where this process listens, so that a second start can reach it:
// addr is the loopback address to dial, host the Host header that the server
// expects there, window whether there is a window to raise.
func (in *Instance) Announce(addr, host string, window bool) error {
	in.owner.Addr, in.owner.Host, in.owner.Window = addr, host, window
	return in.write()
}

// Release lets the folder go. The note is removed first, so that nobody is sent to
// a port that is no longer ours.
func (in *Instance) Release() error {
	err := os.Remove(filepath.Join(in.dir, ownerFile))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, in.lock.Close())
}

// write replaces the note in one step: a reader sees the old one or the new one.
func (in *Instance) write() error {
	if in.owner.Secret == "" {
		in.owner.Secret = rand.Text()
	}
	b, err := json.Marshal(in.owner)
	if err != nil {
		return fmt.Errorf("encode owner note: %w", err)
	}
	f, err := os.CreateTemp(in.dir, ownerFile+".*") // 0600
	if err != nil {
		return fmt.Errorf("write owner note: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(in.dir, ownerFile))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write owner note: %w", err), os.Remove(f.Name()))
	}
	return nil
}

func readOwner(dir string) (Owner, error) {
	var o Owner
	b, err := os.ReadFile(filepath.Join(dir, ownerFile))
	if err != nil {
		return o, fmt.Errorf("read owner note: %w", err)
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return o, fmt.Errorf("read owner note: %w", err)
	}
	return o, nil
}
