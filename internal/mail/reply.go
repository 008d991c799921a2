package mail

import "strings"

// Reply gives what the person wrote: Text without its folds.
func (m *Message) Reply() string {
	return strings.Trim(visible(m.Text, m.Folds), "\n\t ")
}
