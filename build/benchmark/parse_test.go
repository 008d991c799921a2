package benchmark

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/internal/mail"
	"guichet/internal/mail/mailtest"
	"guichet/internal/mail/wire"
)

// parse measures understanding alone: beside a walk of the same mails, with a large
// file, and with a quotation that never ends.
func parse(b *testing.B, out table, s scale) {
	understood(b, out, s)
	attached(b, out, s)
	monsters(b, out, s)
}

// understood compares reading and folding with the walk of the floor. Time is
// processor time: two people may share the machine.
func understood(b *testing.B, out table, s scale) {
	sets := []struct {
		name  string
		mails [][]byte
	}{{"generated mails", nil}, {"mails of the project's tests", fixtures(b)}}
	c := newCorpus(1)
	for range min(s.mails, 4000) {
		sets[0].mails = append(sets[0].mails, c.next())
	}
	out.head("Parse and fold, a second of processor time")
	for _, set := range sets {
		again := max(1, 2000/len(set.mails))
		ways := []func(raw []byte){
			func(raw []byte) {
				if _, err := mail.Parse(bytes.NewReader(raw), nil); err != nil {
					b.Fatal(err)
				}
			},
			func(raw []byte) {
				// What the walk refuses, it has walked as far as it goes.
				_, _ = walk(bytes.NewReader(raw))
			},
		}
		var rates [2][]float64
		var ratio []float64
		for round := range s.rounds {
			for i := range ways {
				way := (i + round) % 2
				before := cpu()
				for range again {
					for _, raw := range set.mails {
						ways[way](raw)
					}
				}
				rates[way] = append(rates[way], float64(again*len(set.mails))/(cpu()-before).Seconds())
			}
			ratio = append(ratio, rates[0][round]/rates[1][round])
		}
		out.row(fmt.Sprintf("%d %s", len(set.mails), set.name), "%.0f", median(rates[0]), median(rates[1]), median(ratio), atLeast(0.4))
	}
}

// fixtures are the mails of internal/mail's own tests.
func fixtures(b *testing.B) (mails [][]byte) {
	root := filepath.Join("..", "..", "internal", "mail", "testdata")
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".eml" {
			return err
		}
		raw, err := os.ReadFile(path)
		mails = append(mails, raw)
		return err
	})
	if err != nil || len(mails) == 0 {
		b.Fatal(len(mails), err)
	}
	return mails
}

// attached measures the memory that a mail with a file of 50 MB takes on its whole
// way into the desk.
func attached(b *testing.B, out table, s scale) {
	server, maildir := mailtest.DovecotOver(b, wire.None)
	mailtest.Drop(b, maildir, 0, heavy(0, 50_000_000*78/57)) // base64 with its line ends
	var over []float64
	for range min(s.rounds, 3) {
		r := run(b, task{Way: "guichet", Port: server.Port, Mails: 1})
		over = append(over, r.PeakMB-r.IdleMB)
	}
	out.head("A mail with a file of 50 MB")
	out.row("peak of memory over idle, MB", "%.0f", median(over), math.NaN(), math.NaN(), figureMost(64))
}

// monsters measures how time grows with a quotation: ten times the text should take
// ten times as long.
func monsters(b *testing.B, out table, s scale) {
	out.head("Quotations of 1 MB and (floor) of 100 kB, ms")
	for _, m := range []struct{ name, kind, unit string }{
		{"quoted lines", "text/plain", "> Bonjour, le poste PC-0042 ne démarre plus depuis ce matin.\n"},
		{"quotes in quotes", "text/plain", ">>>>> > > Le 2 nov. 2026 à 09:30, Zoé Durand <zoe@client.example> a écrit :\n> > texte\n"},
		{"answers in between", "text/plain", "> Quel poste ?\n> Depuis quand ?\nLe PC-0042, depuis lundi.\n"},
		{"blocks of Outlook", "text/plain", "Merci.\n\nDe : Zoé <zoe@client.example>\nEnvoyé : lundi 2 novembre 2026 09:30\nÀ : Support\nObjet : panne\n\n"},
		{"quotes in HTML", "text/html", "<blockquote type=\"cite\"><div>Le poste ne démarre plus.</div>"},
	} {
		grown := func(size int) []byte {
			return []byte("From: zoe@client.example\r\nSubject: Re: panne\r\nContent-Type: " + m.kind + "; charset=utf-8\r\n\r\nMerci.\n\n" +
				strings.Repeat(m.unit, size/len(m.unit)))
		}
		small, large := grown(100_000), grown(1_000_000)
		var few, many, ratio []float64
		for round := range s.rounds {
			few, many = append(few, took(b, small, 10)), append(many, took(b, large, 1))
			ratio = append(ratio, many[round]/few[round])
		}
		out.row(m.name, "%.2f", median(many), median(few), median(ratio), atMost(12))
	}
}

// took is the processor time of one mail, in milliseconds, over some tries.
func took(b *testing.B, raw []byte, tries int) float64 {
	before := cpu()
	for range tries * 3 {
		if _, err := mail.Parse(bytes.NewReader(raw), nil); err != nil {
			b.Fatal(err)
		}
	}
	return float64((cpu()-before)/time.Duration(tries*3)/time.Microsecond) / 1000
}
