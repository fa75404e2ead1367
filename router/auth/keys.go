package auth

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"golang.org/x/time/rate"

	"github.com/weft-graph/weft/router/telemetry"
)

const (
	maxJWKSBytes = 1 << 20
	jwksTimeout  = 3 * time.Second
	jwksMaxAge   = 10 * time.Minute // after this the set is asked for again, so that a withdrawn key dies
	jwksEvery    = 5 * time.Second  // between two questions, whatever key ids callers make up
	// firstKeysPause is between the first two questions before any request has come.
	firstKeysPause = 100 * time.Millisecond
	jwksBurst      = 3 // questions that may follow each other at once, for a start or a rotation
)

// publicKey is one key of a JWK Set and the algorithm it is meant for ("" for any of its kind).
type publicKey struct {
	key       crypto.PublicKey
	algorithm string
}

// keySet holds the keys of one JWKS URL. It asks for them when an unknown key id comes and when they are old; while the
// URL does not answer, the keys that are known stay good. It is safe for concurrent use.
type keySet struct {
	url     string
	log     *slog.Logger
	client  *http.Client
	limiter *rate.Limiter

	current  atomic.Pointer[keys]
	fetching sync.Mutex
}

// keys is what a JWKS URL said.
type keys struct {
	byID    map[string]publicKey
	fetched time.Time
}

func newKeySet(url string, log *slog.Logger) *keySet {
	return &keySet{
		url: url, log: log, client: &http.Client{Timeout: jwksTimeout},
		limiter: rate.NewLimiter(rate.Every(jwksEvery), jwksBurst),
	}
}

// key returns the key with an id. isLoaded is false when the set was never had, so that nobody can say whether there is
// such a key. Only an unknown id waits for the URL: a known key that is old is good until the answer has come.
func (k *keySet) key(ctx context.Context, id string) (key publicKey, isKnown, isLoaded bool) {
	before := k.current.Load()
	if key, isKnown = before.find(id); isKnown {
		if time.Since(before.fetched) > jwksMaxAge && k.fetching.TryLock() {
			telemetry.Go(ctx, k.log, "auth: fetch keys", func() error { k.refresh(ctx, before); return nil },
				func(error) { k.fetching.Unlock() })
		}
		return key, true, true
	}
	k.fetching.Lock()
	defer k.fetching.Unlock()
	k.refresh(ctx, before)
	now := k.current.Load()
	key, isKnown = now.find(id)
	return key, isKnown, now != nil
}

// prefetch asks the URL if it has never answered, whatever the limit, and reports whether the keys are there.
func (k *keySet) prefetch(ctx context.Context) bool {
	if k.current.Load() != nil {
		return true
	}
	k.fetching.Lock()
	defer k.fetching.Unlock()
	if k.current.Load() != nil {
		return true
	}
	now, err := k.fetch(ctx)
	if err != nil {
		k.log.DebugContext(ctx, "the keys of the token issuer could not be had yet", "url", k.url, "error", err.Error())
		return false
	}
	k.current.Store(now)
	return true
}

// refresh asks the URL, unless somebody has since the caller read the keys, or the limit does not allow it. The caller
// holds fetching.
func (k *keySet) refresh(ctx context.Context, before *keys) {
	if k.current.Load() != before || !k.limiter.Allow() {
		return
	}
	now, err := k.fetch(ctx)
	if err != nil {
		k.log.WarnContext(ctx, "the keys of the token issuer could not be had", "url", k.url, "error", err.Error())
		return
	}
	k.current.Store(now)
}

func (k *keys) find(id string) (publicKey, bool) {
	if k == nil {
		return publicKey{}, false
	}
	key, ok := k.byID[id]
	return key, ok
}

func (k *keySet) fetch(ctx context.Context) (*keys, error) {
	// A caller that gives up must not spoil the answer for those that wait.
	r, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	response, err := k.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxJWKSBytes))
	if err != nil {
		return nil, err
	}
	byID, err := parseKeys(body)
	if err != nil {
		return nil, err
	}
	return &keys{byID: byID, fetched: time.Now()}, nil
}

// parseKeys reads a JWK Set (RFC 7517) and keeps the public signature keys that have an id.
func parseKeys(body []byte) (map[string]publicKey, error) {
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("read the JWK Set: %w", err)
	}
	byID := map[string]publicKey{}
	for _, entry := range set.Keys {
		if entry.KID == "" || entry.USE == jwkset.UseEnc {
			continue
		}
		key, err := jwkset.NewJWKFromMarshal(entry, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil {
			continue // a key of a kind that is unknown here spoils none of the others
		}
		byID[entry.KID] = publicKey{key: key.Key(), algorithm: entry.ALG.String()}
	}
	if len(byID) == 0 {
		return nil, errors.New("the JWK Set has no usable key with an id")
	}
	return byID, nil
}
