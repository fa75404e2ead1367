package e2e

import (
	"os"
	"testing"
)

// TestRedisIsReal says so where the tests of this package ran on an in-process Redis, which is no proof for production.
func TestRedisIsReal(t *testing.T) {
	s := startShop(t)
	switch {
	case s.Programs["redis"] != nil:
	case os.Getenv("CI") == "true":
		t.Error("the shop was not tested on a real Redis: no redis-server found, and CI=true allows no skip")
	default:
		t.Skip("the shop was not tested on a real Redis: no redis-server found; install it")
	}
}
