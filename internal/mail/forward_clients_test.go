package mail

import (
	"strings"
	"testing"
)

// TestForwardsOfPrograms: the original sender of a mail that was passed on, whoever passes it on and however.
func TestForwardsOfPrograms(t *testing.T) {
	const body = "Bonjour,\n\nl'imprimante ne répond plus."
	const luc, zoe = "Luc Petit <luc@client.example>", "Zoé Durand <zoe@client.example>"
	for name, tc := range map[string]struct{ subject, block string }{
		"zimbra":           {"Fwd: Imprimante", "----- Mail transféré -----\nDe: \"Luc Petit\" <luc@client.example>\nÀ: \"Zoé Durand\" <zoe@client.example>\nEnvoyé: Lundi 2 Novembre 2026 08:12:00\nObjet: Imprimante\n\n"},
		"zimbra, original": {"Fwd: Imprimante", "----- Mail original -----\nDe: \"Luc Petit\" <luc@client.example>\nÀ: \"Zoé Durand\" <zoe@client.example>\nEnvoyé: Lundi 2 Novembre 2026 08:12:00\nObjet: Imprimante\n\n"},
		"roundcube":        {"Fwd: Imprimante", "-------- Message original --------\nObjet: Imprimante\nDate: 2026-11-02 08:12\nDe: " + luc + "\nÀ: " + zoe + "\n\n"},
		"sogo":             {"Tr: Imprimante", "-------- Message transféré --------\nSujet: Imprimante\nDate: Lundi, Novembre 02, 2026 08:12 CET\nDe: " + luc + "\nPour: " + zoe + "\n\n"},
		"samsung":          {"Fwd: Imprimante", "-------- Message d'origine --------\nDe : " + luc + "\nDate : 02/11/2026 08:12 (GMT+01:00)\nÀ : " + zoe + "\nObjet : Imprimante\n\n"},
		"apple":            {"Tr: Imprimante", "Début du message transféré :\n\nDe: " + luc + "\nObjet: Imprimante\nDate: 2 novembre 2026 à 08:12:00 UTC+1\nÀ: " + zoe + "\n\n"},
		"apple, rep":       {"Tr: Imprimante", "Début du message réexpédié :\n\nDe: " + luc + "\nÀ: " + zoe + "\nObjet: Imprimante\nDate: 2 novembre 2026 à 08:12:00 UTC+1\nRépondre à: luc@client.example\n\n"},
		"notes":            {"Tr : Imprimante", "----- Réacheminé par Zoé Durand/CLIENT le 02/11/2026 09:30 -----\n\nDe :        " + luc + "\nPour :        " + zoe + "\nDate :        02/11/2026 08:12\nObjet :        Imprimante\n\n"},
		"outlook 2003":     {"TR : Imprimante", "-----Message d'origine-----\nDe : Luc Petit [mailto:luc@client.example]\nEnvoyé : lundi 2 novembre 2026 08:12\nÀ : " + zoe + "\nObjet : Imprimante\n\n"},
		"outlook, spaces":  {"TR: Imprimante", "De\u00a0: " + luc + "\u00a0\nEnvoyé\u00a0: lundi 2 novembre 2026 08:12\nÀ\u00a0: " + zoe + "\nObjet\u00a0: Imprimante\n\n"},
		"outlook, stars":   {"TR: Imprimante", "*De :* " + luc + "\n*Envoyé :* lundi 2 novembre 2026 08:12\n*À :* " + zoe + "\n*Objet :* Imprimante\n\n"},
		"outlook, marked":  {"TR: Imprimante", "De : Luc Petit <luc@client.example<mailto:luc@client.example>>\nEnvoyé : lundi 2 novembre 2026 08:12\nÀ : Zoé Durand <zoe@client.example<mailto:zoe@client.example>>\nObjet : Imprimante\n\n"},
		"outlook, urgent":  {"TR: Imprimante", "De : " + luc + "\nEnvoyé : lundi 2 novembre 2026 08:12\nÀ : " + zoe + "\nObjet : Imprimante\nImportance : Haute\n\n"},
		"gmail es":         {"Fwd: Imprimante", "---------- Forwarded message ---------\nDe: " + luc + "\nDate: lun, 2 nov 2026 a las 8:12\nSubject: Imprimante\nTo: " + zoe + "\n\n\n"},
		"gmail de":         {"Fwd: Imprimante", "---------- Forwarded message ---------\nVon: " + luc + "\nDate: Mo., 2. Nov. 2026 um 08:12 Uhr\nSubject: Imprimante\nTo: " + zoe + "\n\n\n"},
		"outlook de":       {"WG: Imprimante", "Von: " + luc + "\nGesendet: Montag, 2. November 2026 08:12\nAn: " + zoe + "\nBetreff: Imprimante\n\n"},
		"outlook es":       {"RV: Imprimante", "De: " + luc + "\nEnviado el: lunes, 2 de noviembre de 2026 8:12\nPara: " + zoe + "\nAsunto: Imprimante\n\n"},
		"outlook it":       {"I: Imprimante", "Da: " + luc + "\nInviato: lunedì 2 novembre 2026 08:12\nA: " + zoe + "\nOggetto: Imprimante\n\n"},
		"outlook nl":       {"FW: Imprimante", "Van: " + luc + "\nVerzonden: maandag 2 november 2026 08:12\nAan: " + zoe + "\nOnderwerp: Imprimante\n\n"},
		"outlook pt":       {"ENC: Imprimante", "De: " + luc + "\nEnviada em: segunda-feira, 2 de novembro de 2026 08:12\nPara: " + zoe + "\nAssunto: Imprimante\n\n"},
		"thunderbird it":   {"Fwd: Imprimante", "-------- Messaggio Inoltrato --------\nOggetto: \tImprimante\nData: \tMon, 2 Nov 2026 08:12:00 +0100\nMittente: \t" + luc + "\nA: \t" + zoe + "\n\n\n"},
		"thunderbird nl":   {"Fwd: Imprimante", "-------- Doorgestuurd bericht --------\nOnderwerp: \tImprimante\nDatum: \tMon, 2 Nov 2026 08:12:00 +0100\nVan: \t" + luc + "\nAan: \t" + zoe + "\n\n\n"},
		"proton":           {"TR: Imprimante", "------- Forwarded Message -------\nDe : " + luc + "\nDate : Le lundi 2 novembre 2026 à 08:12\nObjet : Imprimante\nÀ : " + zoe + "\n\n"},
		"unknown tongue":   {"Fwd: Imprimante", "-------- Zurmak zel --------\nFrom: " + luc + "\nDate: Mon, 2 Nov 2026 08:12:00 +0100\nTo: " + zoe + "\nSubject: Imprimante\n\n"},
	} {
		for _, comment := range []string{"", "Pouvez-vous regarder ?\n\n"} {
			m, _ := reply(t, tc.subject, comment+tc.block+body+"\n")
			f := m.Forwarded
			if f == nil {
				t.Errorf("%s: not seen, folds %+v", name, m.Folds)
				continue
			}
			if f.From != (Address{"Luc Petit", "luc@client.example"}) || f.Subject != "Imprimante" || f.Body != body || f.Comment != strings.TrimSpace(comment) || len(f.To) != 1 || f.To[0].Addr != "zoe@client.example" || f.Date == "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// TestForwardedInHTML: the same, as rich mails.
func TestForwardedInHTML(t *testing.T) {
	const block = `<b>De&nbsp;:</b> Luc Petit &lt;luc@client.example&gt;<br><b>Envoyé&nbsp;:</b> lundi 2 novembre 2026 08:12<br><b>À&nbsp;:</b> Zoé Durand &lt;zoe@client.example&gt;<br><b>Objet&nbsp;:</b> Imprimante<br>`
	for name, page := range map[string]string{
		"outlook desktop": `<div class=WordSection1><p>Voir.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p>` + block + `</p></div></div><p>&nbsp;</p><p>L'imprimante ne répond plus.</p></div>`,
		"outlook web":     `<div>Voir.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">` + block + `</div><div><br></div><div>L'imprimante ne répond plus.</div>`,
		"gmail":           `<div dir="ltr">Voir.<br><br><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>De : <b>Luc Petit</b> <span>&lt;<a href="mailto:luc@client.example">luc@client.example</a>&gt;</span><br>Date: lun. 2 nov. 2026 à 08:12<br>Subject: Imprimante<br>To:  &lt;<a href="mailto:zoe@client.example">zoe@client.example</a>&gt;<br></div><br><br>L'imprimante ne répond plus.</div></div>`,
		"thunderbird":     `<p>Voir.</p><div class="moz-forward-container"><br>-------- Message transféré --------<table class="moz-email-headers-table"><tr><th>Sujet&nbsp;: </th><td>Imprimante</td></tr><tr><th>Date&nbsp;: </th><td>Mon, 2 Nov 2026 08:12:00 +0100</td></tr><tr><th>De&nbsp;: </th><td>Luc Petit &lt;luc@client.example&gt;</td></tr><tr><th>Pour&nbsp;: </th><td>zoe@client.example</td></tr></table><br><br>L'imprimante ne répond plus.</div>`,
		"apple":           `<div>Voir.<br><blockquote type="cite"><div>Début du message réexpédié :</div><br><div><b>De: </b>Luc Petit &lt;luc@client.example&gt;</div><div><b>Objet: </b><b>Imprimante</b></div><div><b>Date: </b>2 novembre 2026 à 08:12</div><div><b>À: </b>zoe@client.example</div><br><div>L'imprimante ne répond plus.</div></blockquote></div>`,
	} {
		m := parse(t, "From: a@b.example\nSubject: TR: Imprimante\nContent-Type: text/html; charset=utf-8\n\n"+page)
		if f := m.Forwarded; f == nil || f.From.Addr != "luc@client.example" || f.Subject != "Imprimante" || f.Body != "L'imprimante ne répond plus." || f.Comment != "Voir." || m.Reply() != "Voir." {
			t.Errorf("%s: %+v, reply %q of %q", name, f, m.Reply(), m.Text)
		}
	}
}
