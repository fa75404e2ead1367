package router_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/config"
)

const (
	jsonType     = "application/json; charset=utf-8"
	responseType = "application/graphql-response+json; charset=utf-8"
	accepts      = "application/graphql-response+json"
)

// TestProtocol is GraphQL over HTTP as a client sees it.
func TestProtocol(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Limits.MaxBodyBytes = 4096 })
	get := func(query string) string { return "/graphql?query=" + url.QueryEscape(query) }
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		contentType              string
		says                     string // part of the body
	}{
		{name: "query", body: `{"query":"{ hello }"}`, status: 200, contentType: jsonType, says: `{"data":{"hello":"world"}}`},
		{name: "query, new media type", body: `{"query":"{ hello }"}`, headers: []string{"Accept", accepts}, status: 200, contentType: responseType, says: `{"data":{"hello":"world"}}`},
		{name: "variables", body: `{"query":"query A($n: Int!) { echo(n: $n) }","variables":{"n":1e0,"x":1},"operationName":"A"}`, status: 200, says: `{"data":{"echo":7}}`},
		{name: "mutation", body: `{"query":"mutation { login }"}`, status: 200, says: `{"data":{"login":"in"}}`},
		{name: "two subgraphs", body: `{"query":"{ hello __typename }"}`, status: 200, says: `"__typename":"Query"`},
		{name: "get", method: "GET", path: get("{ hello }"), status: 200, contentType: jsonType, says: `{"data":{"hello":"world"}}`},
		{name: "get, new media type", method: "GET", path: get("{ hello }"), headers: []string{"Accept", accepts}, status: 200, contentType: responseType, says: "world"},
		{name: "get with variables", method: "GET", path: get("query($n: Int!) { echo(n: $n) }") + "&variables=" + url.QueryEscape(`{"n":1}`), status: 200, says: `7`},
		{name: "unknown extensions", body: `{"query":"{ hello }","extensions":{"clientLibrary":{"name":"x"}}}`, status: 200, says: "world"},

		{name: "nulls", body: `{"query":"{ hello }","variables":null,"operationName":null,"extensions":null}`, status: 200, says: "world"},
		{name: "any media type", body: `{"query":"{ hello }"}`, headers: []string{"Accept", "*/*"}, status: 200, contentType: jsonType, says: "world"},
		{name: "media type in capitals, with parameters", body: `{"query":"{ nothing }"}`, headers: []string{"Accept", "Application/JSON;Q=0.1, Application/GraphQL-Response+JSON; Charset=\"UTF-8\";q=0.9"}, status: 400, contentType: responseType, says: "GRAPHQL_VALIDATION_FAILED"},
		{name: "content type in capitals, with parameters", body: `{"query":"{ hello }"}`, headers: []string{"Content-Type", "Application/JSON ; Charset=UTF-8"}, status: 200, says: "world"},
		{name: "defer, for who takes JSON", body: `{"query":"{ echo(n: 1) ... @defer(label: \"l\") { hello } }"}`, headers: []string{"Accept", "multipart/mixed;deferSpec=20220824, application/json"}, status: 200, contentType: jsonType, says: `{"data":{"echo":7,"hello":"world"}}`},
		{name: "defer that is off", body: `{"query":"{ ... @defer(if: false) { hello } }"}`, status: 200, contentType: jsonType, says: `{"data":{"hello":"world"}}`},
		{name: "defer, for who takes parts only", body: `{"query":"{ ... @defer { hello } }"}`, headers: []string{"Accept", "multipart/mixed;deferSpec=20220824"}, status: 406, contentType: jsonType, says: "NOT_ACCEPTABLE"},
		{name: "persisted query of another version", body: `{"query":"{ hello }","extensions":{"persistedQuery":{"version":2,"sha256Hash":"a"}}}`, status: 400, says: "must be 1"},
		{name: "persisted query that is null", body: `{"query":"{ hello }","extensions":{"persistedQuery":null}}`, status: 400, says: "sha256Hash"},

		{name: "syntax", body: `{"query":"{"}`, status: 200, contentType: jsonType, says: "GRAPHQL_PARSE_FAILED"},
		{name: "syntax, new media type", body: `{"query":"{"}`, headers: []string{"Accept", accepts}, status: 400, contentType: responseType, says: "GRAPHQL_PARSE_FAILED"},
		{name: "unknown field", body: `{"query":"{ nothing }"}`, status: 200, says: "GRAPHQL_VALIDATION_FAILED"},
		{name: "unknown field, new media type", body: `{"query":"{ nothing }"}`, headers: []string{"Accept", accepts}, status: 400, says: "GRAPHQL_VALIDATION_FAILED"},
		{name: "unknown operation", body: `{"query":"query A { hello }","operationName":"B"}`, headers: []string{"Accept", accepts}, status: 400, says: "OPERATION_RESOLUTION_FAILURE"},
		{name: "no operation name for two", body: `{"query":"query A { hello } query B { hello }"}`, headers: []string{"Accept", accepts}, status: 400, says: "OPERATION_RESOLUTION_FAILURE"},
		{name: "missing variable", body: `{"query":"query($n: Int!) { echo(n: $n) }"}`, status: 200, says: "BAD_USER_INPUT"},
		{name: "bad variable, new media type", body: `{"query":"query($n: Int!) { echo(n: $n) }","variables":{"n":"1"}}`, headers: []string{"Accept", accepts}, status: 400, says: "BAD_USER_INPUT"},
		{name: "introspection is off", body: `{"query":"{ __schema { queryType { name } } }"}`, status: 200, says: "switched off"},

		{name: "no JSON", body: `{`, status: 400, contentType: jsonType, says: "BAD_REQUEST"},
		{name: "no JSON, new media type", body: `{`, headers: []string{"Accept", accepts}, status: 400, contentType: responseType, says: "BAD_REQUEST"},
		{name: "variables of another type", body: `{"query":"{ hello }","variables":"x"}`, status: 400, says: `\"variables\" must be an object`},
		{name: "no query", body: `{}`, status: 400, says: "BAD_REQUEST"},
		{name: "no query by get", method: "GET", path: "/graphql", status: 400, says: "BAD_REQUEST"},
		{name: "mutation by get", method: "GET", path: get("mutation { login }"), status: 405, says: "METHOD_NOT_ALLOWED"},
		{name: "put", method: "PUT", path: "/graphql", status: 405, says: "METHOD_NOT_ALLOWED"},
		{name: "delete", method: "DELETE", path: "/graphql", status: 405, says: "METHOD_NOT_ALLOWED"},
		{name: "no content type", body: `{"query":"{ hello }"}`, headers: []string{"Content-Type", ""}, status: 415, says: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "form", body: `query={hello}`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, says: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "unacceptable", body: `{"query":"{ hello }"}`, headers: []string{"Accept", "text/plain"}, status: 406, contentType: jsonType, says: "NOT_ACCEPTABLE"},
		{name: "brotli", body: `{"query":"{ hello }"}`, headers: []string{"Content-Encoding", "br"}, status: 415, says: "content-encoding"},
		{name: "gzip", body: pack(`{"query":"{ hello }"}`), headers: []string{"Content-Encoding", "gzip"}, status: 200, says: "world"},
		{name: "no gzip", body: `{"query":"{ hello }"}`, headers: []string{"Content-Encoding", "gzip"}, status: 400, says: "BAD_REQUEST"},
		{name: "too long", body: `{"query":"{ hello }` + strings.Repeat(" ", 4096) + `"}`, status: 413, says: "REQUEST_TOO_LARGE"},
		{name: "bomb", body: pack(strings.Repeat(" ", 1<<20)), headers: []string{"Content-Encoding", "gzip"}, status: 413, says: "REQUEST_TOO_LARGE"},
		{name: "another path", path: "/other", body: `{}`, status: 404, says: "endpoint is /graphql"},
	} {
		t.Run(c.name, func(t *testing.T) {
			method, path := c.method, c.path
			if method == "" {
				method = http.MethodPost
			}
			if path == "" {
				path = "/graphql"
			}
			got := s.send(t, method, path, c.body, c.headers...)
			if got.status != c.status || !strings.Contains(got.body, c.says) {
				t.Errorf("status %d, want %d; body %s, want %s", got.status, c.status, got.body, c.says)
			}
			if c.contentType != "" && got.header.Get("Content-Type") != c.contentType {
				t.Errorf("content-type %s", got.header.Get("Content-Type"))
			}
			if c.status == 405 && got.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
			if c.status != 200 && strings.Contains(got.body, `"data"`) {
				t.Errorf("an operation that did not run has data: %s", got.body)
			}
			if c.path != "/other" && got.header.Get("X-Request-Id") == "" {
				t.Error("no request id")
			}
		})
	}
}

// TestHead: a request of which only the head is wanted runs nothing.
func TestHead(t *testing.T) {
	s := start(t, nil)
	got := s.send(t, "HEAD", "/graphql?query="+url.QueryEscape("{ hello }"), "")
	if got.status != 405 || got.header.Get("Allow") != "GET, POST" || got.body != "" || s.people.last() != nil {
		t.Errorf("%+v", got)
	}
	if got := s.send(t, "HEAD", "/healthz", ""); got.status != 200 || got.body != "" {
		t.Errorf("health: %+v", got)
	}
}

func pack(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, text)
	w.Close()
	return out.String()
}

func TestAllowOfAMutationByGet(t *testing.T) {
	s := start(t, nil)
	got := s.send(t, "GET", "/graphql?query="+url.QueryEscape("mutation { login }"), "")
	if got.header.Get("Allow") != "POST" {
		t.Errorf("Allow %q", got.header.Get("Allow"))
	}
	if s.people.last() != nil {
		t.Error("the mutation ran")
	}
}

func TestAnswersArePacked(t *testing.T) {
	s := start(t, nil)
	got := s.post(t, `{"query":"{ many }"}`, "Accept-Encoding", "gzip")
	if got.header.Get("Content-Encoding") != "gzip" || len(got.body) > 1000 {
		t.Fatalf("headers %v, %d bytes", got.header, len(got.body))
	}
	r, err := gzip.NewReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if plain := s.post(t, `{"query":"{ many }"}`); err != nil || string(text) != plain.body || plain.header.Get("Content-Encoding") != "" {
		t.Errorf("unpacked %d bytes, %v; plain %v", len(text), err, plain.header)
	}
	if small := s.post(t, `{"query":"{ hello }"}`, "Accept-Encoding", "gzip"); small.header.Get("Content-Encoding") != "" {
		t.Error("a short answer was packed")
	}
}

func TestOtherPaths(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/healthz", 200, "ok"},
		{"GET", "/readyz", 200, "ready"},
		{"GET", "/", 200, "<!doctype html>"},
		{"POST", "/healthz", 405, "METHOD_NOT_ALLOWED"},
		{"POST", "/", 405, "METHOD_NOT_ALLOWED"},
		{"POST", "/playground/settings.json", 405, "METHOD_NOT_ALLOWED"},
		{"GET", "/playground/none.js", 404, "Load the page again"},
		{"GET", "/graphql/", 404, "NOT_FOUND"},
	} {
		got := s.send(t, c.method, c.path, "")
		if got.status != c.status || !strings.Contains(got.body, c.says) || c.status == 405 && got.header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s %s: %d %s %v", c.method, c.path, got.status, got.body, got.header)
		}
	}
	page := s.send(t, "GET", "/", "", "Host", "")
	if !strings.Contains(page.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || page.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers of the page: %v", page.header)
	}
}

func TestIntrospectionSwitch(t *testing.T) {
	for _, change := range []func(*config.Config){
		func(c *config.Config) { c.Introspection = true },
		func(c *config.Config) { c.Development = true },
	} {
		s := start(t, change)
		got := s.post(t, `{"query":"{ __type(name: \"User\") { fields { name } } }"}`)
		if got.body != `{"data":{"__type":{"fields":[{"name":"id"},{"name":"name"},{"name":"total"},{"name":"friend"}]}}}` {
			t.Errorf("%s", got.body)
		}
	}
}

func TestCORS(t *testing.T) {
	const shop = "https://shop.example"
	preflight := []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"}
	off := start(t, nil)
	if got := off.send(t, "OPTIONS", "/graphql", "", append(preflight, "Origin", shop)...); got.header.Get("Access-Control-Allow-Origin") != "" || got.status != 405 {
		t.Errorf("CORS is off: %d %v", got.status, got.header)
	}
	on := start(t, func(c *config.Config) { c.CORS.Origins, c.CORS.Credentials = []string{shop}, true })
	for origin, allowed := range map[string]string{
		shop: shop, "https://evil.example": "", "https://shop.example.evil": "", "http://shop.example": "", "null": "",
	} {
		got := on.send(t, "OPTIONS", "/graphql", "", append(preflight, "Origin", origin)...)
		if got.header.Get("Access-Control-Allow-Origin") != allowed {
			t.Errorf("preflight of %s: %v", origin, got.header)
		}
		got = on.post(t, `{"query":"{ hello }"}`, "Origin", origin)
		if got.header.Get("Access-Control-Allow-Origin") != allowed || (got.header.Get("Access-Control-Allow-Credentials") == "true") != (allowed != "") {
			t.Errorf("request of %s: %v", origin, got.header)
		}
	}
}
