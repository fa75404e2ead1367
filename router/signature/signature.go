// Package signature signs the router's requests to subgraphs, so that a subgraph can refuse everybody else: entity
// representations are the caller's word, and only the router's word is good.
//
// The signature is an HMAC-SHA256 with a key that both know, over the scheme's name, the time, the method, the path
// with its query, and the body. It knows no HTTP client and no GraphQL.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// TimeHeader carries the Unix time in seconds at which a request was signed.
	TimeHeader = "Weft-Signature-Time"
	// Header carries the signature: "v1=" and the HMAC in lower-case hex.
	Header = "Weft-Signature"
	// MinKeyBytes is the length of the shortest key: that of the hash, below which HMAC loses strength.
	MinKeyBytes = 32

	scheme = "weft-v1"
)

// Key signs requests with one shared secret. It is safe for concurrent use.
type Key struct{ macs sync.Pool }

// NewKey returns the Key for a shared secret of at least MinKeyBytes.
func NewKey(secret string) (*Key, error) {
	if len(secret) < MinKeyBytes {
		return nil, fmt.Errorf("the signing key has %d characters: use at least %d random ones", len(secret), MinKeyBytes)
	}
	return &Key{macs: sync.Pool{New: func() any { return hmac.New(sha256.New, []byte(secret)) }}}, nil
}

// Sign sets the two signature headers of r, which will be sent with body. Method, URL and body must not change
// afterwards.
func (k *Key) Sign(r *http.Request, body []byte, now time.Time) {
	mac := k.macs.Get().(hash.Hash)
	defer k.macs.Put(mac)
	mac.Reset()
	seconds := strconv.FormatInt(now.Unix(), 10)
	head := make([]byte, 0, 128)
	for _, line := range [...]string{scheme, seconds, r.Method, r.URL.RequestURI()} {
		head = append(append(head, line...), '\n')
	}
	mac.Write(head) // a hash never fails to write
	mac.Write(body)
	sum := mac.Sum(head[:0])
	r.Header[TimeHeader] = []string{seconds}
	r.Header[Header] = []string{"v1=" + hex.EncodeToString(sum)}
}

// SignStream signs a request whose body is not known yet: the header's signature is that of an empty body, which says
// who sends, and the trailer of the same name has the signature of the whole, which says what. It returns the reader to
// be sent as the body, in place of body.
func (k *Key) SignStream(r *http.Request, body io.Reader, now time.Time) io.Reader {
	k.Sign(r, nil, now)
	r.Trailer = http.Header{Header: nil}
	mac := k.macs.Get().(hash.Hash)
	mac.Reset()
	for _, line := range [...]string{scheme, r.Header[TimeHeader][0], r.Method, r.URL.RequestURI()} {
		mac.Write([]byte(line)) // a hash never fails to write
		mac.Write([]byte{'\n'})
	}
	return &signedStream{key: k, mac: mac, body: body, trailer: r.Trailer}
}

// signedStream computes the signature of what is read, and puts it into the trailer at the end.
type signedStream struct {
	key     *Key
	mac     hash.Hash
	body    io.Reader
	trailer http.Header
}

func (s *signedStream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	if s.mac == nil {
		return n, err
	}
	s.mac.Write(p[:n])
	if err == io.EOF {
		s.trailer[Header] = []string{"v1=" + hex.EncodeToString(s.mac.Sum(nil))}
		s.key.macs.Put(s.mac)
		s.mac = nil
	}
	return n, err
}
