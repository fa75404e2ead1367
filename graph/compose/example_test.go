package compose_test

import (
	"fmt"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/supergraph"
)

const user = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { me: User }
type User @key(fields: "id") { id: ID! name: String }`

// Two subgraphs make one graph: the user of one has the orders of the other.
func ExampleCompose() {
	const order = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type User @key(fields: "id") { id: ID! orders: [Order!] }
type Order { total: Int }`

	graph, diagnostics := compose.Compose([]compose.Subgraph{
		{Name: "user", URL: "http://user/graphql", SDL: user},
		{Name: "order", URL: "http://order/graphql", SDL: order},
	})
	if graph == nil {
		fmt.Print(diagnostics)
		return
	}
	fmt.Print(supergraph.PrintAPI(graph)) // supergraph.Print(graph) is what a router loads
	// Output:
	// type Order {
	//   total: Int
	// }
	//
	// type Query {
	//   me: User
	// }
	//
	// type User {
	//   id: ID!
	//   orders: [Order!]
	//   name: String
	// }
}

// What prevents a graph is said with its code, its place in every subgraph and the edit that helps.
func ExampleCompose_refused() {
	const crm = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type User @key(fields: "id") { id: ID! name: String }`

	_, diagnostics := compose.Compose([]compose.Subgraph{
		{Name: "user", File: "user.graphqls", SDL: user},
		{Name: "crm", File: "crm.graphqls", SDL: crm},
	})
	fmt.Print(diagnostics)
	// Output:
	// error INVALID_FIELD_SHARING field "User.name" is resolved by 2 subgraphs and is not @shareable in "crm" and "user"
	//   at crm.graphqls:2:40, user.graphqls:3:40
	//   fix: add @shareable to "User.name" at crm.graphqls:2:40 and user.graphqls:3:40 (import it at crm.graphqls:1:15 and user.graphqls:1:15), or let one subgraph take it over with @override
}
