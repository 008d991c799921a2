// Package web is the one http.Handler behind every door: the window, the
// browser on the team's network, the demo. Everything that a person can do is a
// route here that calls the rooms.
package web

import (
	"context"
	"crypto/x509"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"guichet/internal/answer"
	"guichet/internal/db"
	"guichet/internal/mail/oauth"
	"guichet/internal/secret"
	"guichet/internal/view"
)

// Options is what the handler works on.
type Options struct {
	DB *db.DB
	// Origins are the addresses at which it may be reached, each
	// "scheme://host:port" as a browser writes it. A request to any other Host is
	// refused.
	Origins  []string
	Instance string // names the cookie, so that two instances on one name do not meet
	Dist     fs.FS  // the built front end
	Now      func() time.Time
	Answer   answer.Config // the folder of contents, the key of our Message-IDs, the team's zone
	Log      *slog.Logger
	Demo     bool
	Version  string
	Desk     Desk
	Key      *secret.Key    // seals the mailboxes' passwords
	Tokens   *oauth.Keeper  // of the mailboxes that are entered with OAuth; nil: none are
	Roots    *x509.CertPool // whom a connection test trusts; nil for the system's authorities

	Folder      string // the data folder, as settings show it; "" not to
	Fingerprint string // of the LAN door's key, as settings show it
	// Backups lists the backups that were made; MakeBackup makes one in a folder,
	// "" for the one of the settings. Both may be nil.
	Backups    func(ctx context.Context) ([]Backup, error)
	MakeBackup func(ctx context.Context, folder string) (Backup, error)

	// Look is how the entry page draws the frame, where it is known who comes; nil: as for a stranger.
	Look func(context.Context) Look

	// Shell gives the native things of the desktop window once it exists. nil
	// outside the window: its routes then do not exist.
	Shell func() (Shell, bool)
}

// Backup is one that was made and checked.
type Backup struct {
	Path string
	At   time.Time
	Size int64 // bytes
}

// Shell is what only the desktop window can do. Its arguments come from the
// page and are treated as hostile on the other side too.
type Shell struct {
	// SaveFile asks where to keep r; saved is false when the person gave up.
	SaveFile func(ctx context.Context, name string, r io.Reader) (path string, saved bool, err error)
	// Pick asks for files to read, or for a folder; none when the person gave up.
	Pick     func(ctx context.Context, folder bool) (paths []string, err error)
	OpenURL  func(ctx context.Context, raw string) error
	Notify   func(ctx context.Context, title, body string) error
	SetTitle func(title string)
}

// door is what the handlers share: the options, and what lives as long as the
// program runs.
type door struct {
	Options
	origins map[string]string // by Host
	cross   *http.CrossOriginProtection
	tries   *tries
	grants  *grants
	asking  *questions
	consent *consents
	board   view.Board
	assets  map[string]builtFile
	beat    time.Duration // between comments on an idle feed

	bodyTime, answerTime time.Duration
}

// Handler returns the handler. It fails where the front end can't be read.
func Handler(o Options) (http.Handler, error) {
	d, err := newDoor(o)
	if err != nil {
		return nil, err
	}
	return d.outer(d.mux()), nil
}

func newDoor(o Options) (*door, error) {
	assets, err := readAssets(o.Dist)
	if err != nil {
		return nil, err
	}
	d := &door{Options: o, origins: map[string]string{}, cross: http.NewCrossOriginProtection(),
		tries: newTries(), grants: newGrants(), asking: newQuestions(), consent: newConsents(), assets: assets, beat: 20 * time.Second,
		bodyTime: bodyTime, answerTime: answerTime}
	for _, origin := range o.Origins {
		d.origins[hostOf(origin)] = origin
	}
	return d, nil
}

func (d *door) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range routes() {
		if r.serve != nil {
			mux.Handle(r.pattern, d.walled(r.wall, func(w http.ResponseWriter, req *http.Request) { r.serve(d, w, req) }))
		}
	}
	apiOf(walledMux{mux, d}, d)
	return mux
}

// walledMux puts the session wall before what huma registers.
type walledMux struct {
	*http.ServeMux
	d *door
}

// HandleFunc is what huma registers an operation with.
func (m walledMux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, m.d.walled(wallSession, h))
}
