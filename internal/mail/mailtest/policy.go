package mailtest

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Policy tells a Postfix at each stage of a delivery what to answer, as greylisting does
// (https://www.postfix.org/SMTPD_POLICY_README.html). It answers what its test says, else lets all pass.
type Policy struct {
	mu   sync.Mutex
	port int
	says func(stage, recipient string, n int) string
	n    map[string]int // how often a stage was asked with a recipient
}

// NewPolicy starts one. says gives an action, such as "450 4.2.0 come back", for a stage (CONNECT, EHLO, MAIL, RCPT,
// DATA, END-OF-MESSAGE) that is asked for the nth time, "" for none.
func NewPolicy(t testing.TB, says func(stage, recipient string, n int) string) *Policy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	p := &Policy{port: portOf(ln), says: says, n: map[string]int{}}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	return p
}

// Conf is what PostfixWith needs to ask this policy at every stage.
func (p *Policy) Conf() string {
	ask := fmt.Sprintf("check_policy_service inet:127.0.0.1:%d", p.port)
	return strings.ReplaceAll(`
smtpd_delay_reject = no
smtpd_client_restrictions = ASK
smtpd_helo_restrictions = ASK
smtpd_sender_restrictions = ASK
smtpd_recipient_restrictions = ASK, permit_sasl_authenticated, reject
smtpd_data_restrictions = ASK
smtpd_end_of_data_restrictions = ASK
`, "ASK", ask)
}

func (p *Policy) serve(conn net.Conn) {
	defer conn.Close()
	in, asked := bufio.NewScanner(conn), map[string]string{}
	for in.Scan() {
		name, value, ok := strings.Cut(in.Text(), "=")
		if ok {
			asked[name] = value
			continue
		}
		if _, err := fmt.Fprintf(conn, "action=%s\n\n", p.action(asked["protocol_state"], asked["recipient"])); err != nil {
			return
		}
		clear(asked)
	}
}

func (p *Policy) action(stage, recipient string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n[stage+" "+recipient]++
	if said := p.says(stage, recipient, p.n[stage+" "+recipient]); said != "" {
		return said
	}
	return "DUNNO"
}
