package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// our clients' domains, and our own
var knownDomains = []string{"azurene.example", "boulangerie-martin.fr", "cabinet-lenoir.fr", "mairie-saint-aubin.fr", "transports-dubreuil.com", "optique-verdier.fr", "industrie-clement.com", "ecole-jeanne-moreau.fr"}

const (
	exchangeHead = "Received: from AB1PR01MB0001.eurprd01.prod.outlook.com (2603:10a6::1) by AB2PR01MB0002.eurprd01.prod.outlook.com with HTTPS; Mon, 2 Nov 2026 08:30:00 +0000\n" +
		"Received: from AM1PR01CA0003.eurprd01.prod.outlook.com (2603:10a6::2) by AB1PR01MB0001.eurprd01.prod.outlook.com (2603:10a6::3) with Microsoft SMTP Server; Mon, 2 Nov 2026 08:29:59 +0000\n" +
		"Authentication-Results: %s\n" +
		"Received: from mx.client.example (192.0.2.1) by AM1EUR01FT0001.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server; Mon, 2 Nov 2026 08:29:58 +0000\n"
	googleHead = "Delivered-To: support@azurene.example\nReceived: by 2002:a05:6402:0001 with SMTP id abc; Mon, 2 Nov 2026 00:30:00 -0800 (PST)\nReturn-Path: <x@client.example>\n" +
		"Received: from mx.client.example (mx.client.example. [192.0.2.1]) by mx.google.com with ESMTPS id 1; Mon, 02 Nov 2026 00:29:59 -0800 (PST)\nAuthentication-Results: mx.google.com; %s\n" +
		"Received: from poste (poste.client.example [192.0.2.9]) by mx.client.example; Mon, 2 Nov 2026 09:29:58 +0100\n"
	postfixHead = "Authentication-Results: mx.azurene.example; %s\nReceived: from mx.client.example (mx.client.example [192.0.2.1]) by mx.azurene.example (Postfix) with ESMTPS id 1; Mon, 2 Nov 2026 09:30:00 +0100\n"
	m365Fail    = "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=cabinet-lenoir.fr; dkim=none (message not signed) header.d=none;dmarc=fail action=none header.from=cabinet-lenoir.fr;compauth=fail reason=001"
	m365Pass    = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=client.example; dkim=pass (signature was verified) header.d=client.example;dmarc=pass action=none header.from=client.example;compauth=pass reason=100"
)

// senders gives the warnings about who wrote the mail with these header lines.
func senders(t *testing.T, head string) []Warning {
	t.Helper()
	return SenderWarnings(parse(t, head+"Subject: Panne\nContent-Type: text/plain; charset=utf-8\n\nBonjour, le serveur est en panne."), KnownDomains(knownDomains))
}

// forgedSenders are mails from somebody else than they show, by what must be said of them.
var forgedSenders = map[Warning][]string{
	WarnNameAddress: {
		`From: "support@azurene.example" <x@evil.example>`,
		`From: "Zoé Lenoir <zoe@cabinet-lenoir.fr>" <x@evil.example>`,
		`From: zoe@cabinet-lenoir.fr <x@evil.example>`,
		`From: =?utf-8?Q?zoe=40cabinet-lenoir.fr?= <x@evil.example>`,
		`From: "zoe＠cabinet-lenoir.fr" <x@evil.example>`,
		"From: \"zoe@\u200bcabinet-lenoir.fr\" <x@evil.example>",
		`From: "Zoé Lenoir (zoe@cabinet-lenoir.fr)" <zoe.lenoir@gmail.com>`,
		`From: <zoe@cabinet-lenoir.fr> <x@evil.example>`,
		`From: "zoe (at) cabinet-lenoir.fr" <x@evil.example>`,
		`From: "ZOE@CABINET-LENOIR.FR" <x@evil.example>`,
	},
	WarnLookalike: {
		`From: Zoé <zoe@cabinet-len0ir.fr>`, `From: Zoé <zoe@cabinet-lenior.fr>`, `From: Zoé <zoe@cabinetlenoir.fr>`, `From: Zoé <zoe@cabinet-lenoir.com>`, `From: Zoé <zoe@cabinet-lenoir.fr.evil.example>`,
		`From: Zoé <zoe@cabinet-lenoir-fr.com>`, `From: Zoé <zoe@azurene-support.com>`, `From: Zoé <zoe@аzurene.example>`, `From: Zoé <zoe@xn--zurene-3nf.example>`, `From: Luc <luc@lndustrie-clement.com>`,
		`From: Luc <luc@industrie-cIement.com>`, `From: Luc <luc@transports-dubreui1.com>`, `From: Luc <luc@boulangerie-rnartin.fr>`, `From: Luc <luc@login.azurenne.example>`, "From: Luc <luc@azurene.example.connexion.example>",
	},
	WarnReplyElsewhere: {
		"From: Zoé <zoe@cabinet-lenoir.fr>\nReply-To: zoe.lenoir@gmail.com",
		"From: Zoé <zoe@cabinet-lenoir.fr>\nReply-To: Zoé <direction@evil.example>",
		"From: Zoé <zoe@cabinet-lenoir.fr>\nReply-To: zoe@cabinet-lenoir.fr, x@evil.example",
		"From: Zoé <zoe@client.example>\nReply-To: =?utf-8?Q?Zo=C3=A9?= <zoe@outlook.com>",
		fmt.Sprintf(exchangeHead, m365Pass) + "From: Zoé <zoe@client.example>\nReply-To: Zoé <zoe.client@hotmail.fr>",
		fmt.Sprintf(exchangeHead, m365Pass) + "From: Zoé <zoe@client-sa.example>\nReply-To: Zoé <zoe@c1ient-sa.example>",
	},
	WarnForged: {
		fmt.Sprintf(exchangeHead, m365Fail) + "From: Zoé <zoe@cabinet-lenoir.fr>",
		fmt.Sprintf(exchangeHead, "spf=softfail smtp.mailfrom=x.example; dkim=none;dmarc=none action=none header.from=cabinet-lenoir.fr;compauth=fail reason=601") + "From: Zoé <zoe@cabinet-lenoir.fr>",
		fmt.Sprintf(googleHead, "spf=fail smtp.mailfrom=zoe@cabinet-lenoir.fr; dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=cabinet-lenoir.fr") + "From: Zoé <zoe@cabinet-lenoir.fr>",
		fmt.Sprintf(postfixHead, "dmarc=fail (p=reject dis=none) header.from=cabinet-lenoir.fr") + "From: Zoé <zoe@cabinet-lenoir.fr>",
		fmt.Sprintf(postfixHead, "DMARC = FAIL header.from=cabinet-lenoir.fr") + "From: Zoé <zoe@cabinet-lenoir.fr>",
		fmt.Sprintf(postfixHead, "dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example; dmarc=fail header.from=cabinet-lenoir.fr") + "From: Zoé <zoe@cabinet-lenoir.fr>",
		fmt.Sprintf(exchangeHead, m365Fail) + "Authentication-Results: spf=pass; dmarc=pass header.from=cabinet-lenoir.fr;compauth=pass\nFrom: Zoé <zoe@cabinet-lenoir.fr>",
		fmt.Sprintf(postfixHead, "dmarc=fail header.from=cabinet-lenoir.fr") + "Authentication-Results: mx.azurene.example; dmarc=pass\nFrom: Zoé <zoe@cabinet-lenoir.fr>",
	},
	WarnTwoSenders: {
		"From: Zoé <zoe@cabinet-lenoir.fr>\nFrom: x@evil.example",
		"From: Zoé <zoe@cabinet-lenoir.fr>, X <x@evil.example>",
	},
	WarnMixedLetters: {"From: Zoé <zoe@pаypal.example>"},
}

// TestX5ForgedSenders: every forged sender is said to be doubtful, and why.
func TestX5ForgedSenders(t *testing.T) {
	count := 0
	for want, heads := range forgedSenders {
		for _, head := range heads {
			count++
			if got := senders(t, head+"\n"); !slices.Contains(got, want) {
				t.Errorf("%s: warned of %q\n%s", want, got, head)
			}
		}
	}
	if count < 40 {
		t.Errorf("only %d forged senders", count)
	}
}

// realSenders generates mails of people and programs as a desk gets them every day.
func realSenders() (heads []string) {
	people := []string{"Zoé Lenoir", "Luc Petit", `"Durand, Léa"`, "Accueil", "=?utf-8?Q?Comptabilit=C3=A9?=", `"Jean-Marc (DSI)"`, "M. O'Brien", "Jean @ Lyon", "Zoé | Cabinet Lenoir", "@zoe"}
	domains := append(slices.Clone(knownDomains), "mail.azurene.example", "gmail.com", "orange.fr", "wanadoo.fr", "azurene-lyon.example", "verdier-sports.com", "ecole-victor-hugo.fr", "cabinet-leroy.fr", "société.example", "пример.example",
		"dubreuil.fr", "martin.fr", "clement.com")
	for i, domain := range domains {
		for j, person := range people {
			head := "From: " + person + " <" + []string{"zoe", "accueil", "z.lenoir", "compta"}[(i+j)%4] + "@" + domain + ">\n"
			switch (i + j) % 6 {
			case 0:
				head = fmt.Sprintf(exchangeHead, m365Pass) + head
			case 1:
				head = fmt.Sprintf(googleHead, "dkim=pass header.i=@client.example; spf=pass; dmarc=pass (p=NONE)") + head
			case 2:
				head = fmt.Sprintf(postfixHead, "dkim=none; spf=none; dmarc=none") + head
			case 3:
				head += "Reply-To: bis@" + domain + "\n"
			}
			heads = append(heads, head)
		}
	}
	return append(heads,
		"From: noreply@forms.example\nReply-To: Zoé <zoe@gmail.com>\n",
		"From: wordpress@cabinet-leroy.fr\nReply-To: visiteur@orange.fr\n",
		"From: Luc Petit <luc@fournisseur.example>\nTo: achats@groupes.example\nReply-To: achats@groupes.example\n",
		"From: Équipe <gmail-noreply@fournisseur.example>\nReply-To: zoe@gmail.com\n",
		"From: Zoé via Liste <liste@groupes.example>\nReply-To: zoe@gmail.com\nList-Id: <liste.groupes.example>\n",
		fmt.Sprintf(exchangeHead, m365Pass)+"From: Facturation <factures@client.example>\nReply-To: contact@fournisseur.example\n",
		`From: "zoe@cabinet-lenoir.fr" <zoe@cabinet-lenoir.fr>`+"\n",
		`From: "z.lenoir@cabinet-lenoir.fr" <zoe@cabinet-lenoir.fr>`+"\n",
		`From: "zoe@cabinet-lenoir.fr" <zoe@mail.cabinet-lenoir.fr>`+"\n",
		"From: Zoé <zoe@cabinet-lenoir.fr>, Luc <luc@cabinet-lenoir.fr>\n",
		// what stands below the provider's own lines was written by whoever sent the mail
		fmt.Sprintf(postfixHead, "dmarc=pass")+"Authentication-Results: mx.evil.example; dmarc=fail\nFrom: Zoé <zoe@cabinet-lenoir.fr>\n",
		"Received: from a by mx.azurene.example; Mon, 2 Nov 2026 09:30:00 +0100\nReceived: from b by liste.example; Mon, 2 Nov 2026 09:29:00 +0100\nAuthentication-Results: liste.example; dmarc=fail\nFrom: Zoé <zoe@cabinet-lenoir.fr>\n",
		"Received: from a by mx.azurene.example; Mon, 2 Nov 2026 09:30:00 +0100\nAuthentication-Results: autre.example; dmarc=fail\nFrom: Zoé <zoe@cabinet-lenoir.fr>\n",
		"Authentication-Results: liste.example; dmarc=fail\nFrom: Zoé <zoe@cabinet-lenoir.fr>\n", // never went through a server that says so
		fmt.Sprintf(exchangeHead, "spf=fail; dkim=fail;dmarc=fail action=none;compauth=pass reason=130")+"From: Zoé <zoe@cabinet-lenoir.fr>\n",
	)
}

// TestX5RealSenders: warnings that cry wolf are read by nobody.
func TestX5RealSenders(t *testing.T) {
	heads, warned := realSenders(), 0
	for _, head := range heads {
		if got := senders(t, head); len(got) > 0 {
			warned++
			t.Logf("%q about\n%s", got, head)
		}
	}
	if len(heads) < 200 || warned > 2 {
		t.Errorf("%d of %d real senders are warned of", warned, len(heads))
	}
}

func TestLookalike(t *testing.T) {
	known := KnownDomains([]string{"abc.com", "Azurene.example", "bonneau.fr", "abcd.com"})
	for domain, want := range map[string]string{
		"azurene.example": "", "mail.azurene.example": "", "AZURENE.EXAMPLE.": "", "": "", "localhost": "", "azur.example": "", "azurene-lyon.example": "", "notre-azurene-a-nous.example": "", "gmail.com": "", "azur.com": "",
		"azurene.com": "azurene.example", "azurené.example": "azurene.example", "azurenе.example": "azurene.example", "azuren.example": "azurene.example", "azureen.example": "azurene.example", "azurene-example.net": "azurene.example",
		"secure-azurene.net": "azurene.example", "azurenesupport.net": "azurene.example", "a-z-u-r-e-n-e.example": "azurene.example", "azurene.example.net": "azurene.example",
		"b0nneau.fr": "bonneau.fr", "bormeau.fr": "bonneau.fr", "abc.fr": "", "abd.fr": "",
	} {
		if got, ok := known.Imitated(domain); got != strings.ToLower(want) && !strings.EqualFold(got, want) || ok != (want != "") {
			t.Errorf("%s imitates %q, want %q", domain, got, want)
		}
	}
}

// TestAuthenticationResults: which field is believed, and what it says.
func TestAuthenticationResults(t *testing.T) {
	const mine = "Received: from a by mx.azurene.example; Mon, 2 Nov 2026 09:30:00 +0100\n"
	for head, want := range map[string]string{
		"": "", mine: "", "Authentication-Results: x; dmarc=pass\n": "",
		"Authentication-Results: x; dmarc=pass\n" + mine:                                              "pass",
		"Authentication-Results: x 1; dmarc=fail reason=\"x\"\n" + mine:                               "fail",
		"Authentication-Results: x; dkim=pass\nAuthentication-Results: x; dmarc=fail\n" + mine:        "fail",
		"Authentication-Results: x; dkim=pass\n" + mine + "Authentication-Results: x; dmarc=fail\n":   "",
		"Authentication-Results: x; none\n" + mine:                                                    "",
		"Authentication-Results: (c) x (d); dmarc (e) = pass (p=reject; x)\n" + mine:                  "pass",
		"Authentication-Results: spf=none; dmarc=bestguesspass\n" + mine:                              "bestguesspass",
		mine + "Authentication-Results: mx2.azurene.example; dmarc=pass\n":                            "pass",
		mine + "Authentication-Results: mx.evil.example; dmarc=pass\n":                                "",
		mine + "Authentication-Results: dmarc=pass\n":                                                 "",
		"ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass\nReceived: by mx.google.com; x\n": "pass",
		fmt.Sprintf(exchangeHead, m365Fail):                                                           "fail",
		fmt.Sprintf(googleHead, "dmarc=fail"):                                                         "fail",
		"Received: x\nReceived: by\nAuthentication-Results: ;;;=;a=\n":                                "",
	} {
		if got := readHeader([]byte(head + "\n")).authResults()["dmarc"]; got != want {
			t.Errorf("%q: %q, want %q", head, got, want)
		}
	}
}
