package traffic

import (
	"context"
	"math/rand/v2"
	"time"
)

// perform does the operation that is due: by whoever can, or what leads to it.
func (l *Load) perform(ctx context.Context, due time.Time, record *Record) {
	random := l.draw()
	kind, thing := l.choose(random)
	c, kind := l.crowd.take(kind, time.Now())
	if _, ok := l.staff.current(); kind.isStaffs() && !ok {
		l.putBack(kind, thing)
		kind = Login // staff's token has ended
	}
	var out Outcome
	switch {
	case kind == Login && c == nil:
		out = l.loginStaff(ctx)
	case kind == Upload:
		out = l.upload(ctx, random)
	case kind == DeleteFile:
		out = l.deleteFile(ctx, thing)
	case kind == Decide:
		out = l.decide(ctx, thing, random)
	case kind == Register:
		out = l.register(ctx, l.crowd.stranger(l.plan.Seed))
	default:
		out = l.performAs(ctx, c, kind, random)
	}
	if out.Code == unauthenticated && kind.isStaffs() {
		l.staff.set("", time.Time{})
	}
	record.Add(Sample{Kind: kind, Due: due, Latency: time.Since(due), Outcome: out})
}

// choose draws what is due, and for staff the thing that it is about; what leads to it where there is none.
func (l *Load) choose(random *rand.Rand) (kind Kind, thing string) {
	kind = pick(l.plan.Mix, random.Float64())
	switch kind {
	case DeleteFile:
		thing = l.files.take(random)
	case Decide:
		thing = l.applications.take(random)
	default:
		return kind, ""
	}
	if thing == "" {
		kind = instead[kind]
	}
	return kind, thing
}

// putBack leaves what choose has drawn to whoever comes next.
func (l *Load) putBack(kind Kind, thing string) {
	switch kind {
	case DeleteFile:
		l.files.add(thing)
	case Decide:
		l.applications.add(thing)
	default: // nothing was drawn
	}
}

// performAs does a customer's operation; nobody, or a passer-by, only looks at products.
func (l *Load) performAs(ctx context.Context, c *customer, kind Kind, random *rand.Rand) (out Outcome) {
	if c != nil {
		defer l.crowd.rest(c)
	}
	switch kind {
	case Browse:
		out = l.browse(ctx, c, random)
	case Search:
		out = l.search(ctx, c, random)
	case Detail:
		out = l.detail(ctx, c, random)
	case OpenOrder:
		out = l.openOrder(ctx, c)
	case PastOrders:
		out = l.pastOrders(ctx, c)
	case AddItem:
		out = l.addItem(ctx, c, random)
	case SetQuantity:
		out = l.setQuantity(ctx, c, random)
	case Checkout:
		out = l.checkout(ctx, c)
	case Cancel:
		out = l.cancel(ctx, c)
	case Apply:
		out = l.apply(ctx, c)
	case Logout:
		out = l.logout(ctx, c)
	case Login:
		out = l.login(ctx, c)
	default:
		panic("traffic: no customer does " + kind.String())
	}
	if out.Code == unauthenticated && c != nil {
		c.token = "" // and logs in again
	}
	return out
}
