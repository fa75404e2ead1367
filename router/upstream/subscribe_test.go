package upstream_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/upstream"
)

// TestTheCauseIsTold: a subscription that ends with its context says why the context ended, whichever is noticed first.
func TestTheCauseIsTold(t *testing.T) {
	subgraph := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(subgraph.Close)
	transport := upstream.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	client, err := upstream.NewClient(upstream.Options{
		All: upstream.Defaults(), Transport: transport, Log: slog.New(slog.DiscardHandler),
	}, []upstream.Target{{Name: "a", URL: subgraph.URL}})
	if err != nil {
		t.Fatal(err)
	}
	reason := errors.New("the reason")
	ctx, cancel := context.WithCancelCause(t.Context())
	subscription, err := client.Call(upstream.Incoming{}).Subscribe(ctx, &graph.FetchRequest{Subgraph: "a", Kind: graph.Subscription, Body: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	cancel(reason)
	subscription.Close()
	for range 100 {
		if _, err := subscription.Next(ctx); !errors.Is(err, reason) {
			t.Fatalf("got %v, want the reason", err)
		}
	}
}
