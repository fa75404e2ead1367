package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// maxBehind is up to where entries are counted: Redis does not know the number after a stream was trimmed.
const maxBehind = 1000

// Gauge is one number of the metrics, with the source that it is about, if any.
type Gauge struct {
	Name, Help, Source string
	Value              float64
}

// gauges are read for each scrape.
type gauges []Gauge

// Describe tells nothing: which there are depends on what can be read.
func (g gauges) Describe(chan<- *prometheus.Desc) {}

func (g gauges) Collect(out chan<- prometheus.Metric) {
	for _, each := range g {
		var labels prometheus.Labels
		if each.Source != "" {
			labels = prometheus.Labels{"source": each.Source}
		}
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(each.Name, each.Help, nil, labels), prometheus.GaugeValue, each.Value)
	}
}

// metrics answers in Prometheus's text format. What cannot be read is left out, and weft_events_redis_up is 0.
func (b *Bus) metrics(process prometheus.Gatherer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), metricsTimeout)
		defer cancel()
		lag, err := b.Lag(ctx)
		if err != nil {
			slog.WarnContext(ctx, "the lag of events could not be read", "error", err.Error())
		}
		own := prometheus.NewRegistry()
		own.MustRegister(gauges(lag))
		promhttp.HandlerFor(prometheus.Gatherers{own, process}, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	}
}

// process are the metrics of the program itself.
func process() prometheus.Gatherer {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// Lag says how far this service's events are behind: what waits in the outbox and, for each source, what was not applied
// yet. With an error the rest is there still.
func (b *Bus) Lag(ctx context.Context) ([]Gauge, error) {
	list, err := b.outboxLag(ctx)
	var redisErr error
	if b.Redis != nil {
		redisErr = b.Redis.Ping(ctx).Err()
		list = append(list, Gauge{Name: "weft_events_redis_up", Help: "Whether Redis answers.", Value: truth(redisErr == nil)})
	}
	for _, source := range b.sources {
		if b.Redis == nil || redisErr != nil {
			break
		}
		behind, followErr := b.followLag(ctx, source)
		list = append(list, behind...)
		err = errors.Join(err, followErr)
	}
	return list, errors.Join(err, redisErr)
}

func (b *Bus) outboxLag(ctx context.Context) ([]Gauge, error) {
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
	return []Gauge{
		{Name: "weft_events_outbox_waiting", Help: "Events that are not published yet.", Value: float64(waiting)},
		{Name: "weft_events_outbox_oldest_seconds", Help: "The age of the oldest event that is not published yet.", Value: max(age, 0)},
	}, nil
}

func (b *Bus) followLag(ctx context.Context, source string) ([]Gauge, error) {
	stream := StreamOf(source)
	dead, err := b.Redis.XLen(ctx, deadStream(source, b.Service)).Result()
	if err != nil {
		return nil, fmt.Errorf("count the dead letters of %s: %w", source, err)
	}
	list := []Gauge{{Name: "weft_events_dead_letters", Help: "Events that were given up.", Source: source, Value: float64(dead)}}
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
			Gauge{"weft_events_behind", "Events that were not read yet, 1000 for that or more.", source, float64(behind)},
			Gauge{"weft_events_failing", "Events that were read and not applied yet.", source, float64(group.Pending)})
	}
	return list, nil
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
