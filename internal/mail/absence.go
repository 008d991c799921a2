package mail

import (
	"strconv"
	"strings"
	"time"
)

// backWords come before the day on which somebody is there again, untilWords before the last day away; folded. What
// stands first in a notice is often the day on which the absence begins, so the words decide and not the order.
var (
	backWords = lazily(`\b(?:de retour|mon retour|retour (?:prevu|est prevu|au bureau|de conges)|reprise|(?:reprendrai|reviens|reviendrai|rentre|rentrerai|serai (?:a nouveau |de nouveau )?(?:present|presente|disponible|joignable|la))|a (?:partir|compter) d[ue]` +
		`|back|return(?:ing|s)?|resume|available (?:again )?(?:from|on)|wieder|zuruck|ab dem|(?:de )?regreso|vuelvo|volvere|de vuelta|estare de vuelta|reincorpor\w+|rientro|rientrero|di ritorno|tornero|terug|weer (?:aanwezig|bereikbaar)|de volta|regresso|volto|voltarei|retorno|retornarei` +
		`|wracam|wroce|bede (?:z powrotem|dostepny|dostepna)|tillbaka|ater|tilbage|tilbake|vratim se|zpet|вернусь|буду)\b`)
	untilWords = lazily(`(?:\b(?:jusqu'(?:au|a|en)|jusque|until|till|through|thru|up to and including|to|bis|hasta|fino a[l]?|tot(?: en met)?|t/m|ate|do|till|til|asti|au|al|ao|and|und)|до|по|[-–])[ :]`)
	fillers    = lazily(`^(?:(?:le|la|the|el|il|lo|dem|den|der|des?|du|dia|no|em|na|op|am|on|in|at|au|a|to|zum|einschliesslich|einschl\.|inklusive|inkl\.|including|och med|og med|en met|met|the office|my office|office|work|bureau|travail|prevu|est|sera|is|will be|from|again|erreichbar|da|im buro|al lavoro|in ufficio|a la oficina|kantoor|aanwezig|bereikbaar|vanaf|ab|partir|date|d[ue]|by|with effect` +
		`|c|z|[a-z]+day|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunes|martes|miercoles|jueves|viernes|sabado|domingo|lunedi|martedi|mercoledi|giovedi|venerdi|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag` +
		`|segunda|terca|quarta|quinta|sexta(?:-feira)?|(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|mo|di|mi|do|fr)\.?)(?:[ ,:]+|$)|[,: ]+)+`)
	dayForm = lazily(`^(?:\d{4}[-/.]\d{2}[-/.]\d{2}|\d{1,2}(?:er|st|nd|rd|th|\.|o|e)?[ -]+(?:of |de |d')?\pL{3,10}\.?(?:,?[ -]+(?:de |del )?\d{4})?|\pL{3,10}\.? \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4})?|\d{1,2}[/.-]\d{1,2}\.?(?:[/.-]?\d{2,4})?)`)
)

var appleEnd = lazily(`endDate=([0-9T:Z-]+)`)

// returns finds the day that an absence notice gives for the return, in the zone of the mail; nil when it gives none. A
// day without a year is the one nearest to come.
func (p *parser) returns() *time.Time {
	if m := appleEnd.FindStringSubmatch(p.top.get("x-apple-criteria")); m != nil {
		if t, err := time.Parse(time.RFC3339, m[1]); err == nil {
			return &t
		}
	}
	text := p.m.Subject + " . " + p.m.Reply()
	text = strings.Join(strings.Fields(foldText(text[:min(len(text), 4000)])), " ")
	for _, words := range []*pattern{backWords, untilWords} {
		for _, at := range words.FindAllStringIndex(text, 40) {
			if t, ok := dayAfter(text[at[1]:], p.m.Date); ok {
				return &t
			}
		}
	}
	return nil
}

// dayAfter reads the day that s begins with, once articles and weekdays are passed over. Far words are another sentence.
func dayAfter(s string, from time.Time) (time.Time, bool) {
	s = strings.TrimLeft(s[:min(len(s), 90)], " ,:")
	s = s[len(fillers.FindString(s)):]
	day := dayForm.FindString(s)
	if moreFigures.MatchString(s[len(day):]) { // a telephone number
		return time.Time{}, false
	}
	return dayFrom(day, from)
}

var moreFigures = lazily(`^(?:[./ -]?\d|[./-]\d)`)

var figures = lazily(`\d+`)

// dayFrom reads a day in words or figures (day before month, unless that cannot be), folded. from gives the year that is
// missing, and the zone.
func dayFrom(s string, from time.Time) (time.Time, bool) {
	n := figures.FindAllString(s, 3)
	if len(n) == 3 && len(n[0]) == 4 {
		n[0], n[2] = n[2], n[0]
	}
	month := time.Month(0)
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' && r < 'а' }) {
		if m := foldedMonth(w); m != 0 && month == 0 {
			month = m
		}
	}
	if month == 0 && len(n) >= 2 {
		if number(n[1]) > 12 && number(n[0]) <= 12 {
			n[0], n[1] = n[1], n[0]
		}
		month = time.Month(number(n[1]))
		n = append(n[:1], n[2:]...)
	}
	if len(n) == 0 || month < 1 || month > 12 {
		return time.Time{}, false
	}
	day, err := strconv.Atoi(n[0])
	if err != nil || day < 1 || day > 31 {
		return time.Time{}, false
	}
	t := time.Date(from.Year(), month, day, 0, 0, 0, 0, from.Location())
	if len(n) > 1 {
		t = time.Date(year(n[1]), month, day, 0, 0, 0, 0, from.Location())
	} else if t.AddDate(0, 2, 0).Before(from) { // a notice that was forgotten is some weeks old, not ten months ahead
		t = t.AddDate(1, 0, 0)
	}
	return t, t.Day() == day && (len(n) > 1 || !from.IsZero())
}

// monthStems are the beginnings of the months' names in the languages of notices, without accents.
var monthStems = []string{"jan gen ene sty led янв", "feb fev lut uno фев", "mar mae maa mrt brez мар", "apr avr abr kwi dub апр", "may mai mei maj mag mayo kvet май мая", "jun juin giu cze cerv июн", "jul juil lug lip июл",
	"aug aout ago sie srp авг", "sep set wrz zari сен", "oct okt ott out paz rij окт", "nov lis ноя", "dec dez dic gru pros дек"}

// foldedMonth knows the months by how they begin.
func foldedMonth(w string) time.Month {
	for i, stems := range monthStems {
		for stem := range strings.FieldsSeq(stems) {
			if strings.HasPrefix(w, stem) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}
