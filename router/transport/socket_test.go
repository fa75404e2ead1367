package transport_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graph/weft/router/graphqlws"
	"github.com/weft-graph/weft/router/transport"
)

// TestOperationsThatAreEndedAndStillRunAreBounded: ending an operation makes room for another, but not for any number
// of them while they do not stop.
func TestOperationsThatAreEndedAndStillRunAreBounded(t *testing.T) {
	const most, sent = 3, 20
	config := transport.StreamDefaults()
	config.MaxPerConnection = most
	var begun atomic.Int32
	release := make(chan struct{})
	served := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(served)
		transport.ServeSocket(r.Context(), w, r, transport.SocketOptions{
			Config: config, MaxMessageBytes: 1 << 20, Log: slog.New(slog.DiscardHandler),
			Init: func(context.Context, []byte) *transport.Refusal { return nil },
			Run: func(ctx context.Context, request *transport.Request, out *transport.SocketStream) {
				begun.Add(1)
				<-release // whatever becomes of ctx
			},
		})
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, server.URL, &websocket.DialOptions{Subprotocols: []string{graphqlws.Subprotocol}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	messages := []string{`{"type":"connection_init"}`}
	for i := range sent {
		messages = append(messages, fmt.Sprintf(`{"type":"subscribe","id":"%d","payload":{"query":"{a}"}}`, i),
			fmt.Sprintf(`{"type":"complete","id":"%d"}`, i))
	}
	for _, message := range append(messages, `{"type":"ping"}`) {
		if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	refused := 0
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "TOO_MANY_SUBSCRIPTIONS") {
			refused++
		}
		if strings.Contains(string(data), "pong") {
			break
		}
	}
	close(release)
	conn.Close(websocket.StatusNormalClosure, "")
	<-served
	if n := int(begun.Load()); n != 2*most || refused != sent-n {
		t.Errorf("%d operations ran at once and %d were refused, want %d and %d", n, refused, 2*most, sent-2*most)
	}
}
