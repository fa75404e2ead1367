package events

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	dialTimeout = time.Second
	callTimeout = 3 * time.Second
)

// CheckURL says what is wrong with the URL of a Redis; an empty one is fine.
func CheckURL(url string) error {
	if url == "" {
		return nil
	}
	if _, err := redis.ParseURL(url); err != nil {
		return errors.New("expected redis://user:password@host:6379/0, or nothing for no Redis")
	}
	return nil
}

// OpenRedis returns a client for a URL that CheckURL found right, or nil for an empty one. Nothing is connected to yet.
func OpenRedis(url string) (*redis.Client, error) {
	if url == "" {
		return nil, nil
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, CheckURL(url)
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = dialTimeout, callTimeout, callTimeout
	options.MaxRetries, options.DialerRetries = -1, 1 // what calls has its own pauses
	options.ContextTimeoutEnabled = true
	silence()
	return redis.NewClient(options), nil
}

// silence keeps the Redis client from writing a line of its own for each failure; who calls it says what matters. Once,
// because the client reads its logger without a lock.
var silence = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

// Printf writes nothing.
func (silent) Printf(context.Context, string, ...any) {}

// StreamOf returns the key of the Redis Stream of a service's events.
func StreamOf(service string) string { return "events:" + service }

// deadStream returns the key of the stream of a service's events that another could not apply.
func deadStream(source, group string) string { return "events:" + source + ":dead:" + group }

// The fields of a stream's entry.
const (
	kindField      = "kind"
	aggregateField = "aggregate"
	versionField   = "version"
	stateField     = "state"
)

func (e Event) fields() []any {
	return []any{
		kindField, e.Kind, aggregateField, e.Aggregate,
		versionField, strconv.FormatInt(e.Version, 10), stateField, string(e.State),
	}
}

// parse reads a stream's entry. Its error is an ErrPoison.
func parse(entry redis.XMessage) (Event, error) {
	text := func(field string) string { value, _ := entry.Values[field].(string); return value }
	version, err := strconv.ParseInt(text(versionField), 10, 64)
	if err != nil {
		return Event{}, fmt.Errorf("%w: its version is %q", ErrPoison, text(versionField))
	}
	event := Event{Kind: text(kindField), Aggregate: text(aggregateField), Version: version, State: []byte(text(stateField))}
	return event, event.check()
}

// isMissing says whether Redis has lost the group or the whole stream, or never had them.
func isMissing(err error) bool {
	return err != nil && (strings.HasPrefix(err.Error(), "NOGROUP") || strings.Contains(err.Error(), "no such key"))
}

// isDown says whether Redis cannot be reached, which is no news once it was said.
func isDown(err error) bool {
	var network net.Error
	return errors.As(err, &network)
}
