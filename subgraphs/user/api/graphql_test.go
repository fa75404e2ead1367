package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestOnlyTheRouterMayAsk(t *testing.T) {
	w := newWorld(t, "")
	for _, query := range []string{`{"query":"{ me { id } }"}`, `{"query":"{ _service { sdl } }"}`} {
		answer := w.Send(t, []byte(query), false)
		if answer.Status != http.StatusUnauthorized || !slices.Equal(answer.Codes(), []string{"UNSIGNED_REQUEST"}) || len(answer.Data) != 0 {
			t.Errorf("%s: %d %s %v", query, answer.Status, answer.Data, answer.Errors)
		}
	}
}

func TestServiceSDLIsTheSchemaAndIntrospectionIsOff(t *testing.T) {
	w := newWorld(t, "")
	file, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Service struct{ SDL string } `json:"_service"`
	}
	w.Must(t, `{ _service { sdl } }`, nil, &data)
	if strings.TrimSpace(data.Service.SDL) != strings.TrimSpace(string(file)) {
		t.Errorf("the SDL is not the file's:\n%s", data.Service.SDL)
	}
	for _, query := range []string{
		`{ __schema { types { name } } }`, `{ me { id } ... on Query { __type(name: "User") { name } } }`,
		`{ ...F } fragment F on Query { x: __schema { types { name } } }`,
	} {
		if codes := w.Do(t, query, nil, nil).Codes(); !slices.Equal(codes, []string{"FORBIDDEN"}) {
			t.Errorf("%s: %v", query, codes)
		}
	}
	w.Must(t, `{ me { __typename } __typename }`, nil, nil)
}

func TestBadRequestsAreRefusedAndNotEchoed(t *testing.T) {
	w := newWorld(t, "")
	for _, body := range []string{
		``, `{"query":"{ me { id } }"} secret`, `{"query":"{ me { id } }","query":"secret"}`, `{"Query":"{ secret }"}`,
		`{"query":"{ me { id } }","variables":"secret"}`, `secret`,
	} {
		answer := w.Send(t, []byte(body), true)
		text, err := json.Marshal(answer.Errors)
		if err != nil || answer.Status != http.StatusBadRequest || !slices.Equal(answer.Codes(), []string{"BAD_INPUT"}) || strings.Contains(string(text), "secret") {
			t.Errorf("%s: %d %s", body, answer.Status, text)
		}
	}
}

func TestHugeOperationsAreRefused(t *testing.T) {
	w := newWorld(t, "")
	for name, query := range map[string]string{
		"nesting": strings.Repeat(`{ ... on Query `, 8000) + `{ me { id } }` + strings.Repeat(`}`, 8000),
		"aliases": `{ ` + strings.Repeat(`a: me { id } `, 8000) + `}`,
		"logins": `mutation { ` + func() string {
			var all strings.Builder
			for i := range 700 {
				all.WriteString("a" + strings.Repeat("x", i) + `: login(input: {username: "a", password: "b"}) { token expiresAt } `)
			}
			return all.String()
		}() + `}`,
	} {
		if answer := w.Do(t, query, nil, nil); len(answer.Errors) != 1 || len(answer.Data) > 0 && string(answer.Data) != "null" {
			t.Errorf("%s: %d errors, %.100s", name, len(answer.Errors), answer.Data)
		}
	}
}
