package mail

import (
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// der is one element of a signed or encrypted object, of definite length.
func der(tag byte, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	switch n := len(body); {
	case n < 0x80:
		return append([]byte{tag, byte(n)}, body...)
	case n < 0x10000:
		return append([]byte{tag, 0x82, byte(n >> 8), byte(n)}, body...)
	default:
		return append([]byte{tag, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}, body...)
	}
}

// open is one of indefinite length, as streaming mailers write them.
func open(tag byte, parts ...[]byte) []byte {
	return slices.Concat([]byte{tag, 0x80}, slices.Concat(parts...), []byte{0, 0})
}

var oidData = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}

// signed wraps a content as signed-data; with pieces the lengths are indefinite and the content comes in two.
func signed(content string, pieces bool) []byte {
	version, digests := der(0x02, []byte{1}), der(0x31, der(0x30, der(0x06, []byte{0x2b, 0x0e, 3, 2, 0x1a})))
	signers := der(0x31, der(0x30, der(0x02, []byte{1}), der(0x04, []byte("no real signature"))))
	if !pieces {
		inner := der(0x30, der(0x06, oidData), der(0xa0, der(0x04, []byte(content))))
		return der(0x30, der(0x06, oidSigned), der(0xa0, der(0x30, version, digests, inner, signers)))
	}
	half := len(content) / 2
	text := open(0x24, der(0x04, []byte(content[:half])), open(0x24, der(0x04, []byte(content[half:]))))
	inner := open(0x30, der(0x06, oidData), open(0xa0, text))
	return open(0x30, der(0x06, oidSigned), open(0xa0, open(0x30, version, open(0x31, der(0x30, der(0x06, []byte{1}))), inner, signers)))
}

func enveloped() []byte {
	return der(0x30, der(0x06, oidEnveloped), der(0xa0, der(0x30, der(0x02, []byte{0}), der(0x04, []byte("unreadable")))))
}

func smimeMail(contentType string, b []byte) string {
	return "From: Maëlle <maelle@notaire.example>\nSubject: Acte\nContent-Type: " + contentType + "\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(b) + "\n"
}

const signedPart = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nL'acte est signé.\n--b\nContent-Type: application/pdf; name=acte.pdf\n\n%PDF\n--b--\n"

// TestSMIME: what is signed is shown, what is encrypted is told, whatever the type claims.
func TestSMIME(t *testing.T) {
	nested := "Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(signed(signedPart, false)) + "\n"
	invoice := "From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nCi-joint.\n--x\nContent-Type: application/octet-stream; name=facture.xml.p7m\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString(signed("<facture/>", false)) + "\n--x--\n"
	for name, c := range map[string]struct {
		mail              string
		text              string
		files             []string
		signed, encrypted bool
	}{
		"opaque":                 {smimeMail("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", signed(signedPart, false)), "L'acte est signé.", []string{"acte.pdf"}, true, false},
		"in pieces":              {smimeMail("application/x-pkcs7-mime; name=smime.p7m", signed(signedPart, true)), "L'acte est signé.", []string{"acte.pdf"}, true, false},
		"as a plain file":        {smimeMail("application/octet-stream; name=smime.p7m", signed(signedPart, false)), "L'acte est signé.", []string{"acte.pdf"}, true, false},
		"signed twice":           {smimeMail("application/pkcs7-mime", signed(nested, true)), "L'acte est signé.", []string{"acte.pdf"}, true, false},
		"encrypted":              {smimeMail("application/pkcs7-mime; name=smime.p7m", enveloped()), "", []string{"smime.p7m"}, false, true},
		"encrypted, says signed": {smimeMail("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", enveloped()), "", []string{"smime.p7m"}, false, true},
		"garbage":                {smimeMail("application/pkcs7-mime; name=smime.p7m", []byte("nothing")), "", []string{"smime.p7m"}, false, true},
		"a signed file":          {invoice, "Ci-joint.", []string{"facture.xml.p7m"}, false, false},
	} {
		m, err := Parse(strings.NewReader(c.mail), nil)
		if err != nil {
			t.Fatal(err)
		}
		var files []string
		for _, p := range m.Parts {
			if p.Attachment {
				files = append(files, p.Name)
			}
		}
		if strings.TrimSpace(m.Text) != c.text || !slices.Equal(files, c.files) || m.Signed != c.signed || m.Encrypted != c.encrypted ||
			slices.Contains(m.Warnings, WarnEncrypted) != c.encrypted {
			t.Errorf("%s: text %q, files %q, signed %v, encrypted %v, %v", name, m.Text, files, m.Signed, m.Encrypted, m.Warnings)
		}
	}
}

// armored is a PGP message that begins with the byte.
func armored(kind string, first byte) string {
	return "-----BEGIN PGP " + kind + "-----\nComment: example\n\n" + base64.StdEncoding.EncodeToString([]byte{first, 1, 2, 3, 4, 5}) + "\n=abcd\n-----END PGP " + kind + "-----\n"
}

func TestPGP(t *testing.T) {
	attached := func(inner string) string {
		return "From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nVoir ci-joint.\n--x\nContent-Type: message/rfc822\n\n" + inner + "\n--x--\n"
	}
	file := func(name, content string) string {
		return "From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n\n--x\nContent-Type: application/octet-stream; name=" + name + "\n\n" + content + "\n--x--\n"
	}
	const sealed = "Subject: y\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=z\n\n--z\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--z--\n"
	for name, c := range map[string]struct {
		mail              string
		signed, encrypted bool
		warning           Warning
	}{
		"session key, old":  {"\n" + armored("MESSAGE", 0x85), false, true, WarnEncrypted},
		"session key, new":  {"\n" + armored("MESSAGE", 0xc1), false, true, WarnEncrypted},
		"password":          {"\n" + armored("MESSAGE", 0x8c), false, true, WarnEncrypted},
		"only packed":       {"\n" + armored("MESSAGE", 0xa3), false, false, ""},
		"only signed":       {"\n" + armored("MESSAGE", 0x90), true, false, ""},
		"unreadable":        {"\n-----BEGIN PGP MESSAGE-----\n", false, true, WarnEncrypted},
		"clear text":        {"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOui.\n" + armored("SIGNATURE", 0x88), true, false, ""},
		"signature alone":   {"\nOui.\n" + armored("SIGNATURE", 0x88), true, false, ""},
		"quoted":            {"\nOui.\n> " + armored("MESSAGE", 0x85), false, false, ""},
		"spoken of":         {"\nJe vois « -----BEGIN PGP MESSAGE----- » et rien d'autre.\n", false, false, ""},
		"attached mail":     {attached(sealed), false, true, WarnEncryptedPart},
		"armoured file":     {file("msg.asc", armored("MESSAGE", 0x85)), false, true, WarnEncrypted},
		"mail left as file": {file("GpgOL_MIME_structure.mime", "MIME-Version: 1.0\n"+sealed), false, true, WarnEncrypted},
		"by Microsoft 365":  {strings.Replace(file("message.rpmsg", "x"), "application/octet-stream", "application/x-microsoft-rpmsg-message", 1), false, true, WarnEncrypted},
		"key file":          {file("key.asc", armored("PUBLIC KEY BLOCK", 0x99)), false, false, ""},
	} {
		m, err := Parse(strings.NewReader(c.mail), nil)
		if err != nil || m.Signed != c.signed || m.Encrypted != c.encrypted || c.warning != "" && !slices.Contains(m.Warnings, c.warning) {
			t.Errorf("%s: signed %v, encrypted %v, %v, %v", name, m.Signed, m.Encrypted, m.Warnings, err)
		}
	}
}

// TestPGPFolds: the armour around a signed text is folded, an answer inside it is the reply.
func TestPGPFolds(t *testing.T) {
	const head = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
	block := armored("SIGNATURE", 0x88)
	for body, want := range map[string]string{
		head + "C'est réglé.\n" + block:                         "C'est réglé.",
		"Avant.\n\n" + head + "Signé.\n" + block + "\nAprès.\n": "Avant.\n\nSigné.\n\n\nAprès.",
		"C'est réglé.\n" + armored("MESSAGE", 0x85):             "C'est réglé.\n" + strings.TrimSpace(armored("MESSAGE", 0x85)),
		"Sans fin.\n-----BEGIN PGP SIGNATURE-----\nabcd":        "Sans fin.\n-----BEGIN PGP SIGNATURE-----\nabcd",
	} {
		m, err := Parse(strings.NewReader("Content-Type: text/plain; charset=utf-8\n\n"+body), nil)
		if err != nil || strings.TrimSpace(m.Reply()) != want {
			t.Errorf("%q: %q, %v", body, m.Reply(), err)
		}
	}
}

// TestSMIMEBounded: signatures in signatures and lengths that lie end; every cut is answered.
func TestSMIMEBounded(t *testing.T) {
	content := signedPart
	for range 12 {
		content = smimeMail("application/pkcs7-mime; name=smime.p7m", signed(content, true))
	}
	m, err := Parse(strings.NewReader(content), nil)
	if err != nil || m.Text != "" || !m.Signed || len(m.Parts) != maxSealed+1 || !m.Parts[maxSealed].Attachment {
		t.Errorf("%d parts, text %q, %v", len(m.Parts), m.Text, err)
	}
	whole := signed(signedPart, true)
	for cut := range whole {
		if _, got := readCMS(whole[:cut]); len(got) > cut {
			t.Fatalf("%d bytes out of %d", len(got), cut)
		}
	}
	deep := []byte(strings.Repeat("\x24\x80", 100_000))
	if _, got := readCMS(slices.Concat(whole[:60], deep)); len(got) > len(deep) {
		t.Error(len(got))
	}
}

// FuzzSMIME: any bytes inside an S/MIME part give a message.
func FuzzSMIME(f *testing.F) {
	f.Add(signed(signedPart, false), "")
	f.Add(signed(signedPart, true), "signed-data")
	f.Add(enveloped(), "enveloped-data")
	f.Fuzz(func(t *testing.T, b []byte, kind string) {
		readCMS(b)
		m, err := newParser(strings.NewReader(smimeMail(fmt.Sprintf("application/pkcs7-mime; smime-type=%q", kind), b)), func(Part) io.Writer { return io.Discard }).parse()
		if err != nil || m.Kind == "" {
			t.Fatalf("%+v, %v", m, err)
		}
		pgpArmor(string(b))
	})
}
