package mail

// classify fills Message.Kind.
func (p *parser) classify() { p.m.Kind = KindPerson }
