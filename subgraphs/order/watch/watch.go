// Package watch tells subscribers when an order changes, whichever replica has changed it. It listens to the stream of
// this service's own events and, because Redis may be away, looks at the watched orders from time to time as well. A
// subscriber gets the order as it is now first and then each newer version; of versions in quick succession the last
// one. Who may watch is not decided here.
package watch

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

const (
	// lookEvery is how often all watched orders are looked at, without any sign of a change.
	lookEvery = 5 * time.Second
	readBlock = time.Second
	downPause = time.Second
	readBatch = 1000
)

// Hub has the subscribers of one process. Run has to run for them to hear anything.
type Hub struct {
	orders *store.Store
	redis  *redis.Client // nil without

	mu       sync.Mutex
	watchers map[string][]*watcher
	// changed are the orders to look at.
	changed map[string]bool
	// wake has room for one signal that changed is not empty.
	wake chan struct{}
}

// watcher is one subscriber of an order.
type watcher struct {
	ctx     context.Context
	version int64
	// out holds the newest state that the subscriber has not taken yet, if there is one.
	out chan *store.Order
}

// New returns a hub for the orders of a store; client may be nil.
func New(orders *store.Store, client *redis.Client) *Hub {
	return &Hub{
		orders: orders, redis: client,
		watchers: map[string][]*watcher{}, changed: map[string]bool{}, wake: make(chan struct{}, 1),
	}
}

// Watch returns a channel that gets the order now and after each change, until ctx ends. It is never closed.
func (h *Hub) Watch(ctx context.Context, orderID string) <-chan *store.Order {
	w := &watcher{ctx: ctx, out: make(chan *store.Order, 1)}
	h.mu.Lock()
	h.watchers[orderID] = append(h.watchers[orderID], w)
	h.mu.Unlock()
	h.Changed(orderID)
	return w.out
}

// Changed says that an order may have changed. Calling it after a change that was made here saves the way over Redis.
func (h *Hub) Changed(orderID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers[orderID]) == 0 {
		return
	}
	h.changed[orderID] = true
	h.signal()
}

func (h *Hub) signal() {
	select {
	case h.wake <- struct{}{}:
	default: // a signal is waiting already
	}
}

// Run tells subscribers of changes until ctx ends: it is one of boot.Server's Background tasks. At the end channels stay
// open: a subscription is not over when a replica stops, and goes on at another one.
func (h *Hub) Run(ctx context.Context) error {
	tasks := []func(context.Context) error{h.tellChanges}
	if h.redis != nil {
		tasks = append(tasks, h.listen)
	}
	return boot.Parallel(ctx, len(tasks), len(tasks), func(ctx context.Context, i int) error { return tasks[i](ctx) })
}

func (h *Hub) tellChanges(ctx context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.wake:
		case <-look.C:
			h.allChanged()
		}
		ids := h.takeChanged()
		if len(ids) == 0 {
			continue
		}
		found, err := h.orders.ByIDs(ctx, ids)
		if err != nil {
			if ctx.Err() == nil {
				slog.WarnContext(ctx, "watched orders could not be read; looking again soon", "error", err.Error())
			}
			continue
		}
		for _, order := range found {
			if order != nil {
				h.tell(order)
			}
		}
	}
}

// allChanged has every watched order looked at, and forgets subscribers who have gone.
func (h *Hub) allChanged() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, watchers := range h.watchers {
		kept := watchers[:0]
		for _, w := range watchers {
			if w.ctx.Err() == nil {
				kept = append(kept, w)
			}
		}
		clear(watchers[len(kept):])
		if len(kept) == 0 {
			delete(h.watchers, id)
			continue
		}
		h.watchers[id] = kept
		h.changed[id] = true
	}
}

func (h *Hub) takeChanged() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]string, 0, len(h.changed))
	for id := range h.changed {
		ids = append(ids, id)
	}
	clear(h.changed)
	return ids
}

// tell hands an order to its subscribers who have not seen this version. What one has not taken yet is replaced: only
// this function puts anything into out, under the lock, so there is room after the taking.
func (h *Hub) tell(order *store.Order) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.watchers[order.ID] {
		if w.version >= order.Version {
			continue
		}
		w.version = order.Version
		select {
		case <-w.out:
		default:
		}
		w.out <- order
	}
}

// listen reads the stream of this service's events from now on. After an outage everything is looked at.
func (h *Hub) listen(ctx context.Context) error {
	last := ""
	for ctx.Err() == nil {
		next, err := h.readOnce(ctx, last)
		if err != nil {
			boot.Pause(ctx, downPause)
		}
		last = next
	}
	return nil
}

// readOnce reads what came after an entry and returns the last one; after nothing it only finds where the stream ends.
func (h *Hub) readOnce(ctx context.Context, last string) (string, error) {
	stream := events.StreamOf("order")
	if last == "" {
		newest, err := h.redis.XRevRangeN(ctx, stream, "+", "-", 1).Result()
		if err != nil {
			return "", err
		}
		h.allChanged() // what changed before is not in what comes
		h.signal()
		if len(newest) == 0 {
			return "0", nil
		}
		return newest[0].ID, nil
	}
	answer, err := h.redis.XRead(ctx, &redis.XReadArgs{
		Streams: []string{stream, last}, Count: readBatch, Block: readBlock,
	}).Result()
	if errors.Is(err, redis.Nil) {
		return last, nil
	}
	if err != nil {
		return "", err
	}
	for _, entry := range answer[0].Messages {
		last = entry.ID
		h.Changed(events.AggregateOf(entry))
	}
	return last, nil
}
