package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-graph/weft/subgraphs/credit/bureau"
	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

// fill writes a million orders and applications, of which one in a thousand is pending, and a quarter as many people and
// steps of both ledgers.
func fill(t *testing.T) (url string) {
	t.Helper()
	return databasetest.Fill(t, store.Migrations(),
		`INSERT INTO orders SELECT 'o' || i, 'c' || i / 4, 'OPEN', 1000, 'EUR' FROM generate_series(1, 1000000) i`,
		`INSERT INTO credit_status SELECT 'c' || i, 'GOOD', 'BUREAU', CURRENT_TIMESTAMP FROM generate_series(1, 250000) i`,
		`INSERT INTO credit_ledger SELECT 'l' || i, 'c' || i / 4, 'UNKNOWN', 'GOOD', 'reason', 'bureau', CURRENT_TIMESTAMP
			FROM generate_series(1, 250000) i`,
		`INSERT INTO applications SELECT 'a' || i, 'o' || i / 2, 'c' || i / 8, CASE WHEN i % 2 = 1 THEN 'WITHDRAWN'
			WHEN i % 1000 = 0 THEN 'PENDING' ELSE 'APPROVED' END, 'reason', 24, 49, 1000, 'EUR', 44,
			CURRENT_TIMESTAMP - i * INTERVAL '1 second', CURRENT_TIMESTAMP FROM generate_series(1, 1000000) i`,
		`INSERT INTO application_ledger SELECT 's' || i, 'a' || i, '', 'APPROVED', 'reason', 'c1', CURRENT_TIMESTAMP
			FROM generate_series(1, 250000) i`,
	)
}

// TestHotQueriesUseIndexes: what requests and events ask reads no table as a whole, with a million applications.
func TestHotQueriesUseIndexes(t *testing.T) {
	url := fill(t)
	pages := func(ctx context.Context, s *store.Store, status *store.ApplicationStatus) error {
		page, hasNext, err := s.ListApplications(ctx, status, 20, nil)
		if err == nil && !hasNext {
			err = errors.New("there is one page only")
		}
		if err == nil {
			last := page[len(page)-1]
			_, _, err = s.ListApplications(ctx, status, 20, &store.Position{Micros: last.CreatedAt.UnixMicro(), ID: last.ID})
		}
		return err
	}
	pending := store.ApplicationPending
	for name, ask := range map[string]func(ctx context.Context, s *store.Store, db *database.DB) error{
		"reports of people who are known and not": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			reports, err := s.Reports(ctx, []string{"c1", "c200000", "walter"})
			if err == nil && reports[2].Status != financing.Good {
				err = errors.New("the bureau was not asked")
			}
			return err
		},
		"applications by id, and of orders": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			_, err := s.Applications(ctx, []string{"a1", "a500000", "nothing"})
			_, ofOrders := s.CurrentApplications(ctx, []string{"o1", "o250000", "nothing"})
			return errors.Join(err, ofOrders)
		},
		"pages of all applications": func(ctx context.Context, s *store.Store, _ *database.DB) error { return pages(ctx, s, nil) },
		"pages of what is pending":  func(ctx context.Context, s *store.Store, _ *database.DB) error { return pages(ctx, s, &pending) },
		"both ledgers": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			_, err := s.StatusLedger(ctx, "c77")
			_, ofApplication := s.ApplicationLedger(ctx, "a77")
			return errors.Join(err, ofApplication)
		},
		"an order's application, made, made anew and decided": func(ctx context.Context, s *store.Store, db *database.DB) error {
			hearOrder(t, s, db, "new", open("leslie", 4097))
			made, err := s.Apply(ctx, "leslie", "new", 24)
			if err == nil {
				made, err = s.Apply(ctx, "leslie", "new", 36)
			}
			if err == nil {
				_, err = s.Decide(ctx, made.ID, store.Verdict{IsApproved: true, Reason: "r", By: "clerk"})
			}
			return err
		},
		"a status that staff sets": func(ctx context.Context, s *store.Store, _ *database.DB) error {
			return s.SetStatus(ctx, store.Change{UserID: "c99", Status: financing.Bad, Reason: "r", By: "clerk"})
		},
		"an event of an order": func(_ context.Context, s *store.Store, db *database.DB) error {
			hearOrder(t, s, db, "o4711", events.OrderState{CustomerID: "c7", Status: "PLACED"})
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			databasetest.WantIndexes(t, url, func(db *database.DB) error { return ask(t.Context(), store.New(db, bureau.Embedded{}), db) })
		})
	}
	databasetest.WantWholeRead(t, url, "applications", func(db *database.DB) error {
		var count int
		return db.Read().Get(t.Context(), &count, `SELECT count(*) FROM applications WHERE reason <> ''`)
	})
}
