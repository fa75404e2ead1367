package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/traffic"
)

func TestSearch(t *testing.T) {
	for _, limit := range []float64{firstRate, 7, 51, 99, 101, 199, 200, 333, 1234, 5000} {
		got, err := search(func(rate float64) (bool, error) { return rate <= limit, nil })
		if err != nil || got > limit || got*closeEnough < limit {
			t.Errorf("the highest rate is %v, found was %v, %v", limit, got, err)
		}
	}
	if got, err := search(func(float64) (bool, error) { return false, nil }); err != nil || got > 2*lowestRate {
		t.Errorf("nothing holds, and found was %v, %v", got, err)
	}
	stop := errors.New("stop")
	if _, err := search(func(rate float64) (bool, error) { return rate <= 1000, map[bool]error{rate > 1000: stop}[true] }); !errors.Is(err, stop) {
		t.Errorf("the search ended with %v", err)
	}
}

// TestConfirmGoesDownUntilOneHolds: the report ends with a rate that held and tells of those that did not.
func TestConfirmGoesDownUntilOneHolds(t *testing.T) {
	below := func(limit float64) func(float64) (result, error) {
		return func(rate float64) (result, error) {
			r := result{rate: rate, record: recordOf(traffic.Browse, 1, 0), seconds: 1}
			if rate > limit {
				r.broken = "p99 of browse is 1s"
			}
			return r, nil
		}
	}
	for _, c := range []struct {
		limit float64
		once  bool
		tries int
		holds bool
	}{{400, false, 1, true}, {100, false, 13, true}, {100, true, 1, false}, {0, false, 41, false}} {
		tried, err := backOffUntil(344, c.once, below(c.limit))
		if err != nil || len(tried) != c.tries || (tried[len(tried)-1].broken == "") != c.holds {
			t.Errorf("up to %v hold, and %d were tried: %+v, %v", c.limit, len(tried), tried[len(tried)-1], err)
		}
	}
	tried, _ := backOffUntil(344, false, below(300))
	text := tried[len(tried)-1].report("sqlite", settings{confirm: 20 * time.Second}, tried[:len(tried)-1])
	if !strings.Contains(text, "## SQLite: 279 operations") || !strings.Contains(text, "- 344 a second: p99 of browse is 1s.\n- 310 a") {
		t.Errorf("the report is\n%s", text)
	}
	stop := errors.New("stop")
	if _, err := backOffUntil(344, false, func(float64) (result, error) { return result{}, stop }); !errors.Is(err, stop) {
		t.Errorf("it ended with %v", err)
	}
}

// recordOf has operations of a kind that took one millisecond, of which slow took a second, beside others.
func recordOf(kind traffic.Kind, n, slow int) *traffic.Record {
	r := &traffic.Record{}
	for i := range n {
		latency := time.Millisecond
		if i < slow {
			latency = time.Second
		}
		r.Add(traffic.Sample{Kind: kind, Latency: latency})
	}
	return r
}

func TestJudge(t *testing.T) {
	failed := recordOf(traffic.Browse, 10, 0)
	failed.Add(traffic.Sample{Kind: traffic.Checkout, Outcome: traffic.Outcome{Class: traffic.Failed, Code: "timeout"}})
	early := recordOf(traffic.Browse, 10, 0)
	early.Add(traffic.Sample{Kind: traffic.Apply, Outcome: traffic.Outcome{Class: traffic.Refused, Code: "NOT_FOUND"}})
	lost := recordOf(traffic.Browse, 10, 0)
	lost.Add(traffic.Sample{Kind: traffic.Detail, Outcome: traffic.Outcome{Class: traffic.Refused, Code: "null"}})
	late := recordOf(traffic.Browse, 10, 0)
	late.Dropped = 3
	// 60 and 50 operations of two kinds are 110 together, of which one in a hundred may be slow.
	rare := func(slow int) *traffic.Record {
		r := recordOf(traffic.Upload, 60, slow)
		for range 50 {
			r.Add(traffic.Sample{Kind: traffic.Cancel, Latency: time.Millisecond})
		}
		return r
	}
	for name, c := range map[string]struct {
		record *traffic.Record
		want   string
	}{
		"all is well":           {recordOf(traffic.Browse, 1000, 0), ""},
		"one in a hundred":      {recordOf(traffic.Browse, 1000, 10), ""},
		"more":                  {recordOf(traffic.Browse, 1000, 11), "p99 of browse is 1s"},
		"login is told apart":   {recordOf(traffic.Login, 1000, 1000), ""},
		"few, one of them slow": {rare(1), ""},
		"few, two of them slow": {rare(2), "p99 of the rare operations together is 1s"},
		"a rule of the shop":    {early, ""},
		"refused without one":   {lost, "detail: refused null"},
		"a failure":             {failed, "checkout: failed timeout"},
		"not begun":             {late, "3 operations were due and not begun"},
	} {
		if got := judge(c.record, 50*time.Millisecond); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestReportKeepsRemarks: new figures replace the old ones, and leave what was written by hand below them.
func TestReportKeepsRemarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.md")
	for _, figures := range []string{"# Old\n\n## SQLite\n", "# New\n\n## SQLite\n"} {
		if err := writeReport(file, figures); err != nil {
			t.Fatal(err)
		}
		if figures[2] == 'O' {
			by, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = by.WriteString("\n## What was found\n\nMuch.\n")
			if err := errors.Join(err, by.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "# New\n\n## SQLite\n\n## What was found\n\nMuch.\n"; string(got) != want {
		t.Errorf("the report is\n%s", got)
	}
	if text := head(settings{limit: 50 * time.Millisecond}); !strings.Contains(text, "checkout") || !strings.Contains(text, "50ms") {
		t.Errorf("the head is\n%s", text)
	}
}

// TestTheImagesRunAsMeasured: what was measured is what production gets.
func TestTheImagesRunAsMeasured(t *testing.T) {
	text, err := os.ReadFile("../../deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\nENV "+runtimeSettings+"\n") {
		t.Errorf("deploy/Dockerfile does not set %s", runtimeSettings)
	}
}
