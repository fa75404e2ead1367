package upstream

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
)

// bodySource hands a request's bytes to net/http, which may still read them after it has returned an answer. Once
// detached it gives nothing more, so that the bytes can be used again.
type bodySource struct {
	mu   sync.Mutex
	data []byte
	gone bool
}

func (b *bodySource) open() io.ReadCloser { return &bodyReader{source: b} }

func (b *bodySource) reopen() (io.ReadCloser, error) { return b.open(), nil }

func (b *bodySource) detach() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data, b.gone = nil, true
}

var errDetached = errors.New("the call is over")

type bodyReader struct {
	source *bodySource
	pos    int
}

func (r *bodyReader) Read(p []byte) (int, error) {
	r.source.mu.Lock()
	defer r.source.mu.Unlock()
	if r.source.gone {
		return 0, errDetached
	}
	if r.pos >= len(r.source.data) {
		return 0, io.EOF
	}
	n := copy(p, r.source.data[r.pos:])
	r.pos += n
	return n, nil
}

func (r *bodyReader) Close() error { return nil }

// answer is what a subgraph sent. Its bytes are shared by the calls that hold a reference.
type answer struct {
	body    *[]byte
	status  int // 0 for success
	cookies []string
	// httpStatus is the status also of a success.
	httpStatus int
	// isPrivate is set for an answer that is for one caller only.
	isPrivate bool
	// users is the number of calls that still read the body.
	users atomic.Int32
}

func (a *answer) release() {
	if a.users.Add(-1) == 0 {
		putBuffer(a.body)
		a.body = nil
	}
}

// maxPooledBytes keeps one huge answer from holding its memory for ever.
const maxPooledBytes = 1 << 20

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 16<<10); return &b }}

func putBuffer(b *[]byte) {
	if cap(*b) <= maxPooledBytes {
		*b = (*b)[:0]
		buffers.Put(b)
	}
}

var (
	errTooLarge = errors.New("the answer is too long")
	errEncoding = errors.New("the answer cannot be unpacked")
)

// readAnswer reads an answer's body, unpacked, up to limit bytes.
func readAnswer(response *http.Response, limit int64) (*[]byte, error) {
	if response.ContentLength > limit {
		return nil, errTooLarge
	}
	src := io.Reader(response.Body)
	switch encoding := response.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		unpacker := unpackers.Get().(*gzip.Reader)
		defer unpackers.Put(unpacker)
		if err := unpacker.Reset(response.Body); err != nil {
			return nil, fmt.Errorf("%w: %w", errEncoding, err)
		}
		src = unpacker
	default:
		return nil, fmt.Errorf("%w: the content-encoding %q was not asked for", errEncoding, encoding)
	}
	buf := buffers.Get().(*[]byte)
	if n := response.ContentLength; n > int64(cap(*buf)) {
		*buf = make([]byte, 0, n+1)
	}
	err := appendLimited(buf, src, limit)
	if err != nil {
		putBuffer(buf)
		return nil, err
	}
	return buf, nil
}

var unpackers = sync.Pool{New: func() any { return new(gzip.Reader) }}

// appendLimited reads src to its end and fails as soon as there are more than limit bytes.
func appendLimited(dst *[]byte, src io.Reader, limit int64) error {
	b := (*dst)[:0]
	defer func() { *dst = b }()
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := src.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if int64(len(b)) > limit {
			return errTooLarge
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
