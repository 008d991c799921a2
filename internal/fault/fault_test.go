package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestAsFindsTheReadableErrorInAChain(t *testing.T) {
	cause := errors.New("dial tcp: refused")
	err := fmt.Errorf("send: %w", Wrap(cause, Outside, "mail.err.refused", "host", "mx.example", "port", 25))
	e, ok := As(err)
	if !ok || e.Kind != Outside || e.Key != "mail.err.refused" || e.Args["port"] != 25 {
		t.Fatalf("As = %+v, %v", e, ok)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if _, ok := As(cause); ok {
		t.Error("a plain error passes for a readable one")
	}
}

type foreign struct{}

func (foreign) Error() string        { return "foreign" }
func (foreign) Key() string          { return "wire.err.tls" }
func (foreign) Args() map[string]any { return map[string]any{"host": "h"} }

func TestAsTakesAnyErrorWithAKey(t *testing.T) {
	e, ok := As(fmt.Errorf("x: %w", foreign{}))
	if !ok || e.Key != "wire.err.tls" || e.Kind != Outside {
		t.Fatalf("As = %+v, %v", e, ok)
	}
}

func TestCheckTellsAllAtOnce(t *testing.T) {
	var c Check
	c.That(true, "name", "never")
	c.That(false, "port", "fault.range", "min", 1)
	c.That(false, "host", "fault.empty")
	e, ok := As(c.Err())
	if !ok || len(e.Fields) != 2 || e.Fields[0].Name != "port" || e.Fields[1].Key != "fault.empty" {
		t.Fatalf("Err = %+v", e)
	}
	if (&Check{}).Err() != nil {
		t.Error("an empty check fails")
	}
}
