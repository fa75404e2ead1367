package api_test

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
)

const entities = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id username name email address roles sessions { id } } } }`

type entity struct {
	ID, Username, Name string
	Email              *string
}

func TestPrivateFieldsAreForTheirOwnerByTheToken(t *testing.T) {
	w := newWorld(t, "")
	// The representation claims everything that it can; only the token counts.
	forged := map[string]any{"r": []any{map[string]any{
		"__typename": "User", "id": "walter", "sub": "jack", "username": "jack", "roles": []string{"ADMIN"}, "email": "jack@example.org",
	}}}
	for _, c := range []struct {
		name   string
		client authtest.Client
		codes  []string
		email  string
	}{
		{"anonymous", w.Client, []string{"UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED"}, ""},
		{"another customer", w.login(t, "jack"), []string{"FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"}, ""},
		{"the owner", w.login(t, "walter"), []string{}, "walter@example.org"},
		{"a clerk, who sees no sessions", w.login(t, "clerk"), []string{"FORBIDDEN"}, "walter@example.org"},
		{"an admin", w.login(t, "admin"), []string{}, "walter@example.org"},
	} {
		var data struct {
			Entities []entity `json:"_entities"`
		}
		answer := c.client.Do(t, entities, forged, &data)
		if !slices.Equal(answer.Codes(), c.codes) || len(data.Entities) != 1 {
			t.Errorf("%s: %v, %s", c.name, answer.Errors, answer.Data)
			continue
		}
		got := data.Entities[0]
		if got.Username != "walter" || (got.Email != nil) != (c.email != "") || got.Email != nil && *got.Email != c.email {
			t.Errorf("%s: %s", c.name, answer.Data)
		}
	}
}

func TestEntitiesKeepOrderAndMalformedOnesSpoilNobody(t *testing.T) {
	w := newWorld(t, "")
	representations := []any{
		map[string]any{"__typename": "User", "id": "jack"},
		map[string]any{"__typename": "User", "username": "WALTER"},
		map[string]any{"__typename": "User", "id": "nobody"},
		map[string]any{"__typename": "User", "id": map[string]any{"x": 1}},
		map[string]any{"__typename": "User"},
		map[string]any{"id": "walter"},
		map[string]any{"__typename": "Ghost", "id": "walter"},
		map[string]any{"__typename": "User", "id": nil},
		map[string]any{"__typename": "User", "username": "leslie"},
		map[string]any{"__typename": "User", "id": "jack"},
		map[string]any{"__typename": "User", "id": "a\x00b"},
	}
	var data struct {
		Entities []*struct{ ID string } `json:"_entities"`
	}
	answer := w.Do(t, `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }`, map[string]any{"r": representations[:10]}, &data)
	got := []string{}
	for _, e := range data.Entities {
		if e == nil {
			got = append(got, "-")
			continue
		}
		got = append(got, e.ID)
	}
	if fmt.Sprint(got) != "[jack walter - - - - - - leslie jack]" {
		t.Fatalf("%v, %+v", got, answer.Errors)
	}
	places := map[string]bool{}
	for _, err := range answer.Errors {
		places[fmt.Sprint(err.Path)] = true
		if code := err.Extensions["code"]; code != "BAD_INPUT" {
			t.Errorf("%v is a %v: %s", err.Path, code, err.Message)
		}
	}
	for _, want := range []string{"[_entities 3]", "[_entities 4]", "[_entities 5]", "[_entities 6]", "[_entities 7]"} {
		if !places[want] {
			t.Errorf("no error at %s: %v", want, places)
		}
	}
	if len(places) != 5 {
		t.Errorf("errors at %v", places)
	}
}

func TestOneSQLQueryForAListOfRepresentations(t *testing.T) {
	w := newWorld(t, "")
	representations := []any{}
	for range 500 {
		for _, id := range []string{"walter", "jack", "leslie"} {
			representations = append(representations, map[string]any{"__typename": "User", "id": id})
		}
	}
	var data struct {
		Entities []entity `json:"_entities"`
	}
	before := w.db.Queries()
	w.Must(t, `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id name } } }`, map[string]any{"r": representations}, &data)
	if queries := w.db.Queries() - before; queries != 1 {
		t.Errorf("%d SQL queries", queries)
	}
	if len(data.Entities) != 1500 || data.Entities[1499].Name != "Leslie" {
		t.Fatalf("%d entities", len(data.Entities))
	}
}

func TestStaffListPeopleByPages(t *testing.T) {
	w := newWorld(t, "")
	clerk := w.login(t, "clerk")
	type page struct {
		Users struct {
			TotalCount int
			PageInfo   struct {
				HasNextPage, HasPreviousPage bool
				EndCursor                    string
			}
			Edges []struct{ Node struct{ ID string } }
		}
	}
	const ask = `query($a: String) { users(first: 3, after: $a) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { id } } } }`
	var one, two page
	clerk.Must(t, ask, nil, &one)
	clerk.Must(t, ask, map[string]any{"a": one.Users.PageInfo.EndCursor}, &two)
	if len(one.Users.Edges) != 3 || len(two.Users.Edges) != 2 || !one.Users.PageInfo.HasNextPage || two.Users.PageInfo.HasNextPage ||
		one.Users.PageInfo.HasPreviousPage || !two.Users.PageInfo.HasPreviousPage || one.Users.TotalCount != 5 {
		t.Errorf("%+v, %+v", one, two)
	}
	for _, c := range []struct {
		query string
		as    authtest.Client
		code  string
	}{
		{`{ users { totalCount } }`, w.Client, "UNAUTHENTICATED"},
		{`{ users { totalCount } }`, w.login(t, "walter"), "FORBIDDEN"},
		{`{ users(first: 0) { totalCount } }`, clerk, "BAD_INPUT"},
		{`{ users(first: 101) { totalCount } }`, clerk, "BAD_INPUT"},
		{`{ users(after: "garbage") { totalCount } }`, clerk, "BAD_INPUT"},
		{`{ user { id } }`, clerk, "BAD_INPUT"},
		{`{ user(id: "a", username: "b") { id } }`, clerk, "BAD_INPUT"},
	} {
		if codes := c.as.Do(t, c.query, nil, nil).Codes(); !slices.Equal(codes, []string{c.code}) {
			t.Errorf("%s: %v, want %s", c.query, codes, c.code)
		}
	}
}

func TestProfileAndRegistrationInputs(t *testing.T) {
	w := newWorld(t, "")
	walter := w.login(t, "walter")
	var data struct {
		UpdateProfile struct {
			Name    string
			Age     *int
			Email   *string
			Address *string
		}
	}
	walter.Must(t, `mutation { updateProfile(input: {name: "Walt", age: null}) { name age email address } }`, nil, &data)
	if got := data.UpdateProfile; got.Name != "Walt" || got.Age != nil || *got.Email != "walter@example.org" || got.Address == nil {
		t.Errorf("%+v", got)
	}
	for query, want := range map[string]string{
		`mutation { updateProfile(input: {name: null}) { id } }`:                                                     "BAD_INPUT name",
		`mutation { updateProfile(input: {email: "no"}) { id } }`:                                                    "BAD_INPUT email",
		`mutation { updateProfile(input: {age: 151}) { id } }`:                                                       "BAD_INPUT age",
		`mutation { register(input: {username: "walter", password: "12345678", name: "W"}) { token } }`:              "CONFLICT username",
		`mutation { register(input: {username: "new", password: "1234567", name: "W"}) { token } }`:                  "BAD_INPUT password",
		`mutation { register(input: {username: "ne w", password: "12345678", name: "W"}) { token } }`:                "BAD_INPUT username",
		`mutation { register(input: {username: "new", password: "12345678", name: " "}) { token } }`:                 "BAD_INPUT name",
		`mutation { register(input: {username: "new", password: "12345678", name: "W", address: ""}) { token } }`:    "BAD_INPUT address",
		`mutation { register(input: {username: "new", password: "12345678", name: "W", roles: [ADMIN]}) { token } }`: "GRAPHQL_VALIDATION_FAILED <nil>",
	} {
		answer := walter.Do(t, query, nil, nil)
		if len(answer.Errors) != 1 || fmt.Sprint(answer.Errors[0].Extensions["code"], " ", answer.Errors[0].Extensions["field"]) != want {
			t.Errorf("%s: %+v", query, answer.Errors)
		}
	}
	var free struct{ A, B bool }
	w.Must(t, `{ a: usernameAvailable(username: "new") b: usernameAvailable(username: "WALTER") }`, nil, &free)
	if !free.A || free.B {
		t.Errorf("%+v", free)
	}
}

func TestJWKSHoldsPublicKeysOnly(t *testing.T) {
	w := newWorld(t, "")
	recorder := httptest.NewRecorder()
	w.Handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal(recorder.Body.Bytes(), &set); err != nil || recorder.Code != http.StatusOK || len(set.Keys) != 1 {
		t.Fatalf("%d %s", recorder.Code, recorder.Body)
	}
	key := set.Keys[0]
	if key["d"] != "" || key["kty"] != "OKP" || key["crv"] != "Ed25519" || key["kid"] == "" || len(key["x"]) != (ed25519.PublicKeySize*8+5)/6 {
		t.Errorf("%v", key)
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	authtest.WantMethods(t, newWorld(t, "").Handler, map[string]string{
		"/graphql": "POST", "/introspect": "POST", "/.well-known/jwks.json": "GET, HEAD", "/peer/events": "GET",
	})
}

// TestDemoLogins: the names and passwords that `make run` shows are those of the demo.
func TestDemoLogins(t *testing.T) {
	text, err := os.ReadFile("../../../dev.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^    (\w+) +/ (\S+)`).FindAllStringSubmatch(string(text), -1)
	if len(shown) != 5 {
		t.Errorf("%d logins are shown, want those of three customers, a clerk and an admin: %q", len(shown), shown)
	}
	w := newWorld(t, "")
	for _, login := range shown {
		w.Must(t, `mutation($i: LoginInput!) { login(input: $i) { user { id } } }`,
			map[string]any{"i": map[string]string{"username": login[1], "password": login[2]}}, nil)
	}
}
