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
			DB: db,
		}.Run(t)
	})
}
