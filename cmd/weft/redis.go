package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// redisTick is how often the clock of the in-process Redis is moved.
const redisTick = 100 * time.Millisecond

// startRedis starts a Redis inside this process and returns its URL. It lives until stop is called; its keys expire
// only while tick runs, as its time stands still by itself.
func startRedis() (url string, tick func(ctx context.Context) error, stop func(), err error) {
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return "", nil, nil, fmt.Errorf("start the in-process Redis: %w", err)
	}
	tick = func(ctx context.Context) error {
		ticker := time.NewTicker(redisTick)
		defer ticker.Stop()
		last := time.Now()
		for {
			select {
			case <-ctx.Done():
				return nil
			case now := <-ticker.C:
				server.FastForward(now.Sub(last))
				last = now
			}
		}
	}
	return "redis://" + server.Addr(), tick, server.Close, nil
}
