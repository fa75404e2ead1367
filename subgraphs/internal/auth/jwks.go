package auth

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"golang.org/x/time/rate"
)

const (
	maxJWKSBytes   = 1 << 20
	jwksTimeout    = 3 * time.Second
	jwksMaxAge     = 10 * time.Minute // after this a known key is asked for again, so that a withdrawn one dies
	jwksRenew      = 5 * time.Minute  // how often keep asks for the set, so that no request has to
	jwksRetry      = time.Minute      // after a failure known keys are good for so long
	jwksFirstPause = 100 * time.Millisecond
	jwksLongPause  = 5 * time.Second
	jwksPatience   = 4               // failures in a row that are no news: an issuer that starts beside this service, or is replaced
	jwksEvery      = 5 * time.Second // between two fetches, whatever unknown key ids callers make up
	jwksBurst      = 3               // fetches that may follow each other at once, for a start or a rotation
	jwksFilePerm   = 0o600
	jwksFolderPerm = 0o750
)

// ErrUnavailable means that nobody can say now whether a token is good: the issuer's keys cannot be had.
var ErrUnavailable = errors.New("the token cannot be checked now")

// keySet holds the issuer's public keys: kept current by keep, fetched when an unknown key id comes, kept on disk for a
// start without the issuer. It is safe for concurrent use.
type keySet struct {
	url     string
	file    string // "" keeps nothing on disk
	client  *http.Client
	limiter *rate.Limiter

	fetching sync.Mutex // held by the one that asks the issuer

	mu       sync.Mutex // held for moments only
	keys     map[string]ed25519.PublicKey
	again    time.Time // when even known keys are worth asking for again
	asked    int       // how often the issuer was asked
	failures int       // in a row
	answered bool      // whether it answered the last time
}

func newKeySet(url, file string) *keySet {
	return &keySet{
		url: url, file: file,
		client:  &http.Client{Timeout: jwksTimeout},
		limiter: rate.NewLimiter(rate.Every(jwksEvery), jwksBurst),
	}
}

// key returns the public key with an id. An unknown id, and a set that is old, fetch the set again, at most as often
// as the limiter allows; if the issuer does not answer the keys that are known stay good, and nobody but the one who
// asks it waits for them. The error is ErrUnavailable if the issuer, not having answered, may know the key.
func (k *keySet) key(ctx context.Context, id string) (ed25519.PublicKey, error) {
	before := k.find(ctx, id)
	switch {
	case before.key != nil && before.isFresh:
		return before.key, nil
	case before.key != nil && !k.fetching.TryLock():
		return before.key, nil // somebody is asking already
	case before.key == nil:
		k.fetching.Lock()
	}
	defer k.fetching.Unlock()
	// What was waited for may have come, also if it is that the key was withdrawn or that the issuer is silent.
	now := k.find(ctx, id)
	if now.asked == before.asked && (now.key == nil || !now.isFresh) && k.limiter.Allow() {
		k.refresh(ctx)
		now = k.find(ctx, id)
	}
	switch {
	case now.key != nil:
		return now.key, nil
	case now.answered:
		return nil, fmt.Errorf("no key %q at %s", id, k.url)
	default:
		return nil, fmt.Errorf("%w: %s does not answer, and the key %q is not known", ErrUnavailable, k.url, id)
	}
}

// keep fetches the set at once, with growing pauses until the issuer answers, and from then on before it is old, until
// ctx ends: so no request comes before the keys, and a new key is known before it signs.
func (k *keySet) keep(ctx context.Context) {
	for retry := jwksFirstPause; ; {
		k.fetching.Lock()
		k.refresh(ctx)
		k.fetching.Unlock()
		pause := jwksRenew
		if !k.find(ctx, "").answered {
			pause, retry = retry, min(2*retry, jwksLongPause)
		} else {
			retry = jwksFirstPause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// found is what a keySet knows at a moment about a key id; key is nil if there is none.
type found struct {
	key      ed25519.PublicKey
	isFresh  bool
	asked    int
	answered bool
}

func (k *keySet) find(ctx context.Context, id string) found {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = k.readFile(ctx)
	}
	return found{k.keys[id], time.Now().Before(k.again), k.asked, k.answered}
}

// refresh asks the issuer. A failure leaves everything as it is for a while; of many in a row one is logged.
func (k *keySet) refresh(ctx context.Context) {
	keys, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failures++; err != nil && k.failures == jwksPatience {
		slog.WarnContext(ctx, "could not fetch the keys of the token issuer", "url", k.url, "error", err.Error())
	}
	k.asked, k.answered = k.asked+1, err == nil
	if err != nil {
		k.again = time.Now().Add(jwksRetry)
		return
	}
	k.keys, k.again, k.failures = keys, time.Now().Add(jwksMaxAge), 0
}

func (k *keySet) fetch(ctx context.Context) (map[string]ed25519.PublicKey, error) {
	// A caller that gives up must not spoil the fetch that others wait for.
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	response, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxJWKSBytes))
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(body)
	if err != nil {
		return nil, err
	}
	if err := k.writeFile(body); err != nil {
		slog.WarnContext(ctx, "could not keep the token issuer's keys on disk", "error", err.Error())
	}
	return keys, nil
}

// parseKeys reads a JWK Set (RFC 7517) and keeps its Ed25519 keys: no other algorithm is ever accepted.
func parseKeys(body []byte) (map[string]ed25519.PublicKey, error) {
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("read the JWK Set: %w", err)
	}
	keys := map[string]ed25519.PublicKey{}
	for _, entry := range set.Keys {
		key, err := jwkset.NewJWKFromMarshal(entry, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil {
			continue // a key of a kind that is unknown here spoils none of the others
		}
		if public, ok := key.Key().(ed25519.PublicKey); ok && entry.KID != "" {
			keys[entry.KID] = public
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the JWK Set has no Ed25519 key with an id")
	}
	return keys, nil
}

func (k *keySet) readFile(ctx context.Context) map[string]ed25519.PublicKey {
	if k.file == "" {
		return nil
	}
	body, err := os.ReadFile(k.file)
	if os.IsNotExist(err) {
		return nil
	}
	var keys map[string]ed25519.PublicKey
	if err == nil {
		keys, err = parseKeys(body)
	}
	if err != nil {
		slog.WarnContext(ctx, "could not read the keys kept on disk", "file", k.file, "error", err.Error())
		return nil
	}
	return keys
}

// writeFile replaces the file as a whole, so that a crash leaves either the old keys or the new ones.
func (k *keySet) writeFile(body []byte) error {
	if k.file == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(k.file), jwksFolderPerm); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(k.file), filepath.Base(k.file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // is gone already after the rename
	_, err = temporary.Write(body)
	if err == nil {
		err = temporary.Chmod(jwksFilePerm)
	}
	if err == nil {
		err = temporary.Sync()
	}
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), k.file)
}
