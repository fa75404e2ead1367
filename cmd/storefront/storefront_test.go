package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/weft-graph/weft/web/storefront"
)

// pages are what a build writes, in small.
var pages = fstest.MapFS{
	"index.html":       {Data: []byte("<!doctype html><title>The shop</title>" + strings.Repeat("<p>words</p>", 50))},
	"favicon.svg":      {Data: []byte("<svg/>")},
	"assets/a-1234.js": {Data: []byte(strings.Repeat("let a = 1;\n", 100))},
}

var discard = slog.New(slog.DiscardHandler)

// start serves the pages before a router and returns the address.
func start(t *testing.T, router http.HandlerFunc) string {
	t.Helper()
	behind := httptest.NewServer(router)
	t.Cleanup(behind.Close)
	return startBefore(t, behind.URL+"/graphql")
}

func startBefore(t *testing.T, router string) string {
	t.Helper()
	site, err := newSite(pages)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(router)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newHandler(t.Context(), config{Router: target, Product: target.JoinPath("..")}, site, discard))
	t.Cleanup(server.Close)
	return server.URL
}

func noRouter(http.ResponseWriter, *http.Request) {}

// ask sends a request with headers given as name, value, … and does not unpack the answer by itself.
func ask(t *testing.T, method, address, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}, Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func TestPages(t *testing.T) {
	shop := start(t, noRouter)
	for _, c := range []struct {
		path, contentType, cache string
		status                   int
		body                     string
	}{
		{"/", "text/html; charset=utf-8", "no-cache", 200, "<title>The shop"},
		{"/products/movie-m", "text/html; charset=utf-8", "no-cache", 200, "<title>The shop"},
		{"/../../etc/passwd", "text/html; charset=utf-8", "no-cache", 200, "<title>The shop"},
		{"/favicon.svg", "image/svg+xml", "no-cache", 200, "<svg/>"},
		{"/assets/a-1234.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", 200, "let a"},
		{"/assets/gone-5678.js", "text/plain; charset=utf-8", "no-store", 404, "no such file"},
		{"/healthz", "application/json", "no-store", 200, `"up"`},
	} {
		res, body := ask(t, http.MethodGet, shop+c.path, "")
		if res.StatusCode != c.status || !strings.Contains(body, c.body) ||
			res.Header.Get("Content-Type") != c.contentType || res.Header.Get("Cache-Control") != c.cache {
			t.Errorf("%s: %s, %s, %s, %.60q", c.path, res.Status, res.Header.Get("Content-Type"), res.Header.Get("Cache-Control"), body)
		}
		for name, want := range securityHeaders {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.path, name, got, want)
			}
		}
	}
}

func TestGzipAndEtag(t *testing.T) {
	shop := start(t, noRouter)
	plain, text := ask(t, http.MethodGet, shop+"/", "")
	if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("without Accept-Encoding: %v", plain.Header)
	}
	packed, body := ask(t, http.MethodGet, shop+"/", "", "Accept-Encoding", "br, gzip")
	if packed.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("with Accept-Encoding: %v", packed.Header)
	}
	reader, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var unpacked bytes.Buffer
	if _, err := io.Copy(&unpacked, reader); err != nil || unpacked.String() != text {
		t.Errorf("unpacked: %v, %.60q", err, unpacked.String())
	}
	if packed.Header.Get("Etag") == plain.Header.Get("Etag") {
		t.Error("both forms have the same Etag")
	}
	if res, _ := ask(t, http.MethodGet, shop+"/", "", "Accept-Encoding", "gzip;q=0"); res.Header.Get("Content-Encoding") != "" {
		t.Error("gzip;q=0 got gzip")
	}
	for _, etag := range []string{plain.Header.Get("Etag"), `"other", W/` + plain.Header.Get("Etag")} {
		if res, body := ask(t, http.MethodGet, shop+"/", "", "If-None-Match", etag); res.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("If-None-Match: %s: %s %q", etag, res.Status, body)
		}
	}
	if res, body := ask(t, http.MethodHead, shop+"/", ""); res.StatusCode != 200 || body != "" || res.ContentLength != int64(len(text)) {
		t.Errorf("HEAD: %s, %d bytes announced, %q", res.Status, res.ContentLength, body)
	}
}

func TestMethods(t *testing.T) {
	shop := start(t, noRouter)
	for _, c := range [][3]string{
		{http.MethodPost, "/", "GET, HEAD"}, {http.MethodDelete, "/healthz", "GET, HEAD"},
		{http.MethodGet, "/graphql", "POST"}, {http.MethodPut, "/graphql", "POST"},
	} {
		if res, _ := ask(t, c[0], shop+c[1], ""); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != c[2] {
			t.Errorf("%s %s: %s, Allow: %s", c[0], c[1], res.Status, res.Header.Get("Allow"))
		}
	}
}

func TestProxy(t *testing.T) {
	shop := start(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Add("Set-Cookie", "session=new; HttpOnly")
		w.Header().Set("X-Content-Type-Options", "other")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, strings.Join([]string{
			r.Method, r.URL.RequestURI(), r.Header.Get("Cookie"), r.Header.Get("Content-Type"), r.Header.Get("X-Forwarded-For"), string(body),
		}, "|"))
	})
	res, body := ask(t, http.MethodPost, shop+"/graphql", `{"query":"{ me { id } }"}`,
		"Cookie", "session=old", "Content-Type", "application/json", "X-Forwarded-For", "203.0.113.7")
	if want := `POST|/graphql|session=old|application/json|203.0.113.7, 127.0.0.1|{"query":"{ me { id } }"}`; body != want {
		t.Errorf("the router saw %s, want %s", body, want)
	}
	if res.StatusCode != http.StatusTeapot || res.Header.Get("Set-Cookie") != "session=new; HttpOnly" {
		t.Errorf("%s, Set-Cookie: %s", res.Status, res.Header.Get("Set-Cookie"))
	}
	if got := res.Header.Values("X-Content-Type-Options"); len(got) != 1 || got[0] != "nosniff" {
		t.Errorf("X-Content-Type-Options: %v", got)
	}
	for _, headers := range [][]string{
		{"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site"},
	} {
		if res, body := ask(t, http.MethodPost, shop+"/graphql", "{}", headers...); res.StatusCode != http.StatusForbidden {
			t.Errorf("%v: %s %s", headers, res.Status, body)
		}
	}
}

func TestRouterDown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String() + "/graphql"
	_ = listener.Close()
	shop := startBefore(t, nobody)
	res, body := ask(t, http.MethodPost, shop+"/graphql", "{}")
	if res.StatusCode != http.StatusBadGateway || !strings.Contains(body, `"code":"UNAVAILABLE"`) {
		t.Errorf("%s %s", res.Status, body)
	}
	if res, _ := ask(t, http.MethodGet, shop+"/order", ""); res.StatusCode != 200 {
		t.Errorf("a page: %s", res.Status)
	}
}

func TestConfig(t *testing.T) {
	good := map[string]string{"LISTEN": ":8080", "ROUTER_URL": "https://router.internal/graphql", "LOG_LEVEL": "debug"}
	c, err := readConfig(func(name string) string { return good[name] })
	if err != nil || c.Listen != ":8080" || c.Router.Host != "router.internal" || c.LogLevel != slog.LevelDebug {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := readConfig(func(string) string { return "" }); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	bad := map[string]string{"LISTEN": "nowhere", "ROUTER_URL": "router", "LOG_LEVEL": "loud"}
	_, err = readConfig(func(name string) string { return bad[name] })
	for name := range bad {
		if err == nil || !strings.Contains(err.Error(), name+" is ") {
			t.Errorf("%s is not among the mistakes: %v", name, err)
		}
	}
}

// TestStop: a request that is under way is answered before the server ends.
func TestStop(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	begun, ended := make(chan struct{}), make(chan error, 1)
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-ctx.Done()
		time.Sleep(50 * time.Millisecond)
		_, _ = io.WriteString(w, "whole")
	})
	go func() { ended <- serve(ctx, listener, slow, discard) }()
	go func() {
		<-begun
		stop()
	}()
	if _, body := ask(t, http.MethodGet, "http://"+listener.Addr().String()+"/", ""); body != "whole" {
		t.Errorf("the answer is %q", body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestFiles: there is something to serve whether or not the pages were built.
func TestFiles(t *testing.T) {
	files, _ := storefront.Files()
	if _, err := newSite(files); err != nil {
		t.Error(err)
	}
	if _, err := newSite(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("no files: %v", err)
	}
}

// TestProductFiles: the files of products come from the product service, as they are, and cannot act as one of the pages.
func TestProductFiles(t *testing.T) {
	shop := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			t.Error("the product service was told who asks")
		}
		if r.URL.Path != "/files/abc" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Set-Cookie", "session=theirs")
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Security-Policy", "sandbox")
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader("0123456789"))
	})
	res, body := ask(t, http.MethodGet, shop+"/files/abc", "", "Cookie", "session=secret", "Authorization", "Bearer secret", "Range", "bytes=2-4")
	if res.StatusCode != http.StatusPartialContent || body != "234" || res.Header.Get("ETag") != `"v1"` || res.Header.Get("Set-Cookie") != "" {
		t.Errorf("a range answers %d %q %v", res.StatusCode, body, res.Header)
	}
	for name, want := range map[string]string{"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff", "Content-Type": "image/png"} {
		if got := res.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q once", name, got, want)
		}
	}
	if res, _ := ask(t, http.MethodGet, shop+"/files/other", ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("another answers %d", res.StatusCode)
	}
	if res, _ := ask(t, http.MethodPost, shop+"/files/abc", "x"); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST answers %d", res.StatusCode)
	}
	down := startBefore(t, "http://127.0.0.1:1/graphql")
	if res, body := ask(t, http.MethodGet, down+"/files/abc", ""); res.StatusCode != http.StatusBadGateway || !strings.Contains(body, "UNAVAILABLE") {
		t.Errorf("without the product service it answers %d %s", res.StatusCode, body)
	}
}
