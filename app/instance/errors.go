package instance

import (
	"fmt"
	"strconv"

	"guichet/internal/fault"
)

// Taken says that another process holds the data folder Dir. Ask it for its window
// with Raise. It carries the sentence for the person who started the second one.
type Taken struct{ Dir string }

// Error names the holder as far as it has said who it is.
func (t *Taken) Error() string {
	return fmt.Sprintf("data folder %s is in use by process %d", t.Dir, t.Owner().PID)
}

// Unwrap gives the sentence: who holds the folder and what to do about it.
func (t *Taken) Unwrap() error {
	o := t.Owner()
	pid := strconv.Itoa(o.PID)
	switch {
	case o.Addr == "":
		return fault.New(fault.Conflict, "shell.taken.unknown", "dir", t.Dir)
	case o.Window:
		return fault.New(fault.Conflict, "shell.taken.window", "dir", t.Dir, "pid", pid)
	}
	return fault.New(fault.Conflict, "shell.taken.serve", "dir", t.Dir, "pid", pid, "addr", o.Addr)
}

// Owner tells what the holder has said of itself; the zero Owner when it has said
// nothing yet. Its secret is left out.
func (t *Taken) Owner() Owner {
	o, err := readOwner(t.Dir)
	if err != nil { // between the lock and the note there is a moment without one
		return Owner{}
	}
	o.Secret = ""
	return o
}

func (t *Taken) silent(cause error) error {
	return fault.Wrap(cause, fault.Conflict, "shell.taken.silent", "dir", t.Dir, "pid", strconv.Itoa(t.Owner().PID))
}
