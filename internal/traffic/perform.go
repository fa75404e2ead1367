package traffic

import (
	"context"
	"math/rand/v2"
	"time"
)

// perform does the operation that is due: by whoever can, or what leads to it.
func (l *Load) perform(ctx context.Context, due time.Time, record *Record) {
	random := l.draw()
	kind := pick(l.plan.Mix, random.Float64())
	c, kind := l.crowd.take(kind, time.Now())
	file := ""
	if kind == DeleteFile {
		if file = l.crowd.takeFile(random); file == "" {
			kind = instead[kind]
		}
	}
	if kind == Upload || kind == DeleteFile {
		if _, ok := l.staff.current(); !ok {
			kind = Login // staff's token has ended
			if file != "" {
				l.crowd.addFile(file)
			}
		}
	}
	var out Outcome
	switch kind {
	case Upload:
		out = l.upload(ctx, random)
	case DeleteFile:
		out = l.deleteFile(ctx, file)
	case Register:
		out = l.register(ctx, l.crowd.stranger(l.plan.Seed))
	default:
		if c == nil && kind == Login {
			out = l.loginStaff(ctx)
			break
		}
		out = l.performAs(ctx, c, kind, random)
	}
	if out.Code == unauthenticated && (kind == Upload || kind == DeleteFile) {
		l.staff.set("", time.Time{})
	}
	record.add(Sample{Kind: kind, Due: due, Latency: time.Since(due), Outcome: out})
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
