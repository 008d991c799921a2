package mail

import "strings"

// Reply gives what the person wrote: Text without its folds.
func (m *Message) Reply() string {
	var b strings.Builder
	at := 0
	for _, f := range m.Folds {
		b.WriteString(m.Text[at:f.Start])
		at = f.End
	}
	b.WriteString(m.Text[at:])
	return strings.Trim(b.String(), "\n\t ")
}
