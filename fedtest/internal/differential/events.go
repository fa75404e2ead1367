package differential

import "context"

// eventsOfStream is how many events a subscription is compared on.
const eventsOfStream = 2

// compareEvents compares a subscription's answers to the events of its source stream. The world moves on before each.
func (r *runs) compareEvents(ctx context.Context) Difference {
	source, refused := r.prepared.Source(ctx, r.variables, "")
	if refused != nil {
		defer refused.Release()
		return differs("refused", "there is no stream to open: %s", refused.Body)
	}
	for n := range eventsOfStream {
		r.whole.Advance()
		r.split.Advance()
		event, err := r.fetcher.answer(source)
		if err != nil {
			continue // such an event does not arrive
		}
		if n > 0 {
			r.features = nil // it is one operation
		}
		result := r.prepared.ExecuteEvent(ctx, r.variables, "", r.fetcher.inOrder(r.c.Order), event)
		if d := r.compare(result); d.Kind != "" {
			return d
		}
		r.fetcher.faults += r.fetcher.faults & 1 // other answers are spoilt the next time
	}
	return Difference{}
}
