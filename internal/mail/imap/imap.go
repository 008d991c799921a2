// Package imap brings mails from a mailbox: it lists what is there, streams what the caller does not have yet, and
// touches the server's copy only once the caller says that its own is on disk. It knows no database: what it needs
// to know and what it found go through Hooks.
package imap

import (
	"context"
	"errors"
	"io"
	"time"

	"guichet/internal/mail/wire"
)

// After says what becomes of the server's copy of a mail that is safely stored.
type After string

// Leave opens the folder read-only. Flag sets \Seen. Move moves to Options.MoveTo.
const (
	Leave After = "leave"
	Flag  After = "flag"
	Move  After = "move"
)

// Options say which folder to read and how.
type Options struct {
	Server wire.Server
	Folder string // empty: INBOX; Junk: the server's folder for spam, whatever its name
	After  After  // empty: Leave
	MoveTo string
	// Since bounds the first reading of a folder: while Hooks.LowWater knows nothing, mails that the server received
	// on an earlier day are not listed. Servers compare days in their own zone, so up to a day more may come. Zero: everything.
	Since time.Time
	Poll  time.Duration // between two looks at a server without IDLE; 1 min
	Calm  bool          // look at intervals of Poll also where the server would tell
	Idle  time.Duration // an IDLE is renewed after this; 9 min, since Office 365 and home routers forget sooner than RFC 2177's 29
	// Backoff says how long to wait before connection attempt n (1, 2, …) after a failure. Nil: 1 s doubling to 5 min, with jitter.
	Backoff func(n int) time.Duration
	// wall is the machine's clock as people set it; nil: the machine's. Tests turn it.
	wall func() time.Time
	// Retry says how long after its failed try n a mail may be asked again. Nil: 1, 5, 15 and 60 min.
	Retry func(n int) time.Duration
}

// maxTries is how often a mail that cannot be had is asked for before Hooks.Failed says final.
const maxTries = 5

const batchSize = 50 // SPEED.md §2.1: UID FETCH of 50 reaches 76 % of the raw socket; a bigger batch costs more when it breaks

// Fetched identifies a mail being read. Size is the length that the server announced.
type Fetched struct {
	UIDValidity, UID uint32
	Size             int64
}

// Hooks are what the loop needs from its caller. All but Unmarked, Marked and State are needed. They are called from
// two goroutines: Commit from its own, the others from the connection's.
type Hooks[T any] struct {
	// Missing returns those of uids, which are in ascending order and at most 1,000, that are not settled yet.
	Missing func(ctx context.Context, uidvalidity uint32, uids []uint32) ([]uint32, error)
	// LowWater returns the UID below which everything is settled, 0 when unknown, so that a large box is not listed each time.
	LowWater func(ctx context.Context, uidvalidity uint32) (uint32, error)
	// Prepare streams and parses one mail and must read all of r. Its error counts against this mail only, unless it wraps ErrHalt.
	Prepare func(ctx context.Context, f Fetched, r io.Reader) (T, error)
	// Discard frees what Prepare made and Commit will not have.
	Discard func(T)
	// Commit makes up to 50 items durable at once: on disk when it returns nil. On an error it must have changed
	// nothing, the items are discarded and the connection rests until the next attempt.
	Commit func(ctx context.Context, uidvalidity uint32, items []T) error
	// Failed notes that a mail could not be had: try is 1 to 5, final true for the last, after which it must count as settled.
	Failed func(ctx context.Context, uidvalidity, uid uint32, try int, final bool, reason error) error
	// Unmarked returns UIDs that were committed and whose server copy may not be flagged or moved yet (a crash came
	// between). Marked is called once they are. Both may be nil: then such a mail keeps its place on the server.
	Unmarked func(ctx context.Context, uidvalidity uint32) ([]uint32, error)
	Marked   func(ctx context.Context, uidvalidity uint32, uids []uint32) error
	// State is told each change of state; it must not block.
	State func(State)
}

// ErrHalt, wrapped in an error of Prepare, says that the fault is ours (disk full) and not the mail's: the loop
// stops, leaves everything on the server and tries again later.
var ErrHalt = errors.New("stop fetching")

// Phase is what the loop is doing.
type Phase string

// The phases in the order of a normal day.
const (
	Connecting Phase = "connecting"
	Connected  Phase = "connected"
	Fetching   Phase = "fetching"
	Idle       Phase = "idle"
	Failing    Phase = "failing"
)

// State is shown on the desk. Done and Total count the mails of the current pass; Since is when the phase began, for
// Failing the first failure of the row; Next is the next attempt.
type State struct {
	Phase       Phase
	Done, Total int
	Since, Next time.Time
	Err         error
}
