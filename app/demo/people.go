package demo

import (
	"bytes"
	_ "embed" // people.json and replies.json
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed people.json
var peopleFile []byte

// World is everybody of the demo, always the same.
type World struct {
	Company Company  `json:"company"`
	Agents  []Agent  `json:"agents"`
	Clients []Client `json:"clients"`
}

// Company is the support provider: the mailbox that receives, its other addresses, and
// its signatures by language ("fr", "en").
type Company struct {
	Name       string            `json:"name"`
	Address    string            `json:"address"`
	Aliases    []string          `json:"aliases"`
	Language   string            `json:"language"`
	Signatures map[string]string `json:"signatures"`
}

// Agent is a technician; Role is "N1", "N2" or "lead".
type Agent struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Role     string `json:"role"`
	Language string `json:"language"`
}

// Client is an organisation under contract; Language is that of its mails.
type Client struct {
	Name     string    `json:"name"`
	Language string    `json:"language"`
	Domains  []string  `json:"domains"`
	Sites    []Site    `json:"sites"`
	Contacts []Contact `json:"contacts"`
	Contract *Contract `json:"contract"` // nil for none
	Machines []Machine `json:"machines"`
}

// Contract is what was agreed with a client, as far as it differs from the usual terms. Scope is "infrastructure",
// "workstations" or "listed"; Included are minutes a month, 0 for unlimited.
type Contract struct {
	Name     string `json:"name"`
	Scope    string `json:"scope"`
	Lines    []Line `json:"lines"`
	Saturday bool   `json:"saturday"`
	OnCall   bool   `json:"onCall"`
	Included int    `json:"included"`
}

// Line takes a type of machines into a contract or out of it.
type Line struct {
	Covered bool   `json:"covered"`
	Type    string `json:"type"`
	Note    string `json:"note"`
}

// Site is a place of a client.
type Site struct {
	Name string `json:"name"`
	City string `json:"city"`
}

// Contact is a person at a client. Language is never empty: the client's where the
// person has none. Mailer is how they write ("outlook", "gmail", "apple",
// "thunderbird", "phone"); Gone says that their address no longer exists.
type Contact struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	Role     string `json:"role"`
	Site     string `json:"site"`
	Language string `json:"language"`
	Mailer   string `json:"mailer"`
	Gone     bool   `json:"gone"`
}

// Machine is a machine of a client; Type is "workstation", "server", "printer" or
// "network", Contact the address of the person who uses it, "" for a shared one.
type Machine struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Site    string `json:"site"`
	Contact string `json:"contact"`
}

// People returns the seed of the demo: agents, clients with their domains, sites,
// contacts and machines. It fails only if the embedded file is broken.
func People() (World, error) {
	var w World
	d := json.NewDecoder(bytes.NewReader(peopleFile))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return w, fmt.Errorf("demo people: %w", err)
	}
	for i := range w.Clients {
		for j := range w.Clients[i].Contacts {
			if c := &w.Clients[i].Contacts[j]; c.Language == "" {
				c.Language = w.Clients[i].Language
			}
		}
	}
	return w, nil
}

// Contact returns the contact with that address, compared without case.
func (w World) Contact(email string) (Contact, bool) {
	for _, client := range w.Clients {
		for _, c := range client.Contacts {
			if strings.EqualFold(c.Email, email) {
				return c, true
			}
		}
	}
	return Contact{}, false
}
