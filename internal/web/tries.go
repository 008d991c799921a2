package web

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// tries bounds how often one address may try to enter: a ticket can't be
// guessed, but each try costs a write.
type tries struct {
	mu sync.Mutex
	of map[string]*rate.Limiter
}

func newTries() *tries { return &tries{of: map[string]*rate.Limiter{}} }

// allow says whether the request's address may try once more: 10 at once, then
// one every two seconds.
func (t *tries) allow(r *http.Request, now time.Time) bool {
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		from = r.RemoteAddr
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.of) > 10_000 { // forgetting all is kinder than refusing somebody new
		t.of = map[string]*rate.Limiter{}
	}
	l := t.of[from]
	if l == nil {
		l = rate.NewLimiter(rate.Every(2*time.Second), 10)
		t.of[from] = l
	}
	return l.AllowN(now, 1)
}
