package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"guichet/internal/fault"
)

// Keychain is where the system keeps secrets. The zero value is a machine
// without one.
type Keychain struct {
	Get func(account string) (string, error)
	Set func(account, value string) error
}

const service = "Guichet"

// patience is how long a keychain may take: it may be asking the person to
// unlock it. One without a screen may wait for ever.
const patience = time.Minute

// System is the keychain of this system: Credential Manager on Windows, the
// Secret Service on Linux.
func System() Keychain {
	return Keychain{
		Get: func(account string) (string, error) {
			return within(patience, func() (string, error) { return keyring.Get(service, account) })
		},
		Set: func(account, value string) error {
			_, err := within(patience, func() (string, error) { return "", keyring.Set(service, account, value) })
			return err
		},
	}
}

// within gives up waiting for a call that does not come back. The call itself
// can't be stopped.
func within(most time.Duration, call func() (string, error)) (string, error) {
	type answer struct {
		value string
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		value, err := call()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-time.After(most):
		return "", errors.New("the keychain does not answer")
	}
}

func (c Keychain) load(id string) (*Key, error) {
	if c.Get == nil {
		return nil, fs.ErrNotExist
	}
	text, err := c.Get(id)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// keep stores a key and reads it back: some keychains take a value and lose it.
func (c Keychain) keep(k *Key) error {
	if c.Set == nil || c.Get == nil {
		return errors.New("no keychain")
	}
	if err := c.Set(k.id, encode(k)); err != nil {
		return err
	}
	again, err := c.load(k.id)
	if err != nil {
		return err
	}
	if !bytes.Equal(again.raw, k.raw) {
		return errors.New("the keychain gives back another value")
	}
	return nil
}

func encode(k *Key) string { return base64.StdEncoding.EncodeToString(k.raw) + "\n" }

func decode(text string) (*Key, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("the key is not in base64") // the library's error would quote it
	}
	return keyOf(raw)
}

func loadFile(path string) (*Key, error) {
	if path == "" {
		return nil, fs.ErrNotExist
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text := make([]byte, 100)
	n, err := f.Read(text)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	return decode(string(text[:n]))
}

// keepFile stores a key where only its owner can read it, synced to disk. A file
// that is there is never written over.
func keepFile(path string, k *Key) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // 0600 from the start
	if err != nil {
		return fault.Wrap(err, fault.Refused, "secret.err.write", "path", path)
	}
	_, err = tmp.WriteString(encode(k))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = place(tmp.Name(), path)
	}
	if err != nil {
		return fault.Wrap(errors.Join(err, removed(tmp.Name())), fault.Refused, "secret.err.write", "path", path)
	}
	return nil
}

// place gives a whole file its name unless the name is taken.
func place(tmp, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
