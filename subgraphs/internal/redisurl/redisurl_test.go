package redisurl_test

import (
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/redisurl"
)

// TestMistakesAreNamedWithoutThePassword: what is wrong says what is expected, and never shows a secret.
func TestMistakesAreNamedWithoutThePassword(t *testing.T) {
	for _, url := range []string{"localhost:6379", "http://user:s3cret@host", "redis://user:s3cret@host:port/0", "redis://:s3cret@host/none"} {
		_, err := redisurl.Options(url, time.Second, time.Second)
		for what, err := range map[string]error{"Check": redisurl.Check(url), "Options": err} {
			if err == nil || !strings.Contains(err.Error(), "expected redis://") || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s(%q) = %v", what, url, err)
			}
		}
	}
	if err := redisurl.Check(""); err != nil {
		t.Error(err)
	}
	options, err := redisurl.Options("redis://user:s3cret@host:6380/2", time.Second, 2*time.Second)
	if err != nil || options.Addr != "host:6380" || options.DB != 2 || options.Password != "s3cret" ||
		options.DialTimeout != time.Second || options.ReadTimeout != 2*time.Second || options.MaxRetries != -1 {
		t.Errorf("%+v, %v", options, err)
	}
}
