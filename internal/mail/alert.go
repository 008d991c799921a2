package mail

import (
	"strings"
)

// isAlert knows what monitoring, schedulers and backups send, by evidence only: a header of such a program, its name as
// the sender, or the words of an alert from a sender that is no person. That a program wrote the mail is no evidence.
func (p *parser) isAlert() (Kind, string) {
	for _, f := range p.top {
		for _, sign := range []string{"x-nagios", "x-icinga", "x-zabbix", "x-centreon", "x-prtg", "x-grafana", "x-prometheus", "x-alertmanager", "x-uptime", "x-checkmk", "x-check-mk",
			"x-observium", "x-librenms", "x-opsgenie", "x-pagerduty", "x-site24x7", "x-shinken", "x-monit", "x-cron-env", "x-bacula", "x-veeam"} {
			if strings.HasPrefix(f.name, sign) {
				return KindAlert, f.name + ": " + f.value
			}
		}
	}
	local, _, _ := strings.Cut(strings.ToLower(p.m.From.Addr), "@")
	sender := local + " " + foldText(p.m.From.Name)
	if named(sender, monitors) {
		return KindAlert, "From: " + p.m.From.Addr
	}
	if len(p.m.InReplyTo) > 0 || p.top.has("list-unsubscribe") { // a person who answers, or an advertisement
		return "", ""
	}
	said, vendor := alertSubject(p.m.Subject), named(sender, vendors)
	if said == "" && (p.m.Generated || vendor) {
		said = alertText(p.m.Subject + "\n" + p.m.Text[:min(len(p.m.Text), 3000)])
	}
	switch machine := said != "" && (p.m.Generated || vendor || machineLocal.MatchString(local) || robotSender(p.m.From.Addr)); {
	case said == "" || !machine && !strings.EqualFold(p.top.get("precedence"), "bulk"):
		return "", ""
	case p.m.Generated:
		return KindAlert, "Auto-Submitted: auto-generated, " + said
	}
	return KindAlert, "From: " + p.m.From.Addr + ", " + said
}

// monitors are the programs that send nothing but alerts and reports; vendors are those whose makers also write letters,
// and machines. Names are looked for where a word begins.
var (
	monitors = []string{"nagios", "zabbix", "icinga", "centreon", "prtg", "alertmanager", "grafana", "uptimerobot", "uptime-kuma", "uptime kuma", "uptimekuma", "checkmk", "check_mk", "librenms", "observium", "netdata", "smartd", "mdadm", "shinken",
		"munin", "monit ", "logwatch", "fail2ban", "apcupsd", "cron daemon", "crondaemon", "(cron", "eyesofnetwork", "whatsup gold", "nagstamon", "healthchecks"}
	vendors = []string{"supervision", "monitoring", "datadog", "new relic", "newrelic", "statuscake", "pingdom", "veeam", "acronis", "synology", "qnap", "nas", "freenas", "truenas", "sophos", "fortinet", "fortigate", "stormshield", "watchguard",
		"bitdefender", "eset", "kaspersky", "withsecure", "n-able", "ninjaone", "datto", "barracuda", "arcserve", "altaro", "hornetsecurity", "idrac", "ilo", "vmware", "vcenter", "proxmox", "ups", "onduleur", "sauvegarde", "backup", "solarwinds",
		"site24x7", "opsgenie", "pagerduty", "splunk", "wazuh"}
	machineLocal = lazily(`^(?:root|alert|alerts|alerte|alertes|system|systeme|cron|daemon|admin-?nas|backup|sauvegardes?|server|serveur|srv|noc|onduleur|ups|nas|esxi?|vcenter|pve|firewall|switch|idrac|ilo|imprimante|printer|copieur)(?:$|[-_.+0-9])`)
)

// named says whether one of the names begins a word of s; one of three letters or fewer must be the whole word.
func named(s string, names []string) bool {
	for _, name := range names {
		i := strings.Index(s, name)
		if i < 0 || i > 0 && isWordByte(s[i-1]) && len(name) < 6 {
			continue
		}
		if end := i + len(name); len(name) > 3 || end == len(s) || !isWordByte(s[end]) {
			return true
		}
	}
	return false
}

func isWordByte(c byte) bool { return c >= 'a' && c <= 'z' }

// alertSubject knows the forms of subjects that monitoring writes.
func alertSubject(subject string) string {
	s := foldText(subject)
	for _, sign := range []string{"** problem", "** recovery", "** flapping", "** acknowledgement", "[firing:", "[resolved", "[alerting]", "[ok]", "[critical]", "[warning]", "problem:", "resolved:", "resolved in", "alerte:", "alerte :", "alert:", "[alert",
		"down:", "up:", "critical:", "warning:", "recovery:", "cron <", "[monitoring", "[supervision", "logwatch for", "fail event on", "smart error", "backup failed", "[failed]", "[success]", "sauvegarde en echec", "echec de la sauvegarde"} {
		if strings.HasPrefix(s, sign) {
			return "Subject: " + sign
		}
	}
	for _, state := range []string{" is down", " is critical", " is unreachable", " est injoignable", " est hors ligne", " is up **", " is ok **", " is offline", " is back online", " has failed", " a echoue"} {
		if strings.Contains(s, state) {
			return "Subject: " + strings.TrimSpace(state)
		}
	}
	return ""
}

var alertWords = lazily(`\b(?:critical|warning state|host(?:name)? ?: ?\S+.{0,200}\bservice ?: ?|disk (?:space|usage|failure|full)|low disk|espace disque|disque (?:plein|defaillant|en panne)|raid|degraded|degrade\b|backup (?:job|failed|failure|completed|successful|report|warning)` +
	`|sauvegarde (?:terminee|echouee|reussie|en erreur|en echec|incomplete)|tache de sauvegarde|unreachable|injoignable|not responding|ne repond (?:pas|plus)|hors service|threshold|seuil (?:d'alerte|depasse|critique)|cpu (?:load|usage)|charge processeur|temperature|onduleur|on battery|sur batterie|battery` +
	`|power (?:failure|lost|restored)|coupure (?:de courant|electrique)|certificate .{0,60}expir|certificat .{0,60}expir|(?:virus|malware|threat|menace|intrusion)s? (?:detected|found|blocked|detectee?|bloquee?)|service (?:stopped|down|arrete)|packet loss|perte de paquets|link down|smart (?:error|failure|status)` +
	`|severity ?:|gravite ?:|trigger ?:|sensor ?:|capteur ?:|alarm(?:e|ing)? (?:raised|cleared|active|declenchee)|festplatte|sicherung (?:fehlgeschlagen|erfolgreich)|nicht erreichbar)`)

// alertText finds the words of an alert in what a program wrote.
func alertText(text string) string {
	return alertWords.FindString(strings.Join(strings.Fields(foldText(text)), " "))
}
