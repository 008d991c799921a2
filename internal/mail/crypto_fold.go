package mail

import "strings"

// armorFolds folds what PGP puts around a text that is signed and readable: the lines above it and the signature
// itself (RFC 9580 7). What is encrypted stays in view.
func armorFolds(text string) (folds []Fold) {
	const signed, signature, end = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
	for at := 0; at < len(text) && len(folds) < 100; {
		i := strings.Index(text[at:], "-----BEGIN PGP SIGN")
		if i < 0 {
			break
		}
		start := at + i
		at = start + 1
		if start > 0 && text[start-1] != '\n' {
			continue
		}
		switch rest := text[start:]; {
		case strings.HasPrefix(rest, signed):
			if n := strings.Index(rest[:min(len(rest), headSize)], "\n\n"); n >= 0 {
				folds = append(folds, Fold{FoldSignature, start, start + n + 2})
			}
		case strings.HasPrefix(rest, signature):
			n := strings.Index(rest, end)
			if n < 0 {
				return folds
			}
			at = start + n + len(end)
			folds = append(folds, Fold{FoldSignature, start, at})
		}
	}
	return folds
}
