package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const attributionLines = 4 // an attribution is wrapped over at most so many lines

// sentenceStart is how the sentence that a program puts before a quote begins: a preposition of its language, a day or
// a date. RE2's word boundary knows ASCII only, so spaces stand in its place.
var sentenceStart = lazily(`(?i)^[-–—* ]{0,8}(?:on|at|in article|le|en date d[eu]|am|el|il|em|no dia|op|w dniu|dnia|dne|den|på|vào|v|` +
	`(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mo|di|mi|do|fr|sa|so|tir|tis|ons|tors|tor|fre|lør|lör|søn|sön|man|mån|mandag|пн|вт|ср|чт|пт|сб|вс)[a-zé.]*,?|` +
	`\p{L}{2,10}\.?,? \d{1,4}[.,/-]?|\d{1,4}[-/.:]\d{1,2}[^ ]*|\d{1,2} [a-zà-ÿ]+\.? \d{4},?)\s`)

// sentenceVerbs are the words that it ends with, in the languages of Europe and some others.
var sentenceVerbs = []string{"wrote", "writes", "sent", "a écrit", "aécrit", "écrivait", "schrieb", "escribió", "escribio", "ha scritto", "scrive", "escreveu", "schreef", "geschreven",
	"napisał", "napisała", "napisał(a)", "napisał(-a)", "pisze", "napsal", "napsala", "napsal(a)", "napísal", "skrev", "skreiv", "følgende", "kirjoitti", "írta", "a scris", "kirjutas", "rašė",
	"rakstīja", "написал", "написала", "написал(а)", "пишет", "писал", "писал(а)", "пише", "написав", "yazdı", "yazmış", "đã viết", "έγραψε", "写道", "寫道", "书写", "のメール", "書きました", "작성"}

// endsWithVerb says whether a verb of sentenceVerbs stands at the end of s, with at most some words and a colon below it.
func endsWithVerb(s string) bool {
	tail := strings.ToLower(strings.TrimRight(s[max(0, len(s)-280):], ": -–—*"))
	for _, verb := range sentenceVerbs {
		i := strings.LastIndex(tail, verb)
		if i < 0 {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(tail[:i])
		after, _ := utf8.DecodeRuneInString(tail[i+len(verb):])
		if (i == 0 || !unicode.IsLetter(before) || verb[0] >= 0xe0) && (i+len(verb) == len(tail) || after == ' ' || after == ',') {
			return true
		}
	}
	return false
}

// datedSender is the short form of some programs: a day, then who, and a colon. "2 nov. 2026, 9:30, Zoé <zoe@client.example>:"
var datedSender = lazily(`^.{0,200}(?:\d{1,2}[:.]\d{2}|\d{4}).{0,200}< ?[^<> ]+@[^<> ]+ ?>\s?:$`)

// momentIn finds a day with its year and a time of day, in any order: programs write both, people hardly.
var momentIn = lazily(`(?:\d{4}|\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}).{0,120}\b\d{1,2}[:.]\d{2}|\d{1,2}[:.]\d{2}\b.{0,120}(?:\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2})`)

// groupWise is how GroupWise heads a quote: ">>> Zoé <zoe@client.example> 02/11/2026 09:30 >>>".
var groupWise = lazily(`^(?:>>> )?\S.{2,200}\d{1,2}[:.]\d{2}.{0,12} >>>$`)

// dateFirst is Gmail's old short form: "2026/11/2 Zoé Durand <zoe@client.example>".
var dateFirst = lazily(`^\d{4}[-/.]\d{1,2}[-/.]\d{1,2} .{0,120}< ?[^<> ]+@[^<> ]+ ?>$`)

// sharedLine finds the beginning of such a sentence on the line where the writer's last words stand.
var sharedLine = lazily(`[-–—]{0,4} ?(?:On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? |Le (?:lun|mar|mer|jeu|ven|sam|dim)[a-z.]*,? \d).{5,300}(?:wrote|a écrit) ?:$`)

// attribution says over how many lines the attribution that begins at line i goes, 0 if there is none.
func (t *textLines) attribution(i int) int {
	if t.lines[i].sentence == 0 {
		t.lines[i].sentence = int8(t.findAttribution(i)) + 1
	}
	return int(t.lines[i].sentence) - 1
}

func (t *textLines) findAttribution(i int) int {
	for n := 0; n < attributionLines && i+n < len(t.lines); n++ {
		l := &t.lines[i+n]
		t.work++
		if n > 0 && (l.blank || l.quoted) {
			return 0
		}
		if !l.ends || t.tries <= 0 {
			continue
		}
		if n > 0 && !sentenceStart.MatchString(strings.TrimLeft(t.lines[i].s, "> ")) && (n > 1 || !strings.Contains(t.lines[i].s, "<") && l.s[0] != '<') {
			return 0 // words of the writer, and an attribution below them
		}
		if t.isAttribution(t.joined(i, n+1), n) {
			return n + 1
		}
	}
	return 0
}

// joined gives n lines from line i on as one, without the marks of a quote on the first; "" when it is too long.
func (t *textLines) joined(i, n int) string {
	s := t.lines[i].s
	if t.lines[i].quoted {
		s = strings.TrimLeft(s, "> ")
	}
	if len(s) > 700 {
		return ""
	}
	for _, l := range t.lines[i+1 : i+n] {
		if len(s)+len(l.s) > 700 {
			return ""
		}
		s += " " + l.s
	}
	return s
}

// isAttribution judges a sentence that is wrapped over some more lines. Programs name a day or an address; a person who
// writes "Mon collègue a écrit :" does not.
func (t *textLines) isAttribution(s string, wrapped int) bool {
	if len(s) < 8 {
		return false
	}
	t.tries--
	t.work += len(s)
	address := strings.HasSuffix(strings.TrimRight(s, ": "), ">")
	bracketed := strings.Contains(s, "@") && strings.Contains(s, "<") && len(s) < 300
	switch {
	case bracketed && wrapped < 3 && momentIn.MatchString(s) && strings.HasSuffix(s, ":"): // in whatever language
		return true
	case address && isDigit(s[0]) && dateFirst.MatchString(s):
		return true
	case address && datedSender.MatchString(s):
		return wrapped == 0 || sentenceStart.MatchString(s)
	case strings.HasSuffix(s, ">>>") && groupWise.MatchString(s):
		return true
	case !endsWithVerb(s):
		return false
	case wrapped == 0 && strings.HasSuffix(s, ":") && momentIn.MatchString(s):
		return true
	case sentenceStart.MatchString(s):
		return strings.ContainsAny(s, "0123456789@<")
	case strings.HasPrefix(s, "--") && strings.HasSuffix(s, "--"):
		return true
	}
	return (wrapped == 0 || strings.Contains(s, "<")) && wrapped < 2 && strings.HasSuffix(s, ":") && strings.ContainsAny(s, "@<") && len(s) < 300
}

// endsLikeAttribution spares the regular expressions: an attribution ends with a colon, or with its verb.
func endsLikeAttribution(s string) bool {
	if s == "" || !strings.HasSuffix(s, ":") && len(s) < 8 {
		return false
	}
	if strings.HasSuffix(s, " ----") { // "---- Le lun. 2 nov. 2026 … a écrit ----"
		return true
	}
	if last := s[len(s)-1]; last == '-' || last == '*' || last >= 0x80 {
		s = strings.TrimRight(s, " -–—*")
	}
	return strings.HasSuffix(s, ":") || strings.HasSuffix(s, ">") || strings.HasSuffix(s, "wrote") || strings.HasSuffix(s, "crit")
}

// attributionBefore gives the first line of an attribution that ends right above line i, or i.
func (t *textLines) attributionBefore(i int) int {
	last := t.previous(min(i, len(t.lines)))
	found := i
	for n := 0; n < attributionLines && last-n >= 0 && !t.lines[last-n].blank; n++ {
		if t.attribution(last-n) == n+1 {
			if found = last - n; sentenceStart.MatchString(t.lines[found].s) {
				break
			}
		}
	}
	return found
}

// shared gives where in line i an attribution begins that follows words of the writer, or -1.
func (t *textLines) shared(i int) int {
	l := t.lines[i]
	if l.end-l.start > 1000 || !endsLikeAttribution(l.s) || l.quoted {
		return -1
	}
	at := sharedLine.FindStringIndex(strings.TrimRight(oddSpaces.Replace(t.text[l.start:l.end]), " "))
	if at == nil || at[0] == 0 || len(oddSpaces.Replace(t.text[l.start:l.end])) != l.end-l.start && at[0] > 0 && !isASCII([]byte(t.text[l.start:l.start+at[0]])) {
		return -1
	}
	return l.start + at[0]
}

var originalMark = lazily(`(?i)^[-_=*> ]{2,}\s*(?:original message|reply message|message d.origine|message original|message initial|urspr(?:ü|ue?)ngliche (?:nachricht|mail)|original-?nachricht` +
	`|originale? nachricht|mensaje original|messaggio originale|oorspronkelijk(?:e)? bericht|mensagem original|originalmeddelande|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding` +
	`|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|pôvodná správa|eredeti üzenet|mesaj original|исходное сообщение|оригинальное сообщение|orijinal mesaj|original email|reply above this line|mail original|missatge original|αρχικό μήνυμα|原始邮件|原始郵件|元のメッセージ|izvorna poruka|originalno sporočilo|pôvodná správa|originali žinutė|початкове повідомлення|оригинално съобщение)\s*[-_=*]{2,}\s*$`)

var forwardMark = lazily(`(?i)^[-_=*> ]*\s*(?:(?:begin |start of )?forwarded (?:message|mail)(?: follows)?|message transf(?:é|e)r(?:é|e)|(?:début du )?message (?:réexpédié|transféré)|courriel transféré` +
	`|weitergeleitete nachricht|anfang der weitergeleiteten (?:nachricht|e-mail)|mensaje reenviado|(?:inicio del )?mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato` +
	`|doorgestuurd bericht|begin doorgestuurd bericht|mensagem encaminhada|mensagem reencaminhada|início da mensagem (?:encaminhada|reencaminhada)|vidarebefordrat (?:meddelande|mejl)|vidarebefordrade meddelandet` +
	`|videresendt (?:besked|meddelelse|melding)|välitetty viesti|wiadomość przekazana dalej|przekazana wiadomość|(?:początek )?przekazywanej wiadomości|přeposlaná zpráva|továbbított (?:üzenet|levél)` +
	`|mesaj redirecționat|пересланное сообщение|пересылаемое сообщение|переадресованное сообщение|перенаправленное сообщение|iletilen (?:ileti|mesaj)|iletilmiş mesaj)\s*:?\s*[-_=*]*\s*$`)

// headerLabels knows the labels of Outlook's header blocks by what they say.
var headerLabels = func() map[string]string {
	all := map[string]string{}
	for kind, labels := range map[string]string{
		"from":    "from|від кого|od koho|mottatt fra|de:|saatja|siuntėjas|από|מאת|من|šalje|nuo|mittente:|отправитель|送信元|pošiljatelj|odosielateľ|odesílatel|de|von|da|van|od|från|fra|lähettäjä|от|от кого|kimden|gönderen|feladó|expéditeur|expediteur|remitente|afzender|de la|mittente|avsender|afsender|nadawca|відправник|від|from (sender)|發件人|发件人|寄件者|差出人|보낸사람",
		"date":    "sent|poslano|poslato|gönderim|odeslano|gönderme tarihi|saadetud|išsiųsta|ημερομηνία|תאריך|التاريخ|data wysłania|data:|date:|відправлено|日付|дата відправлення|saatmisaeg|date|message du|envoyé|envoye|envoyé le|gesendet|gesendet am|datum|inviato|inviato il|data|verzonden|enviado|enviado el|enviada em|enviado em|enviada|fecha|wysłano|wysłane|skickat|sendt|lähetetty|отправлено|дата|gönderildi|tarih|elküldve|dátum|odesláno|odoslané|päiväys|päivämäärä|dato|date d'envoi|trimis|надіслано|送信日時|日期|发送时间|傳送日期|날짜|sent at|received|enviat|изпратено|nosūtīts|εστάλη|στάλθηκε|reçu|reçu le|envoyée|envoyé à",
		"to":      "to|za|la|catre|komu:|saaja|kam|προς|אל|إلى|prima|pre|送信先|príjemca|příjemce|à|a|an|para|aan|do|till|til|vastaanottaja|кому|kime|alıcı|címzett|komu|către|destinataire|destinatario|destinatário|кому (to)|收件人|收件者|宛先|받는사람|pour|para:|per a|до|adressaat|sendt til",
		"subject": "subject|titulek|pealkiri|teema|θέμα|נושא|الموضوع|tema|objet|sujet|betreff|asunto|oggetto|onderwerp|assunto|temat|ämne|emne|aihe|тема|konu|tárgy|předmět|predmet|subiect|主题|主旨|主題|件名|제목|re|assumpte|относно|zadeva|temats",
		"cc":      "cc|másolatot kap|dw|kópia|дк|копія|do wiadomości|copie à|copie|cc:|kopie|kopia|kopi|copia|kopio|cópia|копия|másolat|bilgi|ccopie|抄送|副本|참조",
		"other":   "reply-to|répondre à|reply to|antwort an|responder a|bcc|cci|importance|priorité|attachments|pièces jointes|organisation|organization|x-mailer|message-id|wichtigkeit|anlagen|importanza",
	} {
		for _, l := range strings.Split(labels, "|") {
			all[l] = kind
		}
	}
	return all
}()

// label gives what a line of a header block says, "" if it is none, and its value.
func label(s string) (kind, value string) {
	s = strings.TrimLeft(s, "> *_|")
	i := strings.IndexByte(s, ':')
	if i <= 0 || i > 40 {
		return "", ""
	}
	name := strings.ToLower(strings.Trim(s[:i], " *_"))
	kind = headerLabels[name]
	return kind, strings.TrimLeft(s[i+1:], " *_")
}

// headerBlock says over how many lines the header block that begins at line i goes, 0 if there is none: a From, and at
// least two others, in any order, with blank and wrapped lines between them.
func (t *textLines) headerBlock(i int) int {
	kind, _ := label(t.lines[i].s)
	if kind == "" || kind == "other" || kind == "cc" {
		return 0
	}
	seen := map[string]bool{}
	last, odd := i, 0
	for j := i; j < len(t.lines) && j < i+24; j++ {
		t.work += 8
		if t.lines[j].blank {
			odd++
			if odd > 2 && len(seen) < 3 || odd > 0 && seen["from"] && seen["subject"] && len(seen) >= 3 {
				break
			}
			continue
		}
		kind, _ := label(t.lines[j].s)
		switch {
		case kind == "" && (odd > 1 || j == i):
			j = len(t.lines)
			continue
		case kind == "":
			odd++ // a wrapped address list or subject
			continue
		}
		seen[kind] = true
		last, odd = j, 0
	}
	delete(seen, "other")
	delete(seen, "cc")
	switch {
	case seen["from"] && len(seen) >= 3:
	case len(seen) == 2 && seen["from"] && (seen["date"] || seen["subject"]) && t.markedAbove(i):
	case len(seen) >= 2 && seen["date"] && (seen["from"] || seen["to"]) && t.machineMade(i, last):
	default:
		return 0
	}
	return last - i + 1
}

var fullDate = lazily(`\d{4}.*\d{1,2}[:.h]\d{2}|\d{1,2}[:.h]\d{2}.*\d{4}`)

// machineMade says whether a short header block has an address and a full date, which people don't write like that.
func (t *textLines) machineMade(first, last int) bool {
	address, date := false, false
	for _, l := range t.lines[first : last+1] {
		switch kind, value := label(l.s); kind {
		case "from", "to":
			address = address || strings.Contains(value, "@")
		case "date":
			date = date || fullDate.MatchString(value)
		}
	}
	return address && date
}

// markedAbove says whether a rule or a mark stands right above line i.
func (t *textLines) markedAbove(i int) bool {
	p := t.previous(i)
	return p >= 0 && (isRule(t.lines[p].s) || originalMark.MatchString(t.lines[p].s) || forwardMark.MatchString(t.lines[p].s) || betweenRules.MatchString(t.lines[p].s))
}

func isRule(s string) bool {
	return len(s) >= 5 && strings.Trim(s, "_-=*— ") == ""
}

// isForwardSubject knows a forwarded mail by its subject.
func isForwardSubject(subject string) bool {
	head, _, ok := strings.Cut(foldText(subject), ":")
	if !ok {
		return false
	}
	switch strings.TrimRight(head, " .") {
	case "fw", "fwd", "tr", "wg", "transf", "transfert", "rv", "enc", "i", "doorst", "vb", "redir", "videresend", "vs", "vl", "pd", "trs", "ilt", "fs":
		return true
	}
	return false
}
