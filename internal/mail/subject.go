package mail

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// SubjectToken finds the ticket number that we write in our subjects, "[#123]". It proves nothing about who writes:
// anybody can type it (FAULTS H2).
func SubjectToken(subject string) (number int64, ok bool) {
	for rest := subject; ; {
		i := strings.Index(rest, "[#")
		if i < 0 {
			return 0, false
		}
		rest = rest[i+2:]
		if digits, _, closed := strings.Cut(rest, "]"); closed && len(digits) > 0 && len(digits) <= 18 && isDigit(digits[0]) {
			if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n > 0 {
				return n, true
			}
		}
	}
}

// BaseSubject gives what two mails of one exchange have in common: the subject without reply and forward marks in the
// languages of Europe, without our token, without accents, case and double spaces.
func BaseSubject(subject string) string {
	s := subject
	if n, ok := SubjectToken(s); ok {
		s = strings.Replace(s, "[#"+strconv.FormatInt(n, 10)+"]", " ", 1)
	}
	s = strings.Join(strings.Fields(foldText(s)), " ")
	for {
		rest, ok := cutReplyMark(s)
		if !ok {
			return s
		}
		s = rest
	}
}

// cutReplyMark takes one "Re:", "TR :", "RE[2]:", "Rép. :" off a folded subject.
func cutReplyMark(s string) (rest string, ok bool) {
	head, rest, found := strings.Cut(s, ":")
	if !found || len(head) > 30 {
		return s, false
	}
	head = strings.TrimRight(head, " .")
	if i := strings.IndexAny(head, "[(^"); i > 0 { // RE[2], Re(3), Re^2
		if strings.Trim(head[i:], "[]()^0123456789 ") != "" {
			return s, false
		}
		head = strings.TrimRight(head[:i], " .")
	}
	switch head {
	case "re", "r", "rep", "reponse", "ref", "aw", "antw", "antwort", "sv", "vs", "odp", "rif", "res", "enc", "rv", "tr", "transf", "transfert", "fw", "fwd",
		"i", "wg", "vb", "doorst", "ynt", "ilt", "vl", "pd", "bls", "trs", "fs", "vid", "redir", "videresend":
		return strings.TrimSpace(rest), true
	}
	return s, false
}

// withoutMarks gives a subject as it was written, without its reply and forward marks.
func withoutMarks(subject string) string {
	s := strings.TrimSpace(subject)
	for range 20 {
		if _, ok := cutReplyMark(foldText(s)); !ok {
			return s
		}
		_, rest, found := strings.Cut(strings.Replace(s, "：", ":", 1), ":")
		if !found {
			return s
		}
		s = strings.TrimSpace(rest)
	}
	return s
}

// foldText takes accents and case away, and spells ligatures out, so that texts can be compared as people do.
func foldText(s string) string {
	if isASCII([]byte(s)) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		switch {
		case int(r) < len(foldedLetters):
			b.WriteString(foldedLetters[r])
		case r == '’' || r == '‘':
			b.WriteByte('\'')
		default:
			b.WriteString(foldAny(s[i:]))
			return b.String()
		}
	}
	return b.String()
}

// foldedLetters are the folds of the letters that mails here are made of, since each paragraph is folded.
var foldedLetters = func() (t [0x180]string) {
	for r := range t {
		t[r] = foldAny(string(rune(r)))
	}
	return t
}()

// foldAny folds any letters by the rules of Unicode, which takes its time.
func foldAny(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		case r == 'ß':
			b.WriteString("ss")
		case r == '’' || r == '‘':
			b.WriteByte('\'')
		case r == '\u00a0' || r == '\u202f' || r == '\u2009':
			b.WriteByte(' ')
		case r == '\uff1a':
			b.WriteByte(':')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
