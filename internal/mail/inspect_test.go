package mail

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// TestInspectionsAreJSON: what inspect prints for each French mail is one object with every key that the command promises,
// lists never null, and what cannot be said left null.
func TestInspectionsAreJSON(t *testing.T) {
	for _, name := range frenchMails(t) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(Inspect(name, f, time.UTC))
		if cerr := f.Close(); err != nil || cerr != nil {
			t.Fatal(err, cerr)
		}
		var got map[string]any
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"file", "message_id", "in_reply_to", "references", "date", "from", "to", "cc", "reply_to", "subject", "text", "reply", "folds", "forwarded", "attachments", "parts", "kind", "bounce", "signed", "encrypted", "warnings"} {
			v, there := got[key]
			if !there || v == nil && key != "forwarded" && key != "bounce" && key != "date" {
				t.Errorf("%s: %q is %v", name, key, v)
			}
		}
		if (got["kind"] == "bounce") != (got["bounce"] != nil) || got["file"] != name {
			t.Errorf("%s: kind %v, bounce %v", name, got["kind"], got["bounce"])
		}
		if strings.Contains(name, "absence-") != (got["returns"] != nil) {
			t.Errorf("%s: returns %v", name, got["returns"])
		}
	}
}

// TestInspectAlwaysAnswers: whatever the bytes.
func TestInspectAlwaysAnswers(t *testing.T) {
	for _, raw := range []string{"", "\n", "\x00\x01\x02", strings.Repeat("\xff", 1000), "From: a@b\n", "Content-Type: multipart/mixed; boundary=x", "Content-Type: text/html\n\n<", dsn, mixedMail, "Content-Type: message/rfc822\n\nSubject: x"} {
		in := Inspect("x", strings.NewReader(raw), time.UTC)
		if in.Kind == "" || in.Error != "" || in.Folds == nil || in.Attachments == nil || in.Parts == nil {
			t.Errorf("%q: %+v", raw, in)
		}
		if _, err := json.Marshal(in); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
	b := Inspect("x", strings.NewReader(dsn), time.UTC).Bounce
	if b == nil || len(b.Recipients) != 2 || b.Recipients[0] != (inspectedRecipient{"luc@client.example", "5.1.1", true, "550 5.1.1 <luc@client.example>: User unknown"}) || b.OriginalMessageID != "g.1a.n.mac@desk.example" {
		t.Errorf("%+v", b)
	}
}

// TestH1ForgedIDs: no id that differs from ours in one letter joins a ticket, nor one made with what can be read in ours.
func TestH1ForgedIDs(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	id := NewMessageID(key, 4711, "abc123", "azurene.example")
	local, domain, _ := strings.Cut(id, "@")
	tried := 0
	for i := range local {
		for _, c := range []byte("0az.G") {
			forged := local[:i] + string(c) + local[i+1:] + "@" + domain
			if forged == id {
				continue
			}
			tried++
			if n, ok := OwnTicket(key, forged); ok {
				t.Errorf("%s joins ticket %d", forged, n)
			}
		}
	}
	for _, forged := range []string{local, "@" + domain, strings.ToUpper(id), "x" + id, local + ".x@" + domain, strings.Replace(id, ".", "", 1), "g.4711.abc123.@" + domain, local[:len(local)-1] + "@" + domain} {
		tried++
		if n, ok := OwnTicket(key, forged); ok {
			t.Errorf("%s joins ticket %d", forged, n)
		}
	}
	if tried < 60 {
		t.Errorf("only %d forgeries tried", tried)
	}
	if n, ok := OwnTicket(key, local+"@ancien-nom.example"); !ok || n != 4711 {
		t.Error("our id under another domain of ours is not known")
	}
}
