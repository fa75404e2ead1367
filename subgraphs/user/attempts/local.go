package attempts

import "time"

// MaxLocal is how many windows are kept while Redis is down. Past it those are dropped first that end soonest.
const MaxLocal = 50_000

type localWindow struct {
	count int
	ends  time.Time
}

// readLocal is read on the counts of this process.
func (c *Counter) readLocal(use Use, add int) window {
	key, now := use.redisKey(), time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	current, isThere := c.local[key]
	if !isThere || !now.Before(current.ends) {
		current = localWindow{ends: now.Add(use.Limit.Per)}
	}
	if add == 0 {
		return window{current.count, current.ends.Sub(now)}
	}
	current.count += add
	if !isThere && len(c.local) >= MaxLocal {
		c.dropLocal(now)
	}
	c.local[key] = current
	return window{current.count, current.ends.Sub(now)}
}

// dropLocal makes room: it drops what has ended, and if that is not a tenth, what ends in the next tenth of the time.
func (c *Counter) dropLocal(now time.Time) {
	last := now
	for _, w := range c.local {
		if w.ends.After(last) {
			last = w.ends
		}
	}
	for until := now; len(c.local) > MaxLocal*9/10; until = until.Add(last.Sub(now)/10 + 1) {
		for key, w := range c.local {
			if !w.ends.After(until) {
				delete(c.local, key)
			}
		}
	}
}
