package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// sealing is what a piece of a mail shows of S/MIME and PGP. Guichet has no keys: it tells, and shows what is readable.
type sealing int

const (
	sealNone sealing = iota
	sealSigned
	sealEncrypted
	sealOther // certificates, compressed data
)

// headSize is how much of an attachment is kept to see what it is.
const headSize = 1 << 10

// maxSealed is how often a signed content may hold another one.
const maxSealed = 5

// isSMIME knows the parts that may hold a whole mail inside a signature or encrypted (RFC 8551 3.9).
func isSMIME(p Part) bool {
	switch p.Type {
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return true
	}
	return p.Type == "application/octet-stream" && strings.EqualFold(p.Name, "smime.p7m")
}

// opened takes the mail out of an S/MIME part that is signed and no more, and notes what the part is. The part stays a
// file when it holds anything else.
func (l *leaf) opened() (content []byte, ok bool) {
	p := l.p
	p.spend(len(l.waiting))
	kind, content := readCMS(l.waiting)
	switch {
	case kind == sealEncrypted, kind == sealNone && !l.signedType:
		p.m.Encrypted = true
	case kind == sealSigned, kind == sealNone:
		p.m.Signed = p.m.Signed || isSMIME(l.part)
	}
	if kind != sealSigned || p.sealed >= maxSealed || !headed(content) {
		return nil, false
	}
	return content, true
}

// headed says whether bytes begin like a part of a mail, and not like a signed file.
func headed(b []byte) bool {
	return readHeader(b[:min(len(b), headerLimit)]).has("content-type")
}

// inner reads a part that stood inside another one, as if it had stood in its place.
func (p *parser) inner(at place, content []byte) {
	src, bounds, blind := p.src, p.bounds, p.blind
	p.src, p.bounds, p.blind = newLines(bytes.NewReader(content)), nil, false
	p.sealed++
	at.depth++
	p.entity(at)
	p.src.end()
	p.src, p.bounds, p.blind = src, bounds, blind
}

// sniff notes what the beginning of an attachment shows: PGP's armour, and a protected mail that Outlook's PGP left as a
// file of its own. An attached mail speaks for itself only.
func (p *parser) sniff(head []byte, kind string) {
	if strings.HasPrefix(kind, "message/") {
		return
	}
	switch pgpArmor(string(head)) {
	case sealSigned:
		p.m.Signed = true
	case sealEncrypted:
		p.m.Encrypted = true
	}
	if headed(head) && bytes.Contains(bytes.ToLower(head), []byte("multipart/encrypted")) {
		p.m.Encrypted = true
	}
}

// protection notes what is signed or encrypted without saying so in its structure.
func (p *parser) protection() {
	m := p.m
	switch pgpArmor(m.Text) {
	case sealSigned:
		m.Signed = true
	case sealEncrypted:
		m.Encrypted = true
	}
	for _, part := range m.Parts {
		switch part.Type {
		case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature":
			m.Signed = true
		case "application/x-microsoft-rpmsg-message": // what Microsoft 365 encrypts for others (MS-OXORMMS)
			m.Encrypted = true
		}
	}
	if m.Encrypted {
		m.warn(WarnEncrypted)
		return
	}
	for _, r := range p.reports {
		if r.kind == "message/rfc822" && sealedMail(r.data) && p.report("message/delivery-status") == nil {
			m.Encrypted = true
			m.warn(WarnEncryptedPart)
		}
	}
}

// sealedMail says whether an attached mail is encrypted, as far as its beginning tells.
func sealedMail(b []byte) bool {
	if pgpArmor(string(b)) == sealEncrypted {
		return true
	}
	b = bytes.ToLower(b)
	return bytes.Contains(b, []byte("multipart/encrypted")) || bytes.Contains(b, []byte("smime-type=enveloped-data")) ||
		bytes.Contains(b, []byte(`smime-type="enveloped-data"`))
}

const armorLine = "-----BEGIN PGP "

// pgpArmor looks for PGP's armour at the beginning of lines (RFC 9580 6.2); encrypted wins over signed.
func pgpArmor(s string) sealing {
	found := sealNone
	for {
		i := strings.Index(s, armorLine)
		if i < 0 {
			return found
		}
		starts := i == 0 || s[i-1] == '\n'
		s = s[i+len(armorLine):]
		switch {
		case !starts: // quoted, or spoken of
		case strings.HasPrefix(s, "SIGN"): // SIGNED MESSAGE, SIGNATURE
			found = max(found, sealSigned)
		case strings.HasPrefix(s, "MESSAGE-----"):
			found = max(found, pgpMessage([]byte(s[:min(len(s), headSize)])))
		}
	}
}

// pgpMessage tells by its first packet what a PGP message is (RFC 9580 4.2, 5): one that is only packed or signed is
// not encrypted.
func pgpMessage(b []byte) sealing {
	_, b, _ = bytes.Cut(b, newline)
	for len(b) > 0 { // headers, then an empty line
		var line []byte
		if line, b, _ = bytes.Cut(b, newline); len(bytes.TrimSpace(line)) == 0 {
			break
		}
	}
	b = bytes.TrimSpace(b)
	raw := make([]byte, 3)
	if n, err := base64.StdEncoding.Decode(raw, b[:min(len(b), 4)]); err != nil || n < 1 || raw[0]&0x80 == 0 {
		return sealEncrypted // cannot be read, and nothing says that it can
	}
	tag := raw[0] >> 2 & 15
	if raw[0]&0x40 != 0 {
		tag = raw[0] & 63
	}
	switch tag {
	case 2, 4: // signature, one-pass signature
		return sealSigned
	case 8, 11: // compressed, literal
		return sealNone
	}
	return sealEncrypted
}
