package database

import "sync"

// announcements are the ones in this process who wait to hear of commits, by the name that they wait for.
type announcements struct {
	mu      sync.Mutex
	waiting map[string][]chan struct{}
}

// Announce tells those who have asked for Announced(name), once the transaction is committed; if it is not, nobody hears
// of it. Outside of a transaction it does nothing.
func (h Handle) Announce(name string) {
	if h.announced != nil {
		*h.announced = append(*h.announced, name)
	}
}

// Announced returns a channel that gets a signal after a commit of a transaction that has announced name, here and not by
// another process. Signals that nobody has taken yet are one.
func (d *DB) Announced(name string) <-chan struct{} {
	signal := make(chan struct{}, 1)
	d.announcements.mu.Lock()
	defer d.announcements.mu.Unlock()
	if d.announcements.waiting == nil {
		d.announcements.waiting = map[string][]chan struct{}{}
	}
	d.announcements.waiting[name] = append(d.announcements.waiting[name], signal)
	return signal
}

// tell signals what a transaction has announced.
func (a *announcements) tell(names []string) {
	if len(names) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, name := range names {
		for _, signal := range a.waiting[name] {
			select {
			case signal <- struct{}{}:
			default: // one is there already
			}
		}
	}
}
