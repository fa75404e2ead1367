package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/credit/bureau"
	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// someBureau answers with a status, or not at all.
type someBureau struct {
	status financing.Status
	isDown atomic.Bool
	calls  atomic.Int64
}

func (b *someBureau) Status(context.Context, string) (financing.Status, error) {
	b.calls.Add(1)
	if b.isDown.Load() {
		return "", errors.New("the bureau is down")
	}
	return b.status, nil
}

func TestTheBureauIsAskedOnceADay(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		bureau := &someBureau{status: financing.Good}
		s, ctx := store.New(db, bureau), t.Context()
		for range 3 {
			reports, err := s.Reports(ctx, []string{"ann", "ann", "bob", "no id!"})
			if err != nil || len(reports) != 4 || reports[0].Status != financing.Good || *reports[0].Source != store.SourceBureau ||
				reports[0].CheckedAt == nil || reports[3].Status != financing.Unknown || reports[3].Source != nil {
				t.Fatalf("%+v, %v", reports, err)
			}
		}
		if bureau.calls.Load() != 2 {
			t.Errorf("asked %d times", bureau.calls.Load())
		}
		if rows := ledger(t, db, "ann"); !slices.Equal(rows, []string{"UNKNOWN to GOOD by bureau: what the credit bureau said"}) {
			t.Errorf("ledger %q", rows)
		}

		age(t, db)
		bureau.isDown.Store(true)
		reports, err := s.Reports(ctx, []string{"ann", "new"})
		if err != nil || reports[0].Status != financing.Good || !reports[0].IsBureauDown || reports[0].Note() == nil ||
			reports[1].Status != financing.Unknown || !reports[1].IsBureauDown || *reports[1].Note() == *reports[0].Note() {
			t.Errorf("while the bureau is down: %+v, %v", reports, err)
		}

		bureau.isDown.Store(false)
		bureau.status = financing.Bad
		if reports, err := s.Reports(ctx, []string{"ann"}); err != nil || reports[0].Status != financing.Bad || reports[0].Note() != nil {
			t.Errorf("a day later: %+v, %v", reports, err)
		}
		if rows := ledger(t, db, "ann"); len(rows) != 2 {
			t.Errorf("ledger %q", rows)
		}
	})
}

// age makes the bureau's word two days old.
func age(t *testing.T, db *database.DB) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx database.Handle) error {
		_, err := tx.Exec(t.Context(), `UPDATE credit_status SET checked_at = ?`, time.Now().Add(-48*time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStaffsWordHolds(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		bureau := &someBureau{status: financing.Bad}
		s, ctx := store.New(db, bureau), t.Context()
		if err := s.SetStatus(ctx, store.Change{UserID: "ann", Status: financing.Good, Reason: "r", By: "clerk"}); err != nil {
			t.Fatal(err)
		}
		age(t, db)
		if reports, err := s.Reports(ctx, []string{"ann"}); err != nil || reports[0].Status != financing.Good ||
			*reports[0].Source != store.SourceStaff || bureau.calls.Load() != 0 {
			t.Errorf("%+v, %v", reports, err)
		}
		if err := s.SetStatus(ctx, store.Change{UserID: "ann", Status: "EXCELLENT", Reason: "r", By: "clerk"}); !fail.Is(err, fail.BadInput) {
			t.Errorf("a status that is none: %v", err)
		}
	})
}

// hearOrder brings an order into the copy, as its event does.
func hearOrder(t *testing.T, s *store.Store, db *database.DB, id string, state events.OrderState) {
	t.Helper()
	event, err := events.New(events.KindOrder, id, 1, state)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(t.Context(), func(tx database.Handle) error { return s.ApplyOrder(t.Context(), tx, event) }); err != nil {
		t.Fatal(err)
	}
}

func open(customer string, amount int) events.OrderState {
	return events.OrderState{CustomerID: customer, Status: "OPEN", Total: events.MoneyState{Amount: amount, Currency: "EUR"}}
}

func steps(t *testing.T, s *store.Store, id string) []string {
	t.Helper()
	entries, err := s.ApplicationLedger(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, fmt.Sprintf("%s>%s %s: %s", e.Before, e.After, e.ChangedBy, e.Reason))
	}
	slices.Reverse(list)
	return list
}

func TestApplyingByStatus(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, bureau.Embedded{})
		for _, c := range []struct {
			customer string
			total    int
			want     store.ApplicationStatus
			reason   string
		}{
			{"walter", 4097, store.ApplicationApproved, "Offer Financing"},
			{"jack", 4097, store.ApplicationDeclined, "Decline Financing"},
			{"leslie", 4097, store.ApplicationPending, "More information needed"},
			{"walter", 5_000_001, store.ApplicationPending, "More information needed: the order is above 50000.00 EUR"},
		} {
			id := fmt.Sprintf("order-%s-%d", c.customer, c.total)
			hearOrder(t, s, db, id, open(c.customer, c.total))
			a, err := s.Apply(t.Context(), c.customer, id, 24)
			if err != nil || a.Status != c.want || a.Reason != c.reason || (a.DecidedAt == nil) != (c.want == store.ApplicationPending) {
				t.Fatalf("%s: %+v, %v", id, a, err)
			}
			if c.total == 4097 && (a.MonthlyAmount != 180 || a.RatePerMille != 49) {
				t.Errorf("%s: terms %+v", id, a)
			}
			again, err := s.Apply(t.Context(), c.customer, id, 24)
			if err != nil || again.ID != a.ID {
				t.Errorf("%s: applying again gave %+v, %v", id, again, err)
			}
			if got, want := steps(t, s, a.ID), []string{fmt.Sprintf(">%s %s: %s", c.want, c.customer, c.reason)}; !slices.Equal(got, want) {
				t.Errorf("%s: ledger %q, want %q", id, got, want)
			}
		}
	})
}

func TestApplicationsThatAreRefused(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, bureau.Embedded{})
		hearOrder(t, s, db, "jacks", open("jack", 1))
		hearOrder(t, s, db, "empty", open("walter", 0))
		cancelled := open("walter", 1)
		cancelled.Status = "CANCELLED"
		hearOrder(t, s, db, "cancelled", cancelled)
		for id, code := range map[string]fail.Code{
			"nothing": fail.NotFound, "../x": fail.NotFound, "": fail.NotFound, strings.Repeat("x", 65): fail.NotFound,
			"jacks": fail.Forbidden, "empty": fail.Conflict, "cancelled": fail.Conflict,
		} {
			if a, err := s.Apply(t.Context(), "walter", id, 24); !fail.Is(err, code) {
				t.Errorf("%q: %+v, %v, want %s", id, a, err, code)
			}
		}
	})
}

func TestAnOrderThatChangedIsAppliedForAnew(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, bureau.Embedded{})
		hearOrder(t, s, db, "o", open("walter", 4097))
		first, err := s.Apply(t.Context(), "walter", "o", 24)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.Apply(t.Context(), "walter", "o", 12)
		if err != nil || second.ID == first.ID {
			t.Fatalf("another term: %+v, %v", second, err)
		}
		hearOrder(t, s, db, "o", open("walter", 5000))
		var group errgroup.Group
		for range 5 {
			group.Go(func() error { _, err := s.Apply(t.Context(), "walter", "o", 12); return err })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		all, hasNext, err := s.ListApplications(t.Context(), nil, 10, nil)
		if err != nil || hasNext || len(all) != 3 || all[0].Status != store.ApplicationApproved || all[0].TotalAmount != 5000 {
			t.Fatalf("%+v, %v", all, err)
		}
		for _, old := range all[1:] {
			if got := steps(t, s, old.ID); old.Status != store.ApplicationWithdrawn || len(got) != 2 ||
				got[1] != "APPROVED>WITHDRAWN walter: another application was made for the order" {
				t.Errorf("%+v with ledger %q", old, got)
			}
		}
		withdrawn := store.ApplicationWithdrawn
		page, hasNext, err := s.ListApplications(t.Context(), &withdrawn, 1, nil)
		if err != nil || !hasNext || len(page) != 1 {
			t.Fatalf("%+v, %v, %v", page, hasNext, err)
		}
		rest, hasNext, err := s.ListApplications(t.Context(), &withdrawn, 1, &store.Position{Micros: page[0].CreatedAt.UnixMicro(), ID: page[0].ID})
		if err != nil || hasNext || len(rest) != 1 || rest[0].ID != first.ID {
			t.Errorf("%+v, %v, %v", rest, hasNext, err)
		}
	})
}

func TestStaffDecidesOnce(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, bureau.Embedded{})
		hearOrder(t, s, db, "o", open("leslie", 4097))
		a, err := s.Apply(t.Context(), "leslie", "o", 24)
		if err != nil {
			t.Fatal(err)
		}
		for reason, code := range map[string]fail.Code{" ": fail.BadInput, strings.Repeat("x", 501): fail.BadInput} {
			if _, err := s.Decide(t.Context(), a.ID, store.Verdict{Reason: reason, By: "clerk"}); !fail.Is(err, code) {
				t.Errorf("%.9q: %v", reason, err)
			}
		}
		if _, err := s.Decide(t.Context(), "nothing", store.Verdict{Reason: "r"}); !fail.Is(err, fail.NotFound) {
			t.Errorf("no such application: %v", err)
		}
		var group errgroup.Group
		var decided atomic.Int64
		for i := range 4 {
			group.Go(func() error {
				_, err := s.Decide(t.Context(), a.ID, store.Verdict{IsApproved: i%2 == 0, Reason: "looked at it", By: fmt.Sprint("clerk-", i)})
				if err == nil {
					decided.Add(1)
				} else if !fail.Is(err, fail.Conflict) {
					return err
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil || decided.Load() != 1 {
			t.Errorf("decided %d times, %v", decided.Load(), err)
		}
		if got := steps(t, s, a.ID); len(got) != 2 || !strings.Contains(got[1], "PENDING>") || !strings.Contains(got[1], " clerk-") {
			t.Errorf("ledger %q", got)
		}
	})
}
