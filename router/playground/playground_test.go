package playground_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/router/playground"
)

func pack(t *testing.T, text string) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

const script = "console.log(1)"

// built is a page as the build writes it.
func built(t *testing.T) fstest.MapFS {
	return fstest.MapFS{
		"built/.gitignore":                   {Data: []byte("*")},
		"built/index.html.gz":                pack(t, "<!doctype html><title>page</title>"),
		"built/playground/index-a1.js.gz":    pack(t, script),
		"built/playground/font.unknown.gz":   pack(t, "?"),
		"built/playground/not-packed.js":     {Data: []byte("?")},
		"built/playground/settings.json.gz":  pack(t, "?"),
		"built/playground/deep/worker.js.gz": pack(t, script),
		"built/playground/licenses.txt.gz":   pack(t, "MIT"),
	}
}

var router = playground.Router{Endpoint: "/graph</script>ql", Development: true, Introspection: true}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPage(t *testing.T) {
	h := playground.New(playground.Defaults(), router, built(t))
	page := get(h, "/")
	want := http.Header{
		"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"no-cache"}, "Etag": page.Header()["Etag"],
		"X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"}, "Vary": {"Accept-Encoding"},
		"Cross-Origin-Resource-Policy": {"same-origin"}, "Cross-Origin-Opener-Policy": {"same-origin"},
		"Content-Security-Policy": {"default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
			"style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
	}
	if diff := cmp.Diff(want, page.Header()); diff != "" || page.Code != 200 || page.Body.String() != "<!doctype html><title>page</title>" {
		t.Errorf("%d %s\n%s", page.Code, page.Body, diff)
	}
	if again := get(h, "/", "If-None-Match", page.Header().Get("Etag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("the same page again: %d %s", again.Code, again.Body)
	}
}

func TestFiles(t *testing.T) {
	h := playground.New(playground.Defaults(), router, built(t))
	for encoding, isPacked := range map[string]bool{
		"": false, "gzip": true, "br, gzip": true, "*": true, "GZIP;q=0.5": true, "gzip;q=0": false, "gzip; q=0.000, br": false, "br": false,
	} {
		got := get(h, "/playground/index-a1.js", "Accept-Encoding", encoding)
		if got.Code != 200 || (got.Header().Get("Content-Encoding") == "gzip") != isPacked || (got.Body.String() == script) == isPacked ||
			got.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || got.Header().Get("X-Content-Type-Options") != "nosniff" ||
			got.Header().Get("Content-Type") != "text/javascript; charset=utf-8" || got.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %d %v", encoding, got.Code, got.Header())
		}
	}
	if got := get(h, "/playground/licenses.txt"); got.Body.String() != "MIT" || got.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("the licences: %v %s", got.Header(), got.Body)
	}
	for _, path := range []string{
		"/playground/", "/playground/no.js", "/playground/font.unknown", "/playground/../index.html", "/playground/not-packed.js",
		"/playground//index-a1.js", "/playground/.gitignore", "/playground/../../../etc/passwd",
	} {
		got := get(h, path)
		if got.Code != 404 || got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, got.Code, got.Header())
		}
	}
}

func TestSettings(t *testing.T) {
	c := playground.Defaults()
	c.Tabs = []playground.Tab{{Operation: "{ a }", Variables: map[string]any{"n": 1.0}}, {Operation: "{ b }"}}
	c.SignIn = []playground.SignIn{{Label: "Ada", Operation: "mutation { login }", Variables: map[string]any{"password": "secret"}}}
	tabs := []any{map[string]any{"operation": "{ a }", "variables": map[string]any{"n": 1.0}}, map[string]any{"operation": "{ b }"}}
	for _, development := range []bool{true, false} {
		signIn := []any{}
		if development {
			signIn = []any{map[string]any{"label": "Ada", "operation": "mutation { login }", "variables": map[string]any{"password": "secret"}}}
		}
		want := map[string]any{
			"endpoint": "/graphql", "development": development, "introspection": false, "tabs": tabs, "signIn": signIn,
		}
		h := playground.New(c, playground.Router{Endpoint: "/graphql", Development: development}, built(t))
		got := get(h, "/playground/settings.json")
		var settings any
		if err := json.Unmarshal(got.Body.Bytes(), &settings); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, settings); diff != "" {
			t.Errorf("development %v: %s", development, diff)
		}
		if got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%v", got.Header())
		}
	}
}

// TestPlainPage: what a build without Node answers, and a router whose playground is switched off.
func TestPlainPage(t *testing.T) {
	notBuilt := fstest.MapFS{"built/.gitignore": {Data: []byte("*")}}
	off := playground.Defaults()
	off.Enabled = false
	for name, c := range map[string]struct {
		h     http.Handler
		howTo bool
	}{
		"not built": {playground.New(playground.Defaults(), router, notBuilt), true},
		"off":       {playground.New(off, router, built(t)), false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host, r.TLS = "graph.example", &tls.ConnectionState{}
		w := httptest.NewRecorder()
		c.h.ServeHTTP(w, r)
		body := w.Body.String()
		if w.Code != 200 || !strings.Contains(body, "https://graph.example/graph&lt;/script&gt;ql") || strings.Contains(body, "npm run build") != c.howTo {
			t.Errorf("%s: %d %s", name, w.Code, body)
		}
		header := w.Header()
		if !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'") ||
			header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %v", name, header)
		}
		for _, path := range []string{"/playground/index-a1.js", "/playground/settings.json"} {
			if got := get(c.h, path); got.Code != 404 {
				t.Errorf("%s: %s answers %d", name, path, got.Code)
			}
		}
	}
}
