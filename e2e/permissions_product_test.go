package e2e

import "testing"

// productProbes are those of the product service. Files come as multipart requests, and have tests of their own.
var productProbes = map[string]probe{
	"Product.name":  {router: `query ($movie: ID!) { product(id: $movie) { x: name } }`},
	"Product.price": {router: `query ($movie: ID!) { product(id: $movie) { x: price { amount } } }`},
	"Product.stock": {router: `query ($movie: ID!) { product(id: $movie) { x: stock } }`},
	"Query.product": {router: `query ($movie: ID!) { x: product(id: $movie) { id } }`},
	"Query.products": {
		router: `{ x: products(first: 5) { totalCount edges { node { id name } } } }`,
	},
	"Query.movies": {router: `{ x: movies(first: 5) { id title } }`},

	"Mutation.createMovie": {
		router: `mutation ($username: String!) { x: createMovie(input: {title: $username, year: 2020, price: 100}) { id } }`, changes: true,
	},
	"Mutation.createVehicle": {
		router: `mutation { x: createVehicle(input: {make: "Make", model: "Model", year: 2020, mileage: 1, price: 100}) { id } }`,
	},
	"Mutation.createGoods":   {router: `mutation { x: createGoods(input: {name: "Goods", price: 100}) { id } }`},
	"Mutation.updateMovie":   {router: `mutation ($movie: ID!) { x: updateMovie(id: $movie, input: {description: "Changed"}) { id } }`},
	"Mutation.updateVehicle": {router: `mutation ($vehicle: ID!) { x: updateVehicle(id: $vehicle, input: {description: "Changed"}) { id } }`},
	"Mutation.updateGoods":   {router: `mutation ($goods: ID!) { x: updateGoods(id: $goods, input: {description: "Changed"}) { id } }`},
	"Mutation.deleteProduct": {router: `mutation ($goods: ID!) { x: deleteProduct(id: $goods) }`, changes: true},
}

// stock makes a product of each kind, which operations may change.
func (c company) stock(t *testing.T, staff client) {
	t.Helper()
	made := staff.must(t, `mutation ($title: String!) {
		createMovie(input: {title: $title, year: 2021, price: 100}) { id }
		createVehicle(input: {make: "Make", model: $title, year: 2021, mileage: 1, price: 100}) { id }
		createGoods(input: {name: $title, price: 100}) { id }
	}`, map[string]any{"title": "A " + unique()})
	c.variables["movie"] = made.at("createMovie", "id")
	c.variables["vehicle"] = made.at("createVehicle", "id")
	c.variables["goods"] = made.at("createGoods", "id")
}
