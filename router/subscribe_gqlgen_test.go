package router_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/router/config"
)

// TestSubgraphOfGqlgen: the streams of the library that most subgraphs in Go are made with.
func TestSubgraphOfGqlgen(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { a: Int } type Subscription { count(to: Int!): Int  wrong: Int }`})
	server := handler.New(&graphql.ExecutableSchemaMock{
		SchemaFunc:     func() *ast.Schema { return schema },
		ComplexityFunc: func(context.Context, string, string, int, map[string]any) (int, bool) { return 0, false },
		ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
			field := graphql.GetOperationContext(ctx).Operation.SelectionSet[0].(*ast.Field)
			if field.Name == "wrong" {
				return graphql.OneShot(graphql.ErrorResponse(ctx, "this is wrong"))
			}
			n := 0
			return func(context.Context) *graphql.Response {
				if n++; n > 3 {
					return nil
				}
				return &graphql.Response{Data: fmt.Appendf(nil, `{%q:%d}`, field.Alias, n)}
			}
		},
	})
	server.AddTransport(transport.Websocket{PingPongInterval: 50 * time.Millisecond})
	server.AddTransport(transport.SSE{})
	server.AddTransport(transport.POST{})
	subgraph := httptest.NewServer(server)
	t.Cleanup(subgraph.Close)
	super, diags := compose.Compose([]compose.Subgraph{{
		Name: "count", File: "count.graphqls", URL: subgraph.URL, SDL: `type Query { a: Int } type Subscription { count(to: Int!): Int  wrong: Int }`,
	}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for name, change := range map[string]func(*config.Config){"websocket": nil, "sse": overSSE} {
		t.Run(name, func(t *testing.T) {
			s := startStreams(t, change)
			t.Cleanup(subgraph.CloseClientConnections)
			if err := s.Swap(t.Context(), super); err != nil {
				t.Fatal(err)
			}
			c := s.events(t, `{"query":"subscription($n: Int!) { count(to: $n) }","variables":{"n":3}}`)
			for n := range 3 {
				c.want("next", fmt.Sprintf(`{"data":{"count":%d}}`, n+1))
			}
			c.want("complete", "")
			c = s.events(t, `{"query":"subscription { wrong }"}`)
			c.want("next", `"path":["wrong"]`)
			c.want("complete", "")
		})
	}
}
