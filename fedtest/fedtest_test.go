package fedtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-graph/weft/fedtest"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external", "@requires", "@shareable", "@override", "@interfaceObject", "@authenticated"])
`

// library is a graph with entities by two keys, an interface object, a union, required fields and a mutation.
func library(t *testing.T) *fedtest.Graph {
	t.Helper()
	loans := 0
	return fedtest.New(t,
		fedtest.Subgraph{
			Name: "catalogue",
			SDL: link + `
				type Query { items: [Item!]! shelf: [Thing] book(isbn: ID!): Book }
				interface Item @key(fields: "id") { id: ID! title: String }
				type Book implements Item @key(fields: "id") @key(fields: "isbn") { id: ID! isbn: ID! title: String pages: Int! }
				type Disc implements Item @key(fields: "id") { id: ID! title: String }
				union Thing = Book | Plant
				type Plant { name: String! }`,
			Data: `{
				"Query": {
					"items": [{"__typename": "Book", "id": "b1"}, {"__typename": "Disc", "id": "d1"}],
					"shelf": [{"__typename": "Plant", "name": "fern"}, null, {"__typename": "Book", "isbn": "978"}]
				},
				"Book": [{"id": "b1", "isbn": 978, "title": "Emma", "pages": 300}],
				"Disc": [{"id": "d1", "title": "Blue"}]
			}`,
			Resolvers: map[string]fedtest.Resolver{
				"Query.book": func(_, args map[string]any) (any, error) { return args, nil },
			},
		},
		fedtest.Subgraph{
			Name: "ratings",
			SDL:  link + `type Item @key(fields: "id") @interfaceObject { id: ID! stars: Int @authenticated }`,
			Data: `{"Item": [{"id": "b1", "stars": 5}]}`,
		},
		fedtest.Subgraph{
			Name: "loans",
			SDL: link + `
				type Mutation { lend(isbn: ID!): Book }
				type Book @key(fields: "isbn") { isbn: ID! pages: Int! @external days: Int! @requires(fields: "pages") loans: Int }`,
			Resolvers: map[string]fedtest.Resolver{
				"Mutation.lend": func(_, args map[string]any) (any, error) { loans++; return args, nil },
				"Book.loans":    func(_, _ map[string]any) (any, error) { return loans, nil },
				"Book.days": func(book, _ map[string]any) (any, error) {
					pages, err := book["pages"].(json.Number).Int64()
					return pages / 10, err
				},
			},
		},
	)
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		name, document, want string
		calls                map[string]int
	}{
		{"entities", `{ items { title stars } }`, `{"items": [{"title": "Emma", "stars": 5}, {"title": "Blue", "stars": null}]}`, map[string]int{"catalogue": 1, "ratings": 1}},
		{"union", `{ shelf { ... on Plant { name } ... on Book { title } } }`, `{"shelf": [{"name": "fern"}, null, {"title": "Emma"}]}`, map[string]int{"catalogue": 1}},
		{"requires", `{ book(isbn: "978") { days id: isbn } }`, `{"book": {"days": 30, "id": "978"}}`, map[string]int{"catalogue": 1, "loans": 1}},
		{"resolver", `{ book(isbn: 978) { title } }`, `{"book": {"title": "Emma"}}`, map[string]int{"catalogue": 1}},
		{"mutations in order", `mutation { a: lend(isbn: "978") { loans title } b: lend(isbn: "978") { loans } }`,
			`{"a": {"loans": 1, "title": "Emma"}, "b": {"loans": 2}}`, map[string]int{"loans": 2, "catalogue": 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := library(t).Query(t, test.document)
			answer.WantData(t, test.want)
			for subgraph, n := range test.calls {
				if got := answer.Count(subgraph); got != n {
					t.Errorf("%d calls of %s, want %d: %v", got, subgraph, n, answer.Calls)
				}
			}
		})
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name   string
		fault  fedtest.Fault
		want   string
		errors []string
	}{
		{"status", fedtest.Fault{Subgraph: "loans", Status: 503}, `{"book": null}`, []string{"book.days"}},
		{"timeout", fedtest.Fault{Subgraph: "loans", Latency: time.Minute}, `{"book": null}`, []string{"book.days"}},
		{"answer without data", fedtest.Fault{Subgraph: "loans", Error: "all is lost"}, `{"book": null}`, []string{"book.days"}},
		{"error", fedtest.Fault{Subgraph: "catalogue", Field: "Book.title", Error: "lost"}, `{"book": {"title": null, "days": 30}}`, []string{"book.title"}},
		{"null", fedtest.Fault{Subgraph: "loans", Field: "Book.days", Null: true}, `{"book": null}`, []string{"book.days"}},
		{"wrong type", fedtest.Fault{Subgraph: "catalogue", Field: "Book.title", Value: json.RawMessage(`{"no": 1}`)}, `{"book": {"title": null, "days": 30}}`, []string{"book.title"}},
		{"other value", fedtest.Fault{Subgraph: "catalogue", Field: "Book.title", Value: json.RawMessage(`"Persuasion"`)}, `{"book": {"title": "Persuasion", "days": 30}}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // nobody waits for the latency, and no slow machine is late
				answer := library(t).Do(t, fedtest.Request{
					Document: `{ book(isbn: "978") { title days } }`, Faults: []fedtest.Fault{test.fault}, Timeout: 30 * time.Second,
				})
				answer.WantErrors(t, test.errors...)
				data := &fedtest.Answer{Data: answer.Data}
				data.WantData(t, test.want)
			})
		})
	}
	t.Run("dropped entities", func(t *testing.T) {
		answer := library(t).Do(t, fedtest.Request{
			Document: `{ items { title stars } }`, Faults: []fedtest.Fault{{Subgraph: "ratings", DropEntities: true}},
		})
		answer.WantData(t, `{"items": [{"title": "Emma", "stars": null}, {"title": "Blue", "stars": null}]}`)
	})
}

func TestIdentity(t *testing.T) {
	g := library(t)
	answer := g.Do(t, fedtest.Request{Document: `{ items { stars } }`, Identity: &fedtest.Identity{}})
	answer.WantErrors(t, "items.0.stars", "items.1.stars")
	if n := answer.Count("ratings"); n != 0 {
		t.Errorf("%d calls of ratings for somebody who may not see it", n)
	}
}

// TestHandler puts a handler in a data subgraph's place.
func TestHandler(t *testing.T) {
	var token string
	g := fedtest.New(t, fedtest.Subgraph{
		Name: "hello", SDL: `type Query { hello: String }`,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token = r.Header.Get("Authorization")
			fmt.Fprint(w, `{"data": {"hello": "you"}}`)
		}),
	})
	answer := g.Do(t, fedtest.Request{Document: `{ hello }`, Header: http.Header{"Authorization": {"me"}}})
	answer.Want(t, `{"data": {"hello": "you"}}`)
	if token != "me" {
		t.Errorf("the handler got the header %q", token)
	}
}

func TestGolden(t *testing.T) {
	g := library(t)
	fedtest.Golden(t, "testdata/library.plan", g.Plan(t, `{ book(isbn: "978") { title days stars } }`))
	fedtest.Golden(t, "testdata/library.json", g.Query(t, `{ book(isbn: "978") { title days stars } }`).String())
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name, want string
		subgraphs  []fedtest.Subgraph
	}{
		{"composition", "FIELD_TYPE_MISMATCH", []fedtest.Subgraph{
			{Name: "a", SDL: link + `type Query { x: Int @shareable }`}, {Name: "b", SDL: link + `type Query { x: String @shareable }`},
		}},
		{"data of no type", `"Boook"`, []fedtest.Subgraph{{Name: "a", SDL: `type Query { x: Int }`, Data: `{"Boook": []}`}}},
		{"data that is no JSON", "its Data", []fedtest.Subgraph{{Name: "a", SDL: `type Query { x: Int }`, Data: `{`}}},
		{"resolver of no field", `"Query.y"`, []fedtest.Subgraph{{Name: "a", SDL: `type Query { x: Int }`, Resolvers: map[string]fedtest.Resolver{"Query.y": nil}}}},
		{"both", "leave out one", []fedtest.Subgraph{{Name: "a", SDL: `type Query { x: Int }`, Data: `{}`, Handler: http.NotFoundHandler()}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := fedtest.Compose(test.subgraphs...)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one with %s", err, test.want)
			}
		})
	}
	g := library(t)
	for _, fault := range []fedtest.Fault{
		{Subgraph: "nobody"}, {Subgraph: "loans", Field: "Book.nothing"}, {Subgraph: "loans", Null: true},
		{Subgraph: "loans", Field: "Book.days", Value: json.RawMessage("{")},
	} {
		if _, err := g.Answer(t.Context(), fedtest.Request{Document: `{ __typename }`, Faults: []fedtest.Fault{fault}}); err == nil {
			t.Errorf("%+v is accepted", fault)
		}
	}
}
