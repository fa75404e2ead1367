package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// Bureau says what a credit bureau knows of a person. Both the embedded one and the one over HTTP are bureau's.
type Bureau interface {
	Status(ctx context.Context, userID string) (financing.Status, error)
}

const (
	// refreshAfter is how old the bureau's word may be before it is asked again.
	refreshAfter = 24 * time.Hour
	// bureauTimeout bounds the questions of one request together.
	bureauTimeout  = 2 * time.Second
	bureauParallel = 8
	// byBureau is who has changed a status in the ledger, where it was the bureau.
	byBureau = "bureau"
)

// Source is who said what a person's credit is.
type Source string

// The sources of a status.
const (
	SourceStaff  Source = "STAFF"
	SourceBureau Source = "BUREAU"
)

// Report is what is known of a person's credit, and how sure that is.
type Report struct {
	Status financing.Status
	// Source is who said so; nil for nobody.
	Source *Source
	// CheckedAt is when the bureau was last asked with success; nil for never.
	CheckedAt *time.Time
	// IsBureauDown says that the bureau should have been asked and did not answer: the status is the last known one.
	IsBureauDown bool
}

// Note says in words what somebody who reads the report should know, or nothing.
func (r Report) Note() *string {
	if !r.IsBureauDown {
		return nil
	}
	note := "The credit bureau does not answer; this is the last known status."
	if r.CheckedAt == nil {
		note = "The credit bureau does not answer, and was never asked before."
	}
	return &note
}

// statusRow is a person's row of credit_status.
type statusRow struct {
	UserID    string           `db:"user_id"`
	Status    financing.Status `db:"status"`
	Source    Source           `db:"source"`
	CheckedAt *time.Time       `db:"checked_at"`
}

// Reports returns what is known of people in the order of their ids. What staff has set holds; otherwise the bureau is
// asked if its last word is a day old, and what it says is kept. A bureau that does not answer leaves the last known
// status, or Unknown.
func (s *Store) Reports(ctx context.Context, userIDs []string) ([]Report, error) {
	reports := make([]Report, len(userIDs))
	if len(userIDs) == 0 {
		return reports, nil
	}
	var rows []statusRow
	err := s.db.Read().Select(ctx, &rows, `SELECT user_id, status, source, checked_at FROM credit_status WHERE user_id IN (?)`, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read credit statuses: %w", err)
	}
	known := make(map[string]statusRow, len(rows))
	for _, row := range rows {
		known[row.UserID] = row
	}
	answers, err := s.askBureau(ctx, userIDs, known)
	if err != nil {
		return nil, err
	}
	for i, id := range userIDs {
		reports[i] = report(known, answers, id)
	}
	return reports, nil
}

func report(known map[string]statusRow, answers map[string]answer, userID string) Report {
	out := Report{Status: financing.Unknown}
	if row, isKnown := known[userID]; isKnown {
		out.Status, out.Source, out.CheckedAt = row.Status, &row.Source, row.CheckedAt
	}
	asked, wasAsked := answers[userID]
	switch {
	case wasAsked && asked.err != nil:
		out.IsBureauDown = true
	case wasAsked:
		source := SourceBureau
		out.Status, out.Source, out.CheckedAt = asked.status, &source, &asked.at
	}
	return out
}

// Statuses returns only the statuses.
func (s *Store) Statuses(ctx context.Context, userIDs []string) ([]financing.Status, error) {
	reports, err := s.Reports(ctx, userIDs)
	if err != nil {
		return nil, err
	}
	statuses := make([]financing.Status, len(reports))
	for i, report := range reports {
		statuses[i] = report.Status
	}
	return statuses, nil
}

// answer is what the bureau said, or why it said nothing.
type answer struct {
	userID string
	status financing.Status
	at     time.Time
	err    error
}

// askBureau asks about everybody of whom too little is known, and keeps what it hears. Ids that nobody can have are not
// sent to anybody.
func (s *Store) askBureau(ctx context.Context, userIDs []string, known map[string]statusRow) (map[string]answer, error) {
	var asked []answer
	isAsked := map[string]bool{}
	for _, id := range userIDs {
		row, isKnown := known[id]
		isFresh := isKnown && (row.Source == SourceStaff || row.CheckedAt != nil && time.Since(*row.CheckedAt) < refreshAfter)
		if !isFresh && !isAsked[id] && entity.IsID(id) {
			isAsked[id] = true
			asked = append(asked, answer{userID: id})
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	limited, cancel := context.WithTimeout(ctx, bureauTimeout)
	defer cancel()
	err := boot.Parallel(limited, len(asked), bureauParallel, func(ctx context.Context, i int) error {
		asked[i].status, asked[i].err = s.bureau.Status(ctx, asked[i].userID)
		asked[i].at = database.Now()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask the credit bureau: %w", err)
	}
	answers := make(map[string]answer, len(asked))
	var heard []answer
	var failed error // one for all: a list of people would write a line for each
	for _, a := range asked {
		answers[a.userID] = a
		if a.err == nil {
			heard = append(heard, a)
		} else {
			failed = a.err
		}
	}
	if failed != nil {
		slog.WarnContext(ctx, "the credit bureau was not heard", "people", len(asked)-len(heard), "error", failed.Error())
	}
	return answers, s.keep(ctx, heard)
}

// keep writes what the bureau said, in one transaction. What staff has set meanwhile stays.
func (s *Store) keep(ctx context.Context, heard []answer) error {
	if len(heard) == 0 {
		return nil
	}
	return s.db.Tx(ctx, func(tx database.Handle) error {
		for _, a := range heard {
			row := statusRow{UserID: a.userID, Status: a.status, Source: SourceBureau, CheckedAt: &a.at}
			before, err := replaceStatus(ctx, tx, row)
			if err != nil {
				return err
			}
			if before == a.status {
				continue // nothing has changed: the ledger is of changes, and this was only asked again
			}
			change := Change{UserID: a.userID, Status: a.status, Reason: "what the credit bureau said", By: byBureau}
			if err := note(ctx, tx, before, change); err != nil {
				return err
			}
		}
		return nil
	})
}

// Change is a new status for a person, with who decided it and why.
type Change struct {
	UserID string
	Status financing.Status
	Reason string
	By     string
}

// SetStatus writes a person's status as staff's word and the ledger together. A change to the same status goes into the
// ledger too: that somebody looked again is worth knowing. A wrong input is a BAD_INPUT.
func (s *Store) SetStatus(ctx context.Context, change Change) error {
	if err := checkID("userId", change.UserID); err != nil {
		return err
	}
	if !change.Status.IsValid() {
		return fail.Input("status", "There is no status %.64q.", string(change.Status))
	}
	if err := fail.CheckText("reason", change.Reason, 1, maxReasonLength); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx database.Handle) error { return setStatus(ctx, tx, change) })
}

func setStatus(ctx context.Context, tx database.Handle, change Change) error {
	before, err := replaceStatus(ctx, tx, statusRow{UserID: change.UserID, Status: change.Status, Source: SourceStaff})
	if err != nil {
		return err
	}
	return note(ctx, tx, before, change)
}

// replaceStatus writes a person's row and returns the status before. The bureau's word does not replace staff's, which is
// then the status before and after.
func replaceStatus(ctx context.Context, tx database.Handle, row statusRow) (before financing.Status, err error) {
	var old statusRow
	err = tx.Get(ctx, &old, `SELECT user_id, status, source, checked_at FROM credit_status WHERE user_id = ?`, row.UserID)
	switch {
	case database.NoRows(err):
		before = financing.Unknown
		_, err = tx.Exec(ctx, `INSERT INTO credit_status (user_id, status, source, checked_at) VALUES (?, ?, ?, ?)`,
			row.UserID, row.Status, row.Source, row.CheckedAt)
	case err == nil && old.Source == SourceStaff && row.Source == SourceBureau:
		return row.Status, nil
	case err == nil:
		before = old.Status
		_, err = tx.Exec(ctx, `UPDATE credit_status SET status = ?, source = ?, checked_at = ? WHERE user_id = ?`,
			row.Status, row.Source, row.CheckedAt, row.UserID)
	}
	if err != nil {
		return "", fmt.Errorf("write the credit status: %w", err)
	}
	return before, nil
}

// note adds a change of a status to the ledger.
func note(ctx context.Context, tx database.Handle, before financing.Status, change Change) error {
	_, err := tx.Exec(ctx, `INSERT INTO credit_ledger (id, user_id, before, after, reason, changed_by, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		rand.Text(), change.UserID, before, change.Status, change.Reason, change.By, database.Now())
	if err != nil {
		return fmt.Errorf("write the credit ledger: %w", err)
	}
	return nil
}
