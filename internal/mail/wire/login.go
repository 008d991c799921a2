package wire

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"
)

// Secrets are what a login needs. They never stand in an error: pass All to Said, Quiet and Explain.
type Secrets struct {
	Password, Token string
}

// Secrets asks for the password and the token of s.
func (s Server) Secrets(ctx context.Context) (Secrets, error) {
	var got Secrets
	var err error
	if s.Token != nil {
		if got.Token, err = s.Token(ctx); err != nil {
			if told := (*Error)(nil); errors.As(err, &told) {
				return Secrets{}, told // it says better than we why
			}
			return Secrets{}, Fail("wire.err.token", s.args(), err)
		}
		return got, nil
	}
	if s.Password != nil {
		if got.Password, err = s.Password(ctx); err != nil {
			return Secrets{}, Fail("wire.err.password", s.args(), err)
		}
	}
	return got, nil
}

// All returns the secrets in every form in which they cross the wire, for hiding them.
func (k Secrets) All(user string) []string {
	var all []string
	for _, text := range []string{k.Password, k.Token, xoauth2Text(user, k.Token), "\x00" + user + "\x00" + k.Password} {
		if text != "" && (k.Password != "" || k.Token != "") {
			all = append(all, text, base64.StdEncoding.EncodeToString([]byte(text)))
		}
	}
	return all
}

// Login returns the SASL exchange to use: XOAUTH2 when there is a token, else PLAIN.
func (k Secrets) Login(user string) sasl.Client {
	if k.Token != "" {
		return &xoauth2{user: user, token: k.Token}
	}
	return sasl.NewPlainClient("", user, k.Password)
}

// xoauth2 is the mechanism of Google and Microsoft, which go-sasl no longer has
// (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol).
type xoauth2 struct {
	user, token string
}

func xoauth2Text(user, token string) string {
	return "user=" + user + "\x01auth=Bearer " + token + "\x01\x01"
}

// Start returns the one message of the mechanism.
func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte(xoauth2Text(x.user, x.token)), nil
}

// Next is called on a refusal only: the challenge is then a JSON text that says why.
func (x *xoauth2) Next(challenge []byte) ([]byte, error) {
	return nil, fmt.Errorf("%w: %s", errTokenRefused, Said(string(challenge), x.token))
}

var errTokenRefused = errors.New("token refused")

// LoginRefused explains a login that the server answered with a no. Google and Microsoft refuse ordinary passwords;
// their customers are told what these two want instead. Words are the server's own.
func LoginRefused(s Server, words string, cause error, secrets ...string) error {
	words = Said(words, secrets...)
	key := "wire.err.login"
	switch host := strings.ToLower(s.host()); {
	case s.Token != nil:
		key = "wire.err.login_token"
	case under(host, "gmail.com", "googlemail.com", "google.com"), strings.Contains(words, "gmail.com"):
		key = "wire.err.login_google"
	case under(host, "outlook.com", "office365.com", "office.com", "hotmail.com", "live.com"):
		key = "wire.err.login_microsoft"
	}
	return Fail(key, s.args("words", words), Quiet(cause, secrets...))
}

func under(host string, domains ...string) bool {
	for _, d := range domains {
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

// NoLogin explains a server that offers no way to log in over this connection.
func NoLogin(s Server) error {
	return Fail("wire.err.no_login", s.args(), nil)
}

// Refuse explains a login that was refused with these secrets, as LoginRefused does. A token that the server does not
// want is no longer to be used, whatever its time.
func (k Secrets) Refuse(ctx context.Context, s Server, words string, cause error) error {
	err := LoginRefused(s, words, cause, k.All(s.User)...)
	if k.Token == "" || s.Spoil == nil {
		return err
	}
	return errors.Join(err, s.Spoil(ctx))
}

// IsTokenRefused reports whether err is the server's refusal of an OAuth 2 token.
func IsTokenRefused(err error) bool {
	return errors.Is(err, errTokenRefused)
}

// TurnedAway explains a server that does not want to talk now. Words must have gone through Said.
func TurnedAway(s Server, words string) error {
	return Fail("wire.err.turned_away", s.args("words", words), nil)
}

// NoFolder explains a folder that the server refused to open or to write to. Words are the server's own.
func NoFolder(s Server, folder, words string, cause error) error {
	return Fail("wire.err.folder", s.args("folder", folder, "words", Said(words)), cause)
}

// Refused explains a command that the server answered with a no, for reason; cause holds the server's words.
func Refused(s Server, reason, cause error, secrets ...string) error {
	return Fail("wire.err.no", s.args("words", Said(cause.Error(), secrets...)), reason)
}

// LoginInTwoSteps returns the LOGIN mechanism, for servers that offer no PLAIN.
func (k Secrets) LoginInTwoSteps(user string) sasl.Client {
	return &loginSASL{user: user, password: k.Password}
}

// loginSASL answers whatever the server calls its two questions; go-sasl's own wants the exact word "Password:".
type loginSASL struct {
	user, password string
	asked          int
}

// Start sends nothing ahead, which every server understands.
func (l *loginSASL) Start() (string, []byte, error) { return "LOGIN", nil, nil }

// Next answers a question about the user with the user, any other with the password.
func (l *loginSASL) Next(challenge []byte) ([]byte, error) {
	if l.asked++; l.asked > 2 {
		return nil, sasl.ErrUnexpectedServerChallenge // it would ask for ever
	}
	if strings.Contains(strings.ToLower(string(challenge)), "user") {
		return []byte(l.user), nil
	}
	return []byte(l.password), nil
}
