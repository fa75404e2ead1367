package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// ApplicationStatus is where an application for financing is.
type ApplicationStatus string

// The states of an application: PENDING until staff decides, or APPROVED or DECLINED at once. One is WITHDRAWN when its
// order has changed and the customer applies again.
const (
	ApplicationPending   ApplicationStatus = "PENDING"
	ApplicationApproved  ApplicationStatus = "APPROVED"
	ApplicationDeclined  ApplicationStatus = "DECLINED"
	ApplicationWithdrawn ApplicationStatus = "WITHDRAWN"
)

// Application is a customer's wish to pay an order in instalments, with the terms at the time of applying.
type Application struct {
	ID            string            `db:"id"`
	OrderID       string            `db:"order_id"`
	UserID        string            `db:"user_id"`
	Status        ApplicationStatus `db:"status"`
	Reason        string            `db:"reason"`
	TermMonths    int               `db:"term_months"`
	RatePerMille  int               `db:"rate_per_mille"`
	TotalAmount   int               `db:"total_amount"`
	TotalCurrency string            `db:"total_currency"`
	MonthlyAmount int               `db:"monthly_amount"`
	CreatedAt     time.Time         `db:"created_at"`
	DecidedAt     *time.Time        `db:"decided_at"`
}

// IsEntity marks Application as an entity of the federated graph.
func (*Application) IsEntity() {}

// Order is what is to be financed.
func (a *Application) Order() *Order { return &Order{ID: a.OrderID} }

// Customer is who applies.
func (a *Application) Customer() *User { return &User{ID: a.UserID} }

// Total is what is to be financed.
func (a *Application) Total() *financing.Money {
	return &financing.Money{Amount: a.TotalAmount, Currency: a.TotalCurrency}
}

// MonthlyPayment is what the customer pays each month.
func (a *Application) MonthlyPayment() *financing.Money {
	return &financing.Money{Amount: a.MonthlyAmount, Currency: a.TotalCurrency}
}

const applicationColumns = `id, order_id, user_id, status, reason, term_months, rate_per_mille, total_amount, total_currency,
	monthly_amount, created_at, decided_at`

// ApplyOrder takes in an event of the order service: the copy that applications are about.
func (s *Store) ApplyOrder(ctx context.Context, tx database.Handle, event events.Event) error {
	if event.Kind != events.KindOrder {
		return nil // another's business
	}
	var order events.OrderState
	if err := event.Decode(&order); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO orders (id, customer_id, status, total_amount, total_currency) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, status = excluded.status,
		total_amount = excluded.total_amount, total_currency = excluded.total_currency`,
		event.Aggregate, order.CustomerID, order.Status, order.Total.Amount, order.Total.Currency)
	if err != nil {
		return fmt.Errorf("copy order %s: %w", event.Aggregate, err)
	}
	return nil
}

// orderRow is an order as the events tell of it.
type orderRow struct {
	ID         string `db:"id"`
	CustomerID string `db:"customer_id"`
	Status     string `db:"status"`
	Amount     int    `db:"total_amount"`
	Currency   string `db:"total_currency"`
}

// Apply applies for the financing of an order over a checked term. The order's total and the person's status decide; what
// they do not decide is PENDING. Applying again for the same total and term gives the same application, whatever became
// of it; for other ones the earlier is withdrawn. It returns NOT_FOUND for an order that is not known, FORBIDDEN for
// another's, and CONFLICT for one that has nothing to finance or is past it.
func (s *Store) Apply(ctx context.Context, userID, orderID string, termMonths int) (*Application, error) {
	// The bureau is asked only if there is something to finance, and before the transaction, which then holds no lock
	// while it waits.
	if _, err := financeable(ctx, s.db.Read(), userID, orderID); err != nil {
		return nil, err
	}
	statuses, err := s.Statuses(ctx, []string{userID})
	if err != nil {
		return nil, err
	}
	var application *Application
	err = s.db.Tx(ctx, func(tx database.Handle) error {
		order, err := financeable(ctx, tx, userID, orderID)
		if err != nil {
			return err
		}
		total := financing.Money{Amount: order.Amount, Currency: order.Currency}
		offer, err := financing.Decide(statuses[0], total, termMonths)
		if err != nil {
			return err
		}
		earlier, err := current(ctx, tx, []string{orderID})
		if err != nil {
			return err
		}
		if application = earlier[0]; application != nil {
			if application.TermMonths == termMonths && *application.Total() == total {
				return nil
			}
			step := decision{status: ApplicationWithdrawn, reason: "another application was made for the order", by: userID}
			if err := decide(ctx, tx, application, step); err != nil {
				return err
			}
		}
		application = newApplication(order, offer, termMonths)
		return insertApplication(ctx, tx, application)
	})
	if err != nil {
		return nil, err
	}
	return application, nil
}

func financeable(ctx context.Context, on database.Handle, userID, orderID string) (*orderRow, error) {
	if !entity.IsID(orderID) {
		return nil, noOrder(orderID)
	}
	var order orderRow
	err := on.Get(ctx, &order, `SELECT id, customer_id, status, total_amount, total_currency FROM orders WHERE id = ?`, orderID)
	switch {
	case database.NoRows(err):
		return nil, noOrder(orderID)
	case err != nil:
		return nil, fmt.Errorf("read order %s: %w", orderID, err)
	case order.CustomerID != userID:
		return nil, fail.New(fail.Forbidden, "This is another person's order.")
	case order.Status != "OPEN" && order.Status != "PLACED":
		return nil, fail.New(fail.Conflict, "The order is %s; only an open or a placed order can be financed.", order.Status)
	case order.Amount <= 0:
		return nil, fail.New(fail.Conflict, "The order has nothing to finance; add an item first.")
	}
	return &order, nil
}

func noOrder(orderID string) error {
	return fail.New(fail.NotFound, "There is no order %.64q here; if it is a new one, please try again in a moment.", orderID)
}

func newApplication(order *orderRow, offer *financing.Offer, termMonths int) *Application {
	monthly, rate := financing.Payment(financing.Money{Amount: order.Amount, Currency: order.Currency}, termMonths)
	now := database.Now()
	a := &Application{
		ID: strings.ToLower(rand.Text()), OrderID: order.ID, UserID: order.CustomerID,
		Status: ApplicationPending, Reason: offer.Reason, TermMonths: termMonths, RatePerMille: rate,
		TotalAmount: order.Amount, TotalCurrency: order.Currency, MonthlyAmount: monthly.Amount, CreatedAt: now,
	}
	switch offer.Decision {
	case financing.Offered:
		a.Status, a.DecidedAt = ApplicationApproved, &now
	case financing.Declined:
		a.Status, a.DecidedAt = ApplicationDeclined, &now
	case financing.MoreInformationNeeded: // staff decides
	}
	return a
}

func insertApplication(ctx context.Context, tx database.Handle, a *Application) error {
	_, err := tx.Exec(ctx, `INSERT INTO applications (`+applicationColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.OrderID, a.UserID, a.Status, a.Reason, a.TermMonths, a.RatePerMille, a.TotalAmount, a.TotalCurrency,
		a.MonthlyAmount, a.CreatedAt, a.DecidedAt)
	if err != nil {
		return fmt.Errorf("write the application for order %s: %w", a.OrderID, err)
	}
	return noteStep(ctx, tx, a.ID, "", decision{a.Status, a.Reason, a.UserID})
}

// decision is a step of an application.
type decision struct {
	status ApplicationStatus
	reason string
	by     string
}

// Verdict is what staff decides of an application, who did, and why.
type Verdict struct {
	IsApproved bool
	Reason, By string
}

// Decide approves or declines an application that is pending. It returns NOT_FOUND, BAD_INPUT for the reason, and
// CONFLICT for one that is decided already.
func (s *Store) Decide(ctx context.Context, id string, verdict Verdict) (*Application, error) {
	if err := fail.CheckText("reason", verdict.Reason, 1, maxReasonLength); err != nil {
		return nil, err
	}
	step := decision{ApplicationDeclined, verdict.Reason, verdict.By}
	if verdict.IsApproved {
		step.status = ApplicationApproved
	}
	var decided *Application
	err := s.db.Tx(ctx, func(tx database.Handle) error {
		found, err := applications(ctx, tx, `id IN (?)`, []string{id}, func(a *Application) string { return a.ID })
		if err != nil {
			return err
		}
		decided = found[0]
		if decided == nil {
			return fail.New(fail.NotFound, "There is no application %.64q.", id)
		}
		if decided.Status != ApplicationPending {
			return fail.New(fail.Conflict, "The application is %s already.", decided.Status)
		}
		return decide(ctx, tx, decided, step)
	})
	if err != nil {
		return nil, err
	}
	return decided, nil
}

// decide writes a step of an application with its entry in the ledger.
func decide(ctx context.Context, tx database.Handle, a *Application, step decision) error {
	before, now := a.Status, database.Now()
	a.Status, a.Reason, a.DecidedAt = step.status, step.reason, &now
	_, err := tx.Exec(ctx, `UPDATE applications SET status = ?, reason = ?, decided_at = ? WHERE id = ?`,
		a.Status, a.Reason, a.DecidedAt, a.ID)
	if err != nil {
		return fmt.Errorf("make application %s %s: %w", a.ID, step.status, err)
	}
	return noteStep(ctx, tx, a.ID, before, step)
}

func noteStep(ctx context.Context, tx database.Handle, id string, before ApplicationStatus, step decision) error {
	_, err := tx.Exec(ctx, `INSERT INTO application_ledger (id, application_id, before, after, reason, changed_by, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, rand.Text(), id, before, step.status, step.reason, step.by, database.Now())
	if err != nil {
		return fmt.Errorf("write the ledger of application %s: %w", id, err)
	}
	return nil
}
