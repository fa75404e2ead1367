package fedtest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/weft-graph/weft/fedtest"
)

func Example() {
	g, err := fedtest.Compose(
		fedtest.Subgraph{
			Name: "films",
			SDL: `
				extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
				type Query { films: [Film!]! }
				type Film @key(fields: "id") { id: ID! title: String! }`,
			Data: `{
				"Query": {"films": [{"id": "1"}, {"id": "2"}]},
				"Film": [{"id": "1", "title": "Alien"}, {"id": "2", "title": "Brazil"}]
			}`,
		},
		fedtest.Subgraph{
			Name: "reviews",
			SDL: `
				extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
				type Film @key(fields: "id") { id: ID! stars: Int }`,
			Data: map[string]any{"Film": []map[string]any{{"id": "1", "stars": 5}, {"id": "2", "stars": 4}}},
		},
	)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := g.Answer(context.Background(), fedtest.Request{Document: `{ films { title stars } }`})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n%d call of reviews\n", answer.Body, answer.Count("reviews"))

	answer, err = g.Answer(context.Background(), fedtest.Request{
		Document: `{ films { title stars } }`,
		Faults:   []fedtest.Fault{{Subgraph: "reviews", Field: "Film.stars", Error: "no review yet"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n%s at %v\n", answer.Data, answer.Errors[0].Message, answer.Errors[0].Path)
	// Output:
	// {"data":{"films":[{"title":"Alien","stars":5},{"title":"Brazil","stars":4}]}}
	// 1 call of reviews
	// {"films":[{"title":"Alien","stars":null},{"title":"Brazil","stars":null}]}
	// no review yet at [films 0 stars]
}

func ExampleSubgraph_resolvers() {
	g, err := fedtest.Compose(
		fedtest.Subgraph{
			Name: "films",
			SDL: `
				extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
				type Query { film(id: ID!): Film }
				type Film @key(fields: "id") { id: ID! minutes: Int! }`,
			Data: `{"Film": [{"id": "1", "minutes": 117}]}`,
			Resolvers: map[string]fedtest.Resolver{
				// The rest of the film is looked up in Data.
				"Query.film": func(_, args map[string]any) (any, error) { return map[string]any{"id": args["id"]}, nil },
			},
		},
		fedtest.Subgraph{
			Name: "tickets",
			SDL: `
				extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
				type Film @key(fields: "id") { id: ID! minutes: Int! @external price: String! @requires(fields: "minutes") }`,
			Resolvers: map[string]fedtest.Resolver{
				"Film.price": func(film, _ map[string]any) (any, error) { return fmt.Sprintf("%v cents", film["minutes"]), nil },
			},
		},
	)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := g.Answer(context.Background(), fedtest.Request{
		Document:  `query($id: ID!) { film(id: $id) { price } }`,
		Variables: map[string]any{"id": 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", answer.Body)
	// Output: {"data":{"film":{"price":"117 cents"}}}
}

func ExampleAnswer_plan() {
	g, err := fedtest.Compose(
		fedtest.Subgraph{
			Name: "films",
			SDL: `
				extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
				type Query { film: Film }
				type Film @key(fields: "id") { id: ID! rating: Int }`,
			Data: `{"Query": {"film": {"id": "1", "rating": 3}}}`,
		},
		fedtest.Subgraph{
			Name: "ratings",
			SDL: `
				extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])
				type Film @key(fields: "id") { id: ID! rating: Int @override(from: "films", label: "new-ratings") }`,
			Data: `{"Film": [{"id": "1", "rating": 5}]}`,
		},
	)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := g.Answer(context.Background(), fedtest.Request{Document: `{ film { rating } }`, Labels: []string{"new-ratings"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n%s", answer.Body, answer.Plan)
	// Output:
	// {"data":{"film":{"rating":5}}}
	// query: 2 fetches, 2 waves
	// fetch 0, wave 1, films: film
	//     {
	//       film {
	//         id
	//       }
	//     }
	// fetch 1, wave 2, ratings, after 0: rating of film by {id}
	//   at film: Film {id}
	//     query($representations: [_Any!]!) {
	//       _entities(representations: $representations) {
	//         ... on Film {
	//           rating
	//         }
	//       }
	//     }
}
