//go:build desktop && production

// Command empty is the floor of every window: a Wails program with nothing in it but one colour.
package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

func main() {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>Empty</title><body style="background:#13b457">`)
	})
	err := wails.Run(&options.App{
		Title: "Empty", Width: 1280, Height: 800,
		AssetServer: &assetserver.Options{Handler: page},
		Linux:       &linux.Options{WebviewGpuPolicy: linux.WebviewGpuPolicyNever}, // as in app/window
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
