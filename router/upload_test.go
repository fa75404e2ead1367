package router_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/router/config"
)

const fileSDL = `scalar Upload
type Query { a: Int }
input Attachment { name: String file: Upload! }
type Mutation {
  put(file: Upload!): File
  putAll(files: [Upload]!, more: Attachment): File
  rename(name: String!): File
}
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
type File @key(fields: "id") { id: ID! seen: String }`

const scanSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
scalar Upload
type Mutation { scan(file: Upload!): Int }
type File @key(fields: "id") { id: ID! compare(with: Upload): Int }`

// fileServer is a subgraph of gqlgen: it answers with what it got, and verifies the trailer's signature.
type fileServer struct {
	*httptest.Server
	mu sync.Mutex
	// requests are their content-types; problem is what was wrong with a signature.
	requests []string
	problem  string
}

func newFileServer(t *testing.T, key string) *fileServer {
	f := &fileServer{}
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `scalar Upload  scalar _Any  type Query { a: Int }
		input Attachment { name: String file: Upload! }
		type Mutation { put(file: Upload!): File  putAll(files: [Upload]!, more: Attachment): File  rename(name: String!): File }
		type File { id: ID! seen: String }`})
	server := handler.New(&graphql.ExecutableSchemaMock{
		SchemaFunc:     func() *ast.Schema { return schema },
		ComplexityFunc: func(context.Context, string, string, int, map[string]any) (int, bool) { return 0, false },
		ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
			op := graphql.GetOperationContext(ctx)
			var seen strings.Builder
			look(&seen, op.Variables)
			name := op.Operation.SelectionSet[0].(*ast.Field).Name
			return graphql.OneShot(&graphql.Response{Data: fmt.Appendf(nil, `{%q:{"id":"1","seen":%q}}`, name, seen.String())})
		},
	})
	server.AddTransport(transport.POST{})
	server.AddTransport(transport.MultipartForm{MaxUploadSize: 200 << 20, MaxMemory: 1 << 20})
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.requests = append(f.requests, r.Header.Get("Content-Type"))
		f.mu.Unlock()
		signed := hmac.New(sha256.New, []byte(key))
		fmt.Fprintf(signed, "weft-v1\n%s\nPOST\n%s\n", r.Header.Get("Weft-Signature-Time"), r.URL.RequestURI())
		head := "v1=" + hex.EncodeToString(signed.Sum(nil))
		isStream := strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/")
		r.Body = io.NopCloser(io.TeeReader(r.Body, signed))
		server.ServeHTTP(w, r)
		_, cut := io.Copy(io.Discard, r.Body)
		whole := "v1=" + hex.EncodeToString(signed.Sum(nil))
		f.mu.Lock()
		defer f.mu.Unlock()
		switch {
		case cut != nil: // what is refused has no end
		case key != "" && isStream && (r.Header.Get("Weft-Signature") != head || r.Trailer.Get("Weft-Signature") != whole):
			f.problem = fmt.Sprintf("header %v trailer %v, want %s and %s", r.Header["Weft-Signature"], r.Trailer, head, whole)
		case key != "" && !isStream && r.Header.Get("Weft-Signature") != whole:
			f.problem = "a request without files is not signed in the header"
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// look writes what stands in the variables: of files the name, type, length and the hash's beginning.
func look(out *strings.Builder, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range []string{"file", "f", "files", "more", "name", "g"} {
			if member, ok := v[name]; ok {
				look(out, member)
			}
		}
	case []any:
		for _, item := range v {
			look(out, item)
		}
	case graphql.Upload:
		hash := sha256.New()
		n, _ := io.Copy(hash, v.File)
		fmt.Fprintf(out, "%s %s %d %x;", v.Filename, v.ContentType, n, hash.Sum(nil)[:4])
	default:
		fmt.Fprintf(out, "%v;", v)
	}
}

// startFiles starts a router before the file server, which is two subgraphs.
func startFiles(t *testing.T, change func(*config.Config)) (*streamServer, *fileServer) {
	t.Helper()
	key := strings.Repeat("k", 32)
	s := startStreams(t, func(c *config.Config) {
		c.AllSubgraphs.SigningKey = key
		if change != nil {
			change(c)
		}
	})
	files := newFileServer(t, key)
	t.Cleanup(files.CloseClientConnections)
	super, diags := compose.Compose([]compose.Subgraph{
		{Name: "file", File: "file.graphqls", SDL: fileSDL, URL: files.URL + "/graphql"},
		{Name: "scan", File: "scan.graphqls", SDL: scanSDL, URL: files.URL + "/graphql"},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if err := s.Swap(t.Context(), super); err != nil {
		t.Fatal(err)
	}
	return s, files
}

// upload sends a multipart request; parts are pairs of name and text, and a name with "@" before it is a file.
func (s *streamServer) upload(t *testing.T, parts ...string) reply {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(parts); i += 2 {
		if name, isFile := strings.CutPrefix(parts[i], "@"); isFile {
			part, _ := w.CreateFormFile(name, name+".txt")
			part.Write([]byte(parts[i+1]))
			continue
		}
		w.WriteField(parts[i], parts[i+1])
	}
	w.Close()
	return s.post(t, body.String(), "Content-Type", w.FormDataContentType(), "Apollo-Require-Preflight", "true")
}

const putFile = `{"query":"mutation($f: Upload!) { put(file: $f) { seen } }","variables":{"f":null}}`

func TestUpload(t *testing.T) {
	s, files := startFiles(t, nil)
	for _, c := range []struct {
		name  string
		parts []string
		want  string
	}{
		{"one", []string{"operations", putFile, "map", `{"0":["variables.f"]}`, "@0", "hello"},
			`{"data":{"put":{"seen":"0.txt application/octet-stream 5 2cf24dba;"}}}`},
		{"a list and an input object", []string{"operations",
			`{"query":"mutation($files: [Upload]!, $g: Upload!) { putAll(files: $files, more: {name: \"n\", file: $g}) { seen } }","variables":{"files":[null,null,null],"g":null}}`,
			"map", `{"a":["variables.files.2"],"b":["variables.files.0"],"c":["variables.g"]}`, "@c", "ccc", "@a", "aaa", "@b", "bbb"},
			`b.txt application/octet-stream 3 3e744b9d;`},
		{"a file where text belongs", []string{"operations", `{"query":"mutation($n: String!) { rename(name: $n) { seen } }","variables":{"n":null}}`,
			"map", `{"0":["variables.n"]}`, "@0", "hello"}, `BAD_USER_INPUT`},
		{"two subgraphs", []string{"operations", `{"query":"mutation($f: Upload!) { put(file: $f) { seen } scan(file: $f) }","variables":{"f":null}}`,
			"map", `{"0":["variables.f"]}`, "@0", "hello"}, `UPLOAD_REFUSED`},
		{"an entity fetch", []string{"operations", `{"query":"mutation($f: Upload) { rename(name: \"a\") { compare(with: $f) } }","variables":{"f":null}}`,
			"map", `{"0":["variables.f"]}`, "@0", "hello"}, `pass it to a root field`},
		{"a file that does not come", []string{"operations", putFile, "map", `{"0":["variables.f"]}`}, `The file \"0\" of the map did not come`},
		{"a map that lies", []string{"operations", putFile, "map", `{"0":["variables.g"]}`, "@0", "hello"}, `There is no null`},
	} {
		got := s.upload(t, c.parts...)
		if !strings.Contains(got.body, c.want) {
			t.Errorf("%s: %d %s, want %s", c.name, got.status, got.body, c.want)
		}
		if isRefused := strings.Contains(got.body, "UPLOAD_REFUSED"); isRefused != (got.status == 400) {
			t.Errorf("%s: %d %s", c.name, got.status, got.body)
		}
	}
	if got := s.upload(t, "operations", putFile); got.status != 400 {
		t.Errorf("no map: %d %s", got.status, got.body)
	}
	got := s.post(t, "--b\r\n", "Content-Type", "multipart/form-data; boundary=b")
	if got.status != http.StatusForbidden || !strings.Contains(got.body, "CSRF_PREVENTED") {
		t.Errorf("without a preflight header: %d %s", got.status, got.body)
	}
	files.mu.Lock()
	defer files.mu.Unlock()
	if files.problem != "" {
		t.Error(files.problem)
	}
	// The refused ones that could be known before have reached nobody. One is cut off, early or late.
	if n := len(files.requests); n < 2 || n > 3 {
		t.Errorf("%d requests have reached the subgraph: %v", n, files.requests)
	}
}

func TestUploadsOff(t *testing.T) {
	s, _ := startFiles(t, func(c *config.Config) { c.Limits.Uploads.Enabled = false })
	if got := s.upload(t, "operations", putFile, "map", `{"0":["variables.f"]}`, "@0", "a"); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestUploadIsStreamed: a subgraph gets the beginning of a file before the client has sent its end, and limits hold.
func TestUploadIsStreamed(t *testing.T) {
	bound := short(t)
	s, _ := startFiles(t, func(c *config.Config) {
		c.Limits.Uploads.MaxFileBytes, c.Limits.Uploads.MaxTotalBytes = 4<<20, 6<<20
		c.Server.ReadTimeout = bound // which is for requests without files
	})
	begun := make(chan struct{})
	early := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.ReadFull(r.Body, make([]byte, 1<<20))
		close(begun)
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, `{"data":{"put":{"id":"1","seen":"%d more, %v"}}}`, n>>20, err)
	}))
	t.Cleanup(early.Close)
	t.Cleanup(early.CloseClientConnections)
	super, diags := compose.Compose([]compose.Subgraph{{Name: "file", File: "file.graphqls", SDL: fileSDL, URL: early.URL}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if err := s.Swap(t.Context(), super); err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	w := multipart.NewWriter(out)
	go func() {
		w.WriteField("operations", putFile)
		w.WriteField("map", `{"0":["variables.f"]}`)
		part, _ := w.CreateFormFile("0", "0.bin")
		part.Write(make([]byte, 2<<20))
		select {
		case <-begun:
		case <-time.After(patience):
			out.CloseWithError(fmt.Errorf("the subgraph has seen nothing of the file"))
		}
		time.Sleep(2 * bound)
		part.Write(make([]byte, 2<<20))
		w.Close()
		out.Close()
	}()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", in)
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Weft-Require-Preflight", "1")
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), `3 more, \u003cnil\u003e`) && !strings.Contains(string(body), "3 more, <nil>") {
		t.Errorf("%d %s", response.StatusCode, body)
	}

	begun = make(chan struct{})
	got := s.upload(t, "operations", putFile, "map", `{"0":["variables.f"]}`, "@0", strings.Repeat("a", 5<<20))
	if got.status != http.StatusRequestEntityTooLarge || !strings.Contains(got.body, "REQUEST_TOO_LARGE") {
		t.Errorf("a long file: %d %s", got.status, got.body)
	}
}

// TestUploadAnsweredEarly: a subgraph that does not wait for the file is not kept waiting by the client.
func TestUploadAnsweredEarly(t *testing.T) {
	s, _ := startFiles(t, nil)
	early := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, `{"data":{"put":{"id":"1","seen":"enough"}}}`)
	}))
	t.Cleanup(early.Close)
	super, diags := compose.Compose([]compose.Subgraph{{Name: "file", File: "file.graphqls", SDL: fileSDL, URL: early.URL}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if err := s.Swap(t.Context(), super); err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	w := multipart.NewWriter(out)
	go func() {
		w.WriteField("operations", putFile)
		w.WriteField("map", `{"0":["variables.f"]}`)
		part, _ := w.CreateFormFile("0", "0.bin")
		part.Write([]byte("the rest never comes"))
	}()
	defer out.Close()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", in)
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Weft-Require-Preflight", "1")
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), "enough") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}
