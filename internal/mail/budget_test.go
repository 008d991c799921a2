package mail

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

func nestedMail(levels int, end string) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	return b.String() + end
}

func manyParts(n int) string {
	return "Content-Type: multipart/mixed; boundary=x\n\n" + strings.Repeat("--x\n\na\n", n) + "--x--\n"
}

// TestR12WithinTheBudget: a mail of any shape is read whole as long as it is a mail.
func TestR12WithinTheBudget(t *testing.T) {
	for name, tc := range map[string]struct {
		raw   string
		parts int
		end   string
	}{
		"10 000 parts": {manyParts(10_000), 10_000, "a"},
		"200 levels":   {nestedMail(200, "\nfond"), 1, "fond"},
		"both":         {nestedMail(200, "\n"+strings.Repeat("a\n--b199\n\n", 10_000)+"fond"), 10_001, "fond"},
		"2000 levels":  {nestedMail(2000, "\nfond"), 1, "fond"},
	} {
		m := parse(t, tc.raw)
		if len(m.Parts) != tc.parts || !strings.HasSuffix(m.Text, tc.end) || slices.Contains(m.Warnings, WarnNotAnalysed) {
			t.Errorf("%s: %d parts, %d bytes of text, %q", name, len(m.Parts), len(m.Text), m.Warnings)
		}
	}
}

// TestR12BeyondTheBudget: the rest is one attachment, nothing is lost, and the work is what was allowed.
func TestR12BeyondTheBudget(t *testing.T) {
	odd := strings.Repeat("une ligne sans deux points\nX-Suite: z\n", 300)
	for name, raw := range map[string]string{
		"parts":           manyParts(60_000),
		"levels":          nestedMail(20_000, "\nfond"),
		"odd lines":       "Content-Type: multipart/mixed; boundary=x\n\n" + strings.Repeat("--x\nX: y\n"+odd+"X: y\n\na\n", 1500) + "--x--\n",
		"lines of dashes": nestedMail(5000, "\n"+strings.Repeat("--n\n", 200_000)),
		"epilogue":        nestedMail(3000, "\na\n--b2999--\n"+strings.Repeat("--n\n", 200_000)),
		"header":          "Subject: x\n" + strings.Repeat("X-Pad: "+strings.Repeat("y", 1000)+"\n", 2000) + "\ntexte",
		"folded":          "Subject: x\nX-Pad: " + strings.Repeat("y", 3<<20) + "\n\ntexte",
		"files in a text": "Subject: x\n\n" + strings.Repeat("begin 644 a\n#0V%T\n`\nend\n", 60_000) + "fin",
	} {
		stored := map[int]*bytes.Buffer{}
		p := newParser(strings.NewReader(raw), func(part Part) io.Writer {
			stored[part.Index] = &bytes.Buffer{}
			return stored[part.Index]
		})
		m, err := p.parse()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		last := len(m.Parts) - 1
		if !m.Parts[last].Attachment || m.Parts[last].Name != "not-analysed.eml" || !slices.Contains(m.Warnings, WarnNotAnalysed) || !strings.HasSuffix(raw, stored[last].String()) || stored[last].Len() == 0 {
			t.Errorf("%s: %d parts, the last %+v, warnings %v", name, len(m.Parts), m.Parts[last], m.Warnings)
		}
		if over := p.work - p.budget; over > len(raw)+entityWork+1<<20 {
			t.Errorf("%s: %d steps more than allowed", name, over)
		}
	}
}

// TestTextsTogetherAreBounded: many large texts take no more memory than one.
func TestTextsTogetherAreBounded(t *testing.T) {
	part := "--x\nContent-Type: text/plain\n\n" + strings.Repeat("mot \n", 50_000)
	p := newParser(strings.NewReader("Content-Type: multipart/mixed; boundary=x\n\n"+strings.Repeat(part, 30)+"--x--\n"), nil)
	m, err := p.parse()
	if err != nil || len(m.Text) > textLimit || len(m.Parts) != 30 || !slices.Contains(m.Warnings, WarnTruncated) {
		t.Errorf("%d bytes of text in %d parts, %q, %v", len(m.Text), len(m.Parts), m.Warnings, err)
	}
	if p.kept[0] > textLimit {
		t.Errorf("%d bytes kept", p.kept[0])
	}
}
