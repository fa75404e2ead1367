package router_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/router"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/persisted"
	"github.com/weft-graph/weft/router/telemetry"
)

// TestTrustedDocuments: a router that serves trusted documents only runs them by either way of naming them, by POST and
// by GET, and nothing else; in development a developer's tool may send what it likes, and a client still may not.
func TestTrustedDocuments(t *testing.T) {
	const trusted, other = "query Hello($n: Int!) { echo(n: $n) }", "{ hello }"
	manifest := filepath.Join(t.TempDir(), "trusted.json")
	text := fmt.Sprintf("{%q: %q}", persisted.HashOf(trusted), trusted)
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	known, unknown := persisted.HashOf(trusted), persisted.HashOf(other)
	byID := fmt.Sprintf(`{"documentId":%q,"variables":{"n":7}}`, known)
	byExtension := fmt.Sprintf(`{"variables":{"n":7},"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, known)
	byText := fmt.Sprintf(`{"query":%q}`, other)
	withText := fmt.Sprintf(`{"query":%q,"documentId":%q}`, other, unknown)
	const echo, hello = `{"data":{"echo":7}}`, `{"data":{"hello":"world"}}`
	for _, c := range []struct {
		name, body        string
		only, development bool
		tool              string // the value of Weft-Debug
		says              string
	}{
		{name: "id", body: byID, says: echo},
		{name: "extension", body: byExtension, says: echo},
		{name: "text", body: byText, says: hello},
		{name: "unknown id", body: fmt.Sprintf(`{"documentId":%q}`, unknown), says: "PERSISTED_QUERY_NOT_FOUND"},
		{name: "text with its id", body: withText, says: hello},
		{name: "text with another id", body: fmt.Sprintf(`{"query":%q,"documentId":%q}`, other, known), says: "PERSISTED_QUERY_HASH_MISMATCH"},
		{name: "only: id", only: true, body: byID, says: echo},
		{name: "only: extension", only: true, body: byExtension, says: echo},
		{name: "only: text", only: true, body: byText, says: "PERSISTED_QUERY_ID_REQUIRED"},
		{name: "only: text with its id", only: true, body: withText, says: "PERSISTED_QUERY_NOT_FOUND"},
		{name: "only: a tool in production", only: true, body: byText, tool: "playground", says: "PERSISTED_QUERY_ID_REQUIRED"},
		{name: "only: a client in development", only: true, development: true, body: byText, says: "PERSISTED_QUERY_ID_REQUIRED"},
		{name: "only: a tool in development", only: true, development: true, body: byText, tool: "playground", says: hello},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, func(config *config.Config) {
				config.Persisted = persisted.Config{Manifest: manifest, Only: c.only}
				config.Development = c.development
			})
			got := s.post(t, c.body, "Weft-Debug", c.tool)
			if !strings.Contains(got.body, c.says) {
				t.Errorf("status %d: %s, want %s", got.status, got.body, c.says)
			}
		})
	}
	// What clients of automatic persisted queries need to see, to send the text too: Apollo's look for message or code,
	// others for the message alone.
	s := start(t, nil)
	for _, media := range []string{"application/json", "application/graphql-response+json"} {
		got := s.post(t, byExtension, "Accept", media)
		const miss = `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
		if got.status != 200 || got.body != miss || got.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(got.header.Get("Content-Type"), media) {
			t.Errorf("a miss as %s: %d %s %v", media, got.status, got.body, got.header)
		}
	}
	s = start(t, func(config *config.Config) { config.Persisted = persisted.Config{Manifest: manifest, Only: true} })
	query := "/graphql?documentId=" + known + "&variables=" + url.QueryEscape(`{"n":7}`)
	if got := s.send(t, "GET", query, ""); got.status != 200 || !strings.Contains(got.body, echo) {
		t.Errorf("by GET: status %d: %s", got.status, got.body)
	}
}

// TestBadManifest: a router does not start on a manifest that it cannot believe.
func TestBadManifest(t *testing.T) {
	c := config.Default()
	c.Persisted.Manifest = filepath.Join(t.TempDir(), "trusted.json")
	if err := os.WriteFile(c.Persisted.Manifest, []byte(`{"abc": "{ hello }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := router.New(c, telemetry.NewLogger(&logBuffer{}, telemetry.Defaults())); err == nil || !strings.Contains(err.Error(), "trusted.json:1:2") {
		t.Errorf("got %v, want an error that names the place", err)
	}
}

// TestManifestIsFollowed: a manifest that changes is served without a restart, while requests run; a bad one is refused
// with its place, once, and what was trusted before stays.
func TestManifestIsFollowed(t *testing.T) {
	const old, kept, added = "query Old { hello }", "query Kept { hello }", "query Added { hello }"
	path := filepath.Join(t.TempDir(), "trusted.json")
	publish := func(documents ...string) {
		t.Helper()
		lines := make([]string, len(documents))
		for i, document := range documents {
			lines[i] = fmt.Sprintf("  %q: %q", persisted.HashOf(document), document)
		}
		replace(t, path, "{\n"+strings.Join(lines, ",\n")+"\n}\n")
	}
	publish(old, kept)
	s := start(t, func(c *config.Config) { c.Persisted = persisted.Config{Manifest: path, Only: true} })
	runs := func(document string) bool {
		got := s.post(t, fmt.Sprintf(`{"documentId":%q}`, persisted.HashOf(document)))
		if got.body == `{"data":{"hello":"world"}}` {
			return true
		}
		if !strings.Contains(got.body, "PERSISTED_QUERY_NOT_FOUND") {
			t.Fatalf("%s: status %d: %s", document, got.status, got.body)
		}
		return false
	}
	await := func(document string, want bool) {
		t.Helper()
		for deadline := time.Now().Add(patience); runs(document) != want; time.Sleep(5 * time.Millisecond) {
			if !runs(kept) {
				t.Fatal("a document that both manifests have was not found")
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s runs: %v, after a minute", document, !want)
			}
		}
	}
	if !runs(old) || !runs(kept) || runs(added) {
		t.Fatal("the manifest was not read at the start")
	}
	publish(kept, added)
	await(old, false)
	await(added, true)
	s.awaitLog(t, `"msg":"serving a new manifest of trusted documents"`, `"documents":2`)

	replace(t, path, "{\n  \"abc\": \"{ hello }\"\n}\n")
	s.awaitLog(t, "the changed manifest of trusted documents is refused", `trusted.json:2:3: \"abc\" is not a SHA-256`)
	replace(t, filepath.Join(filepath.Dir(path), "neighbour"), "x")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.awaitLog(t, "refused, the old one stays", "no such file")
	if !runs(kept) || !runs(added) || runs(old) {
		t.Error("a bad manifest has changed what is trusted")
	}
	publish(kept, old)
	await(old, true)
	await(added, false)
	if n := strings.Count(s.log.String(), "is refused, the old one stays"); n != 2 {
		t.Errorf("two bad manifests were told %d times: %s", n, s.log)
	}
}

// TestManifestIsNotFollowed: a router that is told to watch nothing keeps the manifest of its start.
func TestManifestIsNotFollowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trusted.json")
	replace(t, path, "{}")
	s := start(t, func(c *config.Config) { c.Persisted, c.Watch = persisted.Config{Manifest: path}, false })
	replace(t, path, "broken")
	time.Sleep(500 * time.Millisecond)
	if strings.Contains(s.log.String(), "manifest") {
		t.Errorf("the change was seen: %s", s.log)
	}
}
