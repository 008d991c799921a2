package mail

import (
	"strings"
)

// forwarded finds a mail passed on in the text: below the mark of a mail program, or, when the subject announces it, below
// a header block or an attribution. start is the byte where it begins.
func (t *textLines) forwarded(subject string) (f *Forwarded, start int) {
	bySubject := isForwardSubject(subject)
	for i := range t.lines {
		l := &t.lines[i]
		t.work += min(len(l.s), 120)
		if l.blank {
			continue
		}
		if strings.HasPrefix(l.s, "----- ") && oneLineMark.MatchString(l.s) {
			if f := t.oneLine(i); f != nil {
				return f, l.start
			}
		}
		if t.forwardMarkAt(i, bySubject) {
			return t.readForward(i, i+1)
		}
		if !bySubject && markLike(l.s) && originalMark.MatchString(l.s) {
			return nil, 0
		}
		if (bySubject || t.previous(t.ruleAbove(i)) < 0) && t.headerBlock(i) > 0 {
			return t.readForward(t.ruleAbove(i), i)
		}
		if n := t.attribution(i); n > 0 && !l.quoted {
			if !bySubject { // a reply: what it quotes is not passed on
				return nil, 0
			}
			f := t.attributed(i, n)
			f.Subject = withoutMarks(subject)
			return f, l.start
		}
	}
	return nil, 0
}

// betweenRules is any short title between rules, in whatever language.
var betweenRules = lazily(`^[> ]*-{5,} ?[^-].{2,60} ?-{5,}$`)

// forwardMarkAt says whether line i is the mark of a forwarded mail with a header block below it. "Original message" is
// one only if nothing of the writer's stands above it: a reply has something to say.
func (t *textLines) forwardMarkAt(i int, bySubject bool) bool {
	s := t.lines[i].s
	if !markLike(s) || !strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "-") && !strings.HasSuffix(s, "=") && !strings.HasSuffix(s, "_") {
		return false
	}
	n := t.next(i + 1)
	for n < len(t.lines) && strings.Trim(t.lines[n].s, "> ") == "" {
		n++
	}
	if n > i+4 || n >= len(t.lines) || t.headerBlock(n) == 0 {
		return false
	}
	switch {
	case forwardMark.MatchString(s), t.lines[i].quoted && t.lines[n].quoted && strings.HasSuffix(s, ":") && !strings.ContainsAny(s, "0123456789@"):
		return true
	case originalMark.MatchString(s):
		return bySubject || t.previous(i) < 0
	}
	return betweenRules.MatchString(s)
}

// readForward reads the header block at or below line i and takes the rest as the body. mark is where the fold begins.
func (t *textLines) readForward(mark, i int) (*Forwarded, int) {
	f := &Forwarded{Comment: strings.TrimSpace(t.text[:t.lines[mark].start])}
	for i < len(t.lines) && strings.Trim(t.lines[i].s, "> ") == "" {
		i++
	}
	values, next := t.headerValues(i)
	f.fill(values)
	f.Body = t.body(next)
	return f, t.lines[mark].start
}

// headerValues reads the labelled lines from line i on, wrapped ones joined, up to an empty line or, once the block has
// all that it needs, to the first line without a label.
func (t *textLines) headerValues(i int) (values map[string]string, next int) {
	values = map[string]string{}
	last := ""
	for ; i < len(t.lines) && len(values) < 12; i++ {
		s := strings.TrimLeft(t.lines[i].s, "> ")
		if s == "" {
			if values["from"] != "" && len(values) >= 2 {
				return values, i
			}
			continue
		}
		kind, value := label(s)
		_, twice := values[kind]
		switch {
		case kind != "" && !twice:
			values[kind], last = value, kind
		case kind != "" && (kind == "other" || kind == "cc"):
		case values["from"] != "" && values["subject"] != "" && (values["to"] != "" || values["date"] != ""):
			return values, i
		case last == "" || kind != "":
			return values, i
		default:
			values[last] += " " + s
		}
	}
	return values, i
}

// doubledLink is how Outlook writes an address that is a link in plain text: "luc@client.example<mailto:luc@client.example>".
var doubledLink = lazily(`([^\s<>]+@[^\s<>]+)<mailto:[^<>]*>`)

func (f *Forwarded) fill(values map[string]string) {
	var d decoder
	list := func(s string) []Address {
		s = doubledLink.ReplaceAllString(s, "$1")
		return d.addresses(strings.NewReplacer("[mailto:", "<", "]", ">").Replace(s))
	}
	f.From = sender(list(values["from"]))
	f.To, f.Cc = list(values["to"]), list(values["cc"])
	f.Subject, f.Date = strings.TrimSpace(values["subject"]), strings.TrimSpace(values["date"])
}

// body gives the text from line i on, without the ">" that some programs put before every line of it.
func (t *textLines) body(i int) string {
	if i >= len(t.lines) {
		return ""
	}
	raw := t.text[t.lines[i].start:]
	for _, l := range t.lines[i:] {
		if !l.blank && !l.quoted {
			return strings.TrimSpace(raw)
		}
	}
	var b strings.Builder
	for line := range strings.Lines(raw) {
		line = strings.TrimPrefix(strings.TrimLeft(line, " "), ">")
		b.WriteString(strings.TrimPrefix(line, " "))
	}
	return strings.Trim(b.String(), " \n\t\ufeff")
}

var namedAddress = lazily(`"?([^"<>,:]{0,100}?)"?\s*[<(]([^<>()@\s]+@[^<>()\s]+)[>)]`)

// attributed reads a forwarded mail of which only who wrote it when is told, in n lines from line i on.
func (t *textLines) attributed(i, n int) *Forwarded {
	f := &Forwarded{Comment: strings.TrimSpace(t.text[:t.lines[i].start]), Body: t.body(i + n)}
	said := t.joined(i, n)
	if m := namedAddress.FindStringSubmatch(said); m != nil {
		f.From = Address{strings.TrimSpace(m[1]), cleanAddr(m[2])}
	}
	return f
}

// oneLineMark begins a mark that has the whole header block on its own line, as a web mail writes it.
var oneLineMark = lazily(`^-{5} .{3,60} -{5} ?\S.*@`)

// oneLine reads such a line: "----- Message transmis ----- De : a <a@b>À : c@dEnvoyé : mardi…Objet : x".
func (t *textLines) oneLine(i int) *Forwarded {
	s := t.lines[i].s
	rest := s[strings.Index(s[6:], "-----")+11:]
	values := map[string]string{}
	last, from := "", 0
	for k := 0; k < len(rest) && last != "subject"; k++ {
		if rest[k] != ':' {
			continue
		}
		if kind, size := labelBefore(rest[from:k]); kind != "" && values[kind] == "" && (last != "" || size >= len(rest[from:k])) {
			if last != "" {
				values[last] = rest[from : k-size]
			}
			last, from = kind, k+1
		}
	}
	if last == "" {
		return nil
	}
	values[last] = rest[from:]
	if values["from"] == "" {
		return nil
	}
	f := &Forwarded{Comment: strings.TrimSpace(t.text[:t.lines[i].start]), Body: t.body(i + 1)}
	f.fill(values)
	return f
}

// labelBefore finds the longest label that s ends with, and how many bytes it takes.
func labelBefore(s string) (kind string, size int) {
	trimmed := strings.TrimRight(s, " ")
	for from := max(0, len(trimmed)-30); from < len(trimmed); from++ {
		if kind := headerLabels[strings.ToLower(strings.TrimSpace(trimmed[from:]))]; kind != "" && (from == 0 || trimmed[from] != ' ') {
			return kind, len(s) - from
		}
	}
	return "", 0
}
