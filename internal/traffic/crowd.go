package traffic

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// customer is a person of the load. Only one operation at a time has it, so it needs no lock.
type customer struct {
	account Account
	// address is where the person comes from, told as a proxy of the shop tells it: what is limited by address is so as
	// with real people.
	address string
	token   string
	// until is when the token is given up: shortly before it expires.
	until time.Time
	// lines are the ids of the products of the open order, as far as they are known: an answer that never came leaves
	// none, and the next answer tells them again.
	lines []string
	// key is that of a checkout that was not answered, tries how often it was sent.
	key   string
	tries int
	// placed are orders that can be cancelled, cancelling is one whose cancellation was not answered.
	placed     []string
	cancelling string
	// cursor continues the person's last page of the catalogue in the order sort.
	cursor, sort string
	// checkouts numbers the keys.
	checkouts int
}

func (c *customer) loggedIn(now time.Time) bool { return c.token != "" && now.Before(c.until) }

// can reports whether the customer is where the operation makes sense.
func (c *customer) can(kind Kind, now time.Time) bool {
	if kind == Browse || kind == Search || kind == Detail {
		return true
	}
	if !c.loggedIn(now) {
		return kind == Login
	}
	switch kind {
	case OpenOrder, PastOrders:
		return true
	case AddItem:
		return c.key == "" && len(c.lines) < maxLines
	case SetQuantity:
		return c.key == "" && len(c.lines) > 0
	case Checkout:
		return c.key != "" || len(c.lines) > 0
	case Cancel:
		return c.cancelling != "" || len(c.placed) > 0
	case Apply:
		return len(c.placed) > 0
	case Logout:
		return c.isSettled()
	default: // staff's, or for whoever is not logged in
		return false
	}
}

func (c *customer) isSettled() bool { return c.key == "" && c.cancelling == "" }

// maxLines keeps open orders of an ordinary size, and maxPlaced what a customer remembers.
const (
	maxLines  = 8
	maxPlaced = 5
)

// crowd holds the customers who are doing nothing; who has rested longest comes first.
type crowd struct {
	mu    sync.Mutex
	idle  []*customer
	count int
}

// stranger returns somebody who has no account yet. The name is the load's own: two loads on one shop differ by seed.
func (w *crowd) stranger(seed uint64) *customer {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	n := w.count
	return &customer{
		account: Account{fmt.Sprintf("load-%x-%d", seed, n), fmt.Sprintf("pass phrase %x %d", seed, n)},
		address: fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255),
	}
}

// take returns somebody who can do the operation, or what leads to it; the customer is nil where nobody has to be.
func (w *crowd) take(kind Kind, now time.Time) (*customer, Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		if kind.isStaffs() || kind == Register {
			return nil, kind
		}
		at := slices.IndexFunc(w.idle, func(c *customer) bool { return c.can(kind, now) })
		if at >= 0 {
			c := w.idle[at]
			w.idle = slices.Delete(w.idle, at, at+1)
			return c, kind
		}
		if kind == Browse {
			return nil, kind // everybody is at something: a passer-by looks
		}
		kind = instead[kind]
	}
}

// rest gives a customer back.
func (w *crowd) rest(c *customer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idle = append(w.idle, c)
}

// pile is the ids of things that wait for staff.
type pile struct {
	mu  sync.Mutex
	ids []string
}

func (p *pile) add(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids = append(p.ids, id)
}

// take returns one of the things, "" if there is none.
func (p *pile) take(random *rand.Rand) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.ids) == 0 {
		return ""
	}
	at := random.IntN(len(p.ids))
	id := p.ids[at]
	p.ids = slices.Delete(p.ids, at, at+1)
	return id
}

// unsettled returns who waits for an answer that never came. Nobody may be at work.
func (w *crowd) unsettled() []*customer {
	w.mu.Lock()
	defer w.mu.Unlock()
	var open []*customer
	for _, c := range w.idle {
		if !c.isSettled() {
			open = append(open, c)
		}
	}
	return open
}

// staff is the clerk who adds products and files; several operations share the token.
type staff struct {
	account Account
	mu      sync.Mutex
	token   string
	until   time.Time
}

func (s *staff) current() (token string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.token != "" && time.Now().Before(s.until)
}

func (s *staff) set(token string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.until = token, until
}

// favourite draws one of n things, of which the first are drawn more often: a shop's goods are not equally popular.
func favourite(random *rand.Rand, n int) int { return random.IntN(1 + random.IntN(n)) }
