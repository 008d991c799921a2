// Package blob keeps contents by their SHA-256: raw mails and files. A small
// content is a row of the database; a large one is a file, on disk before any
// transaction names it. A content is compressed where that helps, checked each
// time it is read to its end, and collected when nothing names it any more.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"

	"guichet/internal/db"
)

// Small is the size in bytes up to which a content lives in the database.
const Small = 64 << 10

// ErrDamaged says that a content no longer has the hash that it is kept under.
var ErrDamaged = errors.New("the stored content is damaged")

// IsDisk says whether err is of the disk (full, read-only, broken) and not of the
// content.
func IsDisk(err error) bool {
	var e *fs.PathError
	var renamed *os.LinkError
	return errors.As(err, &e) || errors.As(err, &renamed) || errors.Is(err, syscall.ENOSPC)
}

// Content is a content that is ready to be named by a transaction: a small one
// is in memory, a large one is a synced file already, or once it is settled.
type Content struct {
	Hash  string // SHA-256, hex
	Size  int64  // of the content itself, uncompressed
	codec string // "" or "zstd"
	data  []byte // nil for a file
	loose string // the temporary file of a content that is not settled
}

// Writer takes a content in. It is not safe for concurrent use.
type Writer struct {
	dir   string
	hash  hash.Hash
	size  int64
	small *[]byte // borrowed from buffers; nil before the first byte and once there is a file
	file  *os.File
	zip   *zstd.Encoder
}

// NewWriter returns a writer for a content of unknown length. dir is the folder
// of large contents, of which it makes what is missing.
func NewWriter(dir string) *Writer { return &Writer{dir: dir, hash: sha256.New()} }

// Write takes bytes in; beyond Small they go to a temporary file.
func (w *Writer) Write(p []byte) (int, error) {
	w.hash.Write(p)
	w.size += int64(len(p))
	if w.file == nil && w.size <= Small {
		if w.small == nil {
			w.small = buffers.Get().(*[]byte)
		}
		*w.small = append(*w.small, p...)
		return len(p), nil
	}
	if w.file == nil {
		if err := w.spill(); err != nil {
			return 0, err
		}
	}
	if _, err := w.zip.Write(p); err != nil {
		return 0, fmt.Errorf("write a content: %w", err)
	}
	return len(p), nil
}

// spill moves what is in memory to a temporary file.
func (w *Writer) spill() error {
	tmp := filepath.Join(w.dir, "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return fmt.Errorf("make the folder of contents: %w", err)
	}
	f, err := os.CreateTemp(tmp, "in-*")
	if err != nil {
		return fmt.Errorf("write a content: %w", err)
	}
	w.file = f
	w.zip = encoders.Get().(*zstd.Encoder)
	w.zip.Reset(f)
	if w.small != nil {
		if _, err := w.zip.Write(*w.small); err != nil {
			return fmt.Errorf("write a content: %w", err)
		}
	}
	w.giveBack()
	return nil
}

func (w *Writer) giveBack() {
	if w.small != nil {
		*w.small = (*w.small)[:0]
		buffers.Put(w.small)
		w.small = nil
	}
}

// Done ends the content. A large one is synced to disk, under its own name, when
// it returns.
func (w *Writer) Done() (Content, error) {
	c, err := w.Loose()
	if err == nil {
		err = Settle(w.dir, []Content{c})
	}
	if err != nil {
		return Content{}, err
	}
	c.loose = ""
	return c, nil
}

// Loose ends the content without waiting for the disk: Settle must have had it
// before a transaction names it. One that never gets there is collected.
func (w *Writer) Loose() (Content, error) {
	c := Content{Hash: hex.EncodeToString(w.hash.Sum(nil)), Size: w.size}
	switch {
	case w.file != nil:
		c.codec, c.loose = "zstd", w.file.Name()
		if err := w.end(); err != nil {
			w.Discard()
			return Content{}, fmt.Errorf("write a content: %w", err)
		}
	case w.small != nil:
		c.codec, c.data = squeeze(*w.small)
		w.giveBack()
	default:
		c.data = []byte{}
	}
	return c, nil
}

func (w *Writer) end() error {
	err := w.zip.Close()
	encoders.Put(w.zip)
	w.zip = nil
	if err := errors.Join(err, w.file.Close()); err != nil {
		return err
	}
	w.file = nil
	return nil
}

// Discard gives a content up before Done. It may be called after Done, and then
// does nothing.
func (w *Writer) Discard() {
	w.giveBack()
	if w.zip != nil {
		w.zip.Reset(nil)
		encoders.Put(w.zip)
		w.zip = nil
	}
	if w.file != nil {
		// What can't be removed now is in tmp, which Collect empties.
		_ = w.file.Close()
		_ = os.Remove(w.file.Name())
		w.file = nil
	}
}

// Reader reads a content that may not be in the database yet, but is settled.
func (c Content) Reader(dir string) (io.ReadCloser, error) { return open(c, dir) }

// Of is a content from bytes.
func Of(dir string, p []byte) (Content, error) {
	w := NewWriter(dir)
	if _, err := w.Write(p); err != nil {
		w.Discard()
		return Content{}, err
	}
	return w.Done()
}

// Put names a content in the database; to name it twice changes nothing.
func Put(ctx context.Context, tx *db.Tx, now time.Time, c Content) error {
	_, err := tx.Exec(ctx, `INSERT INTO blob (hash, size, codec, data, created_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO NOTHING`, c.Hash, c.Size, c.codec, c.data, now)
	return err
}

// Open reads a content. The reader fails with ErrDamaged at the end of a content
// whose bytes do not match its hash. db.ErrNone means that there is none.
func Open(ctx context.Context, q db.Querier, dir, hash string) (io.ReadCloser, int64, error) {
	c, err := db.One(ctx, q, func(c *Content) []any { return []any{&c.Hash, &c.Size, &c.codec, &c.data} },
		"SELECT hash, size, codec, data FROM blob WHERE hash = ?", hash)
	if err != nil {
		return nil, 0, fmt.Errorf("content %s: %w", hash, err)
	}
	r, err := open(c, dir)
	return r, c.Size, err
}

func open(c Content, dir string) (io.ReadCloser, error) {
	var stored io.ReadCloser = io.NopCloser(bytes.NewReader(c.data))
	if c.data == nil && c.Size > 0 {
		f, err := os.Open(filepath.Join(dir, fileName(c.Hash)))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		stored = f
	}
	plain := stored
	if c.codec == "zstd" {
		z, err := zstd.NewReader(stored, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("content %s: %w", c.Hash, err), stored.Close())
		}
		plain = unzip{z.IOReadCloser(), stored}
	}
	return &checked{ReadCloser: plain, want: c.Hash, size: c.Size, hash: sha256.New()}, nil
}

// ReadAll returns a whole content that is not larger than limit bytes.
func ReadAll(ctx context.Context, q db.Querier, dir, hash string, limit int64) ([]byte, error) {
	r, size, err := Open(ctx, q, dir, hash)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size > limit {
		return nil, fmt.Errorf("content %s has %d bytes, more than %d", hash, size, limit)
	}
	return io.ReadAll(r)
}

type unzip struct {
	io.ReadCloser
	under io.Closer
}

func (u unzip) Close() error { return errors.Join(u.ReadCloser.Close(), u.under.Close()) }

type checked struct {
	io.ReadCloser
	want string
	size int64
	hash hash.Hash
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.hash.Write(p[:n])
	c.size -= int64(n)
	switch {
	case err == io.EOF && (c.size != 0 || hex.EncodeToString(c.hash.Sum(nil)) != c.want):
		return n, fmt.Errorf("content %s: %w", c.want, ErrDamaged)
	case err != nil && err != io.EOF:
		return n, fmt.Errorf("content %s: %w: %w", c.want, ErrDamaged, err)
	}
	return n, err
}

// encoders are dear to make; each writer of a large content borrows one. A check
// sum of their own would be the second: each content is checked by its hash.
var encoders = sync.Pool{New: func() any {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(256<<10), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	return z
}}

// buffers hold what is small still, and what it is compressed to: grown anew for
// each mail they were a third of all that taking one in allocates.
var buffers = sync.Pool{New: func() any {
	p := make([]byte, 0, Small)
	return &p
}}

// squeeze compresses a small content where that saves an eighth of it at least.
func squeeze(p []byte) (codec string, data []byte) {
	if len(p) < 512 {
		return "", append([]byte{}, p...)
	}
	z, to := encoders.Get().(*zstd.Encoder), buffers.Get().(*[]byte)
	defer encoders.Put(z)
	defer buffers.Put(to)
	if out := z.EncodeAll(p, (*to)[:0]); len(out) < len(p)-len(p)/8 {
		return "zstd", append([]byte{}, out...)
	}
	return "", append([]byte{}, p...)
}

// fileName is where a large content lies below the folder of contents.
func fileName(hash string) string { return filepath.Join(hash[:2], hash[2:]+".zst") }

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(syncOpen(f), f.Close())
}
