package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// decodeLines gives what a decoder makes of a text, cut into pieces of at most size bytes within its lines.
func decodeLines(d transferDecoder, text string, size int) string {
	var out []byte
	for line := range strings.Lines(text) {
		content := strings.TrimSuffix(line, "\n")
		hard := false
		for len(content) > size {
			out, _ = d.decode(out, []byte(content[:size]), false)
			content = content[size:]
		}
		if out, hard = d.decode(out, []byte(content), strings.HasSuffix(line, "\n")); hard {
			out = append(out, '\n')
		}
	}
	return string(d.end(out))
}

func TestDecodersAgreeWithTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOf(rapid.Byte()).Draw(t, "content")
		size := rapid.IntRange(1, 200).Draw(t, "size")
		width := rapid.IntRange(1, 100).Draw(t, "width")
		encoded := base64.StdEncoding.EncodeToString(content)
		var lines strings.Builder
		for len(encoded) > width {
			lines.WriteString(encoded[:width] + "\n")
			encoded = encoded[width:]
		}
		lines.WriteString(encoded)
		for _, s := range []string{lines.String(), strings.TrimRight(lines.String(), "=")} {
			if got := decodeLines(newTransferDecoder("base64", func(w Warning) { t.Fatalf("warning %s", w) }), s, size); got != string(content) {
				t.Fatalf("base64 %q: %q, want %q", s, got, content)
			}
		}
		var quoted bytes.Buffer
		w := quotedprintable.NewWriter(&quoted)
		w.Binary = true
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := decodeLines(newTransferDecoder("quoted-printable", nil), unixLines(quoted.String()), size); got != string(content) {
			t.Fatalf("quoted-printable %q: %q, want %q", quoted.String(), got, content)
		}
	})
}

func TestTransferEncodings(t *testing.T) {
	for name, tc := range map[string]struct {
		encoding, body, want string
		warned               bool
	}{
		"none":           {"7bit", "é=E9", "é=E9", false},
		"unknown":        {"x-nonsense", "a=\nb", "a=\nb", false},
		"qp":             {"QUOTED-PRINTABLE", "a=3Db =\nc =20\nd  \n", "a=b c  \nd\n", false},
		"qp lower case":  {"quoted-printable", "=c3=a9", "é", false},
		"qp bare equals": {"quoted-printable", "1+1=2 = = =Z", "1+1=2 = = =Z", false},
		"qp ends soft":   {"quoted-printable", "a=", "a", false},
		"base64":         {"base64", "Ym9uam91cg==", "bonjour", false},
		"base64 url":     {"base64", "_-_-", "\xff\xef\xfe", false},
		"base64 twice":   {"base64", "Ym9u\nam91cg==\nICE=\n", "bonjour !", false},
		"base64 dirty":   {"base64", "Ym9u*am91\ncg==", "bonjour", true},
		"base64 cut":     {"base64", "Ym9uam91c", "bonjou", true},
		"base64 footer":  {"base64", "Ym9uam91cg==\n_____\nListe de diffusion", "bonjour", true},
		"odd name":       {"Base64;", "Ym9uam91cg==", "bonjour", false},
		"uuencode":       {"x-uuencode", "begin 644 a.txt\n'8F]N:F]U<@  \n`\nend\nrien", "bonjour", false},
	} {
		var got bytes.Buffer
		m, err := Parse(strings.NewReader("Content-Type: application/x-test\nContent-Transfer-Encoding: "+tc.encoding+"\n\n"+tc.body), func(Part) io.Writer { return &got })
		if err != nil || got.String() != tc.want || (len(m.Warnings) > 2) != tc.warned { // no sender, no date
			t.Errorf("%s: %q, want %q, warnings %v, err %v", name, got.String(), tc.want, m.Warnings, err)
		}
	}
}
