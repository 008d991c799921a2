package mail

import (
	"html"
	"strings"
	"time"

	"guichet/internal/words"
)

// Quote makes the block that an answer ends with: who wrote when, and the text marked as quoted, in plain text and in
// HTML. from is the author as the mail names them; date is shown as it is, so give it in the reader's zone.
func Quote(text string, from Address, date time.Time, language string) (plain, rich string) {
	lang := words.Parse(language)
	name := from.Name
	if name == "" {
		name = from.Addr
	}
	intro := words.Say(lang, "mail.quote_intro", "name", name, "day", quoteDay(lang, date), "time", date.Format("15:04"))
	var b strings.Builder
	b.WriteString(intro + "\n")
	for line := range strings.Lines(strings.TrimRight(unixLines(text), "\n ") + "\n") {
		if strings.HasPrefix(line, ">") {
			b.WriteString(">" + line)
		} else {
			b.WriteString(strings.TrimRight("> "+line, " \n") + "\n")
		}
	}
	rich = `<div class="gmail_quote"><p>` + html.EscapeString(intro) + `</p><blockquote type="cite">` + TextToHTML(text) + "</blockquote></div>\n"
	return b.String(), rich
}

func quoteDay(lang words.Language, date time.Time) string {
	if lang == words.English {
		return date.Format("2 January 2006")
	}
	return date.Format("02/01/2006")
}
