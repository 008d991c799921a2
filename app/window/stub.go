//go:build !(desktop && production)

package window

import (
	"context"

	"guichet/internal/fault"
)

// Available says that this build has no window, with the key of the sentence for it.
func Available() (ok bool, why string) { return false, "shell.window.absent.build" }

// Run refuses: this build has no window.
func Run(context.Context, Options) error {
	_, why := Available()
	return fault.New(fault.Refused, why)
}
