package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

var (
	boundary   = regexp.MustCompile(`(?i)boundary="?([^"\s;]+)"?`)
	demoHeader = regexp.MustCompile(`(?m)^X-Demo-(Encode|Pad): (.*)\n?`)
)

// encodeParts writes every part that asks for it as the wire wants it. It goes by lines
// and not by a MIME reader: some mails are malformed on purpose and must stay so.
func encodeParts(source []byte) ([]byte, error) {
	limits := map[string]bool{}
	for _, m := range boundary.FindAllSubmatch(source, -1) {
		limits["--"+string(m[1])] = true
		limits["--"+string(m[1])+"--"] = true
	}
	var out, part bytes.Buffer
	for line := range bytes.Lines(source) {
		if limits[strings.TrimRight(string(line), "\n")] {
			if err := encodePart(&out, part.Bytes()); err != nil {
				return nil, err
			}
			part.Reset()
			out.Write(line)
			continue
		}
		part.Write(line)
	}
	err := encodePart(&out, part.Bytes())
	return out.Bytes(), err
}

func encodePart(out *bytes.Buffer, part []byte) error {
	head, body, _ := bytes.Cut(part, []byte("\n\n"))
	found := demoHeader.FindSubmatch(append(bytes.Clone(head), '\n'))
	if found == nil {
		out.Write(part)
		return nil
	}
	how, args, _ := strings.Cut(strings.TrimSpace(string(found[2])), " ")
	var err error
	if string(found[1]) == "Pad" {
		body, err = padding(how)
		how = "base64"
	} else {
		body, err = inCharset(bytes.TrimRight(body, "\n"), args)
		if how == "base64" {
			body = crlf(body) // the lines of a text end by CRLF inside the base64 too: RFC 2046 section 4.1.1
		}
	}
	if err != nil {
		return err
	}
	head = demoHeader.ReplaceAll(append(head, '\n'), []byte("Content-Transfer-Encoding: "+how+"\n"))
	out.Write(head)
	out.WriteByte('\n')
	return transfer(out, body, how)
}

func transfer(out *bytes.Buffer, body []byte, how string) error {
	switch how {
	case "quoted-printable":
		w := quotedprintable.NewWriter(out)
		if _, err := w.Write(body); err != nil {
			return fmt.Errorf("quoted-printable: %w", err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("quoted-printable: %w", err)
		}
	case "base64":
		text := base64.StdEncoding.EncodeToString(body)
		for len(text) > 76 { // RFC 2045 section 6.8
			out.WriteString(text[:76])
			out.WriteByte('\n')
			text = text[76:]
		}
		out.WriteString(text)
	case "8bit":
		out.Write(body)
	default:
		return fmt.Errorf("unknown encoding %q", how)
	}
	out.WriteByte('\n')
	return nil
}

func inCharset(body []byte, charset string) ([]byte, error) {
	switch charset {
	case "", "utf-8":
		return body, nil
	case "windows-1252":
		return charmap.Windows1252.NewEncoder().Bytes(body)
	case "iso-8859-1":
		return charmap.ISO8859_1.NewEncoder().Bytes(body)
	}
	return nil, fmt.Errorf("unknown charset %q", charset)
}

// padding returns bytes that do not compress, the same at every run.
func padding(size string) ([]byte, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("size of the padding %q", size)
	}
	pad := make([]byte, n)
	var seed [32]byte
	copy(seed[:], "the padding of the demo")
	_, err = rand.NewChaCha8(seed).Read(pad)
	return pad, err
}
