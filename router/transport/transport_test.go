package transport_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/transport"
)

func TestDecodePost(t *testing.T) {
	for _, c := range []struct {
		name, body, contentType string
		status                  int    // 0: decoded
		says                    string // part of the refusal
		want                    transport.Request
	}{
		{name: "all members", body: ` {"query":"{a}","operationName":"A","variables":{"a":[1]},"extensions":{"clientLibrary":{}}} `,
			want: transport.Request{Query: "{a}", OperationName: "A", Variables: []byte(`{"a":[1]}`), Extensions: []byte(`{"clientLibrary":{}}`)}},
		{name: "nulls", body: `{"query":"{a}","operationName":null,"variables":null,"extensions":null}`, want: transport.Request{Query: "{a}"}},
		{name: "escapes", body: `{"\u0071uery":"{\n\u0061\t}"}`, want: transport.Request{Query: "{\na\t}"}},
		{name: "unknown member", body: `{"id":[{}],"query":"{a}"}`, want: transport.Request{Query: "{a}"}},
		{name: "charset", body: `{"query":"{a}"}`, contentType: "Application/JSON; charset=UTF-8", want: transport.Request{Query: "{a}"}},
		{name: "case matters", body: `{"Query":"{a}"}`, status: 400, says: `no "query"`},
		{name: "duplicate", body: `{"query":"{a}","query":"{b}"}`, status: 400, says: `"query" comes twice`},
		{name: "duplicate after null", body: `{"variables":null,"query":"{a}","variables":{}}`, status: 400, says: `"variables" comes twice`},
		{name: "duplicate escaped", body: `{"query":"{a}","quer\u0079":"{b}"}`, status: 400, says: `"query" comes twice`},
		{name: "no query", body: `{}`, status: 400, says: `no "query"`},
		{name: "empty query", body: `{"query":""}`, status: 400, says: `no "query"`},
		{name: "query of another type", body: `{"query":{}}`, status: 400, says: `"query" must be a string`},
		{name: "operation name of another type", body: `{"query":"{a}","operationName":1}`, status: 400, says: `"operationName" must be a string`},
		{name: "variables as a string", body: `{"query":"{a}","variables":"{}"}`, status: 400, says: `"variables" must be an object`},
		{name: "variables as a list", body: `{"query":"{a}","variables":[]}`, status: 400, says: `"variables" must be an object`},
		{name: "extensions as a list", body: `{"query":"{a}","extensions":[]}`, status: 400, says: `"extensions" must be an object`},
		{name: "document id", body: `{"documentId":"abc","variables":{}}`, want: transport.Request{DocumentID: "abc", Variables: []byte(`{}`)}},
		{name: "document id of another type", body: `{"documentId":1}`, status: 400, says: `"documentId" must be a string`},
		{name: "document id twice", body: `{"documentId":"a","documentId":"a"}`, status: 400, says: `"documentId" comes twice`},
		{name: "persisted query", body: `{"extensions":{"a":[1],"persistedQuery":{"version":1,"sha256Hash":"abc"}}}`,
			want: transport.Request{DocumentID: "abc", Extensions: []byte(`{"a":[1],"persistedQuery":{"version":1,"sha256Hash":"abc"}}`)}},
		{name: "both ids", body: `{"documentId":"abc","extensions":{"persistedQuery":{"sha256Hash":"abc"}}}`,
			want: transport.Request{DocumentID: "abc", Extensions: []byte(`{"persistedQuery":{"sha256Hash":"abc"}}`)}},
		{name: "two ids", body: `{"documentId":"abc","extensions":{"persistedQuery":{"sha256Hash":"def"}}}`, status: 400, says: "name two documents"},
		{name: "persisted query without a hash", body: `{"query":"{a}","extensions":{"persistedQuery":{"version":1}}}`, status: 400, says: "sha256Hash"},
		{name: "persisted query that is null", body: `{"query":"{a}","extensions":{"persistedQuery":null}}`, status: 400, says: "sha256Hash"},
		{name: "persisted query with a hash of another type", body: `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":1}}}`, status: 400, says: "sha256Hash"},
		{name: "persisted query of another version", body: `{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"abc"}}}`, status: 400, says: "must be 1"},
		{name: "persisted query with a version of another type", body: `{"extensions":{"persistedQuery":{"version":"1","sha256Hash":"abc"}}}`, status: 400, says: "must be 1"},
		{name: "persisted query of another type", body: `{"query":"{a}","extensions":{"persistedQuery":"abc"}}`, status: 400, says: "sha256Hash"},
		{name: "persisted query further down", body: `{"query":"{a}","extensions":{"a":{"persistedQuery":1}}}`,
			want: transport.Request{Query: "{a}", Extensions: []byte(`{"a":{"persistedQuery":1}}`)}},
		{name: "empty", body: ``, status: 400, says: "empty"},
		{name: "truncated", body: `{"query":"{a}"`, status: 400, says: "not JSON: it ends too early"},
		{name: "trailing data", body: `{"query":"{a}"} x`, status: 400, says: `'x' stands at byte 16`},
		{name: "batch", body: `[{"query":"{a}"}]`, status: 400, says: "batches"},
		{name: "string", body: `"{a}"`, status: 400, says: "must be a JSON object"},
		{name: "no JSON", body: `query {a}`, status: 400, says: "not JSON"},
		{name: "deep", body: `{"query":"{a}","variables":{"a":` + strings.Repeat("[", 100_000), status: 400, says: "nests deeper"},
		{name: "form", body: `query={a}`, contentType: "application/x-www-form-urlencoded", status: 415, says: "application/json"},
		{name: "text", body: `{"query":"{a}"}`, contentType: "text/plain", status: 415, says: "text/plain"},
		{name: "no content type", body: `{"query":"{a}"}`, contentType: "-", status: 415, says: "content-type"},
		{name: "utf-16", body: `{"query":"{a}"}`, contentType: "application/json; charset=utf-16", status: 415, says: "utf-16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(c.body))
			switch c.contentType {
			case "":
				r.Header.Set("Content-Type", "application/json")
			case "-":
			default:
				r.Header.Set("Content-Type", c.contentType)
			}
			check(t, r, c.status, c.says, c.want)
		})
	}
}

func TestDecodeGet(t *testing.T) {
	for _, c := range []struct {
		name, query string
		status      int
		says        string
		want        transport.Request
	}{
		{name: "query", query: "query=" + url.QueryEscape("{a}"), want: transport.Request{Query: "{a}", ReadOnly: true}},
		{name: "all", query: "query=q&operationName=A&extensions=null&variables=" + url.QueryEscape(` {"a":1} `),
			want: transport.Request{Query: "q", OperationName: "A", Variables: []byte(`{"a":1}`), ReadOnly: true}},
		{name: "document id", query: "documentId=abc", want: transport.Request{DocumentID: "abc", ReadOnly: true}},
		{name: "persisted query", query: "extensions=" + url.QueryEscape(`{"persistedQuery":{"sha256Hash":"abc"}}`),
			want: transport.Request{DocumentID: "abc", Extensions: []byte(`{"persistedQuery":{"sha256Hash":"abc"}}`), ReadOnly: true}},
		{name: "none", query: "", status: 400, says: `no "query"`},
		{name: "twice", query: "query=a&query=b", status: 400, says: `"query" comes twice`},
		{name: "variables are a list", query: "query=a&variables=[]", status: 400, says: "not a JSON object"},
		{name: "variables are no JSON", query: "query=a&variables={", status: 400, says: "not a JSON object"},
		{name: "trailing", query: "query=a&variables={}{}", status: 400, says: "not a JSON object"},
		{name: "bad escape", query: "query=%zz", status: 400, says: "query string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
			r.URL.RawQuery = c.query
			check(t, r, c.status, c.says, c.want)
		})
	}
}

func check(t *testing.T, r *http.Request, status int, says string, want transport.Request) {
	t.Helper()
	got, refusal := transport.Decode(r)
	if status != 0 {
		if refusal == nil || refusal.Status != status || !strings.Contains(refusal.Message, says) {
			t.Fatalf("refusal %+v, want status %d that says %q", refusal, status, says)
		}
		return
	}
	if refusal != nil {
		t.Fatalf("refused: %+v", refusal)
	}
	defer got.Release()
	if got.Query != want.Query || got.DocumentID != want.DocumentID || got.OperationName != want.OperationName || got.ReadOnly != want.ReadOnly ||
		string(got.Variables) != string(want.Variables) || string(got.Extensions) != string(want.Extensions) {
		t.Errorf("decoded %+v, want %+v", *got, want)
	}
}

func TestDecodeRefusesMethod(t *testing.T) {
	_, refusal := transport.Decode(httptest.NewRequest(http.MethodPut, "/graphql", nil))
	if refusal == nil || refusal.Status != 405 || refusal.Header.Get("Allow") != "GET, POST" {
		t.Errorf("PUT: %+v", refusal)
	}
}

func TestNegotiate(t *testing.T) {
	const none = transport.MediaType(255)
	for accept, want := range map[string]transport.MediaType{
		"":                                  transport.JSON,
		"*/*":                               transport.JSON,
		"application/*":                     transport.JSON,
		"application/json":                  transport.JSON,
		"Application/JSON":                  transport.JSON,
		"application/json; charset=utf-8":   transport.JSON,
		"application/graphql-response+json": transport.ResponseJSON,
		"application/graphql-response+json; charset=\"UTF-8\"":                          transport.ResponseJSON,
		"application/graphql-response+json, application/json":                           transport.ResponseJSON,
		"application/json, application/graphql-response+json":                           transport.ResponseJSON,
		"application/json, application/graphql-response+json;q=0.9":                     transport.JSON,
		"application/graphql-response+json;q=0.5,application/json;q=0.9":                transport.JSON,
		"application/graphql-response+json,*/*;q=0.1":                                   transport.ResponseJSON,
		"application/json;q=0, */*":                                                     transport.ResponseJSON,
		"application/json;q=0, application/graphql-response+json;q=0, */*":              none,
		"multipart/mixed;boundary=\"a,b;c\";deferSpec=20220824, application/json;q=0.8": transport.JSON,
		"multipart/mixed;boundary=\"application/json\"":                                 none,
		"text/html,application/xhtml+xml,*/*;q=0.8":                                     transport.JSON,
		"text/plain":                       none,
		"application/json;q=nan":           none,
		"application/json;q=2":             none,
		"application/json; charset=utf-16": none,
		"multipart/mixed, application/graphql-response+json, application/json;q=0.9,, ,;q=1": transport.ResponseJSON,
	} {
		got, ok := transport.Negotiate([]string{accept})
		if !ok {
			got = none
		}
		if got != want {
			t.Errorf("Negotiate(%q) = %d, want %d", accept, got, want)
		}
	}
	if got, ok := transport.Negotiate([]string{"text/html", "application/graphql-response+json"}); !ok || got != transport.ResponseJSON {
		t.Error("the second accept header was not read")
	}
}

func TestCheckForgery(t *testing.T) {
	for _, c := range []struct {
		header, value string
		ok            bool
	}{
		{"Content-Type", "application/json", true},
		{"Content-Type", "application/json;charset=utf-8", true},
		{"Content-Type", "text/plain", false},
		{"Content-Type", "text/plain;application/json", false},
		{"Weft-Require-Preflight", "1", true},
		{"Apollo-Require-Preflight", "true", true},
		{"X-Other", "1", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
		r.Header.Set(c.header, c.value)
		refusal := transport.CheckForgery(r)
		if (refusal == nil) != c.ok || refusal != nil && refusal.Status != http.StatusForbidden {
			t.Errorf("%s: %s: %+v", c.header, c.value, refusal)
		}
	}
}

func TestClientAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"1.2.3.4:5", "", "1.2.3.4"},
		{"1.2.3.4:5", "6.6.6.6", "1.2.3.4"},
		{"10.0.0.1:5", "", "10.0.0.1"},
		{"10.0.0.1:5", "6.6.6.6, 1.2.3.4", "1.2.3.4"},
		{"10.0.0.1:5", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"},
		{"10.0.0.1:5", "nonsense, 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1:5", "10.0.0.3,10.0.0.2", "10.0.0.3"},
		{"[::ffff:10.0.0.1]:5", "1.2.3.4", "1.2.3.4"},
		{"[fd00::1]:5", "2001:db8::1", "2001:db8::1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := transport.ClientAddress(r, trusted); got != c.want {
			t.Errorf("from %s, forwarded for %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("X-Forwarded-For", "6.6.6.6")
	if got := transport.ClientAddress(r, nil); got != "192.0.2.1" {
		t.Errorf("without trusted proxies: %s", got)
	}
}
