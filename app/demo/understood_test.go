package demo

import (
	"bytes"
	"strings"
	"testing"

	"guichet/internal/mail"
)

// What the fates say about text, folds and files must be what the program's own reader
// finds; where a mail goes needs a database, and is seen by "guichet demo --once".
func TestMailsAreReadAsTheirFatesSay(t *testing.T) {
	kinds := map[string]mail.Kind{"auto": mail.KindAutoReply, "bounce": mail.KindBounce, "list": mail.KindList, "alert": mail.KindAlert, "meeting": mail.KindMeeting}
	for _, m := range loaded(t) {
		read, err := mail.Parse(bytes.NewReader(render(t, m)), nil)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		want, special := kinds[m.Fate.Fate]
		if !special {
			want = mail.KindPerson
		}
		if read.Kind != want {
			t.Errorf("%s: is of kind %s (%s), want %s", m.Name, read.Kind, read.KindReason, want)
		}
		if wrong := compare(m.Fate, []Outcome{outcomeOf(m, read)}); len(wrong) > 0 {
			t.Errorf("%s: %s", m.Name, strings.Join(wrong, "; "))
		}
	}
}

func outcomeOf(m Mail, read *mail.Message) Outcome {
	o := asHoped(m)
	o.Text, o.Folded, o.Attachments, o.Inline = read.Reply(), nil, 0, 0
	for _, f := range read.Folds {
		o.Folded = append(o.Folded, string(f.Kind))
	}
	for _, p := range read.Parts {
		switch {
		case p.Attachment && p.Inline && p.CID != "":
			o.Inline++
		case p.Attachment:
			o.Attachments++
		}
	}
	return o
}

// What the contacts write back by themselves must be read as an answer too, in the way of
// every mail program: new words shown, the rest folded.
func TestRepliesAreReadAsReplies(t *testing.T) {
	received := newReceived("support@atelier-reseau.example", []string{"a@client.example"}, []byte("From: =?utf-8?q?Atelier_R=C3=A9seau?= <support@atelier-reseau.example>\r\n"+
		"Message-ID: <t1@atelier-reseau.example>\r\nSubject: Re: {{q x}} [#7]\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour,\r\n\r\nPouvez-vous {{redémarrer}} le poste ?\r\n\r\nNadia\r\n"), noon)
	for _, language := range []string{"fr", "en"} {
		for _, mailer := range []string{"outlook", "gmail", "apple", "phone", "thunderbird"} {
			contact := Contact{Name: "Zoé Le Dû", Email: "zoe@client.example", Language: language, Mailer: mailer}
			raw, err := reply(contact, received, "C'est fait.").Render(noon, nothing)
			if err != nil {
				t.Fatal(err)
			}
			read, err := mail.Parse(bytes.NewReader(raw), nil)
			if err != nil {
				t.Fatal(err)
			}
			if read.Reply() != "C'est fait." || len(read.Folds) == 0 || read.Kind != mail.KindPerson {
				t.Errorf("%s %s: %s shows %q, folds %v of %q", mailer, language, read.Kind, read.Reply(), read.Folds, read.Text)
			}
			if number, ok := mail.SubjectToken(read.Subject); !ok || number != 7 || read.From.Name != "Zoé Le Dû" || len(read.InReplyTo) != 1 || len(read.To) != 1 || read.To[0].Name != "Atelier Réseau" {
				t.Errorf("%s %s: %+v", mailer, language, read)
			}
		}
	}
}
