package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"guichet/internal/intake"
	"guichet/internal/words"
)

// ingest takes mails in from files: single ones, mbox files, maildirs. It is the
// same path as IMAP; nobody is acknowledged, and doing it twice changes nothing.
func ingest(ctx context.Context, p program, args []string) error {
	if len(args) == 0 {
		p.help()
		return errUsage
	}
	files, total, err := mailFiles(args)
	if err != nil {
		return err
	}
	d, err := openDesk(ctx, p, p.folder(), false)
	if err != nil {
		return err
	}
	in := &ingesting{desk: d, bar: bar{w: p.stderr, total: total}, fates: map[intake.Fate]int{}}
	for _, f := range files {
		if err = in.file(ctx, f); err != nil {
			break
		}
	}
	if err == nil {
		err = in.flush(ctx)
	}
	in.bar.end()
	in.summary()
	return errors.Join(err, d.close())
}

// mailFiles lists the files that the arguments name, with their bytes in all.
func mailFiles(args []string) (files []string, total int64, err error) {
	for _, arg := range args {
		err := filepath.WalkDir(arg, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() {
				return err
			}
			// A maildir keeps what is not delivered yet in tmp.
			if filepath.Base(filepath.Dir(path)) == "tmp" || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "dovecot") {
				return nil
			}
			files, total = append(files, path), total+info.Size()
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return files, total, nil
}

// ingesting is one run of ingest.
type ingesting struct {
	*desk
	batch []*intake.Prepared
	bar   bar
	count int
	again int
	fates map[intake.Fate]int
}

const batchSize = 50

func (in *ingesting) file(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(io.TeeReader(f, &in.bar), 64<<10)
	if head, err := r.Peek(5); err == nil && bytes.Equal(head, []byte("From ")) {
		return in.mbox(ctx, r)
	}
	return in.mail(ctx, r)
}

// mbox reads one mail after the other. A line "From " after an empty one begins
// the next; a quoted ">From " keeps its mark, since nobody knows whose it is.
func (in *ingesting) mbox(ctx context.Context, r *bufio.Reader) error {
	for {
		one := &mboxMail{r: r}
		if err := one.skipLine(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := in.mail(ctx, one); err != nil {
			return err
		}
		if one.err == io.EOF {
			return nil
		}
	}
}

// mboxMail reads up to the next "From " line, which it leaves in r.
type mboxMail struct {
	r     *bufio.Reader
	line  []byte
	blank bool
	err   error
	ended bool
}

func (m *mboxMail) skipLine() error {
	_, err := m.r.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = m.r.ReadSlice('\n')
	}
	return err
}

func (m *mboxMail) Read(p []byte) (int, error) {
	for len(m.line) == 0 {
		if m.err != nil || m.ended {
			return 0, io.EOF
		}
		if head, _ := m.r.Peek(5); m.blank && string(head) == "From " {
			m.ended = true
			return 0, io.EOF
		}
		line, err := m.r.ReadSlice('\n')
		whole := !errors.Is(err, bufio.ErrBufferFull)
		if err != nil && whole {
			m.err = err
		}
		m.line = bytes.Clone(line)
		m.blank = whole && len(bytes.TrimRight(line, "\r\n")) == 0
		if m.err != nil && m.err != io.EOF {
			return 0, m.err
		}
	}
	n := copy(p, m.line)
	m.line = m.line[n:]
	return n, nil
}

func (in *ingesting) mail(ctx context.Context, r io.Reader) error {
	p, err := intake.Prepare(in.answer, intake.Origin{Source: "file"}, r)
	if err != nil {
		return err
	}
	in.batch = append(in.batch, p)
	if len(in.batch) < batchSize {
		return ctx.Err()
	}
	return in.flush(ctx)
}

func (in *ingesting) flush(ctx context.Context) error {
	if len(in.batch) == 0 {
		return ctx.Err()
	}
	outcomes, err := intake.Take(ctx, in.db, in.answer, in.now(), in.batch)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		in.count++
		if o.Again {
			in.again++
		} else {
			in.fates[o.Fate]++
		}
	}
	in.batch = in.batch[:0]
	in.bar.draw(in.count)
	return ctx.Err()
}

func (in *ingesting) summary() {
	fmt.Fprintln(in.stdout, words.Say(in.language, "app.ingest.done", "n", in.count, "opened", in.fates[intake.Opened]+in.fates[intake.Alerted],
		"joined", in.fates[intake.Joined], "again", in.again,
		"aside", in.count-in.again-in.fates[intake.Opened]-in.fates[intake.Alerted]-in.fates[intake.Joined]))
}
