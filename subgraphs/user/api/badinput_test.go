package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// everythingOf returns what is written in the tables, in a defined order.
func everythingOf(t *testing.T, db *database.DB) string {
	t.Helper()
	var text strings.Builder
	for _, query := range []string{
		`SELECT id || ' ' || username_key || ' ' || name || ' ' || COALESCE(email, '-') || ' ' || COALESCE(address, '-') || ' ' ||
			COALESCE(CAST(age AS TEXT), '-') || ' ' || roles || ' ' || password_hash || ' ' || COALESCE(CAST(deleted_at AS TEXT), '-') FROM users ORDER BY id`,
		`SELECT id || ' ' || user_id || ' ' || CAST(version AS TEXT) || ' ' || CAST(expires_at AS TEXT) || ' ' ||
			COALESCE(CAST(revoked_at AS TEXT), '-') FROM sessions ORDER BY id`,
		`SELECT kid || ' ' || seed FROM signing_keys ORDER BY kid`,
		`SELECT kind || ' ' || aggregate || ' ' || state FROM events_outbox ORDER BY kind, aggregate, version`,
	} {
		var rows []string
		if err := db.Read().Select(t.Context(), &rows, query); err != nil {
			t.Fatal(err)
		}
		text.WriteString(strings.Join(rows, "\n") + "\n")
	}
	return text.String()
}

// internals is what no answer may say: databases and their dialects, Go and its files, secrets.
var internals = regexp.MustCompile(`(?i)sql|pgx|database|constraint|\.go\b|goroutine|panic|/subgraphs/|argon2|nil pointer|users\.|internal/`)

// badInputs reads testdata/bad_input.txt: who calls, which mutation, its variables as JSON, and the code, with the field
// where there is one, that the answer must have. Words in braces stand for texts that are too long to write down.
func badInputs(t *testing.T) (cases []badInput) {
	t.Helper()
	text, err := os.ReadFile("testdata/bad_input.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 4 {
			t.Fatalf("testdata/bad_input.txt:%d: want caller | mutation | variables | code: %s", i+1, line)
		}
		for j := range parts {
			parts[j] = strings.TrimSpace(parts[j])
		}
		cases = append(cases, badInput{line: i + 1, caller: parts[0], mutation: parts[1], variables: parts[2], want: parts[3]})
	}
	return cases
}

type badInput struct {
	line                              int
	caller, mutation, variables, want string
}

// mutations are the operations that the table names.
var mutations = map[string]string{
	"register":         `mutation($i: RegisterInput!) { register(input: $i) { token user { id } } }`,
	"login":            `mutation($i: LoginInput!) { login(input: $i) { token user { id } } }`,
	"refresh":          `mutation { refresh { token } }`,
	"logout":           `mutation { logout }`,
	"logoutEverywhere": `mutation { logoutEverywhere }`,
	"endSession":       `mutation($id: ID!) { endSession(id: $id) }`,
	"updateProfile":    `mutation($i: ProfileInput!) { updateProfile(input: $i) { id name } }`,
	"deleteAccount":    `mutation { deleteAccount }`,
	"grantRole":        `mutation($id: ID!, $role: Role!) { grantRole(userId: $id, role: $role) { id } }`,
	"revokeRole":       `mutation($id: ID!, $role: Role!) { revokeRole(userId: $id, role: $role) { id } }`,
}

// TestBadInputs: each gives its code, nothing is written, and nothing internal leaks.
func TestBadInputs(t *testing.T) {
	cases := badInputs(t)
	if len(cases) < 100 {
		t.Errorf("the table has only %d cases", len(cases))
	}
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		w := newWorldOn(t, db, "")
		w.login(t, "leslie").Must(t, `mutation { deleteAccount }`, nil, nil)
		callers := map[string]authtest.Client{"nobody": w.Client}
		for _, name := range []string{"walter", "jack", "clerk", "admin"} {
			callers[name] = w.login(t, name)
		}
		texts := strings.NewReplacer(
			"{64}", strings.Repeat("x", 64), "{255}", strings.Repeat("é", 255), "{1023}", strings.Repeat("x", 1023),
			"{100000}", strings.Repeat("x", 100_000), "{session of jack}", w.claims(t, callers["jack"].Token).SessionID,
		)
		before := everythingOf(t, db)
		for i, c := range cases {
			client := callers[c.caller]
			client.Header = http.Header{"X-Forwarded-For": {fmt.Sprintf("203.0.%d.%d", i/250, i%250)}} // no limit is meant here
			got := ask(t, client, mutations[c.mutation], texts.Replace(c.variables))
			if got != c.want {
				t.Errorf("testdata/bad_input.txt:%d: %s %s %.80s: %s, want %s", c.line, c.caller, c.mutation, c.variables, got, c.want)
			}
			if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(everythingOf(t, db), "\n")); diff != "" {
				t.Fatalf("testdata/bad_input.txt:%d: something was written:\n%s", c.line, diff)
			}
		}
	})
}

// ask returns the code of the answer's only error, with its field, or what else came.
func ask(t *testing.T, client authtest.Client, query, variables string) string {
	t.Helper()
	text, err := json.Marshal(query)
	if err != nil || query == "" {
		t.Fatalf("there is no such mutation: %v", err)
	}
	answer := client.Send(t, []byte(`{"query":`+string(text)+`,"variables":`+variables+`}`), true)
	if len(answer.Errors) != 1 {
		return fmt.Sprintf("%d errors, data %s", len(answer.Errors), answer.Data)
	}
	failure := answer.Errors[0]
	if leak := internals.FindString(failure.Message); leak != "" {
		t.Errorf("the message tells of %q: %s", leak, failure.Message)
	}
	got := fmt.Sprint(failure.Extensions["code"])
	if field, hasField := failure.Extensions["field"]; hasField {
		got += fmt.Sprint(" ", field)
	}
	return got
}
