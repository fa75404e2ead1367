package store_test

import (
	"context"
	"errors"
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
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// million is how many products there are; one of a thousand is a vehicle.
const million = 1_000_000

// fill writes a million products and a quarter as many files, reservations and events that were published.
func fill(t *testing.T) (url string) {
	t.Helper()
	return databasetest.Fill(t, store.Migrations(),
		`INSERT INTO products (id, sku, kind, name, price_amount, price_currency, stock, created_at, name_key, search_text,
				title_key, year, cast_names, make, model, mileage)
			SELECT 'p' || i, 's' || i, CASE WHEN i % 1000 = 0 THEN 'VEHICLE' WHEN i % 2 = 0 THEN 'MOVIE' ELSE 'GOODS' END,
			'Thing ' || i, i % 5000, 'EUR', 1, CURRENT_TIMESTAMP - i * INTERVAL '1 second', 'thing ' || i,
			'n' || i || ' thing w' || i % 5000, 'thing ' || i, 2000, '[]', 'Make', 'Model', 1
			FROM generate_series(1, 1000000) i`,
		`INSERT INTO files SELECT 'f' || i, 'p' || i / 2, 'n' || i, 'image/png', 1, 'e', CURRENT_TIMESTAMP FROM generate_series(1, 250000) i`,
		`INSERT INTO reservations SELECT 'o' || i, 1, true, false, CURRENT_TIMESTAMP FROM generate_series(1, 250000) i`,
		`INSERT INTO reserved SELECT 'o' || i, 'p' || i, 1 FROM generate_series(1, 250000) i`,
		`INSERT INTO events_outbox (id, kind, aggregate, version, state, created_at, published_at)
			SELECT 'e' || i, 'product', 'p' || i, 1, '{}', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM generate_series(1, 250000) i`,
	)
}

// hot is one of the queries that requests and events ask, by its name.
type hot struct {
	name string
	ask  func(ctx context.Context, s *store.Store, db *database.DB) error
}

// pages reads two pages of a range.
func pages(ctx context.Context, s *store.Store, r store.Range) error {
	r.First = 20
	page, err := s.List(ctx, r)
	if err != nil {
		return err
	}
	if !page.HasNext {
		return errors.New("there is one page only")
	}
	after := store.PositionOf(r.Sort, page.Products[19])
	r.After = &after
	_, err = s.List(ctx, r)
	return err
}

// browsing is what lists ask: each order, for itself and with each filter.
func browsing() (queries []hot) {
	for _, list := range []struct {
		name   string
		filter store.Filter
	}{
		{"all products", store.Filter{}},
		{"a rare kind", store.Filter{Kind: ptr(store.KindVehicle)}},
		{"what is in stock", store.Filter{InStock: ptr(true)}},
		{"a rare word", store.Filter{Text: ptr("w77")}},
		{"a common word", store.Filter{Text: ptr("thing")}},
		{"the beginning of a word", store.Filter{Text: ptr("n1234")}},
		{"two words", store.Filter{Text: ptr("thing w4999")}},
		{"a word and a kind", store.Filter{Text: ptr("w4"), Kind: ptr(store.KindMovie)}},
	} {
		for _, sort := range []store.Sort{store.SortNewest, store.SortPriceAsc, store.SortPriceDesc, store.SortName} {
			queries = append(queries, hot{list.name + " by " + string(sort), func(ctx context.Context, s *store.Store, _ *database.DB) error {
				return pages(ctx, s, store.Range{Filter: list.filter, Sort: sort})
			}})
		}
	}
	return queries
}

// asking is what requests and events ask beside lists.
func asking() []hot {
	return []hot{
		{"products by id", func(ctx context.Context, s *store.Store, _ *database.DB) error {
			_, err := s.ByIDs(ctx, []string{"p1", "p500000", "nothing"})
			return err
		}},
		{"how many a search finds", func(ctx context.Context, s *store.Store, _ *database.DB) error {
			n, err := s.Count(ctx, store.Filter{Text: ptr("w77")})
			if err == nil && n == 0 {
				err = errors.New("it finds nothing")
			}
			return err
		}},
		{"how many there are, of a kind, and sold out", func(ctx context.Context, s *store.Store, _ *database.DB) error {
			for _, c := range []struct {
				filter store.Filter
				want   int
			}{
				{store.Filter{}, million},
				{store.Filter{Text: ptr(" "), Kind: ptr(store.KindVehicle)}, million / 1000},
				{store.Filter{Kind: ptr(store.KindMovie), InStock: ptr(true)}, million/2 - million/1000},
				{store.Filter{InStock: ptr(false)}, 0},
			} {
				if n, err := s.Count(ctx, c.filter); err != nil || n != c.want {
					return fmt.Errorf("counted %d, %v, want %d", n, err, c.want)
				}
			}
			return nil
		}},
		{"the files of a page", func(ctx context.Context, s *store.Store, _ *database.DB) error {
			page, err := s.List(ctx, store.Range{Sort: store.SortNewest, First: 20})
			if err == nil {
				_, err = s.Files(ctx, page.Products[0].Facts())
			}
			return err
		}},
		{"a file, and those that are known", func(ctx context.Context, s *store.Store, _ *database.DB) error {
			if _, err := s.FileByID(ctx, "f77"); err != nil {
				return err
			}
			_, err := s.KnownFiles(ctx, []string{"f1", "f2", "nothing"})
			return err
		}},
		{"a file from its upload to its deletion", func(ctx context.Context, s *store.Store, _ *database.DB) error {
			file := &store.File{ID: "new", ProductID: "p9", Name: "new", Size: 1, CreatedAt: database.Now()}
			for range 2 { // the second one replaces the first
				if err := s.CheckPlace(ctx, file.ProductID, file.Name, true); err != nil {
					return err
				}
				if _, err := s.AddFile(ctx, file, true, million); err != nil {
					return err
				}
			}
			return s.RemoveFile(ctx, file.ID)
		}},
		{"a product from its addition to its end", func(ctx context.Context, s *store.Store, _ *database.DB) error {
			made, err := s.CreateMovie(ctx, film("New", 2020))
			if err == nil {
				_, err = s.UpdateMovie(ctx, made.ID, store.MoviePatch{Title: ptr("Newer")})
			}
			if err == nil {
				_, err = s.Delete(ctx, made.ID)
			}
			return err
		}},
		{"an order's stock, taken and given back", func(ctx context.Context, s *store.Store, db *database.DB) error {
			for version, status := range []string{"PLACED", "CANCELLED"} {
				event, err := events.New(events.KindOrder, "new", int64(version+1), events.OrderState{
					Status: status, Lines: []events.OrderLine{{ProductID: "p11", Quantity: 1}},
				})
				if err != nil {
					return err
				}
				if err := db.Tx(ctx, func(tx database.Handle) error { return s.ApplyOrder(ctx, tx, event) }); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a page of the snapshot", func(_ context.Context, _ *store.Store, db *database.DB) error {
			request := httptest.NewRequest(http.MethodGet, events.SnapshotPath+"?kind=product&aggregate=p5", nil)
			auth.Sign(request, nil, authtest.RouterKey)
			answer := httptest.NewRecorder()
			(&events.Bus{DB: db, PeerKey: authtest.RouterKey}).Snapshot().ServeHTTP(answer, request)
			if !strings.Contains(answer.Body.String(), `"p50"`) {
				return fmt.Errorf("the page is %d %.200s", answer.Code, answer.Body)
			}
			return nil
		}},
	}
}

// TestHotQueriesUseIndexes: what requests and events ask reads no table as a whole, with a million products.
func TestHotQueriesUseIndexes(t *testing.T) {
	url := fill(t)
	for _, query := range append(browsing(), asking()...) {
		t.Run(query.name, func(t *testing.T) {
			// What counters say stands in a few rows.
			ask := func(db *database.DB) error { return query.ask(t.Context(), store.New(db), db) }
			databasetest.WantIndexes(t, url, ask, "product_counts", "files_size")
		})
	}
	// What a price and a stock let through together is counted one by one.
	databasetest.WantWholeRead(t, url, "products", func(db *database.DB) error {
		_, err := store.New(db).Count(t.Context(), store.Filter{MaxPrice: ptr(4000), InStock: ptr(true)})
		return err
	})
}
