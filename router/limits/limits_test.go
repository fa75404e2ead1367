package limits_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/limits"
)

func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, text)
	w.Close()
	return out.String()
}

func TestBody(t *testing.T) {
	const limit = 100
	for _, c := range []struct {
		name, encoding, body string
		want                 string // what next reads
		tooLarge, broken     bool
	}{
		{name: "at the limit", body: strings.Repeat("a", limit), want: strings.Repeat("a", limit)},
		{name: "over the limit", body: strings.Repeat("a", limit+1), tooLarge: true},
		{name: "gzip", encoding: "gzip", body: packed("hello"), want: "hello"},
		{name: "identity", encoding: "Identity", body: "hello", want: "hello"},
		{name: "bomb", encoding: "GZIP", body: packed(strings.Repeat("a", 50_000)), tooLarge: true},
		{name: "much gzip with nothing in it", encoding: "gzip", body: strings.Repeat(packed(""), 1000), tooLarge: true},
		{name: "no gzip", encoding: "gzip", body: "hello", broken: true},
		{name: "cut off", encoding: "gzip", body: packed("hello")[:12], broken: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
			if c.encoding != "" {
				r.Header.Set("Content-Encoding", c.encoding)
			}
			var got []byte
			var err error
			next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got, err = io.ReadAll(r.Body) })
			limits.Body(limits.Config{MaxBodyBytes: limit}, next).ServeHTTP(httptest.NewRecorder(), r)
			var large *http.MaxBytesError
			switch {
			case c.tooLarge:
				if !errors.As(err, &large) || large.Limit != limit {
					t.Errorf("error %v, want a MaxBytesError", err)
				}
			case c.broken:
				if err == nil {
					t.Errorf("read %q, want an error", got)
				}
			case err != nil || string(got) != c.want:
				t.Errorf("read %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestUnknownEncodingIsNeverRead(t *testing.T) {
	for _, encoding := range []string{"br", "deflate", "gzip, gzip", "zstd"} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"query":"{a}"}`))
		r.Header.Set("Content-Encoding", encoding)
		if name, known := limits.Encoding(r); known || name == "" {
			t.Errorf("%s: known", encoding)
		}
		next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if body, _ := io.ReadAll(r.Body); len(body) > 0 {
				t.Errorf("%s: next read %q", encoding, body)
			}
		})
		limits.Body(limits.Defaults(), next).ServeHTTP(httptest.NewRecorder(), r)
	}
}
