package api_test

import (
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/badinput"
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
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		w := newWorldOn(t, db, "")
		w.login(t, "leslie").Must(t, `mutation { deleteAccount }`, nil, nil)
		callers := map[string]authtest.Client{"nobody": w.Client}
		for _, name := range []string{"walter", "jack", "clerk", "admin"} {
			callers[name] = w.login(t, name)
		}
		badinput.Table{
			File: "testdata/bad_input.txt", Schema: "../schema.graphqls", AtLeast: 140, Callers: callers, Mutations: mutations,
			Texts: []string{
				"{64}", strings.Repeat("x", 64), "{255}", strings.Repeat("é", 255), "{1023}", strings.Repeat("x", 1023),
				"{100000}", strings.Repeat("x", 100_000), "{session of jack}", w.claims(t, callers["jack"].Token).SessionID,
			},
			Everything: func(t *testing.T) string { return everythingOf(t, db) },
		}.Run(t)
	})
}
