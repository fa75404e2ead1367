package traffic

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	list := make([]time.Duration, 200)
	for i := range list {
		list[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		n    int
		q    float64
		want time.Duration
	}{{0, 0.99, 0}, {1, 0.5, 1}, {1, 0.99, 1}, {2, 0.5, 1}, {3, 0.5, 2}, {100, 0.5, 50}, {100, 0.99, 99}, {101, 0.99, 100}, {200, 0.99, 198}, {200, 1, 200}} {
		if got := Quantile(list[:c.n], c.q); got != c.want {
			t.Errorf("the quantile %v of 1 to %d is %d, want %d", c.q, c.n, got, c.want)
		}
	}
}

// TestTimetable: the due times are those of the rate, at random, in order, and do not wait for anything.
func TestTimetable(t *testing.T) {
	const rate, n = 500.0, 20_000
	table := newTimetable(rate, 1)
	last := table.began
	var squares float64
	for range n {
		due := table.next()
		gap := due.Sub(last).Seconds() * rate
		if gap < 0 {
			t.Fatal("a due time lies before the last one")
		}
		squares += gap * gap
		last = due
	}
	if mean := last.Sub(table.began).Seconds() * rate / n; math.Abs(mean-1) > 0.05 {
		t.Errorf("the gaps are %v of what the rate says", mean)
	}
	// Exponential gaps have a mean square of twice the squared mean; equal ones would have 1.
	if mean := squares / n; math.Abs(mean-2) > 0.2 {
		t.Errorf("the mean square of the gaps is %v, want 2", mean)
	}
	if got := table.overdue(last.Add(2 * time.Second)); math.Abs(float64(got)-2*rate) > 0.2*2*rate {
		t.Errorf("%d are due in two seconds at a rate of %v", got, rate)
	}
}

func TestMixIsDrawnByWeight(t *testing.T) {
	mix := []Share{{Browse, 3}, {Checkout, 0}, {Login, 1}}
	count := map[Kind]int{}
	for i := range 1000 {
		count[pick(mix, float64(i)/1000)]++
	}
	if count[Browse] != 750 || count[Login] != 250 {
		t.Errorf("drawn were %v", count)
	}
	for _, bad := range [][]Share{{}, {{Browse, 0}}, {{Browse, -1}, {Login, 3}}, {{kinds, 1}}} {
		if checkMix(bad) == nil {
			t.Errorf("the mix %v is taken", bad)
		}
	}
	if err := checkMix(ShopMix()); err != nil {
		t.Error(err)
	}
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		reply    reply
		answered bool
		want     string
	}{
		{reply{}, true, "ok"},
		{reply{codes: []string{"UNAVAILABLE"}}, true, "partial UNAVAILABLE"},
		{reply{}, false, "refused null"},
		{reply{codes: []string{"CONFLICT"}}, false, "refused CONFLICT"},
		{reply{codes: []string{"UNAVAILABLE"}, status: 503}, false, "failed UNAVAILABLE"},
		{reply{codes: []string{""}, status: 500}, false, "failed HTTP 500"},
		{reply{failure: "timeout"}, false, "failed timeout"},
	} {
		if got := c.reply.outcome(c.answered).String(); got != c.want {
			t.Errorf("%+v, answered %t: %q, want %q", c.reply, c.answered, got, c.want)
		}
	}
}

// recordOf makes a record of checkouts that end one each second, from what a sign says: + answered, - failed.
func recordOf(signs string) *Record {
	r := &Record{Began: time.Unix(0, 0)}
	for i, sign := range signs {
		s := Sample{Kind: Checkout, Due: r.Began.Add(time.Duration(i) * time.Second), Latency: time.Second}
		if sign == '-' {
			s.Outcome = Outcome{Failed, "timeout"}
		}
		r.Add(s)
	}
	return r
}

func TestRecovery(t *testing.T) {
	r := recordOf("+++--+-+++")
	for _, c := range []struct {
		after, n, want int
		ok             bool
	}{{3, 1, 0, true}, {4, 1, 2, true}, {4, 2, 5, true}, {4, 3, 6, true}, {4, 4, 0, false}, {0, 3, 3, true}} {
		got, ok := r.Recovery(Checkout, r.Began.Add(time.Duration(c.after)*time.Second), c.n)
		if ok != c.ok || got != time.Duration(c.want)*time.Second {
			t.Errorf("%d in a row after %d s: %s, %t; want %d s, %t", c.n, c.after, got, ok, c.want, c.ok)
		}
	}
	if _, ok := r.Recovery(Login, r.Began, 1); ok {
		t.Error("a kind that was not done has recovered")
	}
}

func TestTable(t *testing.T) {
	figures := recordOf("+-+").Figures()
	want := "| checkout | 3 | 1000.0 | 1000.0 | 1000.0 | 1 failed timeout |\n"
	if got := Table(figures); !strings.HasSuffix(got, want) || len(figures) != 1 || figures[0].Errors() != 1 {
		t.Errorf("the table is\n%swant its last line to be\n%s", got, want)
	}
}
