package people

import (
	"strings"
	"testing"
)

func TestNormalDomain(t *testing.T) {
	for in, want := range map[string]string{
		"Client.Example":              "client.example",
		" client.example. ":           "client.example",
		"@client.example":             "client.example",
		"jean@client.example":         "client.example",
		"https://www.client.example/": "www.client.example",
		"client.example:8443":         "client.example",
		"société-éole.example":        "xn--socit-ole-e4abb.example",
		"SOCIÉTÉ-ÉOLE.example":        "xn--socit-ole-e4abb.example",
		"ａｂｃ.example":                 "abc.example",
		"a.b.c.d.e.client.example":    "a.b.c.d.e.client.example",
		"":                            "", "localhost": "", "client": "", "192.0.2.7": "", "a b.example": "",
		"-a.example": "", "a..example": "", "under_score.example": "", strings.Repeat("a", 64) + ".example": "",
		"client.example\u202e": "",
	} {
		got, ok := NormalDomain(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("NormalDomain(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
	if got := ShowDomain("xn--socit-ole-e4abb.example"); got != "société-éole.example" {
		t.Errorf("ShowDomain = %q", got)
	}
}

func TestPublicProvider(t *testing.T) {
	for domain, want := range map[string]bool{
		"gmail.com": true, "orange.fr": true, "wanadoo.fr": true, "free.fr": true, "laposte.net": true, "hotmail.fr": true,
		"co.uk": true, "gouv.fr": true, "github.io": true,
		"client.example": false, "client.fr": false, "mairie-client.fr": false, "sub.client.co.uk": false,
	} {
		if got := PublicProvider(domain); got != want {
			t.Errorf("PublicProvider(%s) = %v", domain, got)
		}
	}
}

func TestNormalAddress(t *testing.T) {
	for in, want := range map[string]string{
		"Jean.Dupuis@Client.Example":   "jean.dupuis@client.example",
		" jean+tickets@client.example": "jean+tickets@client.example",
		"jean@société.example":         "jean@xn--socit-esab.example",
		"Élodie@client.example":        "élodie@client.example",
		`"jean dupuis"@client.example`: `"jean dupuis"@client.example`,
		"root@localhost":               "root@localhost",
		"scan@my_host.example":         "scan@my_host.example",
		"jean@client.example.":         "jean@client.example",
		"jean@[192.0.2.7]":             "jean@[192.0.2.7]",
		"":                             "", "jean": "", "@client.example": "", "jean@": "", "jean dupuis@client.example": "",
		"<jean@client.example>": "", "jean@client.example\r\nBcc: x@y.example": "", "a@b@client.example": "",
		"jean\x00@client.example": "", strings.Repeat("a", 310) + "@client.example": "",
	} {
		got, ok := NormalAddress(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("NormalAddress(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestParentsOfADeepDomainKeepItselfAndTheTop(t *testing.T) {
	args := parentArgs("a.b.c.d.e.f.g.client.example")
	if args[0] != "a.b.c.d.e.f.g.client.example" || args[len(args)-1] != "client.example" {
		t.Errorf("%v", args)
	}
}

func FuzzNormalAddress(f *testing.F) {
	f.Add("Jean@Société.Example")
	f.Add(`"a b"@x.example`)
	f.Fuzz(func(t *testing.T, s string) {
		once, ok := NormalAddress(s)
		if !ok {
			return
		}
		twice, ok := NormalAddress(once)
		if !ok || twice != once {
			t.Errorf("%q became %q, then %q, %v", s, once, twice, ok)
		}
		if strings.ContainsAny(once, "\r\n\x00") {
			t.Errorf("%q holds a control character", once)
		}
	})
}
