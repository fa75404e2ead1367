package graph

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// cache is a map bounded by about how many bytes its values take. When it is full, values go that
// were not asked for since they were last passed over (the "clock" approximation of least recently
// used). Reading takes no exclusive lock.
type cache[K comparable, V any] struct {
	maxBytes int

	mu      sync.RWMutex
	entries map[K]*entry[K, V]
	// ring holds the entries in the order in which hand passes over them.
	ring  []*entry[K, V]
	hand  int
	bytes int
	// making are the values that somebody makes at the moment.
	making map[K]*flight[V]
}

type entry[K comparable, V any] struct {
	key   K
	value V
	bytes int
	used  atomic.Bool
}

// flight is a value in the making. done is closed when it ended; value and err are set before.
type flight[V any] struct {
	done  chan struct{}
	value V
	err   error
}

func newCache[K comparable, V any](maxBytes int) *cache[K, V] {
	return &cache[K, V]{maxBytes: maxBytes, entries: map[K]*entry[K, V]{}, making: map[K]*flight[V]{}}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.RLock()
	e := c.entries[key]
	c.mu.RUnlock()
	if e == nil {
		var none V
		return none, false
	}
	if !e.used.Load() { // a write would take the cache line from the other readers
		e.used.Store(true)
	}
	return e.value, true
}

// put adds a value that takes about so many bytes. One that is larger than a quarter of the cache
// is not kept.
func (c *cache[K, V]) put(key K, value V, bytes int) {
	if bytes > c.maxBytes/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != nil {
		return
	}
	for c.bytes+bytes > c.maxBytes && len(c.ring) > 0 {
		c.evict()
	}
	e := &entry[K, V]{key: key, value: value, bytes: bytes}
	c.entries[key] = e
	c.ring = append(c.ring, e)
	c.bytes += bytes
}

// evict removes the first entry under the hand that was not used since the hand passed it.
func (c *cache[K, V]) evict() {
	for {
		c.hand %= len(c.ring)
		e := c.ring[c.hand]
		if e.used.Swap(false) {
			c.hand++
			continue
		}
		last := len(c.ring) - 1
		c.ring[c.hand], c.ring[last] = c.ring[last], nil
		c.ring = c.ring[:last]
		delete(c.entries, e.key)
		c.bytes -= e.bytes
		return
	}
}

// getOrMake returns the cached value or makes it. Callers that want the same value at once share
// one attempt, by the first of them; where that one failed because its own ctx ended, the next one
// tries. Errors are not kept.
func (c *cache[K, V]) getOrMake(ctx context.Context, key K, produce func() (V, int, error)) (V, error) {
	for {
		if v, ok := c.get(key); ok {
			return v, nil
		}
		c.mu.Lock()
		if e := c.entries[key]; e != nil { // made between get and Lock
			c.mu.Unlock()
			return e.value, nil
		}
		other := c.making[key]
		if other == nil {
			own := &flight[V]{done: make(chan struct{})}
			c.making[key] = own
			c.mu.Unlock()
			return c.fly(key, own, produce)
		}
		c.mu.Unlock()
		select {
		case <-other.done:
			if other.err == nil || !isEnd(other.err) {
				return other.value, other.err
			}
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
	}
}

// isEnd reports whether an error says that somebody's context ended.
func isEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// fly makes a value. Should produce panic, those who wait are told before the panic goes on.
func (c *cache[K, V]) fly(key K, own *flight[V], produce func() (V, int, error)) (V, error) {
	own.err = context.Canceled
	defer func() {
		c.mu.Lock()
		delete(c.making, key)
		c.mu.Unlock()
		close(own.done)
	}()
	value, bytes, err := produce()
	own.value, own.err = value, err
	if err == nil {
		c.put(key, value, bytes)
	}
	return value, err
}
