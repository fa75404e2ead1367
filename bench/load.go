package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graph/weft/bench/machine"
	"github.com/weft-graph/weft/internal/traffic"
)

// A target is one thing to put under load: a request that is sent again and again, and the answer
// that every response must equal.
type target struct {
	Name    string
	URL     string
	Body    []byte
	Header  func(http.Header) // adds what a request needs, called for each request
	Process machine.Process   // whose CPU and memory are read
	Want    []byte            // set by learn
}

// A figure is what one round of load on one target gave.
type figure struct {
	Requests, Errors int
	FirstError       string
	Seconds          float64
	P50, P99         time.Duration
	CPU              time.Duration // of the target's process, user and system
	PeakKiB          int           // since the process started
}

func newClient(connections int) *http.Client {
	return &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			MaxIdleConns:        connections,
			MaxIdleConnsPerHost: connections,
			DisableCompression:  true,
		},
	}
}

// send makes one request and returns the body of a 200 answer, appended to buf.
func (t *target) send(ctx context.Context, client *http.Client, buf *bytes.Buffer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(t.Body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	t.Header(req.Header)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	buf.Reset()
	if _, err := io.Copy(buf, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %.200s", res.StatusCode, buf.Bytes())
	}
	return nil
}

// learn keeps the answer to compare with. An answer with errors is refused: a benchmark of failures
// says nothing.
func (t *target) learn(ctx context.Context, client *http.Client) error {
	var buf bytes.Buffer
	if err := t.send(ctx, client, &buf); err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	if bytes.Contains(buf.Bytes(), []byte(`"errors"`)) {
		return fmt.Errorf("%s: answered with errors: %.300s", t.Name, buf.Bytes())
	}
	t.Want = bytes.Clone(buf.Bytes())
	return nil
}

// load runs closed loops over as many connections for the given time and checks every answer.
func (t *target) load(ctx context.Context, client *http.Client, connections int, d time.Duration) figure {
	type loop struct {
		latencies []time.Duration
		errors    int
		first     string
	}
	loops := make([]loop, connections)
	var stop atomic.Bool
	var wg sync.WaitGroup
	cpu, start := t.Process.CPU(), time.Now()
	for i := range loops {
		wg.Add(1)
		go func() {
			defer wg.Done()
			l := &loops[i]
			var buf bytes.Buffer
			for !stop.Load() && ctx.Err() == nil && l.errors < 20 {
				begin := time.Now()
				err := t.send(ctx, client, &buf)
				if err == nil && !bytes.Equal(buf.Bytes(), t.Want) {
					err = fmt.Errorf("another answer: %.200s", buf.Bytes())
				}
				if err != nil {
					if l.errors++; l.first == "" {
						l.first = err.Error()
					}
					continue
				}
				l.latencies = append(l.latencies, time.Since(begin))
			}
		}()
	}
	timer := time.AfterFunc(d, func() { stop.Store(true) })
	wg.Wait()
	timer.Stop()
	f := figure{Seconds: time.Since(start).Seconds(), CPU: t.Process.CPU() - cpu, PeakKiB: t.Process.PeakKiB()}
	var all []time.Duration
	for _, l := range loops {
		all = append(all, l.latencies...)
		f.Errors += l.errors
		if f.FirstError == "" {
			f.FirstError = l.first
		}
	}
	slices.Sort(all)
	f.Requests, f.P50, f.P99 = len(all), traffic.Quantile(all, 0.50), traffic.Quantile(all, 0.99)
	return f
}
