package persisted_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/persisted"
)

const (
	trusted = "query Me { me { id } }"
	other   = "{ me { name } }"
)

func open(t *testing.T, only bool) *persisted.Documents {
	t.Helper()
	path := filepath.Join(t.TempDir(), "manifest.json")
	text := fmt.Sprintf("{\n  %q: %q\n}\n", persisted.HashOf(trusted), trusted)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	documents, err := persisted.Open(persisted.Config{Manifest: path, Only: only})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

func TestResolve(t *testing.T) {
	known, unknown := persisted.HashOf(trusted), persisted.HashOf(other)
	for _, c := range []struct {
		name           string
		only, isExempt bool
		query, id      string
		want           string
		code           gqlerr.Code
	}{
		{name: "text", query: other, want: other},
		{name: "id", id: known, want: trusted},
		{name: "id with its algorithm", id: "sha256:" + known, want: trusted},
		{name: "id in upper case", id: strings.ToUpper(known), want: trusted},
		{name: "unknown id", id: unknown, code: gqlerr.PersistedQueryNotFound},
		{name: "no id at all", id: "../etc", code: gqlerr.PersistedQueryNotFound},
		{name: "unknown id with its text", id: unknown, query: other, want: other},
		{name: "id with another text", id: known, query: other, code: gqlerr.PersistedQueryMismatch},
		{name: "unknown id with another text", id: unknown, query: trusted, code: gqlerr.PersistedQueryMismatch},
		{name: "only: id", only: true, id: known, want: trusted},
		{name: "only: id with its text", only: true, id: known, query: trusted, want: trusted},
		{name: "only: text", only: true, query: other, code: gqlerr.PersistedQueryRequired},
		{name: "only: trusted text without its id", only: true, query: trusted, code: gqlerr.PersistedQueryRequired},
		{name: "only: unknown id", only: true, id: unknown, code: gqlerr.PersistedQueryNotFound},
		{name: "only: unknown id with its text", only: true, id: unknown, query: other, code: gqlerr.PersistedQueryNotFound},
		{name: "only, exempt: text", only: true, isExempt: true, query: other, want: other},
		{name: "only, exempt: unknown id with its text", only: true, isExempt: true, id: unknown, query: other, want: other},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := open(t, c.only).Resolve(c.query, c.id, c.isExempt)
			switch {
			case err == nil && c.code != "":
				t.Fatalf("got %q, want an error %s", got, c.code)
			case err != nil && err.Code != c.code:
				t.Fatalf("got the error %s: %s, want code %q", err.Code, err.Message, c.code)
			case got != c.want:
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWithoutManifest(t *testing.T) {
	documents, err := persisted.Open(persisted.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := documents.Resolve(other, "", false); err != nil || got != other {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := documents.Resolve("", persisted.HashOf(other), false); err == nil || err.Code != gqlerr.PersistedQueryNotFound {
		t.Errorf("an id of nothing gives %v", err)
	}
}

func TestManifestMistakes(t *testing.T) {
	hash := persisted.HashOf(trusted)
	for _, c := range []struct{ text, says string }{
		{`[]`, "m.json:1:2: the manifest of trusted documents must be a JSON object"},
		{``, "m.json:1:1: the manifest"},
		{"{\n  \"abc\": \"{ a }\"\n}", `m.json:2:3: "abc" is not a SHA-256`},
		{fmt.Sprintf("{\n  %q: %q\n}", hash, other), "m.json:2:3: " + hash + " is not the SHA-256 of its document"},
		{fmt.Sprintf("{\n  %q: 1\n}", hash), "must be a string"},
		{fmt.Sprintf("{%q: %q,\n%q: %q}", hash, trusted, "sha256:"+hash, trusted), "m.json:2:1: the document " + hash + " comes twice"},
		{fmt.Sprintf("{%q: %q", hash, trusted), "not JSON"},
		{fmt.Sprintf("{%q: %q} {}", hash, trusted), "something stands behind"},
	} {
		entries, err := persisted.ParseManifest("m.json", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, %v; want an error that says %q", c.text, entries, err, c.says)
		}
	}
	if _, err := persisted.Open(persisted.Config{Manifest: filepath.Join(t.TempDir(), "nowhere.json")}); err == nil || !strings.Contains(err.Error(), "nowhere.json") {
		t.Errorf("a manifest that is not there: %v", err)
	}
}

func TestManifestPlaces(t *testing.T) {
	text := fmt.Sprintf("{\n  \"sha256:%s\": %q,\n    %q: %q\n}\n", persisted.HashOf(trusted), trusted, persisted.HashOf(other), other)
	entries, err := persisted.ParseManifest("m.json", []byte(text))
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	for i, want := range []persisted.Entry{
		{Hash: persisted.HashOf(trusted), Document: trusted, Line: 2, Column: 3},
		{Hash: persisted.HashOf(other), Document: other, Line: 3, Column: 5},
	} {
		if entries[i] != want {
			t.Errorf("entry %d is %+v, want %+v", i, entries[i], want)
		}
	}
}
