package smtp

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/mail/wire"
)

var verbs = []string{"GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "QUIT"}

// E1 and E4: wherever the connection ends or stops, a mail that the server may have is never told as one to send
// again, and one that it cannot have is never told as doubtful. The time is bounded.
func TestCutPoints(t *testing.T) {
	for _, verb := range verbs {
		for _, fault := range []how{drop, reset, silence, half, garbage} {
			if verb == "BODY" && (fault == half || fault == garbage) {
				continue // nothing is answered there
			}
			t.Run(fmt.Sprintf("%s %s", verb, fault), func(t *testing.T) {
				o := bubble(t, &fake{verb: verb, fault: fault}, letter("lea@moulin.example", "paul@moulin.example"))
				sure := verb == "QUIT"
				if doubt := verb == "DOT" || verb == "BODY" && fault == silence; o.res.Uncertain != doubt || o.res.Delivered() != sure || (o.err == nil) != sure {
					t.Error(o)
				}
				if o.res.Uncertain != slices.Contains(o.stages, DataSent) && !sure {
					t.Errorf("stage and result differ: %v", o)
				}
				if Permanent(o.err) {
					t.Errorf("told as permanent: %v", o)
				}
				if o.whole > 0 && !o.res.Delivered() && !o.res.Uncertain {
					t.Errorf("the server has it and we do not know: %v", o)
				}
				if o.took > 7*time.Minute || fault != silence && o.took > time.Second {
					t.Errorf("too long: %v", o)
				}
			})
		}
	}
}

// E2: each code at each verb.
func TestAnswers(t *testing.T) {
	keys := map[string]string{"GREETING": "wire.err.turned_away", "EHLO": "wire.err.turned_away", "AUTH": "wire.err.login",
		"MAIL": "wire.err.smtp_from", "RCPT": "wire.err.smtp_rcpt", "DATA": "wire.err.smtp_data", "DOT": "wire.err.smtp_data"}
	for _, verb := range verbs {
		if verb == "BODY" {
			continue
		}
		for _, code := range []string{"421", "450", "451", "452", "550", "552", "554"} {
			t.Run(verb+" "+code, func(t *testing.T) {
				o := bubble(t, &fake{verb: verb, answer: code + " " + code[:1] + ".9.9 not today"}, letter("lea@moulin.example"))
				if verb == "QUIT" {
					if o.err != nil || !o.res.Delivered() {
						t.Error(o)
					}
					return
				}
				want, permanent := keys[verb], code[0] == '5' && slices.Contains([]string{"MAIL", "RCPT", "DATA", "DOT"}, verb)
				switch {
				case code[0] == '4' && verb == "AUTH", code == "421" && verb == "RCPT":
					want = "wire.err.turned_away"
				case code == "552" && verb == "RCPT":
					permanent = false
				}
				if !wire.HasKey(o.err, want) || Permanent(o.err) != permanent || o.res.Delivered() || o.res.Uncertain || o.yes > 0 {
					t.Errorf("permanent %v, want %s: %v", Permanent(o.err), want, o)
				}
				if verb == "RCPT" && code != "421" && (o.res.Rcpts[0].Reply != "not today" || o.res.Rcpts[0].Enhanced != code[:1]+".9.9") {
					t.Errorf("%+v", o.res.Rcpts)
				}
			})
		}
	}
}

// A server that repeats the password finds it in no error, and one that only asks is not answered for ever (E10).
func TestSpitefulLogin(t *testing.T) {
	for _, answer := range []string{"535 5.7.8 bad password " + canary, "334 " + strings.Repeat("A", 8), "535 bad AHN1cHBvcnQAY2FuYXJpLXpxODE="} {
		o := bubble(t, &fake{verb: "AUTH", answer: answer}, letter("lea@moulin.example"))
		if o.err == nil || strings.Contains(o.err.Error(), "AHN1cHBvcnQAY2FuYXJpLXpxODE=") || Permanent(o.err) {
			t.Errorf("%q: %v", answer, o)
		}
	}
}

// The whole text goes out in time for its size, and a server that takes a little now and then is left in the end.
func TestSlowServer(t *testing.T) {
	f := &slow{}
	s := f.fake.server()
	s.Dial = f.dial
	text := strings.Repeat(strings.Repeat("x", 70)+"\r\n", 6000)
	o := bubbleWith(t, s, letterOf(text, "lea@moulin.example"))
	if !wire.HasKey(o.err, "wire.err.silent") || o.res.Uncertain || o.took > 16*time.Minute || o.took < 14*time.Minute {
		t.Error(o)
	}
}

// An open that fails costs no connection.
func TestOpenFails(t *testing.T) {
	e := letter("lea@moulin.example")
	e.Open = func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }
	s := wire.Server{Dial: nil, Host: "255.255.255.255"}
	_, err := Send(context.Background(), s, "", e, (&log{}).note)
	if !wire.HasKey(err, "wire.err.smtp_body") {
		t.Error(err)
	}
}

// Addresses go out as they must, or not at all (E8).
func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"lea@moulin.example": "lea@moulin.example", " lea@moulin.example ": "lea@moulin.example", "lea@société.example": "lea@xn--socit-esab.example",
		"a>b@x.example": "", "a@x.example> SIZE=1": "", "a@x.example\r\nDATA": "", "<a@x.example>": "", "lea": "", "@x.example": "", "lea@": "",
		"\"a b\"@x.example": "", "léa@moulin.example": "léa@moulin.example", "a,b@x.example": "", "a\x00@x.example": "", "a\u2028@x.example": "",
	} {
		got, err := checkAddr(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("checkAddr(%q) = %q, %v", in, got, err)
		}
	}
}
