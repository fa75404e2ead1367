package auth_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
)

func TestStreamsAreSignedAtTheirEnd(t *testing.T) {
	const limit = 200_000
	body := bytes.Repeat([]byte("0123456789"), 10_000)
	for name, c := range map[string]struct {
		change func(r *http.Request)
		status int
	}{
		"signed":               {func(*http.Request) {}, http.StatusOK},
		"no signature":         {func(r *http.Request) { r.Header.Del("Weft-Signature") }, http.StatusUnauthorized},
		"another path":         {func(r *http.Request) { r.URL.Path = "/peer" }, http.StatusUnauthorized},
		"no trailer":           {func(r *http.Request) { r.Trailer = nil }, http.StatusUnauthorized},
		"the trailer of none":  {func(r *http.Request) { r.Trailer.Set("Weft-Signature", r.Header.Get("Weft-Signature")) }, http.StatusUnauthorized},
		"another body":         {func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(body[1:])) }, http.StatusUnauthorized},
		"longer than it may":   {func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(make([]byte, limit+1))) }, http.StatusRequestEntityTooLarge},
		"a body of the header": {func(r *http.Request) { r.Body = http.NoBody }, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []byte
			handler := auth.RequireStreamSignature(authtest.RouterKey, limit, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				var err error
				if seen, err = io.ReadAll(r.Body); err != nil || r.ContentLength != int64(len(seen)) {
					t.Errorf("the body has %d bytes, said to be %d: %v", len(seen), r.ContentLength, err)
				}
			}))
			request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
			authtest.SignStream(request, body, authtest.RouterKey)
			c.change(request)
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			if recorder.Code != c.status {
				t.Errorf("status %d, want %d", recorder.Code, c.status)
			}
			if isSeen := len(seen) > 0; isSeen != (c.status == http.StatusOK) || isSeen && !bytes.Equal(seen, body) {
				t.Errorf("%d bytes went through", len(seen))
			}
		})
	}
}
