package mail

import (
	"strings"
	"testing"
)

// attributions are the sentences that programs write above a quote, by program and language.
var attributions = map[string]string{
	"gmail es": "El lun, 2 nov 2026 a las 9:30, Zoé Durand (<zoe@client.example>) escribió:",
	"gmail it": "Il giorno lun 2 nov 2026 alle ore 09:30 Zoé Durand <zoe@client.example> ha scritto:",
	"gmail nl": "Op ma 2 nov 2026 om 09:30 schreef Zoé Durand <zoe@client.example>:",
	"gmail br": "Em seg., 2 de nov. de 2026 às 09:30, Zoé Durand <zoe@client.example> escreveu:",
	"gmail pt": "Zoé Durand <zoe@client.example> escreveu (segunda, 2/11/2026 à(s) 09:30):",
	"gmail sv": "Den mån 2 nov. 2026 kl 09:30 skrev Zoé Durand <zoe@client.example>:",
	"gmail da": "Den man. 2. nov. 2026 kl. 09.30 skrev Zoé Durand <zoe@client.example>:",
	"gmail no": "man. 2. nov. 2026 kl. 09:30 skrev Zoé Durand <zoe@client.example>:",
	"gmail fi": "ma 2. marrask. 2026 klo 9.30 Zoé Durand (zoe@client.example) kirjoitti:",
	"gmail pl": "pon., 2 lis 2026 o 09:30 Zoé Durand <zoe@client.example> napisał(a):",
	"gmail cs": "po 2. 11. 2026 v 9:30 odesílatel Zoé Durand <zoe@client.example> napsal:",
	"gmail sk": "po 2. 11. 2026 o 9:30 Zoé Durand <zoe@client.example> napísal(a):",
	"gmail hu": "Zoé Durand <zoe@client.example> ezt írta (időpont: 2026. nov. 2., H, 9:30):",
	"gmail ro": "În lun., 2 nov. 2026 la 09:30, Zoé Durand <zoe@client.example> a scris:",
	"gmail tr": "Zoé Durand <zoe@client.example>, 2 Kas 2026 Pzt, 09:30 tarihinde şunu yazdı:",
	"gmail el": "Στις Δευ 2 Νοε 2026 στις 9:30 π.μ., ο χρήστης Zoé Durand <zoe@client.example> έγραψε:",
	"gmail ru": "пн, 2 нояб. 2026 г. в 09:30, Zoé Durand <zoe@client.example>:",
	"gmail uk": "пн, 2 лист. 2026 р. о 09:30 Zoé Durand <zoe@client.example> пише:",
	"gmail ca": "El dl., 2 de nov. 2026, 9:30, Zoé Durand <zoe@client.example> va escriure:",
	"gmail ja": "2026年11月2日(月) 9:30 Zoé Durand <zoe@client.example>:",
	"gmail zh": "Zoé Durand <zoe@client.example> 于2026年11月2日周一 09:30写道：",
	"gmail ko": "2026년 11월 2일 (월) 오전 9:30, Zoé Durand <zoe@client.example>님이 작성:",
	"gmail vi": "Vào Th 2, 2 thg 11, 2026 vào lúc 09:30 Zoé Durand <zoe@client.example> đã viết:",

	"apple en": "On Nov 2, 2026, at 9:30 AM, Zoé Durand <zoe@client.example> wrote:",
	"apple es": "El 2 nov 2026, a las 9:30, Zoé Durand <zoe@client.example> escribió:",
	"apple it": "Il giorno 2 nov 2026, alle ore 09:30, Zoé Durand <zoe@client.example> ha scritto:",
	"apple nl": "Op 2 nov. 2026 om 09:30 heeft Zoé Durand <zoe@client.example> het volgende geschreven:",
	"apple pt": "No dia 02/11/2026, às 09:30, Zoé Durand <zoe@client.example> escreveu:",
	"apple br": "Em 2 de nov. de 2026, à(s) 09:30, Zoé Durand <zoe@client.example> escreveu:",
	"apple sv": "2 nov. 2026 kl. 09:30 skrev Zoé Durand <zoe@client.example>:",
	"apple fi": "Zoé Durand <zoe@client.example> kirjoitti 2.11.2026 kello 9.30:",
	"apple pl": "Wiadomość napisana przez Zoé Durand <zoe@client.example> w dniu 2 lis 2026, o godz. 09:30:",
	"apple ru": "2 нояб. 2026 г., в 09:30, Zoé Durand <zoe@client.example> написал(а):",
	"apple cs": "2. 11. 2026 v 9:30, Zoé Durand <zoe@client.example>:",

	"thunderbird es": "El 2/11/26 a las 9:30, Zoé Durand escribió:",
	"thunderbird it": "Il 02/11/26 09:30, Zoé Durand ha scritto:",
	"thunderbird nl": "Op 02-11-2026 om 09:30 schreef Zoé Durand:",
	"thunderbird pt": "Às 09:30 de 02/11/2026, Zoé Durand escreveu:",
	"thunderbird br": "Em 02/11/2026 09:30, Zoé Durand escreveu:",
	"thunderbird sv": "Den 2026-11-02 kl. 09:30, skrev Zoé Durand:",
	"thunderbird da": "Den 02-11-2026 kl. 09:30 skrev Zoé Durand:",
	"thunderbird cs": "Dne 02. 11. 26 v 9:30 Zoé Durand napsal(a):",
	"thunderbird ru": "02.11.2026 09:30, Zoé Durand пишет:",
	"thunderbird hu": "2026. 11. 02. 9:30 keltezéssel, Zoé Durand írta:",
	"thunderbird fi": "Zoé Durand kirjoitti 2.11.2026 klo 9.30:",
	"thunderbird ro": "La 02.11.2026 09:30, Zoé Durand a scris:",
	"thunderbird tr": "2.11.2026 09:30 tarihinde Zoé Durand yazdı:",
	"thunderbird el": "Στις 2/11/2026 09:30, ο/η Zoé Durand έγραψε:",

	"roundcube es": "El 2026-11-02 09:30, Zoé Durand escribió:",
	"roundcube de": "Am 2026-11-02 09:30, schrieb Zoé Durand:",
	"roundcube it": "Il 2026-11-02 09:30 Zoé Durand ha scritto:",
	"roundcube nl": "Zoé Durand schreef op 2026-11-02 09:30:",
	"roundcube pl": "Dnia 2026-11-02 o godz. 09:30 Zoé Durand napisał(a):",
	"sogo fr":      "Le Lundi, Novembre 02, 2026 09:30 CET, Zoé Durand <zoe@client.example> a écrit:",
	"sogo en":      "On Monday, November 02, 2026 09:30 CET, Zoé Durand <zoe@client.example> wrote:",
	"kmail fr":     "Le 2026-11-02T09:30:00.000+01:00, Zoé Durand <zoe@client.example> a écrit :",
	"zoho fr":      "---- Le lun., 02 nov. 2026 09:30:00 +0100 Zoé Durand <zoe@client.example> a écrit ----",
	"zoho es":      "---- El lun, 02 nov 2026 09:30:00 +0100, Zoé Durand <zoe@client.example> escribió ----",
	"spark":        "On Nov 2, 2026 at 9:30 AM +0100, Zoé Durand <zoe@client.example>, wrote:",
	"yahoo es":     "En lunes, 2 de noviembre de 2026, 09:30:12 CET, Zoé Durand <zoe@client.example> escribió:",
	"yahoo it":     "Il lunedì 2 novembre 2026 alle ore 09:30:12 CET, Zoé Durand <zoe@client.example> ha scritto:",
	"yahoo nl":     "Op maandag 2 november 2026 om 09:30:12 CET schreef Zoé Durand <zoe@client.example>:",
	"yahoo de":     "Am Montag, 2. November 2026 um 09:30:12 MEZ hat Zoé Durand <zoe@client.example> Folgendes geschrieben:",
	"yahoo pt":     "Em segunda-feira, 2 de novembro de 2026 às 09:30:12 CET, Zoé Durand <zoe@client.example> escreveu:",
	"groupwise":    ">>> Zoé Durand <zoe@client.example> 02/11/2026 09:30 >>>",
	"mutt fr":      "Le Mon, Nov 02, 2026 at 09:30:00AM +0100, Zoé Durand a écrit :",
	"evolution de": "Am Montag, dem 02.11.2026 um 09:30 +0100 schrieb Zoé Durand:",
	"evolution fr": "Le lundi 02 novembre 2026 à 09:30 +0100, Zoé Durand a écrit :",
}

// TestAttributionsOfPrograms: the quote below each of them is folded, whether the program marks its lines or not, and
// wrapped as programs wrap.
func TestAttributionsOfPrograms(t *testing.T) {
	for name, said := range attributions {
		for form, below := range map[string]string{"marked": "\n\n" + quoted(question), "bare": "\n\n" + question, "close": "\n" + quoted(question)} {
			if m, got := reply(t, "Re: x", "C'est réglé, merci.\n\n"+said+below); got != "C'est réglé, merci." {
				t.Errorf("%s, %s: %q, folds %+v", name, form, got, m.Folds)
			}
		}
		if at := strings.IndexByte(said, '<'); at >= 0 {
			wrapped := said[:at] + "\n" + said[at:]
			if m, got := reply(t, "Re: x", "C'est réglé, merci.\n\n"+wrapped+"\n\n"+quoted(question)); got != "C'est réglé, merci." {
				t.Errorf("%s, wrapped: %q, folds %+v", name, got, m.Folds)
			}
		}
	}
}

// TestOriginalMarks: rules with words that stand above the mail that is answered.
func TestOriginalMarks(t *testing.T) {
	for _, mark := range []string{"-----Message d'origine-----", "----- Mail original -----", "-------- Message original --------", "-----Message initial-----", "----- Original Message -----", "-----Ursprüngliche Nachricht-----",
		"-----Mensaje original-----", "-----Messaggio originale-----", "-----Oorspronkelijk bericht-----", "-----Mensagem original-----", "-----Ursprungligt meddelande-----", "-----Oprindelig meddelelse-----", "-----Opprinnelig melding-----",
		"-----Alkuperäinen viesti-----", "-----Wiadomość oryginalna-----", "-----Původní zpráva-----", "-----Eredeti üzenet-----", "-----Mesaj original-----", "-----Исходное сообщение-----", "-----Orijinal Mesaj-----", "-----Αρχικό μήνυμα-----",
		"-----原始邮件-----", "-----元のメッセージ-----", "-------- Missatge original --------", "-----Izvorna poruka-----"} {
		if m, got := reply(t, "RE: x", "C'est réglé.\n\n"+mark+"\nDe : Support\nEnvoyé : lundi\n\n"+question); got != "C'est réglé." {
			t.Errorf("%s: %q, folds %+v", mark, got, m.Folds)
		}
	}
}

// TestHeaderBlocksOfPrograms: the blocks of the Outlooks, of Zimbra, of telephones, in the languages that they speak.
func TestHeaderBlocksOfPrograms(t *testing.T) {
	for name, block := range map[string]string{
		"outlook es":         "De: Support <s@azurene.example>\nEnviado el: lunes, 2 de noviembre de 2026 9:30\nPara: Zoé\nAsunto: RE: x",
		"outlook it":         "Da: Support <s@azurene.example>\nInviato: lunedì 2 novembre 2026 09:30\nA: Zoé\nOggetto: R: x",
		"outlook nl":         "Van: Support <s@azurene.example>\nVerzonden: maandag 2 november 2026 09:30\nAan: Zoé\nOnderwerp: RE: x",
		"outlook pt":         "De: Support <s@azurene.example>\nEnviada: segunda-feira, 2 de novembro de 2026 09:30\nPara: Zoé\nAssunto: RE: x",
		"outlook ca":         "De: Support <s@azurene.example>\nEnviat: dilluns, 2 de novembre de 2026 9:30\nPer a: Zoé\nAssumpte: RE: x",
		"outlook el":         "Από: Support <s@azurene.example>\nΕστάλη: Δευτέρα, 2 Νοεμβρίου 2026 9:30\nΠρος: Zoé\nΘέμα: RE: x",
		"outlook bg":         "От: Support <s@azurene.example>\nИзпратено: понеделник, 2 ноември 2026 9:30\nДо: Zoé\nОтносно: RE: x",
		"outlook sl":         "Od: Support <s@azurene.example>\nPoslano: ponedeljek, 2. november 2026 09:30\nZa: Zoé\nZadeva: RE: x",
		"outlook mac fr":     "De : Support <s@azurene.example>\nDate : lundi 2 novembre 2026 à 09:30\nÀ : Zoé <zoe@client.example>\nObjet : Re: x",
		"outlook mac de":     "Von: Support <s@azurene.example>\nDatum: Montag, 2. November 2026 um 09:30\nAn: Zoé <zoe@client.example>\nBetreff: Re: x",
		"outlook mobile fr":  "Télécharger Outlook pour iOS<https://aka.example/o>\n________________________________\nDe : Support <s@azurene.example>\nEnvoyé : lundi, novembre 2, 2026 9:30 AM\nÀ : Zoé <zoe@client.example>\nObjet : Re: x",
		"outlook mobile it":  "Ottieni Outlook per iOS<https://aka.example/o>\n________________________________\nDa: Support <s@azurene.example>\nInviato: lunedì 2 novembre 2026 9:30\nA: Zoé\nOggetto: Re: x",
		"windows mail fr":    "Provenance : Courrier pour Windows\n\nDe : Support\nEnvoyé le :lundi 2 novembre 2026 09:30\nÀ : Zoé\nObjet :Re: x",
		"windows mail en":    "Sent from Mail for Windows\n\nFrom: Support\nSent: Monday, November 2, 2026 9:30 AM\nTo: Zoé\nSubject: Re: x",
		"samsung fr":         "-------- Message d'origine --------\nDe : Support <s@azurene.example>\nDate : 02/11/2026 09:30 (GMT+01:00)\nÀ : zoe@client.example\nObjet : x",
		"samsung es":         "-------- Mensaje original --------\nDe: Support <s@azurene.example>\nFecha: 2/11/26 9:30 (GMT+01:00)\nPara: zoe@client.example\nAsunto: x",
		"zimbra mail":        "----- Mail original -----\nDe: \"Support\" <s@azurene.example>\nÀ: \"Zoé\" <zoe@client.example>\nEnvoyé: Lundi 2 Novembre 2026 09:30:00\nObjet: x",
		"zimbra it":          "Da: \"Support\" <s@azurene.example>\nA: \"Zoé\" <zoe@client.example>\nInviato: Lunedì, 2 novembre 2026 9:30:00\nOggetto: x",
		"bluemind, on block": "De: Support\nReçu: 02/11/2026 09:30\nÀ: Zoé\nSujet: x",
		"notes fr":           "De :        Support/AZURENE\nA :        Zoé Durand/CLIENT@CLIENT\nDate :   02/11/2026 09:30\nObjet :  Re: x",
	} {
		if m, got := reply(t, "RE: x", "C'est réglé.\n\n"+block+"\n\n"+question); got != "C'est réglé." {
			t.Errorf("%s: %q, folds %+v", name, got, m.Folds)
		}
	}
}

// TestTelephones: what telephones and programs add below.
func TestTelephones(t *testing.T) {
	for _, line := range []string{"Envoyé de mon iPhone", "Envoyé depuis mon mobile Orange", "Envoyé à partir d’Outlook pour Android", "Envoyé depuis Outlook pour iOS", "Envoyé de mon appareil Samsung", "Obtenez Outlook pour Android", "Provenance : Courrier pour Windows 10",
		"Envoyé avec la messagerie sécurisée Proton Mail.", "Envoyé depuis l'application Mail Orange", "Sent from my Galaxy", "Sent with Proton Mail secure email.", "Sent from Yahoo Mail on Android", "Sent from Mail for Windows 10", "Get Outlook for Mac",
		"Von meinem iPad gesendet", "Gesendet von Outlook für Android", "Gesendet mit der GMX Mail App", "Holen Sie sich Outlook für iOS", "Enviado desde mi iPhone", "Enviado desde Correo para Windows", "Obtener Outlook para iOS", "Inviato da iPhone", "Inviato dal mio Galaxy", "Ottieni Outlook per Android",
		"Verstuurd vanaf mijn iPhone", "Verzonden vanuit Mail voor Windows", "Download Outlook voor iOS", "Enviado do meu iPhone", "Obter o Outlook para iOS", "Skickat från min iPhone", "Hämta Outlook för iOS", "Sendt fra min iPhone", "Hent Outlook til iOS", "Lähetetty iPhonesta", "Wysłane z iPhone'a",
		"Pobierz aplikację Outlook dla systemu iOS", "Odesláno z iPhonu", "Отправлено с iPhone", "iPhone'umdan gönderildi", "iPhoneから送信", "Trimis de pe iPhone-ul meu", "Elküldve az iPhone-omról"} {
		m, got := reply(t, "x", "L'écran reste noir.\n\n"+line+"\n")
		if got != "L'écran reste noir." || m.Folds[0].Kind != FoldSignature {
			t.Errorf("%s: %q, folds %+v", line, got, m.Folds)
		}
	}
	for _, line := range []string{"Envoyé hier par la poste, le colis n'est pas arrivé.", "Sent the file by mail, did you get it?", "Provenance : Lyon", "Envoyé spécial", "Obtenir un badge pour Luc, merci.", "Download the file and open it."} {
		if _, got := reply(t, "x", "Bonjour.\n\n"+line+"\n"); !strings.Contains(got, line) {
			t.Errorf("%q is folded", line)
		}
	}
}

// TestDisclaimersElsewhere: legal notices in more languages.
func TestDisclaimersElsewhere(t *testing.T) {
	for _, notice := range []string{
		"Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos exclusivamente a su destinatario.",
		"AVISO LEGAL: este correo electrónico es confidencial.",
		"Questo messaggio e i suoi allegati sono riservati e destinati esclusivamente al destinatario.",
		"Le informazioni contenute in questo messaggio sono riservate.",
		"Dit e-mailbericht en eventuele bijlagen zijn vertrouwelijk en uitsluitend bestemd voor de geadresseerde.",
		"De informatie in dit bericht is vertrouwelijk.",
		"Esta mensagem e os seus anexos são confidenciais e destinam-se apenas ao destinatário.",
		"Detta meddelande är konfidentiellt och endast avsett för mottagaren.",
		"Niniejsza wiadomość jest poufna i przeznaczona wyłącznie dla adresata.",
		"Les informations contenues dans ce courriel sont confidentielles.",
		"Avant d'imprimer cet e-mail, pensez à l'environnement.",
		"Ce courrier électronique a été analysé : garanti sans virus.",
		"P Pensez à la planète, n'imprimez ce mail que si nécessaire",
	} {
		if m, got := reply(t, "x", "L'écran reste noir.\n\n"+notice+"\n"); got != "L'écran reste noir." {
			t.Errorf("%q: %q, folds %+v", notice, got, m.Folds)
		}
	}
}

// TestHTMLOfPrograms: the quote is known by the structure that each program gives it.
func TestHTMLOfPrograms(t *testing.T) {
	const said = `Le lun. 2 nov. 2026 à 09:30, Support &lt;s@azurene.example&gt; a écrit&nbsp;:`
	const block = `<b>De&nbsp;:</b> Support &lt;s@azurene.example&gt;<br><b>Envoyé&nbsp;:</b> lundi 2 novembre 2026 09:30<br><b>À&nbsp;:</b> Zoé<br><b>Objet&nbsp;:</b> x`
	for name, below := range map[string]string{
		"outlook new":         `<div id="mail-editor-reference-message-container"><div class="ms-outlook-mobile-reference-message skipProofing"><hr>` + block + `</div><div>Avant</div></div>`,
		"outlook web":         `<div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">` + block + `</div><div>Avant</div>`,
		"outlook mobile":      `<div id="ms-outlook-mobile-body-separator-line"><br></div><div id="ms-outlook-mobile-signature">Télécharger Outlook pour iOS</div><hr><div id="divRplyFwdMsg">` + block + `</div>Avant`,
		"outlook 2007":        `<div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p>` + block + `</p></div></div><p>Avant</p>`,
		"outlook 2003":        `<div class=OutlookMessageHeader><hr>` + block + `</div><div>Avant</div>`,
		"outlook mac":         `<div style="border:none;border-top:solid #B5C4DF 1.0pt"><p><b>De : </b>Support<br><b>Date : </b>lundi 2 novembre 2026<br></p></div><p>Avant</p>`,
		"windows mail":        `<div style="mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p style="border:none;padding:0cm">` + block + `</p></div><p>Avant</p>`,
		"gmail":               `<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">` + said + `<br></div><blockquote class="gmail_quote" style="margin:0">Avant</blockquote></div>`,
		"gmail, blank before": `<div><br></div><br><div class="gmail_extra"><div class="gmail_quote">` + said + `<br><blockquote>Avant</blockquote></div></div>`,
		"apple":               `<br><blockquote type="cite"><div>` + said + `</div><br></blockquote></div><blockquote type="cite"><div>Avant</div></blockquote>`,
		"apple, ios":          `<br><div dir="ltr">Envoyé de mon iPhone</div><div dir="ltr"><br><blockquote type="cite">` + said + `<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">Avant</div></blockquote>`,
		"thunderbird":         `<div class="moz-cite-prefix">` + said + `<br></div><blockquote type="cite" cite="mid:a@b"><p>Avant</p></blockquote>`,
		"zimbra":              `<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>De: </b>"Support"<br><b>À: </b>"Zoé"<br><b>Envoyé: </b>Lundi<br><b>Objet: </b>x<br></div><div data-marker="__QUOTED_TEXT__">Avant</div>`,
		"sogo":                `<br><br>Le Lundi, Novembre 02, 2026 09:30 CET, Support &lt;s@azurene.example&gt; a écrit:<br>&nbsp;<blockquote type="cite" cite="a@b">Avant</blockquote>`,
		"roundcube":           `<p id="reply-intro">Le 2026-11-02 09:30, Support a écrit&nbsp;:</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0"><p>Avant</p></blockquote>`,
		"yahoo":               `<div id="yahoo_quoted_1" class="yahoo_quoted"><div>` + said + `</div><div>Avant</div></div>`,
		"yahoo, prefixed":     `<div id="ydp1yahoo_quoted_2" class="ydp1yahoo_quoted"><div>` + said + `</div><div>Avant</div></div>`,
		"proton":              `<div class="protonmail_quote">` + said + `<br><blockquote class="protonmail_quote" type="cite">Avant</blockquote></div>`,
		"zoho":                `<div class="zmail_extra_hr" style="border-top: 1px solid rgb(204, 204, 204);"></div><div class="zmail_extra" data-zbluepencil-ignore="true"><div>---- Le lun. 02 nov. 2026 09:30:00 +0100 Support &lt;s@azurene.example&gt; a écrit ---</div><blockquote id="blockquote_zmail">Avant</blockquote></div>`,
		"infomaniak":          `<div class="ik_mail_quote"><div>` + said + `</div><blockquote class="ws-ng-quote">Avant</blockquote></div>`,
		"gmx":                 `<div name="quote" style="margin:10px 5px 5px 10px; border-left:2px solid #C3D9E5;"><div><b>Gesendet:</b> Montag, 2. November 2026 um 09:30 Uhr<br><b>Von:</b> Support<br><b>An:</b> Zoé<br><b>Betreff:</b> x</div><div name="quoted-content">Avant</div></div>`,
		"tutanota":            `<blockquote class="tutanota_quote"><p>` + said + `</p>Avant</blockquote>`,
		"front":               `<div class="front-blockquote"><p>` + said + `</p><blockquote type="cite">Avant</blockquote></div>`,
		"mailspring":          `<div class="gmail_quote_attribution">` + said + `</div><blockquote class="gmail_quote">Avant</blockquote>`,
		"orange":              `<blockquote style="border-left:2px solid blue;padding-left:3px">&gt; Message du 02/11/26 09:30<br>&gt; De : "Support" &lt;s@azurene.example&gt;<br>&gt; A : zoe@client.example<br>&gt; Objet : x<br>&gt;<br>&gt; Avant</blockquote>`,
		"samsung":             `<div align="left" dir="auto" style="font-size:100%"><div>-------- Message d'origine --------</div><div>De : Support &lt;s@azurene.example&gt; </div><div>Date : 02/11/2026  09:30  (GMT+01:00) </div><div>À : Zoé</div><div>Objet : x </div></div>Avant`,
		"no structure at all": `<p>` + said + `</p><p>Avant</p>`,
	} {
		m := parse(t, "From: a@b.example\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n<html><body><div>C'est réglé.</div>"+below+"</body></html>")
		checkFolds(t, m)
		if got := m.Reply(); got != "C'est réglé." {
			t.Errorf("%s: Reply = %q of %q, folds %+v", name, got, m.Text, m.Folds)
		}
	}
}

// TestHTMLStructureAlone: the same when the words above the quote are in a language that nobody here knows.
func TestHTMLStructureAlone(t *testing.T) {
	const said = `Tadlo zu mik Support &lt;s@azurene.example&gt;`
	for name, below := range map[string]string{
		"gmail":           `<div class="gmail_quote"><div class="gmail_attr">` + said + `<br></div><blockquote class="gmail_quote">Avant</blockquote></div>`,
		"outlook web":     `<div id="divRplyFwdMsg"><b>Mik:</b> Support<br></div><div>Avant</div>`,
		"outlook desktop": `<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>Mik:</b> Support</p></div><p>Avant</p>`,
		"outlook new":     `<div id="mail-editor-reference-message-container">` + said + `<div>Avant</div></div>`,
		"thunderbird":     `<div class="moz-cite-prefix">` + said + `<br></div><blockquote type="cite">Avant</blockquote>`,
		"zimbra":          `<hr id="zwchr"><div><b>Mik: </b>Support<br></div><div>Avant</div>`,
		"roundcube":       `<p id="reply-intro">` + said + `</p><blockquote type="cite">Avant</blockquote>`,
		"yahoo":           `<div id="ydp1yahoo_quoted_2" class="ydp1yahoo_quoted"><div>` + said + `</div><div>Avant</div></div>`,
		"proton":          `<div class="protonmail_quote">` + said + `<blockquote>Avant</blockquote></div>`,
		"zoho":            `<div class="zmail_extra">` + said + `<blockquote>Avant</blockquote></div>`,
		"infomaniak":      `<div class="ik_mail_quote"><div>` + said + `</div>Avant</div>`,
		"gmx":             `<div name="quote"><div>` + said + `</div>Avant</div>`,
		"front":           `<div class="front-blockquote">` + said + `<p>Avant</p></div>`,
		"mailspring":      `<div class="gmail_quote_attribution">` + said + `</div><blockquote class="gmail_quote">Avant</blockquote>`,
	} {
		m := parse(t, "From: a@b.example\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n<div>C'est réglé.</div>"+below)
		checkFolds(t, m)
		if got := m.Reply(); got != "C'est réglé." {
			t.Errorf("%s: Reply = %q of %q, folds %+v", name, got, m.Text, m.Folds)
		}
	}
}
