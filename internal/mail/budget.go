package mail

// The budget of work that one mail may cost. It is counted in steps that each take about as long as reading a byte, and
// not by a clock, so that a mail is understood alike on every machine and every day. It allows a gigabyte of content, ten
// thousand parts and hundreds of levels, and is spent within ten seconds. What is beyond it is kept whole as one
// attachment that was not analysed.
const (
	workLimit  = 1 << 30
	entityWork = 32 << 10 // to read a header block, hash and note a part
	levelWork  = 64       // for each level that a part stands in
	equalWork  = 16       // to compare a line with a boundary
)

// Limits on what is kept, in bytes.
const (
	textLimit   = 1 << 20
	htmlLimit   = 4 << 20
	reportLimit = 64 << 10  // of each part that classification reads
	eventLimit  = 256 << 10 // of a text/calendar part
)

func (p *parser) spend(steps int) { p.work += steps }

func (p *parser) spent() bool { return p.work > p.budget }

// worth counts a part at a depth and says whether it can still be analysed.
func (p *parser) worth(depth int) bool {
	p.spend(entityWork + levelWork*depth)
	return !p.spent()
}

// rest keeps everything up to the end of the mail as one attachment that was not analysed.
func (p *parser) rest() end {
	if p.blind { // what is left is being kept already
		return p.skip()
	}
	p.blind = true
	return p.leaf(place{}, nil, mediaType{value: "application/octet-stream"}, true)
}
