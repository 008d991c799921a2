package mail

import (
	"testing"

	"guichet/internal/words"
)

// TestEveryCodeHasWords: what the room says in codes, a person reads in both languages.
func TestEveryCodeHasWords(t *testing.T) {
	var keys []string
	for _, w := range []Warning{WarnTruncated, WarnBadCharset, WarnBadBase64, WarnBadHeader, WarnBadMultipart, WarnNotAnalysed, WarnNoSender, WarnNoDate, WarnEncrypted, WarnEncryptedPart,
		WarnNameAddress, WarnLookalike, WarnReplyElsewhere, WarnForged, WarnTwoSenders, WarnMixedLetters} {
		keys = append(keys, "mail.warning."+string(w))
	}
	for _, k := range []Kind{KindPerson, KindAutoReply, KindBounce, KindFeedback, KindList, KindAlert, KindMeeting} {
		keys = append(keys, "mail.kind."+string(k))
	}
	for _, f := range []FoldKind{FoldQuote, FoldSignature, FoldForward, FoldDisclaimer} {
		keys = append(keys, "mail.fold."+string(f))
	}
	for _, l := range []LinkWarning{LinkOtherHost, LinkPunycode, LinkPlain, LinkUserinfo, LinkAddress} {
		keys = append(keys, "mail.link."+string(l))
	}
	keys = append(keys, "mail.quote_intro", "mail.bad_address", "mail.file_unreadable")
	for _, language := range words.Languages {
		for _, key := range keys {
			if words.Say(language, key) == key {
				t.Errorf("%s has no words in %s", key, language)
			}
		}
	}
}
