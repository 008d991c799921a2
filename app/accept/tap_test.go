//go:build linux

package accept

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"sync"
	"testing"
)

// tap is a wire between the program and a server that can be watched and cut.
type tap struct {
	ln    net.Listener
	to    string
	roots *x509.CertPool // the tap itself speaks TLS to the server, and clear text to the program

	mu     sync.Mutex
	n      int // pieces of traffic so far, both ways
	open   int // connections under way
	moved  chan struct{}
	conns  map[net.Conn]bool
	closed bool
}

// listen opens a tap to a server; it ends with the test.
func listen(t *testing.T, to string) *tap {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{ln: ln, to: to, moved: make(chan struct{}), conns: map[net.Conn]bool{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.carry(c) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close() // nothing more comes
		p.cut()
		wg.Wait()
	})
	return p
}

func (p *tap) port() int { return p.ln.Addr().(*net.TCPAddr).Port }

// carry joins one connection to the server until either side ends.
func (p *tap) carry(c net.Conn) {
	defer c.Close()
	s, err := p.dial()
	if err != nil {
		return
	}
	defer s.Close()
	if !p.keep(c, s) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.copy(s, c) })
	both.Go(func() { p.copy(c, s) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	delete(p.conns, s)
	p.open--
}

// clear lets the tap take TLS off. Call it before the program starts.
func (p *tap) clear(roots *x509.CertPool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roots = roots
}

func (p *tap) dial() (net.Conn, error) {
	p.mu.Lock()
	roots := p.roots
	p.mu.Unlock()
	if roots != nil {
		return tls.Dial("tcp", p.to, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	}
	return net.Dial("tcp", p.to)
}

func (p *tap) keep(c, s net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c], p.conns[s] = true, true
	p.open++
	return !p.closed
}

func (p *tap) copy(to, from net.Conn) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			p.count()
			if _, err := to.Write(buf[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	// The other direction may still have something to say: only this one ends.
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // it may be closed already
	}
	_, _ = io.Copy(io.Discard, from)
}

func (p *tap) count() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	close(p.moved)
	p.moved = make(chan struct{})
}

// seen returns the pieces so far, the connections under way, and what closes at the next piece.
func (p *tap) seen() (n, open int, moved <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n, p.open, p.moved
}

// cut ends every connection, and those to come.
func (p *tap) cut() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.drop()
}

// drop ends every connection.
func (p *tap) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close() // it may be closed already
	}
}
