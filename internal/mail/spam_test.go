package mail

import (
	"strings"
	"testing"
)

func TestSpam(t *testing.T) {
	for _, c := range []struct {
		head string
		spam bool
	}{
		{"X-Spam-Flag: YES", true},
		{"x-spam-flag: yes", true},
		{"X-Spam-Flag: NO", false},
		{"X-Spam-Flag:", false},
		{"X-Spam-Flag: NO\nX-Spam-Flag: YES", true},
		{"X-Spam-Status: Yes, score=12.3 required=5.0\n\ttests=BAYES_99", true},
		{"X-Spam-Status: No, score=-1.2 required=5.0 tests=YES", false},
		{"X-Spam-Level: *******", false},
		{"X-Spam: Yes", true},
		{"X-Spam-Score: 17", false},
		{"X-Spamd-Result: default: True [17.20 / 15.00];\n\tBAYES_SPAM(5.10)[99.99%]", true},
		{"X-Spamd-Result: default: False [-0.20 / 15.00]", false},
		{"X-Rspamd-Action: add header", true},
		{"X-Rspamd-Action: no action", false},
		{"X-Rspamd-Action: greylist", false},
		{"X-MS-Exchange-Organization-SCL: -1", false},
		{"X-MS-Exchange-Organization-SCL: 1", false},
		{"X-MS-Exchange-Organization-SCL: 5", true},
		{"X-MS-Exchange-Organization-SCL: 9", true},
		{"X-MS-Exchange-Organization-SCL: 55", false},
		{"X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:FR;SCL:1;SRV:;IPV:NLI;SFV:NSPM;CAT:NONE;", false},
		{"X-Forefront-Antispam-Report:\n CIP:192.0.2.1;CTRY:;LANG:fr;SCL:6;SRV:;IPV:NLI;SFV:SPM;CAT:SPM;", true},
		{"X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:1;SFV:NSPM;CAT:PHSH;", true},
		{"X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:-1;SFV:SKN;CAT:NONE;", false},
		{"X-Microsoft-Antispam: BCL:9;", false},
		{"X-VR-SPAMSTATE: SPAM", true},
		{"X-VR-SPAMSTATE: OK", false},
		{"X-Ovh-Spam-Status: OK", false},
		{"X-Barracuda-Spam-Status: Yes, SCORE=4.5", true},
		{"X-Bogosity: Ham, tests=bogofilter, spamicity=0.1", false},
		{"X-Bogosity: Spam, tests=bogofilter, spamicity=0.9", true},
		{"X-DSPAM-Result: Innocent", false},
		{"X-DSPAM-Result: Spam", true},
		{"X-Proofpoint-Spam-Details: rule=notspam policy=default score=0", false},
		{"X-Proofpoint-Spam-Details: rule=spam policy=default score=99", true},
		{"X-KLMS-AntiSpam-Status: not_detected", false},
		{"X-KLMS-AntiSpam-Status: spam", true},
		{"X-CMAE-Verdict: spam", true},
		{"X-me-spamlevel: high", true},
		{"X-me-spamlevel: med", false},
		{"Subject: x\n\nX-Spam-Flag: YES", false}, // in the text
		{"Subject: X-Spam-Flag: YES", false},
		{"Subject: x\n X-Spam-Flag: YES", false},
		{"", false},
		{"X-Spam-Flag: " + strings.Repeat("x", 100_000), false},
	} {
		for _, end := range []string{"", "\n", "\n\nBonjour.\n"} {
			raw := strings.ReplaceAll("From: a@b.example\n"+c.head+end, "\n", "\r\n")
			if sign := parse(t, raw).Spam; (sign != "") != c.spam {
				t.Errorf("%q: %q", c.head[:min(len(c.head), 80)], sign)
			}
		}
	}
}
