package auth_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os/signal"
	"strings"
	"syscall"
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

// TestNoPlaceForAnUpload: that the disk is full, or the folder for temporary files is not there, is not the client's fault.
func TestNoPlaceForAnUpload(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 10_000)
	for name, take := range map[string]func(t *testing.T){
		"no folder": func(t *testing.T) { t.Setenv("TMPDIR", t.TempDir()+"/nowhere") },
		"full":      func(t *testing.T) { limitFiles(t, 1000) },
	} {
		t.Run(name, func(t *testing.T) {
			handler := auth.RequireStreamSignature(authtest.RouterKey, 200_000, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				t.Error("half an upload went through")
			}))
			request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
			authtest.SignStream(request, body, authtest.RouterKey)
			recorder := httptest.NewRecorder()
			take(t)
			handler.ServeHTTP(recorder, request)
			if text := recorder.Body.String(); recorder.Code != http.StatusServiceUnavailable || !strings.Contains(text, "UNAVAILABLE") || strings.Contains(text, "upload-") {
				t.Errorf("%d %s", recorder.Code, text)
			}
		})
	}
}

// limitFiles lets no file of this process become longer than some bytes, until the test ends: to the one who writes it is
// as on a full disk.
func limitFiles(t *testing.T, longest uint64) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // or the process ends
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: longest, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	})
}
