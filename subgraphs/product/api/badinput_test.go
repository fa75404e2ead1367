package api_test

import (
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/badinput"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// TestBadInputs: each gives its code, nothing is written, and nothing internal leaks. Files that are bad in themselves are
// in TestBadUploads.
func TestBadInputs(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		newServiceFrom(t, db, newDisk(t)).wantBadInputsRefused(t)
	})
}

func (s service) wantBadInputsRefused(t *testing.T) {
	t.Helper()
	s.upload(t, map[string]any{"productId": "movie-the-dare"}, authtest.File{Name: "poster.png", Content: picture})
	badinput.Table{
		File: "testdata/bad_input.txt", Schema: "../schema.graphqls", AtLeast: 230, DB: s.db,
		Callers: map[string]authtest.Client{"nobody": s.public, "person": s.person, "clerk": s.clerk},
		Mutations: map[string]string{
			"createMovie":   `mutation($in: MovieInput!) { createMovie(input: $in) { id } }`,
			"updateMovie":   `mutation($id: ID!, $in: MoviePatch!) { updateMovie(id: $id, input: $in) { id } }`,
			"createVehicle": `mutation($in: VehicleInput!) { createVehicle(input: $in) { id } }`,
			"updateVehicle": `mutation($id: ID!, $in: VehiclePatch!) { updateVehicle(id: $id, input: $in) { id } }`,
			"createGoods":   `mutation($in: GoodsInput!) { createGoods(input: $in) { id } }`,
			"updateGoods":   `mutation($id: ID!, $in: GoodsPatch!) { updateGoods(id: $id, input: $in) { id } }`,
			"deleteProduct": `mutation($id: ID!) { deleteProduct(id: $id) }`,
			"deleteFile":    `mutation($id: ID!) { deleteFile(id: $id) }`,
			"upload": `mutation($id: ID!, $file: Upload!, $overwrite: Boolean! = false) {
				uploadProductImage(productId: $id, file: $file, overwrite: $overwrite) { id } }`,
			"uploadText": `mutation { uploadProductImage(productId: "movie-the-dare", file: "poster.png") { id } }`,
			"uploadList": `mutation { uploadProductImage(productId: "movie-the-dare", file: [1, {a: "b"}]) { id } }`,
		},
		Texts: []string{
			"{64}", strings.Repeat("x", 64), "{255}", strings.Repeat("é", 255), "{4000}", strings.Repeat("é", 4000),
			"{100000}", strings.Repeat("x", 100_000), "{101 names}", `"N"` + strings.Repeat(`,"N"`, 100),
		},
	}.Run(t)
}
