//go:build unix

package imap

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// BenchmarkDovecot reads 10,000 mails of 20 kB mean from a real Dovecot in three ways: the bare socket (what the server
// can give), the library's batched FETCH with nothing around it (our floor), and Once. Compare ratios of one run:
//
//	go test -run xxx -bench Dovecot -benchtime 1x -count 5 ./internal/mail/imap
func BenchmarkDovecot(b *testing.B) {
	const mails = 10_000
	srv, maildir := mailtest.DovecotOver(b, wire.None)
	r := rand.New(rand.NewPCG(1, 1))
	for n := range mails {
		mailtest.Drop(b, maildir, n, letter(n, 600+int(r.ExpFloat64()*20_000)))
	}
	first(b, srv, mails) // lets Dovecot build its index
	for _, way := range []struct {
		name string
		read func(*testing.B, wire.Server, int)
	}{{"socket", socket}, {"library", library}, {"once", once}} {
		b.Run(way.name, func(b *testing.B) {
			before := cpu(b)
			for b.Loop() {
				way.read(b, srv, mails)
			}
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(mails*b.N), "µs-cpu/mail")
			b.ReportMetric(float64(mails*b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

// cpu returns the processor time of this process so far; Dovecot's is its own.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func first(b *testing.B, srv wire.Server, mails int) { once(b, srv, mails) }

func once(b *testing.B, srv wire.Server, mails int) {
	none := func(context.Context, uint32) (uint32, error) { return 0, nil }
	n, err := Once(b.Context(), Options{Server: srv}, Hooks[int64]{
		Missing:  func(_ context.Context, _ uint32, uids []uint32) ([]uint32, error) { return uids, nil },
		LowWater: none,
		Prepare:  func(_ context.Context, _ Fetched, r io.Reader) (int64, error) { return io.Copy(io.Discard, r) },
		Discard:  func(int64) {},
		Commit:   func(context.Context, uint32, []int64) error { return nil },
		Failed:   func(_ context.Context, _, _ uint32, _ int, _ bool, reason error) error { return reason },
	})
	if n != mails || err != nil {
		b.Fatal(n, err)
	}
}

func library(b *testing.B, srv wire.Server, mails int) {
	c, err := imapclient.DialInsecure(srv.Addr(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(mailtest.User, mailtest.Password).Wait(); err != nil {
		b.Fatal(err)
	}
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		b.Fatal(err)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		b.Fatal(err)
	}
	n, uids := 0, found.AllUIDs()
	for ; len(uids) > 0; uids = uids[min(len(uids), 50):] {
		cmd := c.Fetch(imap.UIDSetNum(uids[:min(len(uids), 50)]...), &what)
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			for item := msg.Next(); item != nil; item = msg.Next() {
				if body, ok := item.(imapclient.FetchItemDataBodySection); ok {
					_, _ = io.Copy(io.Discard, body.Literal)
					n++
				}
			}
		}
		if err := cmd.Close(); err != nil {
			b.Fatal(err)
		}
	}
	if n != mails {
		b.Fatal(n)
	}
}

func socket(b *testing.B, srv wire.Server, _ int) {
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 64<<10)
	fmt.Fprintf(c, "a LOGIN %s %s\r\nb EXAMINE INBOX\r\nc FETCH 1:* (UID BODY.PEEK[])\r\n", mailtest.User, mailtest.Password)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		if len(line) > 2 && line[0] == 'c' && line[1] == ' ' {
			return
		}
	}
}
