package mail

// word does what a control word says.
func (r *rtfReader) word(word string, n int, given bool) {
	star := r.now.star
	r.now.star = false
	switch word {
	case "fromhtml":
		r.html = n == 1 || !given
	case "htmltag":
		r.now.tag = star
	case "htmlrtf":
		r.flush()
		r.now.double = n != 0 || !given
	case "fonttbl":
		r.now.table = true
	case "colortbl", "stylesheet", "info", "pict", "object", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "footnote", "fldinst", "listtext":
		r.now.hidden = true
	case "f":
		if !r.now.table {
			r.flush()
		}
		r.now.font = n
	case "fcharset":
		if name := fontCharset(n); name != "" && r.now.table && len(r.fonts) < 1000 {
			r.fonts[r.now.font] = name
		}
	case "ansicpg":
		r.codepage = codepageName(n)
	case "u":
		r.unicode(n)
	case "uc":
		r.now.skipAfter = max(min(n, 10), 0)
	case "bin":
		r.b = r.b[min(max(n, 0), len(r.b)):]
	default:
		if s, ok := rtfSigns[word]; ok {
			r.write(s)
		} else if star {
			r.now.hidden = true // an optional destination that is not known here
		}
	}
}

// unicode takes \uN; what stands after it for older programs is passed over.
func (r *rtfReader) unicode(n int) {
	if r.now.hidden || r.now.table || r.now.double {
		return
	}
	if len(r.raw) > 0 {
		r.flush()
	}
	r.units = append(r.units, uint16(n))
	r.skip = r.now.skipAfter
}

// rtfSigns are the words that stand for a character.
var rtfSigns = map[string]string{
	"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
	"bullet": "•", "endash": "–", "emdash": "—", "emspace": "\u2003", "enspace": "\u2002", "zwj": "\u200d", "zwnj": "\u200c",
}

// fontCharset gives the charset of a font's \fcharset.
func fontCharset(n int) string {
	switch n {
	case 0:
		return "windows-1252"
	case 77:
		return "macintosh"
	case 128:
		return "shift_jis"
	case 129:
		return "euc-kr"
	case 134:
		return "gb18030"
	case 136:
		return "big5"
	case 161:
		return "windows-1253"
	case 162:
		return "windows-1254"
	case 163:
		return "windows-1258"
	case 177:
		return "windows-1255"
	case 178:
		return "windows-1256"
	case 186:
		return "windows-1257"
	case 204:
		return "windows-1251"
	case 222:
		return "windows-874"
	case 238:
		return "windows-1250"
	}
	return "" // the document's own
}
