// Package traffic puts a shop under the load of its customers, through the router's GraphQL endpoint alone, and keeps a
// journal of what the shop has acknowledged.
//
// In go an address, who may add products, a mix of operations and a pace: a rate of arrivals, or workers that never
// rest. Out come a Record, with the latency and the outcome of each operation, and a Journal, with what must now be true
// of the databases: who was registered, which orders were placed, which tokens must be refused, which files must be
// there, and what nobody can know because the answer never came. A checkout or cancellation that was not answered is
// sent again with the same key, as a customer's client does.
//
// With a rate, each operation has a time at which it is due, whatever became of those before it, and its latency counts
// from then: a shop that stops for a second is as slow as its customers see it, and not as slow as the one request that
// found it so. The package knows neither processes nor databases nor tests.
package traffic

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Plan says who comes to the shop and what they do there.
type Plan struct {
	// URL is the router's GraphQL endpoint.
	URL string
	// Staff is somebody who may add products and files (product:write).
	Staff Account
	// Seed makes everything that is left to chance: the same seed draws the same operations at the same times.
	Seed uint64
	// Customers is how many people are registered before the load begins; 0 for 100.
	Customers int
	// Products is how many products are added before the load begins, which are those that are ordered; 0 for 100.
	Products int
	// Stock is how many pieces of each of them there are; 0 for a million, which does not run out.
	Stock int
	// Mix is what is done how often; nil for ShopMix.
	Mix []Share
	// Timeout ends a request that is not answered; 0 for 10 seconds.
	Timeout time.Duration
}

// Account is a name and its password.
type Account struct{ Username, Password string }

// Pace says how fast operations follow each other.
type Pace struct {
	// Rate is how many operations become due in a second, at random times; 0 for as fast as the workers can.
	Rate float64
	// Workers is how many operations may be on their way at once. With a rate it must be more than are ever needed: what
	// is due and finds no worker waits, and the wait counts.
	Workers int
}

// Load is a shop's customers. Its Runs share them, and one journal.
type Load struct {
	plan    Plan
	client  *client
	crowd   crowd
	journal Journal
	staff   staff
	// files can be deleted, and applications be decided.
	files, applications pile
	// drawn numbers the operations of all runs: each draws from a source of its own, so that the order in which they end
	// changes nothing.
	drawn atomic.Uint64
}

// preparers is how many requests prepare the load at once.
const preparers = 4

// Prepare logs staff in, adds the plan's products and registers its customers.
func Prepare(ctx context.Context, plan Plan) (*Load, error) {
	plan = plan.withDefaults()
	if err := checkMix(plan.Mix); err != nil {
		return nil, err
	}
	l := &Load{plan: plan, client: newClient(plan.URL, plan.Timeout)}
	l.staff.account = plan.Staff
	if out := l.loginStaff(ctx); out.Class != OK {
		return nil, fmt.Errorf("log %s in: %s", plan.Staff.Username, out)
	}
	err := inParallel(plan.Products, func(i int) error {
		if out := l.addProduct(ctx, i); out.Class != OK {
			return fmt.Errorf("add product %d: %s", i, out)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = inParallel(plan.Customers, func(int) error {
		if out := l.register(ctx, l.crowd.stranger(plan.Seed)); out.Class != OK {
			return fmt.Errorf("register a customer: %s", out)
		}
		return nil
	})
	return l, err
}

func (p Plan) withDefaults() Plan {
	if p.Customers == 0 {
		p.Customers = 100
	}
	if p.Products == 0 {
		p.Products = 100
	}
	if p.Stock == 0 {
		p.Stock = 1_000_000
	}
	if p.Mix == nil {
		p.Mix = ShopMix()
	}
	if p.Timeout == 0 {
		p.Timeout = 10 * time.Second
	}
	return p
}

// inParallel calls work for 0 to n-1, a few at a time, and returns every error.
func inParallel(n int, work func(i int) error) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	errs := make([]error, n)
	for range min(preparers, n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = work(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Run holds the load until ctx ends, and returns when what was on its way has been answered or has timed out.
func (l *Load) Run(ctx context.Context, pace Pace) *Record {
	record := &Record{}
	l.RunInto(ctx, pace, record)
	return record
}

// RunInto is Run with a Record that was given: its samples may be read while the load is held.
func (l *Load) RunInto(ctx context.Context, pace Pace, record *Record) {
	timetable := newTimetable(pace.Rate, l.plan.Seed^l.drawn.Load())
	record.Began, record.Pace = timetable.began, pace
	var wg sync.WaitGroup
	for range pace.Workers {
		wg.Go(func() {
			for {
				due := timetable.next()
				if !await(ctx, due) {
					return
				}
				// An operation that has begun is not cut off: whoever cuts it knows less than before.
				l.perform(context.WithoutCancel(ctx), due, record)
			}
		})
	}
	wg.Wait()
	record.Ended = time.Now()
	if end, ok := ctx.Deadline(); ok && pace.Rate > 0 {
		record.Dropped = timetable.overdue(end)
	}
}

// await waits until an operation is due, and says no if ctx ends before.
func await(ctx context.Context, due time.Time) bool {
	if ctx.Err() != nil {
		return false
	}
	wait := time.Until(due)
	if wait <= 0 {
		return true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Settle sends what was not answered again until it is: checkouts and cancellations, with the keys that they had. It
// is for after the load, when the shop is well again. The error says what is still open when ctx ends.
func (l *Load) Settle(ctx context.Context) error {
	for {
		open := l.crowd.unsettled()
		if len(open) == 0 {
			return nil
		}
		for _, c := range open {
			l.settle(ctx, c)
		}
		if !await(ctx, time.Now().Add(100*time.Millisecond)) {
			if open = l.crowd.unsettled(); len(open) == 0 {
				return nil
			}
			return fmt.Errorf("%d checkouts and cancellations were never answered: %w", len(open), ctx.Err())
		}
	}
}

func (l *Load) settle(ctx context.Context, c *customer) {
	if !c.loggedIn(time.Now()) && l.login(ctx, c).Class == Failed {
		return
	}
	if c.key != "" {
		l.checkout(ctx, c)
	}
	if c.cancelling != "" {
		l.cancel(ctx, c)
	}
}

// Journal returns a copy of what the shop has acknowledged so far.
func (l *Load) Journal() *Journal { return l.journal.snapshot() }

// draw returns the source of the next operation's chances.
func (l *Load) draw() *rand.Rand { return rand.New(rand.NewPCG(l.plan.Seed, l.drawn.Add(1))) }
