package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const (
	// MaxBodyBytes is the longest body of a signed request; a longer one is answered with 413.
	MaxBodyBytes = 4 << 20
	// MaxSkewSeconds is how far the time of a signature may be from ours, in both directions.
	MaxSkewSeconds = 60

	timeHeader      = "Weft-Signature-Time"
	signatureHeader = "Weft-Signature"
	signatureScheme = "v1="
)

// Sign adds the two signature headers to an outgoing request whose body is given (nil if there is none). The request
// must be sent within MaxSkewSeconds and its URL must not change any more.
func Sign(r *http.Request, body, key []byte) {
	signAt(r, body, key, time.Now())
}

func signAt(r *http.Request, body, key []byte, at time.Time) {
	seconds := strconv.FormatInt(at.Unix(), 10)
	sum := signature(key, signed{time: seconds, method: r.Method, uri: r.URL.RequestURI(), body: body})
	r.Header.Set(timeHeader, seconds)
	r.Header.Set(signatureHeader, signatureScheme+hex.EncodeToString(sum))
}

// signed is what a signature covers.
type signed struct {
	time, method, uri string
	body              []byte
}

func signature(key []byte, s signed) []byte {
	return newMAC(key, s).Sum(nil)
}

// newMAC returns the hash of what a signature covers; more of the body may be written to it.
func newMAC(key []byte, s signed) hash.Hash {
	mac := hmac.New(sha256.New, key)
	for _, line := range []string{"weft-v1", s.time, s.method, s.uri} {
		mac.Write([]byte(line)) // a hash never fails to write
		mac.Write([]byte{'\n'})
	}
	mac.Write(s.body)
	return mac
}

// RequireSignature lets only requests pass that somebody who knows the key has signed: the router, or a peer service.
// Others get 401 UNSIGNED_REQUEST. The body is read and checked in full before next sees it.
func RequireSignature(key []byte, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBodyBytes))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			fail.Write(w, http.StatusRequestEntityTooLarge,
				fail.New(fail.BadInput, "The request body is longer than %d bytes.", MaxBodyBytes))
			return
		case err != nil:
			fail.Write(w, http.StatusBadRequest, fail.New(fail.BadInput, "The request body could not be read."))
			return
		}
		if reason := checkSignature(r, body, key, time.Now()); reason != "" {
			refuse(w, r, reason)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, r *http.Request, reason string) {
	slog.WarnContext(r.Context(), "refused an unsigned request", "reason", reason, "remote", r.RemoteAddr)
	fail.Write(w, http.StatusUnauthorized,
		fail.New(fail.UnsignedRequest, "This service answers only signed requests, and %s.", reason))
}

// checkSignature returns why a request is refused, or "".
func checkSignature(r *http.Request, body, key []byte, now time.Time) string {
	seconds := r.Header.Get(timeHeader)
	text, hasScheme := strings.CutPrefix(r.Header.Get(signatureHeader), signatureScheme)
	if seconds == "" || text == "" {
		return "this one has no signature"
	}
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || !hasScheme {
		return "the signature of this one cannot be read"
	}
	if skew := now.Unix() - at; skew > MaxSkewSeconds || skew < -MaxSkewSeconds {
		return "the signature of this one is too old or from the future"
	}
	given, err := hex.DecodeString(text)
	want := signature(key, signed{time: seconds, method: r.Method, uri: r.URL.RequestURI(), body: body})
	if err != nil || !hmac.Equal(given, want) {
		return "the signature of this one does not match"
	}
	return ""
}
