package mail

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestX6FileNames writes parts by names that would lead elsewhere, into a folder: each lands there, under a name that
// Windows takes too, and nothing beside it.
func TestX6FileNames(t *testing.T) {
	outer := t.TempDir()
	root, err := os.OpenRoot(outer)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.Mkdir("in", 0o700); err != nil {
		t.Fatal(err)
	}
	in, err := root.OpenRoot("in")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	names := []string{
		"../../etc/passwd", "/etc/passwd", `C:\Windows\win.ini`, `..\..\x`, "..", ".", "...", "/", `\`, "a/", "a/../b", "a\x00.exe", "a\nb", "a\tb", "\u202egpj.exe", "a\u200bb", "\ufeffa", "a\u2066b",
		"CON", "con.txt", "NUL.", "aux .txt", "COM1", "COM¹.log", "LPT9.x.y", "CONIN$", "prn", "a:b", "a.txt::$DATA", "a|b", "a<b>", `a"b`, "a?b", "a*b", " a ", "a. . ", ".bashrc", ".ssh/authorized_keys",
		"-rf", "--help", "~/x", "$HOME", "%TEMP%", "été.pdf", "e\u0301te\u0301.pdf", "ETE.PDF", "ete.pdf", strings.Repeat("é", 300) + ".pdf", strings.Repeat("漢", 119) + ".x", strings.Repeat("a.", 200), "." + strings.Repeat("b", 200),
		"\xff\xfe", "a\xffb", "", "", "Rapport.DOCX", "rapport.docx", "RAPPORT.docx", "a/b\\c:d", "desktop.ini", "\x1b[2J.txt", "a%2f..%2fb", "//server/share/x", `\\server\share\x`, "con", "a\u2028b",
	}
	taken, seen := map[string]bool{}, map[string]bool{}
	for i, name := range names {
		got := FileName(Part{Index: i, Name: name, Type: "text/plain"}, taken)
		stem, _, _ := strings.Cut(got, ".")
		if got == "" || len(got) > 240 || utf8.RuneCountInString(got) > 130 || !utf8.ValidString(got) || isDevice(got) || strings.HasPrefix(got, ".") || strings.HasPrefix(got, "-") ||
			strings.ContainsAny(got, "/\\:*?\"<>|\x00") || strings.TrimRight(got, ". ") != got || strings.TrimSpace(stem) == "" || seen[strings.ToLower(got)] {
			t.Errorf("%q is named %q", name, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q is named %q", name, got)
			}
		}
		seen[strings.ToLower(got)] = true
		f, err := in.OpenFile(got, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	inside, err := filepath.Glob(filepath.Join(outer, "in", "*"))
	if err != nil {
		t.Fatal(err)
	}
	outside, err := filepath.Glob(filepath.Join(outer, "*"))
	if err != nil || len(inside) != len(names) || len(outside) != 1 {
		t.Errorf("%d files of %d, %q, %v", len(inside), len(names), outside, err)
	}
}

// TestExtract: the texts and the files of a mail all come out, what is packed opened.
func TestExtract(t *testing.T) {
	got := map[string]string{}
	taken := map[string]bool{}
	raw := "From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/alternative; boundary=y\n\n--y\n\nBonjour =)\n--y\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<p>=C3=A9t=C3=A9</p>\n--y--\n" +
		"--x\nContent-Type: image/png; name=logo.png\nContent-Transfer-Encoding: base64\n\niVBORw==\n--x\nContent-Type: message/rfc822\n\nSubject: Re: a/b\n\nJoint.\n" + winmailMail(winmail(t), "")[strings.Index(winmailMail(nil, ""), "--x\nContent-Type: application"):]
	m, err := Extract(strings.NewReader(raw), func(p Part) io.Writer {
		name := FileName(p, taken)
		got[name] = ""
		return writerFunc(func(b []byte) { got[name] += string(b) })
	})
	if err != nil || m.Text == "" {
		t.Fatal(m, err)
	}
	want := map[string]string{"part-1.txt": "Bonjour =)", "part-2.html": "<p>été</p>", "logo.png": "\x89PNG", "Re_ a-b.eml": "Subject: Re: a/b\n\nJoint.", "relevé détaillé.pdf": "%PDF", "b.txt": "x"}
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s: %q, want %q", name, got[name], content)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok && !slices.Contains([]string{"body.rtf"}, name) {
			t.Errorf("%s came out", name)
		}
	}
}
