package benchmark

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"guichet/internal/intake"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
	"guichet/internal/mailbox"
)

var (
	quick   = flag.Bool("quick", false, "1,000 mails, tickets by 1,000 and 10,000, one round")
	only    = flag.String("only", "", "measure only this: ingest, parse, large, read, views, window or scroll")
	profile = flag.String("ingestprofile", "", "write a processor profile of the path to this file")
)

func TestMain(m *testing.M) {
	if !child() {
		os.Exit(m.Run())
	}
}

// scale is how much is measured.
type scale struct {
	mails, rounds, few, many, questions int
	spell                               time.Duration // of reading beside ingestion
	idle                                time.Duration // of a window that nobody touches
}

// BenchmarkGuichet prints the table. What it measures runs once, whatever b.N.
func BenchmarkGuichet(b *testing.B) {
	s := scale{mails: 10_000, rounds: 5, few: 10_000, many: 100_000, questions: 300, spell: 6 * time.Second, idle: 20 * time.Second}
	if *quick {
		s = scale{mails: 1000, rounds: 1, few: 1000, many: 10_000, questions: 150, spell: 3 * time.Second, idle: 5 * time.Second}
	}
	out := table{os.Stdout}
	fmt.Printf("\nload before: %s; %d interleaved rounds, medians; figures of another run do not compare\n", load(), s.rounds)
	for _, part := range []struct {
		name    string
		measure func(*testing.B, table, scale)
	}{{"ingest", ingest}, {"parse", parse}, {"large", large}, {"read", read}, {"views", views}, {"window", window}, {"scroll", scroll}} {
		if *only == "" || *only == part.name {
			part.measure(b, out, s)
		}
	}
	fmt.Printf("\nload after: %s\n", load())
	b.ReportMetric(0, "ns/op") // one run says nothing about a mean
}

func load() string {
	p, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(string(p))[:3], " ")
}

// ingest measures IMAP to ticket: both ways in each round, in children.
func ingest(b *testing.B, out table, s scale) {
	server, maildir := mailtest.DovecotOver(b, wire.None)
	size, c := 0, newCorpus(1)
	for n := range s.mails {
		raw := c.next()
		size += len(raw)
		mailtest.Drop(b, maildir, n, raw)
	}
	run(b, task{Way: "floor", Port: server.Port, Mails: s.mails}) // Dovecot builds its index
	got := map[string][]result{}
	for round := range s.rounds {
		ways := []string{"floor", "guichet"}
		if round%2 == 1 {
			ways[0], ways[1] = ways[1], ways[0]
		}
		for _, way := range ways {
			t := task{Way: way, Port: server.Port, Mails: s.mails}
			if way == "guichet" {
				t.Profile = *profile
			}
			got[way] = append(got[way], run(b, t))
		}
	}
	out.head(fmt.Sprintf("IMAP to ticket: %d mails of %d bytes mean", s.mails, size/s.mails))
	compare(out, "mails a second", "%.0f", got, func(r result) float64 { return float64(s.mails) / r.Seconds }, atLeast(0.5))
	compare(out, "processor time a mail, µs", "%.0f", got, func(r result) float64 { return r.CPU / float64(s.mails) * 1e6 }, atMost(2.5))
	compare(out, "peak of memory, MB", "%.0f", got, func(r result) float64 { return r.PeakMB }, figureMost(80))
}

// compare writes the medians of both ways, and of the rounds' ratios.
func compare(out table, name, format string, got map[string][]result, of func(result) float64, g *goal) {
	var mine, floor, ratio []float64
	for i, r := range got["guichet"] {
		mine, floor = append(mine, of(r)), append(floor, of(got["floor"][i]))
		ratio = append(ratio, mine[i]/floor[i])
	}
	out.row(name, format, median(mine), median(floor), median(ratio), g)
}

// run does a task in a child, in a folder of its own. The folders go at the end, not
// between the runs: ext4 is slow to make files where many were just removed.
func run(b *testing.B, t task) result {
	b.Helper()
	t.Dir = b.TempDir()
	r, err := t.run()
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// large measures memory with four mails of 61 MB.
func large(b *testing.B, out table, s scale) {
	server, maildir := mailtest.DovecotOver(b, wire.None)
	const mails = 4
	for n := range mails {
		mailtest.Drop(b, maildir, n, heavy(n, 61_000_000))
	}
	got := map[string][]result{}
	for range min(s.rounds, 3) {
		for _, way := range []string{"floor", "guichet"} {
			got[way] = append(got[way], run(b, task{Way: way, Port: server.Port, Mails: mails}))
		}
	}
	out.head("Four mails of 61 MB")
	compare(out, "peak of memory, MB", "%.0f", got, func(r result) float64 { return r.PeakMB }, figureMost(96))
	compare(out, "processor time a mail, ms", "%.0f", got, func(r result) float64 { return r.CPU / mails * 1e3 }, nil)
}

// heavy is a mail with one file, size bytes in all.
func heavy(n, size int) []byte {
	c := newCorpus(uint64(4 + n))
	var m strings.Builder
	c.head(&m, c.letter(), 9)
	m.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nVoici l'image du disque.\r\n--b\r\n" +
		"Content-Type: application/octet-stream; name=disque.img\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	m.Grow(size)
	for m.Len() < size {
		m.WriteString(c.base64(57 * 1000))
	}
	m.WriteString("\r\n--b--\r\n")
	return []byte(m.String())
}

// read measures lists and searches in a small and in a large desk.
func read(b *testing.B, out table, s scale) {
	type place struct {
		name string
		size int
		ask  asked
	}
	var places []place
	var big *desk
	for _, n := range []int{s.few, s.many} {
		d, err := openDesk(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		f, err := openFloor(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err, err2 := d.db.Close(), f.close(); err != nil || err2 != nil {
				b.Error(err, err2)
			}
		})
		if err, err2 := d.seed(b.Context(), n), f.seed(b.Context(), n); err != nil || err2 != nil {
			b.Fatal(err, err2)
		}
		places, big = append(places, place{"guichet", n, d.ask}, place{"floor", n, f.ask}), d
	}
	type key struct {
		way, what string
		size      int
		part      float64
	}
	got := map[key][]float64{}
	for range s.rounds {
		for _, p := range places {
			lists, searches := questions(s.questions, p.size)
			for what, all := range map[string][]question{"list": lists, "search": searches} {
				took := ms(times(b, p.ask, all))
				for _, part := range []float64{0.5, 0.99} {
					k := key{p.name, what, p.size, part}
					got[k] = append(got[k], quantile(took, part))
				}
			}
		}
	}
	out.head("Reading, a page of 50, ms")
	for _, what := range []string{"list", "search"} {
		for _, part := range []float64{0.5, 0.99} {
			grown := map[string]float64{}
			for _, n := range []int{s.few, s.many} {
				mine, floor := median(got[key{"guichet", what, n, part}]), median(got[key{"floor", what, n, part}])
				out.row(fmt.Sprintf("%s p%.0f, %d tickets", what, part*100, n), "%.2f", mine, floor, mine/floor, nil)
				for way, v := range map[string]float64{"guichet": mine, "floor": floor} {
					if n == s.few {
						grown[way] = v
					} else {
						grown[way] = v / grown[way]
					}
				}
			}
			out.row(fmt.Sprintf("%s p%.0f, growth", what, part*100), "%.2f", grown["guichet"], grown["floor"], math.NaN(), nil)
		}
	}
	beside(b, out, s, big)
}

// times asks each question once, after a round that warms the caches.
func times(b *testing.B, ask asked, all []question) []time.Duration {
	var took []time.Duration
	for round := range 2 {
		for _, q := range all {
			start := time.Now()
			n, err := ask(b.Context(), q)
			if err != nil || n == 0 && q.words != "" && !strings.Contains(q.words, "PC") {
				b.Fatalf("%+v shows %d tickets, %v", q, n, err)
			}
			if round == 1 {
				took = append(took, time.Since(start))
			}
		}
	}
	return took
}

// beside compares lists on an idle desk with lists while mails come in.
func beside(b *testing.B, out table, s scale, d *desk) {
	var idle, busy, ratio, rate []float64
	c := newCorpus(9)
	for range s.rounds {
		ready := prepare(b, d, c, int(s.spell.Seconds())*600)
		lists, _ := questions(int(s.spell/(20*time.Millisecond)), s.many)
		before := quantile(ms(paced(b, d.ask, lists)), 0.99)
		ctx, stop := context.WithCancel(b.Context())
		taken := make(chan int)
		go func() { taken <- takeUntil(ctx, b, d, ready) }()
		start := time.Now()
		after := quantile(ms(paced(b, d.ask, lists)), 0.99)
		took := time.Since(start)
		stop()
		rate = append(rate, float64(<-taken)/took.Seconds())
		idle, busy, ratio = append(idle, before), append(busy, after), append(ratio, after/before)
	}
	out.head(fmt.Sprintf("Lists while mails come in, %d tickets", s.many))
	out.row("list p99 at 50 a second, ms (floor: idle)", "%.2f", median(busy), median(idle), median(ratio), atMost(10))
	out.row("mails taken in meanwhile, a second", "%.0f", median(rate), math.NaN(), math.NaN(), nil)
}

// paced asks 50 questions a second, as people do who look.
func paced(b *testing.B, ask asked, all []question) []time.Duration {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var took []time.Duration
	for _, q := range all {
		<-tick.C
		start := time.Now()
		if _, err := ask(b.Context(), q); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	return took
}

func prepare(b *testing.B, d *desk, c *corpus, n int) []*intake.Prepared {
	var ready []*intake.Prepared
	for range n {
		p, err := intake.Prepare(d.cfg, intake.Origin{Source: "imap", MailboxID: d.box.ID, Marked: true,
			UID: mailbox.UID{MailboxID: d.box.ID, Folder: "INBOX", UIDValidity: 1, UID: uint32(c.n + 1)}}, strings.NewReader(string(c.next())))
		if err != nil {
			b.Fatal(err)
		}
		ready = append(ready, p)
	}
	return ready
}

// takeUntil takes mails in by fifties until ctx ends or none are left.
func takeUntil(ctx context.Context, b *testing.B, d *desk, ready []*intake.Prepared) (n int) {
	for ctx.Err() == nil && n+50 <= len(ready) {
		if _, err := intake.Take(b.Context(), d.db, d.cfg, time.Now(), ready[n:n+50]); err != nil {
			b.Error(err)
			return n
		}
		n += 50
	}
	return n
}
