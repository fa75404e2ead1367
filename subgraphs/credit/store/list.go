package store

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// Applications returns the applications with the given ids: one for each id, in the same order, nil where there is none.
func (s *Store) Applications(ctx context.Context, ids []string) ([]*Application, error) {
	return applications(ctx, s.db.Read(), `id IN (?)`, ids, func(a *Application) string { return a.ID })
}

// CurrentApplications returns the application that counts of each order, nil where there is none.
func (s *Store) CurrentApplications(ctx context.Context, orderIDs []string) ([]*Application, error) {
	return current(ctx, s.db.Read(), orderIDs)
}

func current(ctx context.Context, on database.Handle, orderIDs []string) ([]*Application, error) {
	return applications(ctx, on, `status <> 'WITHDRAWN' AND order_id IN (?)`, orderIDs,
		func(a *Application) string { return a.OrderID })
}

// applications reads what condition finds for the keys in one query.
func applications(
	ctx context.Context, on database.Handle, condition string, keys []string, keyOf func(*Application) string,
) ([]*Application, error) {
	wanted := entity.IDs(keys)
	if len(wanted) == 0 {
		return make([]*Application, len(keys)), nil
	}
	var found []*Application
	err := on.Select(ctx, &found, `SELECT `+applicationColumns+` FROM applications WHERE `+condition, wanted)
	if err != nil {
		return nil, fmt.Errorf("read %d applications: %w", len(wanted), err)
	}
	return entity.InOrder(keys, found, keyOf), nil
}

// Position is a place between two rows of a list: when the row before was written, and its id.
type Position struct {
	Micros int64  `json:"a"` // of an application: a list of orders has another letter here, and other cursors
	ID     string `json:"i"`
}

// ListApplications returns the first applications, newest first, after a position (nil is the beginning), and whether
// there are more. A status that is not nil must be theirs. It returns BAD_INPUT for a position that was made up.
func (s *Store) ListApplications(
	ctx context.Context, status *ApplicationStatus, first int, after *Position,
) (page []*Application, hasNext bool, err error) {
	where, args := "1 = 1", []any{}
	if status != nil {
		where, args = where+" AND status = ?", append(args, *status)
	}
	if after != nil {
		if !entity.IsID(after.ID) || after.Micros < 0 {
			return nil, false, fail.Input("after", "The cursor is of another list; take endCursor of the page before.")
		}
		where, args = where+" AND (created_at, id) < (?, ?)", append(args, time.UnixMicro(after.Micros), after.ID)
	}
	query := fmt.Sprintf(`SELECT %s FROM applications WHERE %s ORDER BY created_at DESC, id DESC LIMIT %d`,
		applicationColumns, where, first+1)
	if err := s.db.Read().Select(ctx, &page, query, args...); err != nil {
		return nil, false, fmt.Errorf("list applications: %w", err)
	}
	return page[:min(first, len(page))], len(page) > first, nil
}

// Entry is a line of a ledger: a status or a step of an application that has changed, by whom and why.
type Entry struct {
	Before    string    `db:"before"`
	After     string    `db:"after"`
	Reason    string    `db:"reason"`
	ChangedBy string    `db:"changed_by"`
	ChangedAt time.Time `db:"changed_at"`
}

// maxEntries is the most of a ledger that is shown.
const maxEntries = 200

// StatusLedger returns the changes of a person's credit status, newest first, at most 200.
func (s *Store) StatusLedger(ctx context.Context, userID string) ([]*Entry, error) {
	return s.ledger(ctx, `credit_ledger WHERE user_id = ?`, userID)
}

// ApplicationLedger returns the steps of an application, newest first, at most 200.
func (s *Store) ApplicationLedger(ctx context.Context, id string) ([]*Entry, error) {
	return s.ledger(ctx, `application_ledger WHERE application_id = ?`, id)
}

func (s *Store) ledger(ctx context.Context, from, id string) ([]*Entry, error) {
	entries := []*Entry{}
	if !entity.IsID(id) {
		return entries, nil
	}
	err := s.db.Read().Select(ctx, &entries, fmt.Sprintf(`SELECT before, after, reason, changed_by, changed_at FROM %s
		ORDER BY changed_at DESC, id DESC LIMIT %d`, from, maxEntries), id)
	if err != nil {
		return nil, fmt.Errorf("read the ledger of %s: %w", id, err)
	}
	return entries, nil
}
