package secret

import (
	"fmt"
	"log/slog"
)

// Text is a value that must not be seen: a password, a recovery phrase. However
// it is printed, logged or encoded, only "[secret]" comes out; Reveal gives it to
// the one who needs it.
type Text string

const hidden = "[secret]"

// Reveal returns the value.
func (t Text) Reveal() string { return string(t) }

// String hides the value.
func (Text) String() string { return hidden }

// Format hides the value under every verb, %x and %#v included.
func (Text) Format(s fmt.State, _ rune) { fmt.Fprint(s, hidden) }

// LogValue hides the value from slog.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON hides the value. (A Text is read from JSON as any string is.)
func (Text) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
