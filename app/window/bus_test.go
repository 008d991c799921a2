//go:build desktop && production && linux

package window

import (
	"bufio"
	"encoding/binary"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// notice is what a desktop would show.
type notice struct{ app, title, body string }

// startBus is a session bus with a notification server on it and nothing else. It returns its address, and what it
// is asked to show.
func startBus(t *testing.T) (address string, shown <-chan notice) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	notices := make(chan notice, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerBus(c, notices)
		}
	}()
	return "unix:path=" + path, notices
}

// answerBus lets one program in (D-Bus specification, "Authentication Protocol") and answers its calls.
func answerBus(c net.Conn, notices chan<- notice) {
	defer c.Close()
	r := bufio.NewReader(c)
	for line := ""; line != "BEGIN"; {
		var err error
		if line, err = r.ReadString('\n'); err != nil {
			return
		}
		line = strings.TrimLeft(strings.TrimSpace(line), "\x00")
		answer := map[string]string{"AUTH": "OK 0123456789abcdef0123456789abcdef\r\n", "NEGOTIATE_UNIX_FD": "ERROR\r\n"}[strings.Fields(line + " x")[0]]
		if line == "AUTH" {
			answer = "REJECTED EXTERNAL\r\n"
		}
		if _, err = c.Write([]byte(answer)); err != nil {
			return
		}
	}
	for {
		m, err := dbus.DecodeMessage(r)
		if err != nil {
			return
		}
		if m.Type != dbus.TypeMethodCall {
			continue
		}
		if err := reply(m, notices).EncodeTo(c, binary.LittleEndian); err != nil {
			return
		}
	}
}

func reply(m *dbus.Message, notices chan<- notice) *dbus.Message {
	back := &dbus.Message{Type: dbus.TypeMethodReply, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldReplySerial: dbus.MakeVariant(m.Serial()), dbus.FieldSender: dbus.MakeVariant("org.freedesktop.DBus")}}
	say := func(v any) {
		back.Body = []any{v}
		back.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(v))
	}
	switch m.Headers[dbus.FieldMember].Value() {
	case "Hello":
		say(":1.1")
	case "Notify": // Desktop Notifications Specification: name, id replaced, icon, summary, body, …
		var n notice
		n.app, _ = m.Body[0].(string)
		n.title, _ = m.Body[3].(string)
		n.body, _ = m.Body[4].(string)
		notices <- n
		say(uint32(1))
	case "AddMatch", "RemoveMatch":
	default: // nobody else is on this bus
		back.Type = dbus.TypeError
		back.Headers[dbus.FieldErrorName] = dbus.MakeVariant("org.freedesktop.DBus.Error.ServiceUnknown")
	}
	return back
}
