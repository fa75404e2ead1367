package graphqlws_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/graphqlws"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"connection_init"}`:                              "",
		`{"type":"connection_init","payload":null}`:               "",
		`{"type":"connection_init","payload":{"a":1}}`:            "",
		`{"type":"connection_init","payload":"a"}`:                "not an object",
		`{"type":"ping"}`:                                         "",
		`{"type":"pong","payload":[]}`:                            "not an object",
		`{"type":"subscribe","id":"1","payload":{"query":"{a}"}}`: "",
		`{"type":"subscribe","payload":{"query":"{a}"}}`:          "needs an id",
		`{"type":"subscribe","id":"","payload":{"query":"{a}"}}`:  "needs an id",
		`{"type":"subscribe","id":1,"payload":{"query":"{a}"}}`:   "needs an id",
		`{"type":"subscribe","id":"1"}`:                           "must begin with",
		`{"type":"subscribe","id":"1","payload":[]}`:              "must begin with",
		`{"type":"next","id":"1","payload":{"data":null}}`:        "",
		`{"type":"error","id":"1","payload":[{"message":"a"}]}`:   "",
		`{"type":"error","id":"1","payload":{}}`:                  "must begin with",
		`{"type":"complete","id":"1"}`:                            "",
		`{"type":"complete"}`:                                     "needs an id",
		`{"type":"start","id":"1","payload":{}}`:                  "unknown type",
		`{"TYPE":"ping"}`:                                         "no type",
		`{"id":"1"}`:                                              "no type",
		`{"type":1}`:                                              "no type",
		`null`:                                                    "not a JSON object",
		`[]`:                                                      "not a JSON object",
		`{"type":"ping"} x`:                                       "not a JSON object",
		``:                                                        "not a JSON object",
		strings.Repeat(`{"type":`, 20_000) + "1" + strings.Repeat("}", 20_000): "not a JSON object",
	} {
		_, err := graphqlws.Parse([]byte(text))
		switch {
		case want == "" && err != nil:
			t.Errorf("%.80s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%.80s: error %v, want one with %q", text, err, want)
		}
	}
}

// FuzzParse shows that what is read can be written and read again as the same, and that what is written is JSON.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"subscribe","id":"1","payload":{"query":"{a}"}}`))
	f.Add([]byte(`{"type":"error","id":"\u0000<","payload":[1]}`))
	f.Add([]byte(`{"type":"ping","payload":{"a":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := graphqlws.Parse(data)
		if err != nil {
			return
		}
		written := m.Append(nil)
		if !json.Valid(written) {
			t.Fatalf("not JSON: %s", written)
		}
		again, err := graphqlws.Parse(written)
		if err != nil || again.Type != m.Type || string(again.Payload) != string(m.Payload) {
			t.Fatalf("%s became %s: %v", data, written, err)
		}
		if m.ID != again.ID && (m.Type != graphqlws.Ping && m.Type != graphqlws.Pong) {
			t.Fatalf("the id %q became %q", m.ID, again.ID)
		}
	})
}
