package mail

// folding gathers what says that a piece of Text should be folded.
type folding struct{ spans []span }

// shift takes the spans of one HTML part, whose text begins at offset.
func (f *folding) shift(t htmlText, offset int) {
	for _, s := range t.spans {
		f.spans = append(f.spans, span{s.kind, s.start + offset, s.end + offset, s.box})
	}
}
