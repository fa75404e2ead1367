package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// maxBehind is up to where entries are counted: Redis does not know the number after a stream was trimmed.
const maxBehind = 1000

// gauge is one number of the metrics, with the source that it is about, if any.
type gauge struct {
	name, help, source string
	value              float64
}

// metrics answers in Prometheus's text format. What cannot be read is left out, and weft_events_redis_up is 0.
func (b *Bus) metrics(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), metricsTimeout)
	defer cancel()
	gauges, err := b.Lag(ctx)
	if err != nil {
		slog.WarnContext(ctx, "the lag of events could not be read", "error", err.Error())
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(gauges)) // the scraper has gone if this fails
}

// Lag says how far this service's events are behind, in Prometheus's text format: what waits in the outbox and, for each
// source, what was not applied yet. With an error the rest is there still.
func (b *Bus) Lag(ctx context.Context) (string, error) {
	gauges, err := b.outboxLag(ctx)
	var redisErr error
	if b.Redis != nil {
		redisErr = b.Redis.Ping(ctx).Err()
		gauges = append(gauges, gauge{name: "weft_events_redis_up", help: "Whether Redis answers.", value: truth(redisErr == nil)})
	}
	for _, source := range b.sources {
		if b.Redis == nil || redisErr != nil {
			break
		}
		behind, followErr := b.followLag(ctx, source)
		gauges = append(gauges, behind...)
		err = errors.Join(err, followErr)
	}
	return printGauges(gauges), errors.Join(err, redisErr)
}

func (b *Bus) outboxLag(ctx context.Context) ([]gauge, error) {
	var waiting int
	on := b.DB.Read()
	if err := on.Get(ctx, &waiting, `SELECT count(*) FROM events_outbox WHERE published_at IS NULL`); err != nil {
		return nil, fmt.Errorf("count the outbox: %w", err)
	}
	var oldest time.Time
	age := 0.0
	err := on.Get(ctx, &oldest, `SELECT created_at FROM events_outbox WHERE published_at IS NULL ORDER BY created_at LIMIT 1`)
	switch {
	case err == nil:
		age = time.Since(oldest).Seconds()
	case !database.NoRows(err):
		return nil, fmt.Errorf("read the oldest of the outbox: %w", err)
	}
	return []gauge{
		{name: "weft_events_outbox_waiting", help: "Events that are not published yet.", value: float64(waiting)},
		{name: "weft_events_outbox_oldest_seconds", help: "The age of the oldest event that is not published yet.", value: max(age, 0)},
	}, nil
}

func (b *Bus) followLag(ctx context.Context, source string) ([]gauge, error) {
	stream := StreamOf(source)
	dead, err := b.Redis.XLen(ctx, deadStream(source, b.Service)).Result()
	if err != nil {
		return nil, fmt.Errorf("count the dead letters of %s: %w", source, err)
	}
	list := []gauge{{name: "weft_events_dead_letters", help: "Events that were given up.", source: source, value: float64(dead)}}
	groups, err := b.Redis.XInfoGroups(ctx, stream).Result()
	if isMissing(err) {
		return list, nil
	}
	if err != nil {
		return list, fmt.Errorf("ask how far %s is behind %s: %w", b.Service, source, err)
	}
	for _, group := range groups {
		if group.Name != b.Service {
			continue
		}
		entries, err := b.Redis.XRangeN(ctx, stream, group.LastDeliveredID, "+", maxBehind+1).Result()
		if err != nil {
			return list, fmt.Errorf("count what %s has not read of %s: %w", b.Service, source, err)
		}
		behind := len(entries)
		if behind > 0 && entries[0].ID == group.LastDeliveredID {
			behind--
		}
		list = append(list,
			gauge{"weft_events_behind", "Events that were not read yet, 1000 for that or more.", source, float64(behind)},
			gauge{"weft_events_failing", "Events that were read and not applied yet.", source, float64(group.Pending)})
	}
	return list, nil
}

// printGauges writes each name's help once, however many sources it has.
func printGauges(gauges []gauge) string {
	var out strings.Builder
	for i, first := range gauges {
		isRepeated := false
		for _, earlier := range gauges[:i] {
			isRepeated = isRepeated || earlier.name == first.name
		}
		if isRepeated {
			continue
		}
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s gauge\n", first.name, first.help, first.name)
		for _, g := range gauges[i:] {
			switch {
			case g.name != first.name:
			case g.source == "":
				fmt.Fprintf(&out, "%s %g\n", g.name, g.value)
			default:
				fmt.Fprintf(&out, "%s{source=%q} %g\n", g.name, g.source, g.value)
			}
		}
	}
	return out.String()
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
