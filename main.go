// Guichet is the back office of a small IT support provider in one program.
package main

import (
	"os"

	"guichet/app"
)

func main() {
	os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
