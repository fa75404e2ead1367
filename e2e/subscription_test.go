package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// updates is a stream of an order's states, from the router by server-sent events.
type updates struct {
	lines  *bufio.Scanner
	status int
	stop   func()
}

// streamClient has no timeout: a stream ends by its context.
var streamClient = &http.Client{}

const orderUpdated = `subscription ($id: ID!) { orderUpdated(orderId: $id) { status items { quantity product { name } } financing { decision } } }`

// watch subscribes to an order. The stream ends at the latest with the test.
func (c client) watch(t *testing.T, order any) *updates {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": orderUpdated, "variables": map[string]any{"id": order}})
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.shop.URL(), strings.NewReader(string(body)))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := streamClient.Do(req)
	must(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return &updates{lines: bufio.NewScanner(res.Body), status: res.StatusCode, stop: cancel}
}

// await reads events until one contains the text.
func (u *updates) await(t *testing.T, text string) {
	t.Helper()
	var seen []string
	for u.lines.Scan() {
		data, isData := strings.CutPrefix(u.lines.Text(), "data:")
		if !isData {
			continue
		}
		if strings.Contains(data, text) {
			return
		}
		seen = append(seen, data)
	}
	t.Fatalf("the stream ended (%v) before %s came: %s", u.lines.Err(), text, strings.Join(seen, "\n"))
}

// TestOrderUpdated: a person sees their order now and after each change, with what product and credit know of it, also
// after order was killed in between, and nobody else does.
func TestOrderUpdated(t *testing.T) {
	s := startShop(t)
	s.awaitCatalogue(t)
	leslie := s.login(t, "leslie")
	stream := leslie.watch(t, "order-leslie")
	stream.await(t, `{"quantity":2,"product":{"name":"The Dare"}}`)
	setQuantity := func(quantity int) {
		leslie.must(t, `mutation ($n: Int!) { setItemQuantity(productId: "movie-the-dare", quantity: $n) { id } }`, map[string]any{"n": quantity})
		stream.await(t, fmt.Sprintf(`{"quantity":%d,"product":{"name":"The Dare"}}`, quantity))
	}
	setQuantity(3)
	s.kill(t, "order")
	s.start(t, "order")
	setQuantity(4)
	s.forgetRedis(t)
	setQuantity(5)
	leslie.must(t, `mutation { cancelOrder(id: "order-leslie", reason: "no time") { id } }`, nil)
	stream.await(t, `"status":"CANCELLED"`)
	stream.stop()

	for name, c := range map[string]client{"jack": s.login(t, "jack"), "nobody": s.anonymous()} {
		res := c.watch(t, "order-walter")
		if res.status == http.StatusOK {
			res.await(t, `"errors"`)
		} else if res.status != http.StatusUnauthorized {
			t.Errorf("%s gets %d", name, res.status)
		}
	}
}
