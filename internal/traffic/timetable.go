package traffic

import (
	"math/rand/v2"
	"sync"
	"time"
)

// timetable says when operations are due. With a rate the gaps between them are random, as those of people who do not
// know of each other are (exponential), and do not depend on how long anything takes.
type timetable struct {
	rate   float64
	began  time.Time
	mu     sync.Mutex
	offset time.Duration // of the operation that was due last, from began
	random *rand.Rand
}

func newTimetable(rate float64, seed uint64) *timetable {
	return &timetable{rate: rate, began: time.Now(), random: rand.New(rand.NewPCG(seed, 1))}
}

// next returns when the next operation is due: now, where there is no rate.
func (t *timetable) next() time.Time {
	if t.rate == 0 {
		return time.Now()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.offset += time.Duration(t.random.ExpFloat64() / t.rate * float64(time.Second))
	return t.began.Add(t.offset)
}

// overdue takes the operations that were due before end, and says how many there were.
func (t *timetable) overdue(end time.Time) (n int) {
	for t.next().Before(end) {
		n++
	}
	return n
}
