package mail

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first asked. All those of this room, compiled with each
// start, took 6 to 30 ms of it and 7 MB, also where no mail was to be read.
type pattern struct {
	made func() *regexp.Regexp
}

// lazily makes a pattern of an expression, which must be valid: a test compiles them all.
func lazily(text string) *pattern {
	return &pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// The methods are those of regexp.Regexp.

func (p *pattern) MatchString(s string) bool              { return p.made().MatchString(s) }
func (p *pattern) FindString(s string) string             { return p.made().FindString(s) }
func (p *pattern) FindStringIndex(s string) []int         { return p.made().FindStringIndex(s) }
func (p *pattern) FindStringSubmatch(s string) []string   { return p.made().FindStringSubmatch(s) }
func (p *pattern) FindSubmatch(b []byte) [][]byte         { return p.made().FindSubmatch(b) }
func (p *pattern) ReplaceAllString(s, with string) string { return p.made().ReplaceAllString(s, with) }

func (p *pattern) FindAllString(s string, n int) []string { return p.made().FindAllString(s, n) }
func (p *pattern) FindAllStringIndex(s string, n int) [][]int {
	return p.made().FindAllStringIndex(s, n)
}
func (p *pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.made().FindAllStringSubmatch(s, n)
}
