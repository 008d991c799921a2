package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const nameLimit = 120 // characters

// CleanName makes a file name from a mail a label that cannot lead anywhere (FAULTS X6): the last element of a path,
// without control and direction characters, without what file systems refuse, not a device name of Windows, at most 120
// characters with its extension kept. It gives "" when nothing is left.
func CleanName(name string) string {
	if name == "" {
		return ""
	}
	if i := strings.IndexByte(name, 0); i >= 0 { // "a.pdf\0.exe" is shown whole, so that the end cannot hide
		name = strings.ReplaceAll(name, "\x00", "_")
	}
	name = strings.TrimRight(name, `/\ `)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(cleanNameRune, strings.ToValidUTF8(name, "_"))
	name = strings.Join(strings.Fields(name), " ")
	name = strings.TrimRight(strings.TrimLeft(name, " "), ". ")
	if utf8.RuneCountInString(name) > nameLimit {
		name = shorten(name)
	}
	if isDevice(name) {
		name = "_" + name
	}
	if strings.Trim(name, ".") == "" {
		return ""
	}
	return name
}

func cleanNameRune(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0x200B || r == 0xFEFF || r == 0x2028 || r == 0x2029:
		return -1
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	}
	return r
}

// shorten cuts the middle out: the beginning says what it is, the extension how it opens.
func shorten(name string) string {
	ext := ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && utf8.RuneCountInString(name[i:]) <= 12 {
		ext = name[i:]
	}
	r := []rune(strings.TrimSuffix(name, ext))
	return string(r[:nameLimit-utf8.RuneCountInString(ext)]) + ext
}

// isDevice knows the names that Windows gives to devices, whatever their extension.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem = strings.TrimSpace(stem); stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	number, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		number, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && utf8.RuneCountInString(number) == 1 && strings.Contains("0123456789¹²³", number)
}
