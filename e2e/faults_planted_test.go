//go:build linux

package e2e

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/internal/traffic"
)

// planted is one thing that is made wrong in a copy of the books.
type planted struct {
	// about is a part of the name of the invariant that has to say so, and of no other's.
	about string
	// service is whose database the statement spoils.
	service, statement string
	// disk spoils the folder of the files.
	disk func(folder string) error
}

// TestInvariantsCanFail makes one thing after the other wrong in what the services have written under an ordinary load, and
// wants the invariant that is about it broken. Before, all of them hold, and each has something to check.
func TestInvariantsCanFail(t *testing.T) {
	t.Parallel()
	s := startFaultShop(t, onSQLite)
	journal, whole := s.load.Journal(), s.read(t)
	for !canPlant(whole, journal) {
		s.holdOnly(t)
		journal, whole = s.load.Journal(), s.read(t)
	}
	for _, figure := range checkInvariants(whole, journal, s.initial) {
		if len(figure.findings) > 0 || figure.checked == 0 {
			t.Fatalf("before anything is wrong: %s", figure.complain())
		}
	}
	plants := plantings(whole, journal)
	for _, inv := range invariants {
		if !slices.ContainsFunc(plants, func(p planted) bool { return strings.Contains(inv.name, p.about) }) {
			t.Errorf("nothing is planted for: %s", inv.name)
		}
	}
	for _, p := range plants {
		figures := checkInvariants(s.spoiled(t, p), journal, s.initial)
		figures = slices.DeleteFunc(figures, func(f figureOf) bool { return !strings.Contains(f.name, p.about) })
		if len(figures) != 1 || len(figures[0].findings) == 0 {
			t.Errorf("%s %s: not broken is: %v", p.service, p.statement, figures)
		}
	}
	s.plantDeadLetter(t, journal)
	s.plantInTheRunningShop(t, journal)
}

// canPlant says whether there is an order that holds stock, and a file that was not deleted.
func canPlant(b *books, journal *traffic.Journal) bool {
	files := b.filesByID()
	return slices.ContainsFunc(b.Orders, orderRow.isPlaced) &&
		slices.ContainsFunc(journal.Uploads, func(u traffic.File) bool { return files[u.ID].ID != "" })
}

// holdOnly holds the load until every kind of operation has succeeded, and nothing happens to the shop.
func (s *faultShop) holdOnly(t *testing.T) {
	t.Helper()
	run := &faultRun{fault: &fault{name: "nothing"}, record: &traffic.Record{}}
	ctx, stop := context.WithCancel(t.Context())
	var held sync.WaitGroup
	held.Go(func() { s.load.RunInto(ctx, traffic.Pace{Rate: pace, Workers: workers}, run.record) })
	defer held.Wait()
	defer stop()
	s.awaitRow(t, run, time.Now())
	stop()
	held.Wait()
	must(t, s.load.Settle(t.Context()))
	s.awaitQuiet(t)
}

// spoiled reads the books with something wrong in a copy of them.
func (s *faultShop) spoiled(t *testing.T, p planted) *books {
	t.Helper()
	databases, files := maps.Clone(s.Databases), s.disk.files()
	if p.service != "" {
		original, err := openStore(databases[p.service])
		must(t, err)
		file := filepath.Join(t.TempDir(), "copy.db")
		_, err = original.Exec(`VACUUM INTO ?`, file)
		must(t, err)
		must(t, original.Close())
		databases[p.service] = "sqlite:" + file
		unguard(t, databases[p.service])
		spoil(t, databases[p.service], p.statement)
	}
	if p.disk != nil {
		files = filepath.Join(t.TempDir(), "files")
		must(t, os.CopyFS(files, os.DirFS(s.disk.files())))
		must(t, p.disk(files))
	}
	b, err := readBooks(databases, files, "redis://"+s.Addresses["redis"])
	must(t, err)
	return b
}

// unguard takes away what keeps a database from changes that its service never makes.
func unguard(t *testing.T, url string) {
	t.Helper()
	db, err := openStore(url)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	var guards []string
	must(t, db.Select(&guards, `SELECT type || ' ' || name FROM sqlite_master WHERE type = 'trigger' OR sql LIKE 'CREATE UNIQUE INDEX%'`))
	for _, guard := range guards {
		_, err := db.Exec(`DROP ` + guard)
		must(t, err)
	}
}

// spoil runs a statement that has to change something.
func spoil(t *testing.T, url, statement string) {
	t.Helper()
	db, err := openStore(url)
	must(t, err)
	result, err := db.Exec(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	changed, err := result.RowsAffected()
	must(t, err)
	must(t, db.Close())
	if changed == 0 {
		t.Fatalf("%s: changes nothing", statement)
	}
}

// plantings are what is made wrong.
func plantings(b *books, journal *traffic.Journal) []planted {
	order, cancelled := journal.Orders[0], journal.Cancellations[0].OrderID
	holding := b.Orders[slices.IndexFunc(b.Orders, orderRow.isPlaced)]
	session, _ := sessionOf(journal.EndedSessions[0].Token) // an empty one changes nothing, which is told
	deleted := journal.Deletions[0].FileID
	kept := journal.Uploads[slices.IndexFunc(journal.Uploads, func(u traffic.File) bool { return b.filesByID()[u.ID].ID != "" })]
	// text puts a value into a statement: all of them are the shop's own ids.
	text := func(statement string, values ...any) string { return fmt.Sprintf(statement, values...) }
	return []planted{
		{about: "order is there", service: "order", statement: text(`DELETE FROM orders WHERE id = '%s'`, order.ID)},
		{about: "order is there", service: "order", statement: text(`UPDATE order_items SET quantity = quantity + 1 WHERE order_id = '%s'`, order.ID)},
		{about: "order is there", service: "order", statement: text(`DELETE FROM order_items WHERE order_id = '%s'`, order.ID)},
		{about: "order is there", service: "order", statement: text(`UPDATE orders SET status = 'OPEN' WHERE id = '%s'`, order.ID)},
		{about: "idempotency key", service: "order", statement: text(`INSERT INTO orders (id, customer_id, status, version, created_at, placed_at, idempotency_key)
			SELECT 'twice', customer_id, 'PLACED', version, created_at, placed_at, 'of nobody' FROM orders WHERE id = '%s'`, order.ID)},
		{about: "idempotency key", service: "order", statement: text(`INSERT INTO orders (id, customer_id, status, version, created_at, placed_at, idempotency_key)
			SELECT 'twice', (SELECT customer_id FROM orders o WHERE o.customer_id NOT IN ('walter', 'jack', 'leslie', orders.customer_id) LIMIT 1),
			'PLACED', version, created_at, placed_at, idempotency_key FROM orders WHERE id = '%s'`, order.ID)},
		{about: "acknowledged cancellation", service: "order", statement: text(`UPDATE orders SET status = 'PLACED' WHERE id = '%s'`, cancelled)},
		{about: "stock =", service: "product", statement: text(`UPDATE products SET stock = stock + 1 WHERE id = '%s'`, order.Lines[0].ProductID)},
		{about: "stock =", service: "product", statement: text(`DELETE FROM products WHERE id = '%s'`, order.Lines[0].ProductID)},
		{about: "placed order holds", service: "product", statement: text(`UPDATE reservations SET is_released = TRUE WHERE order_id = '%s'`, holding.ID)},
		{about: "placed order holds", service: "product", statement: text(`DELETE FROM reserved WHERE order_id = '%s'`, holding.ID)},
		{about: "placed order holds", service: "product", statement: text(`INSERT INTO reservations SELECT 'of nothing', version, TRUE, FALSE, created_at
			FROM reservations WHERE order_id = '%s'`, holding.ID)},
		{about: "registered user", service: "user", statement: text(`DELETE FROM users WHERE id = '%s'`, journal.Users[0].ID)},
		{about: "session whose logout", service: "user", statement: text(`UPDATE sessions SET revoked_at = NULL WHERE id = '%s'`, session)},
		{about: "session whose logout", service: "user", statement: text(`DELETE FROM sessions WHERE id = '%s'`, session)},
		{about: "each credit status", service: "credit", statement: `DELETE FROM credit_ledger WHERE user_id = 'walter'`},
		{about: "each credit status", service: "credit", statement: `UPDATE credit_ledger SET before = 'BAD' WHERE user_id = 'walter'`},
		{about: "each credit status", service: "credit", statement: `DELETE FROM credit_status WHERE user_id = 'walter'`},
		{about: "each application", service: "credit", statement: text(`DELETE FROM application_ledger WHERE after = 'PENDING' AND application_id = '%s'`,
			journal.Decisions[0].ApplicationID)},
		{about: "each application", service: "credit", statement: text(`DELETE FROM application_ledger WHERE before = 'PENDING' AND application_id = '%s'`,
			journal.Decisions[0].ApplicationID)},
		{about: "application and decision", service: "credit", statement: text(`DELETE FROM applications WHERE id = '%s'`, journal.Applications[0].ID)},
		{about: "application and decision", service: "credit", statement: text(`UPDATE applications SET status = 'PENDING' WHERE id = '%s'`, journal.Decisions[0].ApplicationID)},
		{about: "outboxes", service: "order", statement: `UPDATE events_outbox SET published_at = NULL WHERE id = (SELECT max(id) FROM events_outbox)`},
		{about: "follows events", service: "credit", statement: text(`DELETE FROM events_applied WHERE aggregate = '%s'`, order.ID)},
		{about: "follows events", service: "order", statement: text(`UPDATE events_applied SET version = version - 1 WHERE aggregate = '%s' AND kind = 'product'`,
			order.Lines[0].ProductID)},
		{about: "copies", service: "order", statement: text(`UPDATE catalogue SET amount = amount + 1 WHERE product_id = '%s'`, order.Lines[0].ProductID)},
		{about: "copies", service: "credit", statement: text(`UPDATE orders SET status = 'OPEN' WHERE id = '%s'`, order.ID)},
		{about: "has its bytes", disk: func(folder string) error { return os.Truncate(filepath.Join(folder, kept.ID), 10) }},
		{about: "has its bytes", disk: func(folder string) error { return os.Remove(filepath.Join(folder, kept.ID)) }},
		{about: "no bytes on disk", disk: func(folder string) error { return os.WriteFile(filepath.Join(folder, "unfinished.x"), nil, 0o600) }},
		{about: "no bytes on disk", service: "product", statement: text(`DELETE FROM files WHERE id = '%s'`, kept.ID)},
		{about: "acknowledged upload", service: "product", statement: text(`DELETE FROM files WHERE id = '%s'`, kept.ID)},
		{about: "acknowledged upload", disk: func(folder string) error {
			return os.WriteFile(filepath.Join(folder, kept.ID), []byte(strings.Repeat("x", kept.Size)), 0o600)
		}},
		{about: "deletion was acknowledged", service: "product", statement: text(`INSERT INTO files (id, product_id, name, content_type, size, etag, created_at)
			SELECT '%s', product_id, 'again', content_type, size, etag, created_at FROM files WHERE id = '%s'`, deleted, kept.ID)},
	}
}

// plantDeadLetter gives an event up.
func (s *faultShop) plantDeadLetter(t *testing.T, journal *traffic.Journal) {
	t.Helper()
	letters := redis.NewClient(&redis.Options{Addr: s.Addresses["redis"]})
	defer func() { _ = letters.Close() }()
	const stream = "events:order:dead:credit"
	must(t, letters.XAdd(t.Context(), &redis.XAddArgs{Stream: stream, Values: []string{"kind", "order"}}).Err())
	a := &audit{books: s.read(t), journal: journal}
	if a.followersCaughtUp(); len(a.findings) == 0 {
		t.Error("an event that was given up breaks no invariant")
	}
	must(t, letters.Del(t.Context(), stream).Err())
}

// plantInTheRunningShop brings a session back that was ended, and loses somebody.
func (s *faultShop) plantInTheRunningShop(t *testing.T, journal *traffic.Journal) {
	t.Helper()
	for _, figure := range []figureOf{s.wantRefusals(journal), s.wantLogins(journal)} {
		if len(figure.findings) > 0 || figure.checked == 0 {
			t.Errorf("before anything is wrong: %s", figure.complain())
		}
	}
	s.refused, s.loggedIn = 0, 0
	session, err := sessionOf(journal.EndedSessions[0].Token)
	must(t, err)
	spoil(t, s.Databases["user"], fmt.Sprintf(`UPDATE sessions SET revoked_at = NULL WHERE id = '%s'`, session))
	spoil(t, s.Databases["user"], fmt.Sprintf(`DELETE FROM users WHERE id = '%s'`, journal.Users[0].ID))
	s.forgetRedis(t)
	if figure := s.wantRefusals(journal); len(figure.findings) != 1 {
		t.Errorf("a session that was brought back gives: %s", figure.complain())
	}
	if figure := s.wantLogins(journal); len(figure.findings) != 1 {
		t.Errorf("a user who was lost gives: %s", figure.complain())
	}
}

// TestFailuresAreExplained: what fails before or after a fault, or does not need what is broken, is not explained by it.
func TestFailuresAreExplained(t *testing.T) {
	began := time.Now()
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	run := &faultRun{
		fault: &fault{name: "product is killed"},
		rounds: []*faultRound{{target: "product", broken: at(10), mending: at(12), ready: at(14), recovered: map[traffic.Kind]time.Time{
			traffic.Browse: at(15), traffic.PastOrders: at(12), traffic.Checkout: at(20), traffic.Login: at(20), traffic.OpenOrder: at(20),
		}}},
	}
	failed := func(code string) traffic.Outcome { return traffic.Outcome{Class: traffic.Failed, Code: code} }
	partial := traffic.Outcome{Class: traffic.Partial, Code: "DOWNSTREAM_SERVICE_ERROR"}
	for _, c := range []struct {
		what     string
		kind     traffic.Kind
		due      int
		out      traffic.Outcome
		findings int
	}{
		{"it needs product", traffic.Browse, 11, failed("timeout"), 0},
		{"it needs product, and failed by a defect", traffic.Browse, 11, failed("INTERNAL"), 1},
		{"it was on its way", traffic.Browse, 9, failed("timeout"), 0},
		{"before the fault", traffic.Browse, 5, failed("timeout"), 1},
		{"its kind had recovered", traffic.Browse, 16, failed("timeout"), 1},
		{"product still started, and its kind had succeeded", traffic.PastOrders, 13, partial, 0},
		{"product was there, and its kind had succeeded", traffic.PastOrders, 15, partial, 1},
		{"a part is missing", traffic.OpenOrder, 16, partial, 0},
		{"all of it is missing", traffic.OpenOrder, 16, failed("DOWNSTREAM_SERVICE_ERROR"), 1},
		{"it does not need product", traffic.Login, 11, failed("timeout"), 1},
		{"it has only its products left out", traffic.Checkout, 11, partial, 0},
		{"in full", traffic.Login, 5, traffic.Outcome{}, 0},
		{"a refusal is an answer", traffic.Checkout, 5, traffic.Outcome{Class: traffic.Refused, Code: "CONFLICT"}, 0},
		{"somebody who is logged in looks logged out", traffic.Browse, 11, traffic.Outcome{Class: traffic.Refused, Code: "UNAUTHENTICATED"}, 1},
	} {
		sample := traffic.Sample{Kind: c.kind, Due: at(c.due), Latency: 2 * time.Second, Outcome: c.out}
		if figure := run.explain([]traffic.Sample{sample}); len(figure.findings) != c.findings {
			t.Errorf("%s: %v, want %d findings", c.what, figure.findings, c.findings)
		}
	}
}
