package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

const maxFormBytes = 16 << 10

// introspection answers token introspection (RFC 7662) by the store, and fills the cache on its way, so that the next
// question about the same session is Redis's to answer.
type introspection struct {
	client   Credential
	verifier *auth.Verifier
	store    *store.Store
	cache    *sessioncache.Cache
}

// introspected is the answer of RFC 7662, with the session's id and version as further members. An inactive answer has
// a version if the token's session lives and only the token is older than it.
type introspected struct {
	Active    bool   `json:"active"`
	Subject   string `json:"sub,omitempty"`
	SessionID string `json:"sid,omitempty"`
	Version   int64  `json:"ver,omitempty"`
	Expires   int64  `json:"exp,omitempty"`
	Scope     string `json:"scope,omitempty"`
}

// ServeHTTP answers POST with the form member `token`.
func (i introspection) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !i.isClient(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="introspection"`)
		fail.Write(w, http.StatusUnauthorized, fail.New(fail.Unauthenticated, "Introspection needs the client credential."))
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		fail.Write(w, http.StatusUnsupportedMediaType,
			fail.New(fail.BadInput, "Introspection takes application/x-www-form-urlencoded."))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil || r.PostForm.Get("token") == "" {
		fail.Write(w, http.StatusBadRequest, fail.Input("token", "Introspection takes a form with the member token."))
		return
	}
	answer, err := i.look(r, r.PostForm.Get("token"))
	if err != nil {
		slog.ErrorContext(r.Context(), "could not look up a session", "error", err.Error())
		fail.Write(w, http.StatusServiceUnavailable, fail.New(fail.Unavailable, "The session cannot be looked up now."))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(answer) // the caller has gone if this fails
}

// isClient compares hashes, so that neither the content nor the length of the secret shows in the time taken.
func (i introspection) isClient(r *http.Request) bool {
	client, secret, hasCredential := r.BasicAuth()
	gotClient, wantClient := sha256.Sum256([]byte(client)), sha256.Sum256([]byte(i.client.Client))
	gotSecret, wantSecret := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(i.client.Secret))
	same := subtle.ConstantTimeCompare(gotClient[:], wantClient[:]) & subtle.ConstantTimeCompare(gotSecret[:], wantSecret[:])
	return hasCredential && i.client.Secret != "" && same == 1
}

func (i introspection) look(r *http.Request, token string) (introspected, error) {
	ctx := r.Context()
	claims, err := i.verifier.Verify(ctx, token)
	if errors.Is(err, auth.ErrUnavailable) {
		return introspected{}, err
	}
	if err != nil {
		slog.DebugContext(ctx, "introspected a token that does not hold", "reason", err.Error())
		return introspected{}, nil
	}
	session, err := i.store.Session(ctx, claims.SessionID)
	if err != nil {
		return introspected{}, err
	}
	if session == nil || !session.Lives() || session.UserID != claims.Subject {
		return introspected{}, nil
	}
	if session.Version != claims.Version {
		return introspected{Version: session.Version}, nil // the token must be refreshed, and can be
	}
	i.cache.Fill(ctx, session.ID, sessioncache.Entry{
		User: session.UserID, Permissions: claims.Permissions, Version: session.Version, Expires: session.ExpiresAt.Unix(),
	})
	return introspected{
		Active: true, Subject: claims.Subject, SessionID: claims.SessionID, Version: claims.Version,
		Expires: claims.ExpiresAt.Unix(), Scope: strings.Join(claims.Permissions, " "),
	}, nil
}
