package source_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/router/settings"
	"github.com/weft-graph/weft/router/signature"
	"github.com/weft-graph/weft/router/source"
)

const (
	users  = `type Query { user: User } type User @key(fields: "id") { id: ID! name: String }`
	orders = `extend type User @key(fields: "id") { id: ID! @external total: Int }`
	both   = `
federation_version: =2.9.0
subgraphs:
  users:
    routing_url: http://users.internal/graphql
    schema: {file: users.graphqls}
  orders:
    routing_url: http://${HOST:-orders}.internal/graphql
    schema: {file: sub/orders.graphqls}
`
)

// folder writes files into a temporary folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func shop(t *testing.T) string {
	return folder(t, map[string]string{"supergraph.yaml": both, "users.graphqls": users, "sub/orders.graphqls": orders})
}

func TestLoadComposes(t *testing.T) {
	v, err := source.Load(t.Context(), filepath.Join(shop(t), "supergraph.yaml"), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	urls := map[string]string{}
	for _, s := range v.Supergraph.Subgraphs {
		urls[s.Name] = s.URL
	}
	if len(urls) != 2 || urls["users"] != "http://users.internal/graphql" || urls["orders"] != "http://orders.internal/graphql" {
		t.Errorf("subgraphs %v", urls)
	}
}

func TestLoadReadsSDL(t *testing.T) {
	v, err := source.Load(t.Context(), filepath.Join(shop(t), "supergraph.yaml"), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sdl := supergraph.Print(v.Supergraph)
	dir := folder(t, map[string]string{"supergraph.graphql": sdl, "bad.graphql": "type Query {", "empty.graphql": ""})
	again, err := source.Load(t.Context(), filepath.Join(dir, "supergraph.graphql"), source.Options{})
	if err != nil || supergraph.Print(again.Supergraph) != sdl {
		t.Errorf("what was printed does not load as the same: %v", err)
	}
	for _, name := range []string{"bad.graphql", "empty.graphql", "missing.graphql"} {
		path := filepath.Join(dir, name)
		if v, err := source.Load(t.Context(), path, source.Options{}); err == nil || v == nil || v.Supergraph != nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
}

// TestMistakes: what is wrong is said with the place where it is to be mended.
func TestMistakes(t *testing.T) {
	dir := folder(t, map[string]string{
		"words.yaml": "federation_version: 1\nsubgraph: {}\nsubgraphs:\n  a:\n    routing_url: here\n    schema: {fille: a.graphqls}\n  b:\n    schema: {file: x, subgraph_url: nowhere}\n",
		"files.yaml": "subgraphs:\n  a: {schema: {file: a.graphqls}}\n  b: {schema: {file: b.graphqls}}\n",
		"none.yaml":  "federation_version: 2\n",
	})
	for name, want := range map[string][]string{
		"words.yaml": {
			`words.yaml:1:1: federation_version: "1" is not supported`, `words.yaml:2:1: unknown key "subgraph": did you mean "subgraphs"?`,
			`words.yaml:5:5: subgraphs.a.routing_url: "here" is not`, `words.yaml:6:14: unknown key "fille": did you mean "file"?`,
			`words.yaml:6:5: subgraphs.a.schema: must have exactly one of file and subgraph_url`, `words.yaml:8:5: subgraphs.b.schema: must have exactly one`,
			`subgraphs.b.schema.subgraph_url: "nowhere"`,
		},
		"files.yaml": {`files.yaml:2:3: read the schema of subgraph "a"`, `files.yaml:3:3: read the schema of subgraph "b"`, "no such file"},
		"none.yaml":  {"names no subgraph"},
	} {
		v, err := source.Load(t.Context(), filepath.Join(dir, name), source.Options{})
		if err == nil || v == nil {
			t.Errorf("%s was taken", name)
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v\nlacks %s", name, err, part)
			}
		}
		var mistakes settings.Mistakes
		if errors.As(err, &mistakes) != (name != "files.yaml") {
			t.Errorf("%s: error of type %T", name, err)
		}
	}
}

func TestInvalidErrorsNameTheFile(t *testing.T) {
	dir := shop(t)
	path := filepath.Join(dir, "users.graphqls")
	write(t, path, strings.Replace(users, `"id"`, `"ident"`, 1))
	v, err := source.Load(t.Context(), filepath.Join(dir, "supergraph.yaml"), source.Options{})
	var invalid *source.InvalidError
	if !errors.As(err, &invalid) || v.Supergraph != nil {
		t.Fatalf("error %v", err)
	}
	if at := invalid.Diagnostics[0].Positions; len(at) == 0 || at[0].File != path || at[0].Line != 1 {
		t.Errorf("positions %+v, want %s:1", at, path)
	}
}

func TestSDLThatIsNoSupergraph(t *testing.T) {
	for text, want := range map[string]string{
		"type Query {":          `1:13 syntax error`,
		"type Query { a: Int }": `1:1 this is no supergraph`,
		"":                      `1:1 `,
	} {
		path := filepath.Join(t.TempDir(), "supergraph.graphql")
		write(t, path, text)
		v, err := source.Load(t.Context(), path, source.Options{})
		var invalid *source.InvalidError
		if !errors.As(err, &invalid) || len(v.Diagnostics) == 0 {
			t.Fatalf("%q: error %v", text, err)
		}
		d := invalid.Diagnostics[0]
		if at := d.Positions[0]; at.File != path || !strings.HasPrefix(fmt.Sprintf("%d:%d %s", at.Line, at.Column, d.Message), want) || d.Fix == "" {
			t.Errorf("%q: %+v, want %s in %s", text, d, want, path)
		}
	}
}

func TestAskingRunningSubgraphs(t *testing.T) {
	var signed []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Query string }
		json.NewDecoder(r.Body).Decode(&body)
		signed = append(signed, r.Header.Get("Weft-Signature"))
		switch {
		case !strings.Contains(body.Query, "_service"):
			t.Errorf("asked %s", body.Query)
		case r.Header.Get("X-Key") != "abc":
			t.Errorf("headers %v", r.Header)
		case r.URL.Path == "/plain":
			io.WriteString(w, `{"data":{}}`)
		case r.URL.Path == "/refused":
			w.WriteHeader(401)
			io.WriteString(w, `{"errors":[{"message":"not signed"}]}`)
		case r.URL.Path == "/html":
			io.WriteString(w, `<html>`)
		default:
			json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": users}}})
		}
	}))
	t.Cleanup(server.Close)
	key, err := signature.NewKey(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	load := func(path string, options source.Options) (*source.Version, error) {
		dir := folder(t, map[string]string{
			"supergraph.yaml": fmt.Sprintf("subgraphs:\n  users: {schema: {subgraph_url: %q, introspection_headers: {x-key: '${KEY}'}}}\n", server.URL+path),
		})
		options.Lookup = func(name string) (string, bool) { return "abc", name == "KEY" }
		return source.Load(t.Context(), filepath.Join(dir, "supergraph.yaml"), options)
	}
	for _, options := range []source.Options{{}, {Key: key}, {Keys: map[string]*signature.Key{"users": key}}} {
		v, err := load("/graphql", options)
		if err != nil || v.Supergraph.Subgraph("users").URL != server.URL+"/graphql" {
			t.Errorf("%v", err)
		}
	}
	if signed[0] != "" || signed[1] == "" || signed[2] == "" {
		t.Errorf("signatures %q", signed)
	}
	for path, want := range map[string]string{"/plain": "no _service", "/refused": "not signed", "/html": "not with a GraphQL response"} {
		if _, err := load(path, source.Options{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "supergraph.yaml:2:3") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// versions collects what Watch reports.
type versions struct {
	mu   sync.Mutex
	list []string
}

func (v *versions) add(version *source.Version, err error) {
	text := "good"
	if err != nil {
		text = err.Error()
	} else {
		for _, t := range version.Supergraph.Subgraphs[len(version.Supergraph.Subgraphs)-1].Types {
			for _, f := range t.Fields {
				text += " " + f.Name
			}
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.list = append(v.list, text)
}

// await returns the nth report.
func (v *versions) await(t *testing.T, n int) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		v.mu.Lock()
		if len(v.list) >= n {
			defer v.mu.Unlock()
			return v.list[n-1]
		}
		v.mu.Unlock()
	}
	t.Fatalf("no report number %d: %q", n, v.list)
	return ""
}

func TestWatch(t *testing.T) {
	dir := shop(t)
	path := filepath.Join(dir, "supergraph.yaml")
	first, err := source.Load(t.Context(), path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var got versions
	ended := make(chan error, 1)
	// Changed between Load and Watch.
	write(t, filepath.Join(dir, "users.graphqls"), strings.Replace(users, "name:", "first:", 1))
	go func() { ended <- source.Watch(ctx, path, first, source.Options{}, got.add) }()
	if text := got.await(t, 1); !strings.Contains(text, "first") {
		t.Errorf("changed before the watch: %s", text)
	}
	write(t, filepath.Join(dir, "users.graphqls"), strings.Replace(users, "name:", "second:", 1))
	if text := got.await(t, 2); !strings.Contains(text, "second") {
		t.Errorf("written in place: %s", text)
	}
	write(t, filepath.Join(dir, "new"), strings.Replace(users, "name:", "third:", 1))
	if err := os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "users.graphqls")); err != nil {
		t.Fatal(err)
	}
	if text := got.await(t, 3); !strings.Contains(text, "third") {
		t.Errorf("renamed over: %s", text)
	}
	write(t, filepath.Join(dir, "sub/orders.graphqls"), "type User {")
	if text := got.await(t, 4); !strings.Contains(text, "the graph is not valid") {
		t.Errorf("broken: %s", text)
	}
	if err := os.Remove(filepath.Join(dir, "sub/orders.graphqls")); err != nil {
		t.Fatal(err)
	}
	if text := got.await(t, 5); !strings.Contains(text, "no such file") {
		t.Errorf("removed: %s", text)
	}
	write(t, filepath.Join(dir, "unrelated"), "x")
	write(t, filepath.Join(dir, "sub/orders.graphqls"), orders)
	if text := got.await(t, 6); !strings.HasPrefix(text, "good") {
		t.Errorf("mended: %s", text)
	}
	time.Sleep(300 * time.Millisecond)
	if n := len(got.list); n != 6 {
		t.Errorf("%d reports: %q", n, got.list)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestWatchFollowsATurnedLink: how Kubernetes replaces a mounted configuration.
func TestWatchFollowsATurnedLink(t *testing.T) {
	dir := t.TempDir()
	for name, field := range map[string]string{"v1": "one", "v2": "two"} {
		write(t, filepath.Join(dir, name, "users.graphqls"), strings.Replace(users, "name:", field+":", 1))
		write(t, filepath.Join(dir, name, "supergraph.yaml"), "subgraphs: {users: {schema: {file: users.graphqls}}}")
	}
	link := func(target string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, "tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "tmp"), filepath.Join(dir, "data")); err != nil {
			t.Fatal(err)
		}
	}
	link("v1")
	for _, name := range []string{"users.graphqls", "supergraph.yaml"} {
		if err := os.Symlink(filepath.Join("data", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "supergraph.yaml")
	first, err := source.Load(t.Context(), path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got versions
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- source.Watch(ctx, path, first, source.Options{}, got.add) }()
	time.Sleep(50 * time.Millisecond)
	link("v2")
	if text := got.await(t, 1); !strings.Contains(text, "two") {
		t.Errorf("%s", text)
	}
	cancel()
	<-ended
}
