//go:build linux

package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"
)

// books is everything that the services know, read from their databases and the folder of the files beside them.
type books struct {
	Users    []userRow
	Sessions []sessionRow

	Products     []productRow
	Reservations []reservationRow
	Reserved     []lineRow
	Files        []fileRow
	// Disk is what lies in the folder of the files, by name.
	Disk map[string]blob

	Orders    []orderRow
	Items     []lineRow
	Catalogue []offerRow

	Statuses     []statusRow
	Applications []applicationRow
	CreditOrders []creditOrderRow
	// StatusLedger is by user, ApplicationLedger by application, each in the order of its entries.
	StatusLedger, ApplicationLedger []ledgerRow

	// Outbox and Applied are what each service has told, and knows of others.
	Outbox  map[string][]eventRow
	Applied map[string][]eventRow
	// DeadLetters counts by stream.
	DeadLetters map[string]int64
}

type userRow struct {
	ID       string
	Username string
	Deleted  bool
}

type sessionRow struct {
	ID      string
	UserID  string `db:"user_id"`
	Revoked bool
}

type productRow struct {
	ID     string
	Name   string
	Amount int64
	Stock  int64
}

type reservationRow struct {
	OrderID  string `db:"order_id"`
	Accepted bool   `db:"is_accepted"`
	Released bool   `db:"is_released"`
}

// lineRow is so many pieces of a product, in an order or reserved for it.
type lineRow struct {
	OrderID   string `db:"order_id"`
	ProductID string `db:"product_id"`
	Quantity  int64
}

type fileRow struct {
	ID        string
	ProductID string `db:"product_id"`
	Name      string
	Size      int64
	ETag      string
}

type blob struct {
	Size   int64
	SHA256 string
}

type orderRow struct {
	ID         string
	CustomerID string `db:"customer_id"`
	Status     string
	Key        string
	Confirmed  bool
}

// isPlaced says whether the order holds stock.
func (o orderRow) isPlaced() bool {
	return o.Status == "PLACED" || o.Status == "PAID" || o.Status == "SHIPPED"
}

type offerRow struct {
	ProductID string `db:"product_id"`
	Name      string
	Amount    int64
	Deleted   bool `db:"is_deleted"`
}

type statusRow struct {
	UserID string `db:"user_id"`
	Status string
}

type applicationRow struct {
	ID     string
	Status string
}

type creditOrderRow struct {
	ID         string
	CustomerID string `db:"customer_id"`
	Status     string
	Total      int64  `db:"total_amount"`
	Currency   string `db:"total_currency"`
}

// ledgerRow is a change of what Thing names.
type ledgerRow struct {
	Thing  string
	Before string
	After  string
}

// eventRow is how far an aggregate has come: told by a service, or known of its source.
type eventRow struct {
	Source    string
	Kind      string
	Aggregate string
	Version   int64
	Published bool
}

// follows says whose events each service applies.
var follows = map[string][]string{"product": {"order"}, "order": {"product", "user"}, "credit": {"order"}}

// tellers are the services that have something to tell, in a defined order.
var tellers = []string{"user", "product", "order"}

// reader reads tables, and keeps the first errors.
type reader struct {
	db   *sqlx.DB
	errs []error
}

func (r *reader) read(list any, query string) {
	if err := r.db.Select(list, query); err != nil {
		r.errs = append(r.errs, fmt.Errorf("%s: %w", query, err))
	}
}

// readBooks reads everything while nobody writes: between two databases there is no common moment.
func readBooks(databases map[string]string, files, redisURL string) (*books, error) {
	b := &books{Outbox: map[string][]eventRow{}, Applied: map[string][]eventRow{}}
	read := map[string]func(*reader){"user": b.readUser, "product": b.readProduct, "order": b.readOrder, "credit": b.readCredit}
	var errs []error
	for service, url := range databases {
		db, err := openStore(url)
		if err != nil {
			return nil, err
		}
		r := &reader{db: db}
		read[service](r)
		b.readEvents(r, service)
		errs = append(errs, append(r.errs, db.Close())...)
	}
	var err error
	if b.Disk, err = readFolder(files); err != nil {
		errs = append(errs, err)
	}
	if b.DeadLetters, err = readDeadLetters(redisURL); err != nil {
		errs = append(errs, err)
	}
	return b, errors.Join(errs...)
}

func (b *books) readUser(r *reader) {
	r.read(&b.Users, `SELECT id, username, deleted_at IS NOT NULL AS deleted FROM users ORDER BY id`)
	r.read(&b.Sessions, `SELECT id, user_id, revoked_at IS NOT NULL AS revoked FROM sessions ORDER BY id`)
}

func (b *books) readProduct(r *reader) {
	r.read(&b.Products, `SELECT id, name, price_amount AS amount, stock FROM products ORDER BY id`)
	r.read(&b.Reservations, `SELECT order_id, is_accepted, is_released FROM reservations ORDER BY order_id`)
	r.read(&b.Reserved, `SELECT order_id, product_id, quantity FROM reserved ORDER BY order_id, product_id`)
	r.read(&b.Files, `SELECT id, product_id, name, size, etag FROM files ORDER BY id`)
}

func (b *books) readOrder(r *reader) {
	r.read(&b.Orders, `SELECT id, customer_id, status, COALESCE(idempotency_key, '') AS key, confirmed_at IS NOT NULL AS confirmed
		FROM orders ORDER BY id`)
	r.read(&b.Items, `SELECT order_id, product_id, quantity FROM order_items ORDER BY order_id, product_id`)
	r.read(&b.Catalogue, `SELECT product_id, name, amount, is_deleted FROM catalogue ORDER BY product_id`)
}

func (b *books) readCredit(r *reader) {
	r.read(&b.Statuses, `SELECT user_id, status FROM credit_status ORDER BY user_id`)
	r.read(&b.StatusLedger, `SELECT user_id AS thing, before, after FROM credit_ledger ORDER BY user_id, changed_at`)
	r.read(&b.Applications, `SELECT id, status FROM applications ORDER BY id`)
	r.read(&b.ApplicationLedger, `SELECT application_id AS thing, before, after FROM application_ledger ORDER BY application_id, changed_at`)
	r.read(&b.CreditOrders, `SELECT id, customer_id, status, total_amount, total_currency FROM orders ORDER BY id`)
}

func (b *books) readEvents(r *reader, service string) {
	var told, applied []eventRow
	r.read(&told, `SELECT '`+service+`' AS source, kind, aggregate, version, published_at IS NOT NULL AS published
		FROM events_outbox ORDER BY kind, aggregate, version`)
	r.read(&applied, `SELECT source, kind, aggregate, version, TRUE AS published FROM events_applied ORDER BY source, kind, aggregate`)
	b.Outbox[service], b.Applied[service] = told, applied
}

// readFolder reads every file of a folder; one that is not there is empty.
func readFolder(folder string) (map[string]blob, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	found := map[string]blob{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		found[entry.Name()] = blob{int64(len(content)), hex.EncodeToString(sum[:])}
	}
	return found, nil
}

func readDeadLetters(url string) (map[string]int64, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	found := map[string]int64{}
	for follower, sources := range follows {
		for _, source := range sources {
			stream := "events:" + source + ":dead:" + follower
			n, err := client.XLen(context.Background(), stream).Result()
			if err != nil {
				return nil, fmt.Errorf("count the dead letters in %s: %w", stream, err)
			}
			found[stream] = n
		}
	}
	return found, nil
}
