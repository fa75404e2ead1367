package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
)

// message is one of graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dial opens a WebSocket as the router does: the upgrade is signed and brings the caller's token.
func dial(t *testing.T, s service, token string, signed bool) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	server := httptest.NewServer(s.public.Handler)
	t.Cleanup(server.Close)
	request := httptest.NewRequest(http.MethodGet, "/graphql", nil)
	if signed {
		auth.Sign(request, nil, authtest.RouterKey)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return websocket.Dial(ctx, server.URL+"/graphql", &websocket.DialOptions{
		HTTPHeader: request.Header, Subprotocols: []string{"graphql-transport-ws"},
	})
}

// subscribe begins a subscription of an order and returns what reads the next message about it.
func subscribe(t *testing.T, s service, token, orderID string) func() message {
	t.Helper()
	conn, _, err := dial(t, s, token, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	query, err := json.Marshal(map[string]any{
		"query":     `subscription($id: ID!) { orderUpdated(orderId: $id) { status total { amount } } }`,
		"variables": map[string]any{"id": orderID},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []message{{Type: "connection_init"}, {ID: "1", Type: "subscribe", Payload: query}} {
		if err := wsjson.Write(t.Context(), conn, m); err != nil {
			t.Fatal(err)
		}
	}
	return func() message {
		t.Helper()
		for {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			var m message
			err := wsjson.Read(ctx, conn, &m)
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			if m.ID == "1" {
				return m
			}
		}
	}
}

func TestSubscribersSeeAnOrderNowAndAfterEachChange(t *testing.T) {
	s := newService(t)
	background.Run(t, s.hub.Run)

	for name, token := range map[string]string{"the customer": s.walter.Token, "staff": s.clerk.Token} {
		next := subscribe(t, s, token, "order-walter")
		first := next()
		if first.Type != "next" {
			t.Fatalf("%s got %s %s", name, first.Type, first.Payload)
		}
		s.walter.Must(t, `mutation { addItem(productId: "goods-kettle") { id } }`, nil, nil)
		if changed := next(); changed.Type != "next" || string(changed.Payload) == string(first.Payload) {
			t.Errorf("%s: %s after %s", name, changed.Payload, first.Payload)
		}
	}
	for name, test := range map[string]struct{ token, id, code string }{
		"another customer": {s.jack.Token, "order-walter", "NOT_FOUND"},
		"no such order":    {s.walter.Token, "nothing", "NOT_FOUND"},
		"anonymous":        {"", "order-walter", "UNAUTHENTICATED"},
	} {
		refused := subscribe(t, s, test.token, test.id)()
		var document struct {
			Errors []authtest.Error
			Data   json.RawMessage
		}
		// gqlgen answers a refusal as a result without data.
		if refused.Type != "next" {
			t.Fatalf("%s: %s %s", name, refused.Type, refused.Payload)
		}
		if err := json.Unmarshal(refused.Payload, &document); err != nil || len(document.Errors) != 1 ||
			document.Errors[0].Extensions["code"] != test.code || string(document.Data) != "null" {
			t.Errorf("%s: %s, want %s", name, refused.Payload, test.code)
		}
	}
}

func TestAnUpgradeNeedsTheRoutersSignature(t *testing.T) {
	s := newService(t)
	_, response, err := dial(t, s, s.walter.Token, false)
	if err == nil || response == nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("%v, %v", response, err)
	}
	recorder := httptest.NewRecorder()
	s.public.Handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/graphql", nil))
	if recorder.Code != http.StatusMethodNotAllowed || recorder.Header().Get("Allow") != http.MethodPost {
		t.Errorf("a GET that is no upgrade: %d, Allow %q", recorder.Code, recorder.Header().Get("Allow"))
	}
}
