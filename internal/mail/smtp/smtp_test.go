package smtp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const body = "From: Support <support@guichet.example>\r\nTo: lea@moulin.example\r\nSubject: Re: imprimante\r\n\r\nBonjour,\r\n.\r\n..deux points\r\nC'est réparé.\r\n"

func letter(to ...string) Envelope {
	return letterOf(body, to...)
}

func letterOf(text string, to ...string) Envelope {
	return Envelope{From: mailtest.User, To: to, Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// log notes the stages and fails at one of them.
type log struct {
	seen   []Stage
	failAt Stage
}

var errStage = errors.New("cannot note the stage")

func (l *log) note(_ context.Context, s Stage) error {
	if s == l.failAt {
		return errStage
	}
	l.seen = append(l.seen, s)
	return nil
}

var allStages = []Stage{Connected, MailFrom, RcptTo, Data, DataSent, Done}

func TestSend(t *testing.T) {
	srv, l := mailtest.SMTP(t), &log{}
	res, err := Send(t.Context(), srv.Server, "desk.guichet.example", letter("lea@moulin.example", "paul@moulin.example"), l.note)
	if err != nil || !res.Delivered() || res.Uncertain || len(res.Rcpts) != 2 || !res.Rcpts[0].Accepted {
		t.Fatalf("%+v, %v", res, err)
	}
	if !slices.Equal(l.seen, allStages) {
		t.Errorf("stages %v", l.seen)
	}
	got := srv.Taken()
	if len(got) != 1 || string(got[0].Raw) != body || got[0].From != mailtest.User || len(got[0].To) != 2 {
		t.Errorf("taken %+v", got)
	}
}

func TestCanonicalLines(t *testing.T) {
	for in, want := range map[string]string{
		"a: b\n\nx\n": "a: b\r\n\r\nx\r\n", "a: b\r\n\r\nx\ry\r\n": "a: b\r\n\r\nxy\r\n",
		"a: b\r\n\r\nno end": "a: b\r\n\r\nno end\r\n", "a: b\r\n\r\n\n.\r\nMAIL FROM:<x@y>\r\n": "a: b\r\n\r\n\r\n.\r\nMAIL FROM:<x@y>\r\n",
	} {
		srv := mailtest.SMTP(t)
		if _, err := Send(t.Context(), srv.Server, "", letterOf(in, "lea@moulin.example"), (&log{}).note); err != nil {
			t.Fatal(err)
		}
		if got := srv.Taken(); len(got) != 1 || string(got[0].Raw) != want {
			t.Errorf("%q arrived as %q", in, got)
		}
	}
}

// The good recipients get the mail, each bad one is told in the server's words, and none of it is an error (E3).
func TestRecipientsOneByOne(t *testing.T) {
	srv := mailtest.SMTP(t)
	srv.Fail("parti@moulin.example", 550, [3]int{5, 1, 1}, "no such user")
	srv.Fail("plein@moulin.example", 452, [3]int{4, 2, 2}, "mailbox full")
	e := letter("lea@moulin.example", "parti@moulin.example", "plein@moulin.example", "a>b@moulin.example", "", "paul@moulin.example")
	res, err := Send(t.Context(), srv.Server, "", e, (&log{}).note)
	if err != nil || !res.Delivered() {
		t.Fatal(res, err)
	}
	want := []RcptResult{{Code: 250, Accepted: true}, {Code: 550, Enhanced: "5.1.1", Reply: "no such user"},
		{Code: 452, Enhanced: "4.2.2", Reply: "mailbox full", Temporary: true}, {}, {}, {Code: 250, Accepted: true}}
	for i, r := range res.Rcpts {
		if (i == 3 || i == 4) != wire.HasKey(r.Err, "wire.err.smtp_address") {
			t.Errorf("%s: %v", r.Addr, r.Err)
		}
		r.Addr, r.Err = "", nil
		if r != want[i] {
			t.Errorf("%s: %+v, want %+v", e.To[i], r, want[i])
		}
	}
	if got := srv.Taken()[0].To; !slices.Equal(got, []string{"lea@moulin.example", "paul@moulin.example"}) {
		t.Errorf("delivered to %v", got)
	}
}

func TestNobody(t *testing.T) {
	srv := mailtest.SMTP(t)
	srv.Fail("parti@moulin.example", 550, [3]int{5, 1, 1}, "no such user")
	srv.Fail("plein@moulin.example", 452, [3]int{4, 2, 2}, "mailbox full")
	srv.Fail("trop@moulin.example", 552, [3]int{5, 5, 3}, "too many recipients")
	for _, c := range []struct {
		to        []string
		permanent bool
	}{
		{[]string{"parti@moulin.example"}, true}, {[]string{"plein@moulin.example"}, false},
		{[]string{"plein@moulin.example", "parti@moulin.example"}, false}, {[]string{"parti@moulin.example", "trop@moulin.example"}, false},
		{nil, true}, {[]string{"a b@moulin.example"}, true},
	} {
		res, err := Send(t.Context(), srv.Server, "", letter(c.to...), (&log{}).note)
		if !wire.HasKey(err, "wire.err.smtp_rcpt") || Permanent(err) != c.permanent || res.Delivered() || res.Uncertain {
			t.Errorf("%v: %+v, %v, permanent %v", c.to, res, err, Permanent(err))
		}
	}
	if n := len(srv.Taken()); n != 0 {
		t.Errorf("%d mails taken", n)
	}
}

// A stage that cannot be stored stops the sending: nothing is delivered before DataSent is on disk.
func TestStageFails(t *testing.T) {
	for i, at := range allStages {
		srv, l := mailtest.SMTP(t), &log{failAt: at}
		res, err := Send(t.Context(), srv.Server, "", letter("lea@moulin.example"), l.note)
		if !errors.Is(err, errStage) || res.Uncertain || !slices.Equal(l.seen, allStages[:i]) {
			t.Errorf("%s: %+v, %v, %v", at, res, err, l.seen)
		}
		if want := at == Done; res.Delivered() != want || (len(srv.Taken()) == 1) != want {
			t.Errorf("%s: delivered %v, taken %d", at, res.Delivered(), len(srv.Taken()))
		}
	}
}

// A mail that can't be read to its end is not delivered by halves (F11).
func TestBrokenBody(t *testing.T) {
	srv, l := mailtest.SMTP(t), &log{}
	e := letter("lea@moulin.example")
	broken := errors.New("bad sector")
	e.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(body), failing{broken})), nil
	}
	_, err := Send(t.Context(), srv.Server, "", e, l.note)
	if !wire.HasKey(err, "wire.err.smtp_body") || !errors.Is(err, broken) || slices.Contains(l.seen, DataSent) {
		t.Errorf("%v, %v", err, l.seen)
	}
	srv.Close()
	if n := len(srv.Taken()); n != 0 {
		t.Errorf("%d mails taken", n)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestTooLarge(t *testing.T) {
	srv := mailtest.SMTP(t)
	e := letter("lea@moulin.example")
	e.Size = 100_000_000
	if _, err := Send(t.Context(), srv.Server, "", e, (&log{}).note); !wire.HasKey(err, "wire.err.smtp_size") || !Permanent(err) {
		t.Error(err)
	}
}

func TestLargeBody(t *testing.T) {
	srv := mailtest.SMTP(t)
	text := "Subject: gros\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 100_000)
	if _, err := Send(t.Context(), srv.Server, "", letterOf(text, "lea@moulin.example"), (&log{}).note); err != nil {
		t.Fatal(err)
	}
	if got := srv.Taken()[0].Raw; !bytes.Equal(got, []byte(text)) {
		t.Errorf("%d bytes arrived of %d", len(got), len(text))
	}
}

func TestProbe(t *testing.T) {
	srv := mailtest.SMTP(t)
	srv.Fail("intrus@guichet.example", 553, [3]int{5, 7, 1}, "not yours")
	for _, c := range []struct {
		name, from, key string
		change          func(*wire.Server)
	}{
		{"rcpt", mailtest.User, "", func(*wire.Server) {}},
		{"rcpt", "intrus@guichet.example", "wire.err.smtp_from", func(*wire.Server) {}},
		{"login", mailtest.User, "wire.err.login", func(s *wire.Server) { s.User = "personne" }},
		{"tls", mailtest.User, "wire.err.tls_authority", func(s *wire.Server) { s.Roots = nil }},
	} {
		s := srv.Server
		c.change(&s)
		steps := Probe(t.Context(), s, "", c.from)
		last := steps[len(steps)-1]
		if last.Name != c.name || last.OK != (c.key == "") || c.key != "" && !wire.HasKey(last.Err, c.key) {
			t.Errorf("%s, %q: %+v", c.name, c.key, steps)
		}
	}
	if n := len(srv.Taken()); n != 0 {
		t.Errorf("the test sent %d mails", n)
	}
}

// Whatever the pieces in which a text comes, the server reads what textproto's writer would have sent.
func FuzzStuffer(f *testing.F) {
	for _, s := range []string{"a\n.\n..b\r\nc", "\r\r\n\n.", "..", "\n\n\n", "x\r.\r\n"} {
		f.Add([]byte(s), 1)
	}
	f.Fuzz(func(t *testing.T, text []byte, piece int) {
		piece = max(1, min(piece, len(text)))
		var got, want bytes.Buffer
		out := &stuffer{w: &got, start: true}
		for some := range slices.Chunk(text, piece) {
			if _, err := out.Write(some); err != nil {
				t.Fatal(err)
			}
		}
		got.WriteString("\r\n.\r\n")
		w := textproto.NewWriter(bufio.NewWriter(&want)).DotWriter()
		_, err := w.Write(bytes.ReplaceAll(text, []byte("\r"), nil))
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%q in pieces of %d: %q, want %q", text, piece, got.Bytes(), want.Bytes())
		}
	})
}
