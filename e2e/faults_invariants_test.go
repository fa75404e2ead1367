//go:build linux

package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-graph/weft/internal/traffic"
)

// audit holds what the databases say against what was acknowledged.
type audit struct {
	books   *books
	journal *traffic.Journal
	// initial is the stock of each product before anybody had ordered it.
	initial map[string]int64
	// findings are what is wrong.
	findings []string
}

// want notes a finding unless holds, and counts as one thing that was checked.
func (a *audit) want(holds bool, format string, args ...any) int {
	if !holds {
		a.findings = append(a.findings, fmt.Sprintf(format, args...))
	}
	return 1
}

// invariant is what has to hold whatever has happened, as soon as nothing is on its way any more.
type invariant struct {
	name string
	// check says how many things it has looked at.
	check func(*audit) int
}

// invariants are in the order of reports.
var invariants = []invariant{
	{"an acknowledged order is there, with its lines", (*audit).ordersAreThere},
	{"an idempotency key has placed one order, and no order was placed that nobody asked for", (*audit).ordersAreOnce},
	{"an acknowledged cancellation holds", (*audit).cancellationsHold},
	{"stock = initial - placed + cancelled", (*audit).stockIsRight},
	{"each placed order holds its stock, and no other does", (*audit).reservationsMatch},
	{"a registered user is there", (*audit).usersAreThere},
	{"a session whose logout was acknowledged is revoked", (*audit).sessionsAreRevoked},
	{"each credit status is what its ledger says, step by step", (*audit).statusLedgerIsComplete},
	{"each application is what its ledger says, step by step", (*audit).applicationLedgerIsComplete},
	{"an acknowledged application and decision is there", (*audit).applicationsAreThere},
	{"the outboxes are drained", (*audit).outboxesAreDrained},
	{"who follows events knows the newest of each, and none is given up", (*audit).followersCaughtUp},
	{"order's and credit's copies are equal to the originals", (*audit).copiesAreEqual},
	{"each file has its bytes", (*audit).filesHaveBytes},
	{"no bytes on disk are without a file", (*audit).noOrphans},
	{"an acknowledged upload is there, byte for byte", (*audit).uploadsAreThere},
	{"a file whose deletion was acknowledged is gone", (*audit).deletionsHold},
}

// figureOf is what an invariant has looked at and found.
type figureOf struct {
	name     string
	checked  int
	findings []string
}

// checkInvariants tries all of them.
func checkInvariants(b *books, journal *traffic.Journal, initial map[string]int64) []figureOf {
	figures := make([]figureOf, len(invariants))
	for i, inv := range invariants {
		a := &audit{books: b, journal: journal, initial: initial}
		figures[i] = figureOf{name: inv.name, checked: inv.check(a), findings: a.findings}
	}
	return figures
}

// stockBefore is the stock of each product before its orders.
func (b *books) stockBefore() map[string]int64 {
	initial := b.taken()
	for _, p := range b.Products {
		initial[p.ID] += p.Stock
	}
	return initial
}

// taken is how many pieces of each product the orders that are placed have, by order's own books.
func (b *books) taken() map[string]int64 {
	pieces := map[string]int64{}
	orders := b.ordersByID()
	for _, item := range b.Items {
		if orders[item.OrderID].isPlaced() {
			pieces[item.ProductID] += item.Quantity
		}
	}
	return pieces
}

func (b *books) ordersByID() map[string]orderRow {
	byID := map[string]orderRow{}
	for _, o := range b.Orders {
		byID[o.ID] = o
	}
	return byID
}

func (b *books) filesByID() map[string]fileRow {
	byID := map[string]fileRow{}
	for _, f := range b.Files {
		byID[f.ID] = f
	}
	return byID
}

// linesByOrder are the pieces of each product, as sorted texts, by order.
func linesByOrder(rows []lineRow) map[string][]string {
	byOrder := map[string][]string{}
	for _, row := range rows {
		byOrder[row.OrderID] = append(byOrder[row.OrderID], fmt.Sprintf("%d of %s", row.Quantity, row.ProductID))
	}
	for _, lines := range byOrder {
		slices.Sort(lines)
	}
	return byOrder
}

func (a *audit) ordersAreThere() (n int) {
	orders, lines := a.books.ordersByID(), linesByOrder(a.books.Items)
	for _, placed := range a.journal.Orders {
		var want []lineRow
		for _, line := range placed.Lines {
			want = append(want, lineRow{placed.ID, line.ProductID, int64(line.Quantity)})
		}
		got, isThere := orders[placed.ID]
		n += a.want(isThere, "order %s of %s was acknowledged and is lost", placed.ID, placed.Customer)
		if !isThere {
			continue
		}
		n += a.want(got.Key == placed.Key, "order %s was placed with the key %s and has %q", placed.ID, placed.Key, got.Key)
		n += a.want(got.isPlaced() || got.Status == "CANCELLED", "order %s was placed and is %s", placed.ID, got.Status)
		n += a.want(slices.Equal(lines[placed.ID], linesByOrder(want)[placed.ID]), "order %s was placed with %v and has %v",
			placed.ID, linesByOrder(want)[placed.ID], lines[placed.ID])
	}
	return n
}

func (a *audit) ordersAreOnce() (n int) {
	asked := map[string]bool{}
	answered := map[string]string{}
	for _, placed := range a.journal.Orders {
		asked[placed.Key] = true
		before, twice := answered[placed.Key]
		n += a.want(!twice || before == placed.ID, "the key %s has placed the orders %s and %s", placed.Key, before, placed.ID)
		answered[placed.Key] = placed.ID
	}
	for _, u := range a.journal.Unknown {
		asked[u.Thing] = asked[u.Thing] || u.Kind == traffic.Checkout
	}
	ofTheLoad := map[string]bool{}
	for _, u := range a.journal.Users {
		ofTheLoad[u.ID] = true
	}
	byKey := map[string]string{}
	for _, o := range a.books.Orders {
		if o.Key == "" || !ofTheLoad[o.CustomerID] {
			continue
		}
		n += a.want(byKey[o.Key] == "", "the orders %s and %s have the key %s", byKey[o.Key], o.ID, o.Key)
		n += a.want(asked[o.Key], "order %s was placed with the key %s, which nobody has sent", o.ID, o.Key)
		byKey[o.Key] = o.ID
	}
	return n
}

func (a *audit) cancellationsHold() (n int) {
	orders := a.books.ordersByID()
	for _, c := range a.journal.Cancellations {
		n += a.want(orders[c.OrderID].Status == "CANCELLED", "order %s was cancelled and is %q", c.OrderID, orders[c.OrderID].Status)
	}
	return n
}

func (a *audit) stockIsRight() (n int) {
	taken := a.books.taken()
	for _, p := range a.books.Products {
		want := a.initial[p.ID] - taken[p.ID]
		n += a.want(p.Stock == want, "product %s has a stock of %d; of %d at first %d are ordered", p.ID, p.Stock, a.initial[p.ID], taken[p.ID])
	}
	n += a.want(len(a.books.Products) == len(a.initial), "there are %d products and were %d", len(a.books.Products), len(a.initial))
	for _, p := range a.journal.Products {
		n += a.want(a.initial[p.ID] == int64(p.Stock), "product %s was added with a stock of %d and began with %d", p.ID, p.Stock, a.initial[p.ID])
	}
	return n
}

func (a *audit) reservationsMatch() (n int) {
	holds := map[string]bool{}
	for _, r := range a.books.Reservations {
		holds[r.OrderID] = r.Accepted && !r.Released
	}
	ordered, reserved := linesByOrder(a.books.Items), linesByOrder(a.books.Reserved)
	for _, o := range a.books.Orders {
		n += a.want(holds[o.ID] == o.isPlaced(), "order %s is %s; that product holds stock for it is %v", o.ID, o.Status, holds[o.ID])
		if o.isPlaced() {
			n += a.want(o.Confirmed, "order %s is %s and not confirmed", o.ID, o.Status)
			n += a.want(slices.Equal(ordered[o.ID], reserved[o.ID]), "order %s has %v, and %v is reserved for it", o.ID, ordered[o.ID], reserved[o.ID])
		}
		delete(holds, o.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(holds)) {
		n += a.want(!holds[id], "product holds stock for order %s, which is not there", id)
	}
	return n
}

func (a *audit) usersAreThere() (n int) {
	there := map[userRow]bool{}
	for _, u := range a.books.Users {
		there[u] = true
	}
	for _, u := range a.journal.Users {
		n += a.want(there[userRow{ID: u.ID, Username: u.Username}], "user %s was registered as %s and is lost", u.ID, u.Username)
	}
	return n
}

func (a *audit) sessionsAreRevoked() (n int) {
	revoked := map[string]bool{}
	for _, s := range a.books.Sessions {
		revoked[s.ID] = s.Revoked
	}
	for _, ended := range a.journal.EndedSessions {
		id, err := sessionOf(ended.Token)
		n += a.want(err == nil && revoked[id], "the session %s of %s was ended and lives (%v)", id, ended.Username, err)
	}
	return n
}

// sessionOf reads the session's id in a token, whose signature is not of interest here.
func sessionOf(token string) (id string, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("%q is no token", token)
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var session struct{ Sid string }
	err = json.Unmarshal(claims, &session)
	return session.Sid, err
}

// ledgerIsComplete follows each thing's entries from its first state to the one that it has.
func (a *audit) ledgerIsComplete(first string, now map[string]string, ledger []ledgerRow) (n int) {
	said := map[string]string{}
	for _, entry := range ledger {
		before, isKnown := said[entry.Thing]
		if !isKnown {
			before = first
		}
		n += a.want(entry.Before == before, "the ledger of %s goes on from %q, and was at %q", entry.Thing, entry.Before, before)
		said[entry.Thing] = entry.After
	}
	for _, thing := range slices.Sorted(maps.Keys(now)) {
		last, isKnown := said[thing]
		if !isKnown {
			last = first
		}
		n += a.want(now[thing] == last, "%s is %s, and its ledger ends with %q", thing, now[thing], last)
		delete(said, thing)
	}
	for _, thing := range slices.Sorted(maps.Keys(said)) {
		n += a.want(false, "there is a ledger of %s, which is not there", thing)
	}
	return n
}

func (a *audit) statusLedgerIsComplete() int {
	now := map[string]string{}
	for _, s := range a.books.Statuses {
		now[s.UserID] = s.Status
	}
	return a.ledgerIsComplete("UNKNOWN", now, a.books.StatusLedger)
}

func (a *audit) applicationLedgerIsComplete() int {
	now := map[string]string{}
	for _, application := range a.books.Applications {
		now[application.ID] = application.Status
	}
	return a.ledgerIsComplete("", now, a.books.ApplicationLedger)
}
