package imap

import (
	"github.com/emersion/go-imap/v2"

	"guichet/internal/mail/wire"
)

// Junk, as the name of a folder, is the server's folder for spam, under whatever name it has there.
const Junk = `\Junk`

// junkNames are usual where the server marks no folder as \Junk: in English and French, of Exchange, Orange, Yahoo.
var junkNames = []string{"Junk", "Spam", "Junk E-mail", "Junk Email", "Junk Mail", "Bulk Mail", "Bulk", "Spams", "Courrier indésirable",
	"Courriers indésirables", "Courrier indesirable", "Indésirables", "Indesirables", "Pourriel", "Pourriels", "Quarantaine"}

// junk finds the folder for spam. A server that has none gives an error of the key wire.err.folder.
func (s *session) junk() (string, error) {
	all, err := s.folders()
	if err != nil {
		return "", err
	}
	if found := special(all, imap.MailboxAttrJunk, junkNames...); found != "" {
		return found, nil
	}
	return "", wire.NoFolder(s.o.Server, "Junk", "", nil)
}

// makeJunk finds the folder for spam, or makes one: below INBOX where the server wants all folders there.
func (s *session) makeJunk() (string, error) {
	found, err := s.junk()
	if err == nil || !wire.HasKey(err, "wire.err.folder") {
		return found, err
	}
	names := []string{"Junk"}
	s.ready()
	inbox, err := s.c.List("", "INBOX", nil).Collect()
	if err != nil {
		return "", s.explain(err)
	}
	if len(inbox) == 1 && inbox[0].Delim != 0 {
		names = append(names, "INBOX"+string(inbox[0].Delim)+"Junk")
	}
	for _, name := range names {
		if err = s.create(name); err == nil || !refused(err) {
			return name, s.explain(err)
		}
	}
	return "", s.inFolder(err, "Junk")
}

func (s *session) create(name string) error {
	var o *imap.CreateOptions
	if s.caps.Has(imap.CapCreateSpecialUse) {
		o = &imap.CreateOptions{SpecialUse: []imap.MailboxAttr{imap.MailboxAttrJunk}}
	}
	s.ready()
	if err := s.c.Create(name, o).Wait(); err != nil {
		return err
	}
	s.ready()
	if err := s.c.Subscribe(name).Wait(); err != nil && !refused(err) { // a folder unsubscribed is a folder all the same
		return err
	}
	return nil
}
