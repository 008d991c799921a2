// Package frontend holds the built interface inside the binary.
package frontend

import (
	"embed"
	"io/fs"
)

// all: takes the dotfile that keeps dist/ there before the first build.
//
//go:embed all:dist
var dist embed.FS

// Dist returns the built interface with index.html at its root. Before the
// front end is built it holds nothing but a dotfile.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // dist is embedded above, and the name is valid
	}
	return sub
}
