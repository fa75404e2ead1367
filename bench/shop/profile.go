package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/weft-graph/weft/internal/shop"
	"github.com/weft-graph/weft/internal/traffic"
)

// profileSeconds is how long a profile takes.
const profileSeconds = 8

// profile takes a CPU profile of each program at once, under load, and writes it to <folder>/<program>.pprof.
func (t *trial) profile(ctx context.Context, rate float64, folder string, addresses map[string]string) error {
	say("  profiling for %d seconds …", profileSeconds)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.hold(ctx, traffic.Pace{Rate: rate, Workers: workers}, (profileSeconds+2)*time.Second)
	}()
	programs := append([]string{"router"}, shop.Services...)
	errs := make([]error, len(programs))
	var wg sync.WaitGroup
	for i, name := range programs {
		wg.Go(func() {
			url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", addresses[name+shop.Metrics], profileSeconds)
			errs[i] = save(ctx, url, filepath.Join(folder, name+".pprof"))
		})
	}
	wg.Wait()
	<-done
	return errors.Join(errs...)
}

func save(ctx context.Context, url, file string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s: %.200s", url, res.Status, data)
	}
	return os.WriteFile(file, data, 0o644)
}
