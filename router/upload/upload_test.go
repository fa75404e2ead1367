package upload_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/upload"
)

// form writes a multipart request; parts are pairs of name and text, and a name with "@" before it is a file.
func form(parts ...string) *http.Request {
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
	r := httptest.NewRequest(http.MethodPost, "/graphql", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func config() upload.Config {
	c := upload.Defaults()
	c.MaxFiles, c.MaxFileBytes = 3, 10
	return c
}

const one = `{"query":"mutation($f: Upload!){a(f:$f)}","variables":{"f":null}}`

// TestHostileMaps: what the map says must be true of the operation, and must be said once.
func TestHostileMaps(t *testing.T) {
	long := `{"query":"` + strings.Repeat("a", 2000) + `","variables":{"f":null}}`
	for _, c := range []struct {
		name   string
		parts  []string
		status int
		want   string
	}{
		{"nothing", nil, 400, "ends too early"},
		{"map first", []string{"map", `{}`, "operations", one}, 400, `first part of a multipart request must be "operations"`},
		{"operations is a file", []string{"@operations", one, "map", `{}`}, 400, `must be "operations"`},
		{"no map", []string{"operations", one, "@0", "a"}, 400, `second part of a multipart request must be "map"`},
		{"only operations", []string{"operations", one}, 400, "ends too early"},
		{"map is no object", []string{"operations", one, "map", `["variables.f"]`}, 400, "not a JSON object"},
		{"map is no JSON", []string{"operations", one, "map", `{"0":`}, 400, "not a JSON object"},
		{"map with more behind", []string{"operations", one, "map", `{"0":["variables.f"]}{}`}, 400, "behind"},
		{"map of a string", []string{"operations", one, "map", `{"0":"variables.f"}`}, 400, "not a JSON object"},
		{"map without places", []string{"operations", one, "map", `{"0":[]}`}, 400, "not where it stands"},
		{"empty map", []string{"operations", one, "map", `{}`}, 400, "names no file"},
		{"file twice", []string{"operations", one, "map", `{"0":["variables.f"],"0":["variables.g"]}`}, 400, "twice"},
		{"file called map", []string{"operations", one, "map", `{"map":["variables.f"]}`}, 400, "no file can have this name"},
		{"place twice", []string{"operations", one, "map", `{"0":["variables.f"],"1":["variables.f"]}`}, 400, "Two files stand"},
		{"place twice for one file", []string{"operations", one, "map", `{"0":["variables.f","variables.f"]}`}, 400, "Two files stand"},
		{"query", []string{"operations", one, "map", `{"0":["query"]}`}, 400, "cannot stand"},
		{"batch", []string{"operations", "[" + one + "]", "map", `{"0":["0.variables.f"]}`}, 400, "cannot stand"},
		{"prototype", []string{"operations", one, "map", `{"0":["__proto__.f"]}`}, 400, "cannot stand"},
		{"prototype below", []string{"operations", one, "map", `{"0":["variables.__proto__.f"]}`}, 400, "no null"},
		{"variables", []string{"operations", `{"query":"","variables":null}`, "map", `{"0":["variables"]}`}, 400, "cannot stand"},
		{"unknown place", []string{"operations", one, "map", `{"0":["variables.g"]}`}, 400, "no null"},
		{"through a null", []string{"operations", one, "map", `{"0":["variables.f.g"]}`}, 400, "no null"},
		{"huge index", []string{"operations", `{"variables":{"f":[null]}}`, "map", `{"0":["variables.f.4294967295"]}`}, 400, "no null"},
		{"negative index", []string{"operations", `{"variables":{"f":[null]}}`, "map", `{"0":["variables.f.-1"]}`}, 400, "no null"},
		{"no null there", []string{"operations", `{"variables":{"f":"a"}}`, "map", `{"0":["variables.f"]}`}, 400, "no null"},
		{"an object there", []string{"operations", `{"variables":{"f":{}}}`, "map", `{"0":["variables.f"]}`}, 400, "no null"},
		{"two members", []string{"operations", `{"variables":{"f":null,"f":null}}`, "map", `{"0":["variables.f"]}`}, 400, "two values"},
		{"dots in a name", []string{"operations", `{"variables":{"a":{"b":null},"a.b":null}}`, "map", `{"0":["variables.a.b"]}`}, 400, "two values"},
		{"too many files", []string{"operations", one, "map", `{"0":["variables.f"],"1":["variables.g"],"2":["variables.h"],"3":["variables.i"]}`}, 413, "more than 3 files"},
		{"too many places", []string{"operations", one, "map", `{"0":[` + strings.TrimSuffix(manyPlaces(), ",") + `]}`}, 400, "more than 1000 places"},
		{"long operations", []string{"operations", long, "map", `{}`}, 413, "longer than"},
		{"deep operations", []string{"operations", strings.Repeat("[", 300), "map", `{"0":["variables.f"]}`}, 400, "deeper"},
		{"operations is no JSON", []string{"operations", `{"variables":{"f":null`, "map", `{"0":["variables.f"]}`}, 400, "not JSON"},
	} {
		limit := int64(1000)
		if c.name == "too many places" {
			limit = 1 << 20
		}
		_, _, err := upload.Open(form(c.parts...), config(), limit)
		var refusal *upload.Refusal
		if !errors.As(err, &refusal) || refusal.Status != c.status || !strings.Contains(refusal.Message, c.want) {
			t.Errorf("%s: %v, want %d %q", c.name, err, c.status, c.want)
		}
	}
}

func manyPlaces() string {
	var places strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&places, `"variables.f.%d",`, i)
	}
	return places.String()
}

// sent opens a request, and sends the operation on as it is.
func sent(t *testing.T, r *http.Request) (string, *upload.Files, error) {
	t.Helper()
	operation, files, err := upload.Open(r, config(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if !files.StandIn(operation) || files.StandIn([]byte(one)) {
		t.Error("the marks are not found")
	}
	sending, err := files.Send(operation)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = sending.Write(&out)
	return out.String(), files, err
}

// TestSend: what comes in goes out, with the places in what the subgraph gets.
func TestSend(t *testing.T) {
	const operation = `{ "variables" : {"f":[null,null] , "g": {"h":null,"i":null}}, "query":"q" }`
	r := form("operations", operation, "map", `{"a":["variables.f.1","variables.g.h"],"b":["variables.f.0"]}`, "@b", "bbb", "@a", "aaa")
	out, files, err := sent(t, r)
	if err != nil || files.Refusal() != nil {
		t.Fatal(err, files.Refusal())
	}
	if got := strings.Join(files.Variables(), " "); got != "f g" {
		t.Errorf("variables %s", got)
	}
	for _, want := range []string{operation, `{"a":["variables.f.1","variables.g.h"],"b":["variables.f.0"]}`, `name="a"; filename="a.txt"`, "bbb\r\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s\nlacks %s", out, want)
		}
	}
	if _, err := files.Send([]byte(operation)); !errors.Is(err, upload.ErrTaken) {
		t.Errorf("a second time: %v", err)
	}
}

// TestBadFiles: what is wrong with the files breaks off what is sent.
func TestBadFiles(t *testing.T) {
	const places = `{"0":["variables.f"]}`
	for _, c := range []struct {
		name   string
		parts  []string
		status int
		want   string
	}{
		{"no file", nil, 400, `"0" of the map did not come`},
		{"another file", []string{"@1", "a"}, 400, "named by no entry"},
		{"file twice", []string{"@0", "a", "@0", "a"}, 400, "comes twice"},
		{"one too many", []string{"@0", "a", "@1", "a"}, 400, "named by no entry"},
		{"too long", []string{"@0", "01234567890"}, 413, "longer than 10 bytes"},
	} {
		_, files, err := sent(t, form(append([]string{"operations", one, "map", places}, c.parts...)...))
		refusal := files.Refusal()
		if err == nil || refusal == nil || refusal.Status != c.status || !strings.Contains(refusal.Message, c.want) {
			t.Errorf("%s: %v, %v, want %d %q", c.name, err, refusal, c.status, c.want)
		}
	}
	cut := form("operations", one, "map", places, "@0", "0123456")
	cut.Body = http.MaxBytesReader(httptest.NewRecorder(), cut.Body, cut.ContentLength-60)
	if _, files, err := sent(t, cut); err == nil || files.Refusal() == nil || files.Refusal().Status != 413 {
		t.Errorf("over the limit in all: %v", err)
	}
}

// FuzzOpen shows that nothing that a client writes makes a request to a subgraph that is not as long as it, or panics.
func FuzzOpen(f *testing.F) {
	f.Add(one, `{"0":["variables.f"]}`)
	f.Add(`{"variables":{"f":[null,{"a":null}]}}`, `{"0":["variables.f.0"],"1":["variables.f.1.a"]}`)
	f.Fuzz(func(t *testing.T, operations, places string) {
		marked, files, err := upload.Open(form("operations", operations, "map", places, "@0", "a"), config(), 10_000)
		if err != nil {
			return
		}
		sending, err := files.Send(marked)
		if err != nil {
			t.Fatalf("%q cannot be sent: %v", marked, err)
		}
		var out bytes.Buffer
		if err := sending.Write(&out); err == nil && !strings.Contains(out.String(), operations) {
			t.Fatalf("%q became %q", operations, out.String())
		}
	})
}
