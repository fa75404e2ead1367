package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// newJWKS returns a JWK Set with one key, whose id is "known".
func newJWKS(t *testing.T) []byte {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"known","x":%q}]}`,
		base64.RawURLEncoding.EncodeToString(public))
}

// TestSilentIssuerDelaysNobodyWithAKnownKey: after a restart the keys on disk are old, and the issuer takes requests but
// never answers. One caller waits for it; no other does, however many there are.
func TestSilentIssuerDelaysNobodyWithAKnownKey(t *testing.T) {
	asked, release := make(chan struct{}, 100), make(chan struct{})
	issuer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{}; <-release }))
	keys := newKeySet(issuer.URL, filepath.Join(t.TempDir(), "jwks.json"))
	keys.client.Timeout = 0 // the test ends the wait, not the clock
	if err := keys.writeFile(newJWKS(t)); err != nil {
		t.Fatal(err)
	}
	var asking errgroup.Group
	t.Cleanup(issuer.Close)
	t.Cleanup(func() { close(release); _ = asking.Wait() })
	asking.Go(func() error { _, err := keys.key(t.Context(), "known"); return err })
	<-asked
	others := make(chan error, 1)
	asking.Go(func() error {
		var failed error
		for range 20 {
			_, err := keys.key(t.Context(), "known")
			failed = errors.Join(failed, err)
		}
		others <- failed
		return nil
	})
	select {
	case err := <-others:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("callers with a known key wait for an issuer that does not answer")
	}
	if len(asked) != 0 {
		t.Errorf("the issuer was asked %d more times", len(asked))
	}
}

// TestWaitersShareWhatTheIssuerDidNotSay: callers with an unknown key, of which one asks, do not ask one after another.
func TestWaitersShareWhatTheIssuerDidNotSay(t *testing.T) {
	asked, release := make(chan struct{}, 100), make(chan struct{})
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-release
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(issuer.Close)
	keys := newKeySet(issuer.URL, "")
	keys.client.Timeout = 0
	waiting := make(chan struct{}, 20)
	var asking errgroup.Group
	for range cap(waiting) {
		asking.Go(func() error {
			waiting <- struct{}{}
			if _, err := keys.key(t.Context(), "unknown"); !errors.Is(err, ErrUnavailable) {
				return fmt.Errorf("got %w", err)
			}
			return nil
		})
	}
	for range cap(waiting) {
		<-waiting
	}
	close(release)
	if err := asking.Wait(); err != nil {
		t.Error(err)
	}
	// A goroutine that had not got to the lock yet may ask itself, as far as the limit goes.
	if n := len(asked); n > jwksBurst {
		t.Errorf("the issuer was asked %d times", n)
	}
}

// TestBadAnswersOfTheIssuerLeaveTheKeys: what is no set of keys, or comes as a failure, logs nobody out.
func TestBadAnswersOfTheIssuerLeaveTheKeys(t *testing.T) {
	status, body := http.StatusOK, newJWKS(t)
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	t.Cleanup(issuer.Close)
	keys := newKeySet(issuer.URL, filepath.Join(t.TempDir(), "jwks.json"))
	good, err := keys.key(t.Context(), "known")
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]struct {
		status int
		body   []byte
	}{
		"no keys": {200, []byte(`{"keys":[]}`)}, "another document": {200, []byte(`{}`)}, "no JSON": {200, []byte(`<html>`)},
		"a failure": {500, newJWKS(t)}, "keys of another kind": {200, []byte(`{"keys":[{"kty":"oct","kid":"known","k":"c2VjcmV0"}]}`)},
	} {
		status, body = answer.status, answer.body
		keys.refresh(t.Context())
		if key, err := keys.key(t.Context(), "known"); err != nil || !key.Equal(good) || keys.find(t.Context(), "known").answered {
			t.Errorf("after %s: %v, %v", name, key, err)
		}
		if again, err := newKeySet(issuer.URL, keys.file).key(t.Context(), "known"); err != nil || !again.Equal(good) {
			t.Errorf("after %s, and a restart: %v, %v", name, again, err)
		}
	}
}
