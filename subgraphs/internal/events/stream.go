package events

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/internal/redisurl"
)

const (
	dialTimeout = time.Second
	callTimeout = 3 * time.Second
)

// OpenRedis returns a client for a URL, or nil for an empty one. Nothing is connected to yet.
func OpenRedis(url string) (*redis.Client, error) {
	if url == "" {
		return nil, nil
	}
	options, err := redisurl.Options(url, dialTimeout, callTimeout)
	if err != nil {
		return nil, err
	}
	return redis.NewClient(options), nil
}

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

// AggregateOf returns the aggregate that an entry of a service's stream is about, or "" if it is no event.
func AggregateOf(entry redis.XMessage) string {
	id, _ := entry.Values[aggregateField].(string)
	return id
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
