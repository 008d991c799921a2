package mail

import (
	"strings"
)

// mobileSignature is what telephones and mail programs add below a text, in their languages.
var mobileSignature = lazily(`(?i)^(?:[-–—] ?)?(?:via mobile|sent (?:from|with|via|by) (?:my |the |mail|outlook|yahoo|samsung|proton|mobile|a |an |android|iphone|gmail|windows|blackberry|front|spark|mailbird|nylas|aol|superhuman).{0,80}|sent from .{2,40}` +
	`|(?:\pL+ ){1,4}(?:o )?outlook \pL+ (?:\pL+ )?(?:ios|android|mac|windows)(?: ?<\S+>)?|(?:\pL+ ){1,3}outlook<\S+> \pL+ (?:ios|android)|outlook für (?:ios|android).{0,40}|provenance ?: ?courrier .{2,40}` +
	`|envoyé (?:de(?:puis)? (?:mon|ma|mes|un|une|l.|outlook|yahoo|mobile|proton|l.application|la messagerie|gmail|courrier)|à partir d.|avec|via) ?.{0,80}` +
	`|(?:von meinem|gesendet (?:von|mit|über|aus)).{2,80}|diese nachricht wurde von meinem .{2,80}|enviado (?:desde|de|do|a partir).{2,80}|inviato da.{2,80}|(?:verstuurd|verzonden) (?:met|van|vanaf|vanuit|via).{2,80}` +
	`|wysłan[eoay]? z.{2,60}|skickat från.{2,60}|sendt fra.{2,60}|lähetetty .{2,60}|odesláno z.{2,60}|odoslané z.{2,60}|trimis de pe .{2,60}|elküldve az? .{2,60}|отправлено (?:с|из).{2,60}|надіслано з.{2,60}|.{2,40} gönderildi` +
	`|从我的.{1,30}发送|發自我的.{1,30}|发自我的.{1,30}|発信元.{1,30}|.{2,20}から送信|провідправлено.{1,40}|나의 .{1,20}에서 보냄)$`)

// sentWords stand in every line that mobileSignature knows.
var sentWords = []string{"sent ", "envoy", "outlook", "provenance", "meinem", "gesendet", "enviado", "inviato", "verstuurd", "verzonden", "wysłan", "skickat", "sendt ", "lähetetty", "odesl", "odosl", "trimis", "elküld", "отправлено", "надіслано",
	"gönderildi", "发送", "發送", "発信", "送信", "відправлено", "보냄", "via mobile"}

// sentLike spares the regular expression.
func sentLike(s string) bool {
	if len(s) > 160 {
		return false
	}
	s = strings.ToLower(s)
	for _, w := range sentWords {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// signature folds what stands below the writer's words: after "-- " (RFC 3676 4.3), what phones add, a closing with
// name and address, and the footer that a list puts below the quote.
func (t *textLines) signature(folds []Fold) []Fold {
	end, limit := t.visibleEnd(folds)
	below := 0
	for _, f := range folds {
		below = max(below, f.End)
	}
	var out []Fold
	if n := t.next(t.at(below + 1)); below > 0 && n < len(t.lines) && t.lines[n].start >= below && t.isDelimiter(n) {
		out = append(out, Fold{FoldSignature, t.lines[n].start, len(t.text)})
	}
	first := t.signatureStart(end)
	if first < 0 || t.previous(first) < 0 {
		return out
	}
	if n := t.quotedBelow(first, end); n < end {
		limit = t.lines[n].start
	}
	return append(out, Fold{FoldSignature, t.lines[first].start, limit})
}

// visibleEnd gives the first line of which nothing shows above the first fold, and the byte where that fold begins.
func (t *textLines) visibleEnd(folds []Fold) (end, limit int) {
	end, limit = len(t.lines), len(t.text)
	for _, f := range folds {
		n := t.at(f.Start)
		if n < len(t.lines) && f.Start > t.lines[n].start { // a fold begins behind the words of its line, or at their end
			n++
		}
		if n > 0 && f.Start < limit {
			end, limit = n, f.Start
		}
	}
	return end, limit
}

// quotedBelow gives the first line of [from, to) that is quoted, or to: below a signature, quoted lines that are not
// folded have answers between them.
func (t *textLines) quotedBelow(from, to int) int {
	for i := from; i < to; i++ {
		t.work++
		if t.lines[i].quoted || !t.lines[i].blank && t.attribution(i) > 0 {
			return i
		}
	}
	return to
}

// signatureStart looks upwards from line end for the line where the signature begins, -1 if there is none.
func (t *textLines) signatureStart(end int) int {
	first := -1
	for i, seen := end-1, 0; i >= 0 && seen < 30; i-- {
		if t.lines[i].blank {
			continue
		}
		seen++
		switch {
		case t.isDelimiter(i) && seen <= 20:
			first = i
		case seen <= 4 && sentLike(t.lines[i].s) && mobileSignature.MatchString(t.lines[i].s):
			if first = i; i >= 2 && t.lines[i-2].blank && personName.MatchString(t.lines[i-1].s) {
				first = i - 1
			}
		case first < 0 && t.thanks(i, end):
			first = i
		case first < 0 && len(t.lines[i].s) < 60 && closing.MatchString(t.lines[i].s):
			if ok, _ := t.nameplate(i+1, end); ok {
				first = i
			}
		}
	}
	if first < 0 {
		return t.contactBlock(end)
	}
	return first
}

var thanksLine = lazily(`(?i)^(?:(?:many |best )?thanks(?: again| a lot| in advance)?|thank you(?: again| in advance| very much)?|merci(?: d.avance| beaucoup| encore)?|(?:vielen )?dank(?:e)?(?: im voraus)?|(?:muchas )?gracias|grazie(?: mille)?|(?:alvast )?bedankt|obrigad[oa]),$`)

// thanks knows thanks that close a letter: with a comma, and nothing but a name below. Above a quote they are left in
// view, where they take two lines and say that somebody was helped.
func (t *textLines) thanks(i, end int) bool {
	if i == 0 || end < len(t.lines) || !t.lines[i-1].blank || !strings.HasSuffix(t.lines[i].s, ",") || len(t.lines[i].s) > 40 || !thanksLine.MatchString(t.lines[i].s) {
		return false
	}
	n := t.next(i + 1)
	return n < end && t.next(n+1) >= end && firstName.MatchString(t.lines[n].s)
}

var firstName = lazily(`^\p{Lu}[\pL.'-]*(?: [\pL.'-]+){0,3}$`)

// contactBlock finds a last paragraph that is a visiting card: a name, then at least two of address, number and site.
func (t *textLines) contactBlock(end int) int {
	last := t.previous(end)
	first, contacts := last, 0
	for ; first >= 0 && !t.lines[first].blank; first-- {
		if l := t.lines[first].s; len(l) > 80 || strings.HasSuffix(l, "?") || last-first > 8 {
			return -1
		}
		if contactSign.MatchString(t.lines[first].s) {
			contacts++
		}
	}
	first++
	above := t.previous(first)
	if contacts < 2 || last-first < 2 || above < 0 || strings.HasSuffix(t.lines[above].s, ":") || !personName.MatchString(t.lines[first].s) {
		return -1
	}
	return first
}

var personName = lazily(`^\p{Lu}[\pL.'-]*(?: [\pL.'-]+){1,4}(?:, [\pL.]+)?$`)

var closing = lazily(`(?i)^(?:(?:très |bien |avec mes |sincères )?(?:cordialement|salutations(?: distinguées)?|amicalement|sincèrement|respectueusement)(?: votre| à vous)?|cdlt|cdt|bàv|bien à vous|belle journée|bonne (?:journée|réception|soirée)` +
	`|(?:best |kind |warm |with best |with kind )?regards|best wishes|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|cheers|(?:mit )?(?:freundlichen?|besten|herzlichen|vielen) grü(?:ß|ss)en?|viele grü(?:ß|ss)e|beste grü(?:ß|ss)e|mfg|lg|gruß` +
	`|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|atenciosamente|cumprimentos)\s?[,.!;]?$`)

var contactSign = lazily(`(?i)@|www\.|https?://|\+\d|\d{3}[ .)-]{1,2}\d{3}|\d{2}[ .-]\d{2}[ .-]\d{2}|\btel\b|tél|mobile|fax|phone`)

// nameplate says whether the lines [from, to) look like a name, a function, an address: short, several, no sentence;
// and whether there is a number, an address or a site among them.
func (t *textLines) nameplate(from, to int) (ok, contact bool) {
	count := 0
	for _, l := range t.lines[min(from, to):to] {
		if l.blank {
			continue
		}
		count++
		t.work += len(l.s)
		contact = contact || contactSign.MatchString(l.s)
		if len(l.s) > 120 || strings.HasSuffix(l.s, "?") || strings.HasSuffix(l.s, ":") || len(l.s) > 40 && strings.HasSuffix(l.s, ".") {
			return false, false
		}
	}
	return count >= 2 && count <= 15 || count == 1 && contact, contact
}

// isDelimiter knows the line above a signature or a list's footer.
func (t *textLines) isDelimiter(i int) bool {
	s := t.lines[i].s
	if len(s) >= 8 && strings.Trim(s, "-") == "" {
		ok, contact := t.nameplate(i+1, len(t.lines))
		return ok && contact
	}
	return s == "--" || len(s) >= 2 && len(s) < 80 && strings.Trim(s, "_") == ""
}

// folded says whether a byte lies in one of the folds.
func (t *textLines) folded(pos int, folds []Fold) bool {
	for _, f := range folds {
		if pos >= f.Start && pos < f.End {
			return true
		}
	}
	return false
}
