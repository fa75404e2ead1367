package traffic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// order is what the load reads of an order.
type order struct {
	ID     string
	Status string
	Items  []Line
}

func (o *order) products() []string {
	if o == nil {
		return nil
	}
	ids := make([]string, len(o.Items))
	for i, line := range o.Items {
		ids[i] = line.ProductID
	}
	return ids
}

func (l *Load) addItem(ctx context.Context, c *customer, random *rand.Rand) Outcome {
	id := l.product(random)
	var data struct{ AddItem *order }
	reply := l.client.send(ctx, l.call(c, addItemMutation, map[string]any{"id": id, "n": 1 + random.IntN(3)}), &data)
	return l.changed(c, AddItem, id, data.AddItem, reply.outcome(data.AddItem != nil))
}

func (l *Load) setQuantity(ctx context.Context, c *customer, random *rand.Rand) Outcome {
	id := c.lines[random.IntN(len(c.lines))]
	var data struct{ SetItemQuantity *order }
	// One time of six the line goes.
	reply := l.client.send(ctx, l.call(c, setQuantityMutation, map[string]any{"id": id, "n": random.IntN(6)}), &data)
	return l.changed(c, SetQuantity, id, data.SetItemQuantity, reply.outcome(data.SetItemQuantity != nil))
}

// changed keeps what is in the open order after a change of it.
func (l *Load) changed(c *customer, kind Kind, productID string, open *order, out Outcome) Outcome {
	switch out.Class {
	case OK, Partial:
		c.lines = open.products()
	case Failed:
		c.lines = nil
		l.journal.unknown(kind, c.account.Username, productID)
	case Refused:
		c.lines = nil // or the shop would have taken it
	}
	return out
}

// checkout places the open order; with a key that was not answered it asks for that one again.
func (l *Load) checkout(ctx context.Context, c *customer) Outcome {
	if c.key == "" {
		c.checkouts++
		c.key, c.tries = fmt.Sprintf("%s-%d", c.account.Username, c.checkouts), 0
	}
	c.tries++
	var data struct{ Checkout *order }
	out := l.client.send(ctx, l.call(c, checkoutMutation, map[string]any{"key": c.key}), &data).outcome(data.Checkout != nil)
	switch {
	case data.Checkout != nil:
		note(&l.journal, &l.journal.Orders, Order{
			ID: data.Checkout.ID, Customer: c.account.Username, Key: c.key, Tries: c.tries, Lines: data.Checkout.Items, At: time.Now(),
		})
		c.placed = append(c.placed, data.Checkout.ID)
		c.placed = c.placed[max(0, len(c.placed)-maxPlaced):]
	case out.Class == Failed || out.Code == unauthenticated:
		l.journal.unknown(Checkout, c.account.Username, c.key)
		return out
	}
	l.journal.known(Checkout, c.key)
	c.key, c.lines = "", nil
	return out
}

// cancel cancels the order that was placed last, or asks again for one whose cancellation was not answered.
func (l *Load) cancel(ctx context.Context, c *customer) Outcome {
	if c.cancelling == "" {
		c.cancelling = c.placed[len(c.placed)-1]
		c.placed = slices.Delete(c.placed, len(c.placed)-1, len(c.placed))
	}
	id := c.cancelling
	var data struct{ CancelOrder *order }
	out := l.client.send(ctx, l.call(c, cancelMutation, map[string]any{"id": id}), &data).outcome(data.CancelOrder != nil)
	switch {
	case data.CancelOrder != nil:
		note(&l.journal, &l.journal.Cancellations, Cancellation{id, time.Now()})
	case out.Class == Failed || out.Code == unauthenticated:
		l.journal.unknown(Cancel, c.account.Username, id)
		return out
	}
	l.journal.known(Cancel, id)
	c.cancelling = ""
	return out
}
