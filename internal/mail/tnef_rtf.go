package mail

import "encoding/binary"

// rtfStart is what every compressed text may refer to before its first byte (MS-OXRTFCP 2.1.2.1).
const rtfStart = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier" +
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// unpackRTF undoes the compression of a formatted body, up to limit bytes; what is cut short is given as far as it goes.
func unpackRTF(b []byte, limit int) (rtf []byte, ok bool) {
	if len(b) < 16 {
		return nil, false
	}
	raw, form := int(binary.LittleEndian.Uint32(b[4:])), binary.LittleEndian.Uint32(b[8:])
	b = b[16:]
	switch form {
	case 0x414c454d: // "MELA": not compressed
		return b[:min(raw, len(b), limit)], true
	case 0x75465a4c: // "LZFu"
	default:
		return nil, false
	}
	raw = min(raw, limit)
	rtf = make([]byte, 0, min(raw, 9*len(b))) // two bytes stand for at most seventeen
	var window [4096]byte
	at := copy(window[:], rtfStart)
	put := func(c byte) {
		rtf = append(rtf, c)
		window[at] = c
		at = (at + 1) % len(window)
	}
	for len(b) > 0 && len(rtf) < raw {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0 && len(rtf) < raw; bit++ {
			if flags>>bit&1 == 0 {
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return rtf, true
			}
			from, size := int(b[0])<<4|int(b[1])>>4, int(b[1]&15)+2
			b = b[2:]
			if from == at { // the mark of the end
				return rtf, true
			}
			for ; size > 0 && len(rtf) < raw; size-- {
				put(window[from])
				from = (from + 1) % len(window)
			}
		}
	}
	return rtf, true
}
