package mail

import "strings"

// safeStyle keeps the declarations of a style attribute that can only change how a letter looks: no address, no
// function but colours, no position, no negative length, so that nothing is loaded and nothing lies over anything.
func safeStyle(style string) string {
	if len(style) > 4000 {
		style = style[:4000]
	}
	var kept []string
	for decl := range strings.SplitSeq(style, ";") {
		property, value, ok := strings.Cut(decl, ":")
		property = strings.ToLower(strings.TrimSpace(property))
		value = strings.TrimSpace(value)
		if ok && safeProperty(property) && safeValue(property, value) {
			kept = append(kept, property+":"+value)
		}
	}
	return strings.Join(kept, ";")
}

func safeProperty(p string) bool {
	switch p {
	case "color", "background", "background-color", "text-align", "text-decoration", "text-indent", "text-transform", "line-height", "letter-spacing",
		"word-spacing", "white-space", "vertical-align", "width", "height", "max-width", "min-width", "max-height", "display", "list-style",
		"list-style-type", "direction", "word-break", "word-wrap", "overflow-wrap", "table-layout", "caption-side", "empty-cells", "float",
		"clear", "quotes", "border-collapse", "border-spacing", "border-radius":
		return true
	}
	for _, family := range []string{"font", "margin", "padding", "border"} {
		rest, ok := strings.CutPrefix(p, family)
		if ok && (rest == "" || rest[0] == '-' && !strings.Contains(rest, "image")) {
			return true
		}
	}
	return false
}

// safeValue lets through words, numbers, quoted names and the colour functions.
func safeValue(property, v string) bool {
	if v == "" || len(v) > 300 || strings.Count(v, "'")%2 != 0 || strings.Count(v, `"`)%2 != 0 || strings.Count(v, "(") != strings.Count(v, ")") {
		return false
	}
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', isDigit(c), strings.IndexByte(` #%.,)'"!`, c) >= 0:
		case c == '-':
			if i+1 < len(v) && (isDigit(v[i+1]) || v[i+1] == '.') && (i == 0 || v[i-1] == ' ' || v[i-1] == ',') {
				return false
			}
		case c == '(':
			if !colourFunction(v[:i]) {
				return false
			}
		default: // backslashes, comments, line ends, everything else
			return false
		}
	}
	if property == "display" {
		switch strings.ToLower(v) {
		case "block", "inline", "inline-block", "list-item", "none", "table", "table-row", "table-cell":
			return true
		}
		return false
	}
	return true
}

func colourFunction(before string) bool {
	before = strings.ToLower(before)
	for _, f := range []string{"rgb", "rgba", "hsl", "hsla"} {
		if rest, ok := strings.CutSuffix(before, f); ok && (rest == "" || rest[len(rest)-1] == ' ' || rest[len(rest)-1] == ',') {
			return true
		}
	}
	return false
}
