package store_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// fill writes a million orders of a quarter of a million people, each with a line, and events that were published.
func fill(t *testing.T) (url string) {
	t.Helper()
	return databasetest.Fill(t, store.Migrations(),
		`INSERT INTO orders (id, customer_id, status, version, created_at, placed_at, idempotency_key)
			SELECT 'o' || i, 'c' || i / 4, (ARRAY['OPEN', 'PLACED', 'SHIPPED', 'CANCELLED'])[i % 4 + 1], 1,
			CURRENT_TIMESTAMP - i * INTERVAL '1 second', CASE WHEN i % 4 IN (1, 2) THEN CURRENT_TIMESTAMP END,
			CASE WHEN i % 4 IN (1, 2) THEN 'k' || i END FROM generate_series(1, 1000000) i`,
		`INSERT INTO order_items (order_id, product_id, position, product_name, quantity, unit_amount, unit_currency)
			SELECT 'o' || i, 'p' || i % 20000, 0, 'Product', 1, 100, 'EUR' FROM generate_series(1, 1000000) i`,
		`INSERT INTO catalogue SELECT 'p' || i, 'Product', 100, 'EUR', true, false FROM generate_series(1, 20000) i`,
		`INSERT INTO events_outbox (id, kind, aggregate, version, state, created_at, published_at)
			SELECT 'e' || i, 'order', 'o' || i, 1, '{}', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM generate_series(1, 300000) i`,
		`INSERT INTO events_applied SELECT 'product', 'product', 'p' || i, 1 FROM generate_series(1, 20000) i`,
	)
}

// TestHotQueriesUseIndexes: what requests and events ask reads no table as a whole, with a million orders.
func TestHotQueriesUseIndexes(t *testing.T) {
	url := fill(t)
	customer := "c77"
	for name, ask := range map[string]func(ctx context.Context, s *store.Store, db *database.DB) error{
		"orders by id": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			_, err := s.ByIDs(ctx, []string{"o1", "o500000", "nothing"})
			return err
		},
		"open orders": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			_, err := s.OpenOrders(ctx, []string{"c1", "c9", "nobody"})
			return err
		},
		"a person's orders": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			_, err := s.List(ctx, store.Filter{CustomerID: &customer}, 20, nil)
			return err
		},
		"pages of all orders": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			page, err := s.List(ctx, store.Filter{}, 20, nil)
			if err == nil {
				position := store.PositionOf(page.Orders[19])
				_, err = s.List(ctx, store.Filter{}, 20, &position)
			}
			return err
		},
		"pages of the orders of a status": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			status := store.StatusPlaced
			page, err := s.List(ctx, store.Filter{Status: &status}, 20, nil)
			if err == nil {
				position := store.PositionOf(page.Orders[19])
				_, err = s.List(ctx, store.Filter{Status: &status}, 20, &position)
			}
			return err
		},
		"how often products were ordered": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			counts, err := s.TimesOrdered(ctx, []string{"p1", "p2", "p3", "p4", "p5"})
			if err == nil && counts[1] == 0 {
				err = fmt.Errorf("counts %v", counts)
			}
			return err
		},
		"an order from its first line to its end": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			order, err := s.AddItem(ctx, "new", dare, 1)
			if err == nil {
				order, err = checkOut(s, store.Checkout{CustomerID: "new", Key: "k"})
			}
			if err == nil {
				_, err = s.Cancel(ctx, store.Cancellation{OrderID: order.ID})
			}
			return err
		},
		"offers": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			_, err := s.Catalogue(ctx, []string{"p1", "p2", "nothing"})
			return err
		},
		"a page of the snapshot": func(_ context.Context, _ *store.Store, db *database.DB) error {
			request := httptest.NewRequest(http.MethodGet, events.SnapshotPath+"?kind=order&aggregate=o5", nil)
			auth.Sign(request, nil, authtest.RouterKey)
			answer := httptest.NewRecorder()
			(&events.Bus{DB: db, PeerKey: authtest.RouterKey}).Snapshot().ServeHTTP(answer, request)
			if !strings.Contains(answer.Body.String(), `"o50"`) {
				return fmt.Errorf("the page is %d %.200s", answer.Code, answer.Body)
			}
			return nil
		},
		"what is not published yet": func(ctx context.Context, _ *store.Store, db *database.DB) error {
			_, err := (&events.Bus{DB: db}).Lag(ctx)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			databasetest.WantIndexes(t, url, func(db *database.DB) error { return ask(t.Context(), store.New(db), db) })
		})
	}
	databasetest.WantWholeRead(t, url, "orders", func(db *database.DB) error {
		var sum int64
		return db.Read().Get(t.Context(), &sum, `SELECT sum(version) FROM orders`)
	})
}
