package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/signature"
)

// productProbes are those of the product service.
var productProbes = map[string]probe{
	"Product.name":   {router: `query ($movie: ID!) { product(id: $movie) { x: name } }`},
	"Product.price":  {router: `query ($movie: ID!) { product(id: $movie) { x: price { amount } } }`},
	"Product.stock":  {router: `query ($movie: ID!) { product(id: $movie) { x: stock } }`},
	"Product.images": {router: `query ($movie: ID!) { product(id: $movie) { x: images { name } } }`},
	"Product.files":  {router: `query ($movie: ID!) { product(id: $movie) { x: files { id name contentType size } } }`},
	"File.path":      {router: `query ($movie: ID!) { product(id: $movie) { files { x: path } } }`},
	"Query.product":  {router: `query ($movie: ID!) { x: product(id: $movie) { id } }`},
	"Query.products": {
		router: `{ x: products(first: 5) { totalCount edges { node { id name } } } }`,
	},
	"Query.movies": {router: `{ x: movies(first: 5) { id title } }`},

	"Mutation.createMovie": {
		router: `mutation ($new: String!) { x: createMovie(input: {title: $new, year: 2020, price: 100}) { id } }`, spoils: things,
	},
	"Mutation.createVehicle": {
		router: `mutation { x: createVehicle(input: {make: "Make", model: "Model", year: 2020, mileage: 1, price: 100}) { id } }`,
	},
	"Mutation.createGoods":   {router: `mutation { x: createGoods(input: {name: "Goods", price: 100}) { id } }`},
	"Mutation.updateMovie":   {router: `mutation ($movie: ID!) { x: updateMovie(id: $movie, input: {description: "Changed"}) { id } }`},
	"Mutation.updateVehicle": {router: `mutation ($vehicle: ID!) { x: updateVehicle(id: $vehicle, input: {description: "Changed"}) { id } }`},
	"Mutation.updateGoods":   {router: `mutation ($goods: ID!) { x: updateGoods(id: $goods, input: {description: "Changed"}) { id } }`},
	"Mutation.deleteProduct": {router: `mutation ($goods: ID!) { x: deleteProduct(id: $goods) }`, spoils: things},
	"Mutation.uploadProductImage": {
		router: `mutation ($movie: ID!, $file: Upload!) { x: uploadProductImage(productId: $movie, file: $file, overwrite: true) { id } }`,
		// The file that was there has gone, and with it what the next cell would delete.
		spoils: things,
	},
	"Mutation.deleteFile": {router: `mutation ($upload: ID!) { x: deleteFile(id: $upload) }`, spoils: things},
}

// poster is the content of the film's file, and of what is uploaded.
var poster = []byte("\x89PNG\r\n\x1a\npixels")

func hasFile(query string) bool { return strings.Contains(query, "$file: Upload!") }

// postAny is post, or with a file if the operation has a variable for one.
func postAny(url, query string, variables map[string]any, header http.Header) (response, error) {
	if !hasFile(query) {
		return post(url, query, variables, header)
	}
	header = header.Clone()
	header.Set("Weft-Require-Preflight", "true")
	return form{query: query, variables: variables, name: "poster.png", content: poster}.post(url, header)
}

// signedAny is postAny as the router does it.
func (s system) signedAny(url, query string, variables map[string]any, header http.Header) (response, error) {
	if !hasFile(query) {
		return s.signed(url, query, variables, header)
	}
	key, err := signature.NewKey(s.RouterKey)
	if err != nil {
		return response{}, err
	}
	return form{query: query, variables: variables, name: "poster.png", content: poster, key: key}.post(url, header)
}

// stock makes a product of each kind, which operations may change, the film with a file.
func (c company) stock(t *testing.T, staff client) {
	t.Helper()
	made := staff.must(t, `mutation ($title: String!) {
		createMovie(input: {title: $title, year: 2021, price: 100}) { id }
		createVehicle(input: {make: "Make", model: $title, year: 2021, mileage: 1, price: 100}) { id }
		createGoods(input: {name: $title, price: 100}) { id }
	}`, map[string]any{"title": "A " + unique()})
	c.variables["new"] = unique()
	c.variables["movie"] = made.at("createMovie", "id")
	c.variables["vehicle"] = made.at("createVehicle", "id")
	c.variables["goods"] = made.at("createGoods", "id")
	movie, _ := c.variables["movie"].(string)
	res := staff.upload(t, movie, "poster.png", poster)
	if c.variables["upload"] = res.at("uploadProductImage", "id"); c.variables["upload"] == nil {
		t.Fatalf("the upload answers %d %s", res.Status, res.Body)
	}
}
