package mail

import "bytes"

// ber reads the Basic Encoding Rules (X.690) as far as S/MIME needs them: mailers use indefinite lengths and strings in
// pieces, which the standard library refuses.
type ber struct {
	b   []byte
	bad bool
}

// head takes the tag and the length of the next element off; n is -1 for an indefinite length.
func (r *ber) head() (tag byte, n int) {
	if r.bad || len(r.b) < 2 || r.b[0]&0x1f == 0x1f {
		r.bad = true
		return 0, 0
	}
	tag, n = r.b[0], int(r.b[1])
	r.b = r.b[2:]
	switch {
	case n < 0x80:
		return tag, n
	case n == 0x80:
		return tag, -1
	}
	octets := n & 0x7f
	if octets > 4 || octets > len(r.b) {
		r.bad = true
		return 0, 0
	}
	n = 0
	for _, c := range r.b[:octets] {
		n = n<<8 | int(c)
	}
	r.b = r.b[octets:]
	return tag, n
}

// enter goes into an element with the tag.
func (r *ber) enter(tag byte) {
	if got, _ := r.head(); got != tag {
		r.bad = true
	}
}

// value takes the bytes of an element of definite length, as far as they are there.
func (r *ber) value(tag byte) []byte {
	got, n := r.head()
	if got != tag || n < 0 {
		r.bad = true
		return nil
	}
	return r.take(n)
}

func (r *ber) take(n int) []byte {
	n = min(n, len(r.b))
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

// ended takes the end of an indefinite length off, if it stands here.
func (r *ber) ended() bool {
	if len(r.b) >= 2 && r.b[0] == 0 && r.b[1] == 0 {
		r.b = r.b[2:]
		return true
	}
	return len(r.b) == 0 || r.bad
}

const berDepth = 20

// skip passes over an element.
func (r *ber) skip(depth int) {
	_, n := r.head()
	if n >= 0 {
		r.take(n)
		return
	}
	if depth >= berDepth {
		r.bad = true
	}
	for !r.ended() {
		r.skip(depth + 1)
	}
}

// octets gives a string: as it stands when it is in one piece, else gathered.
func (r *ber) octets() []byte {
	if len(r.b) > 0 && r.b[0] == 0x04 {
		return r.value(0x04)
	}
	return r.pieces(make([]byte, 0, len(r.b)), 0)
}

// pieces gathers the pieces of a string.
func (r *ber) pieces(out []byte, depth int) []byte {
	tag, n := r.head()
	switch {
	case r.bad || depth >= berDepth:
		r.bad = true
	case tag == 0x04 && n >= 0:
		return append(out, r.take(n)...)
	case tag == 0x24 && n < 0:
		for !r.ended() {
			out = r.pieces(out, depth+1)
		}
	case tag == 0x24:
		in := ber{b: r.take(n)}
		for len(in.b) > 0 && !in.bad {
			out = in.pieces(out, depth+1)
		}
	}
	return out
}

// The content types of RFC 5652 and RFC 5083 that are encrypted.
var (
	oidSigned    = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	oidEnveloped = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03}
	oidAuth      = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17}
)

// readCMS says what an S/MIME object is and gives the content of a signed one, as far as it goes. The signature is not
// verified: nobody here has a list of those to trust.
func readCMS(b []byte) (sealing, []byte) {
	r := ber{b: b}
	r.enter(0x30)
	kind := r.value(0x06)
	switch {
	case r.bad:
		return sealNone, nil
	case bytes.Equal(kind, oidEnveloped), bytes.Equal(kind, oidAuth):
		return sealEncrypted, nil
	case !bytes.Equal(kind, oidSigned):
		return sealOther, nil
	}
	r.enter(0xa0)
	r.enter(0x30)
	r.skip(0) // version
	r.skip(0) // digest algorithms
	r.enter(0x30)
	r.value(0x06)
	if r.ended() || r.b[0] != 0xa0 {
		return sealOther, nil // certificates, or a signature apart
	}
	r.enter(0xa0)
	content := r.octets()
	if len(content) == 0 {
		return sealOther, nil
	}
	return sealSigned, content
}
