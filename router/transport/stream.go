package transport

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/eventstream"
	"github.com/weft-graph/weft/router/telemetry"
)

// StreamConfig says how clients subscribe.
type StreamConfig struct {
	// Max is how many subscriptions may be open at once in all.
	Max int `yaml:"max"`
	// MaxConnections is how many WebSockets may be open at once.
	MaxConnections int `yaml:"max_connections"`
	// MaxPerConnection is how many operations may run at once on one WebSocket.
	MaxPerConnection int `yaml:"max_per_connection"`
	// Heartbeat is how often a client gets a sign of life on a silent stream. A WebSocket whose client does not answer
	// it before the next is closed.
	Heartbeat time.Duration `yaml:"heartbeat"`
	// InitTimeout is how long a WebSocket may be open without the client's first message.
	InitTimeout time.Duration `yaml:"init_timeout"`
	// WriteTimeout is how long a client may take to accept one message.
	WriteTimeout time.Duration `yaml:"write_timeout"`
}

// StreamDefaults are for a router with a few hundred megabytes of memory.
func StreamDefaults() StreamConfig {
	return StreamConfig{
		Max: 10_000, MaxConnections: 10_000, MaxPerConnection: 100,
		Heartbeat: 15 * time.Second, InitTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
	}
}

// Validate reports what is wrong with the values.
func (c StreamConfig) Validate(report func(path, message string)) {
	for _, limit := range []struct {
		name  string
		value int64
	}{
		{"max", int64(c.Max)}, {"max_connections", int64(c.MaxConnections)}, {"max_per_connection", int64(c.MaxPerConnection)},
		{"heartbeat", int64(c.Heartbeat)}, {"init_timeout", int64(c.InitTimeout)}, {"write_timeout", int64(c.WriteTimeout)},
	} {
		if limit.value <= 0 {
			report(limit.name, "must be more than 0")
		}
	}
}

// The names of events in the protocol "GraphQL over Server-Sent Events", distinct connections mode.
const (
	nextEvent     = "next"
	completeEvent = "complete"
)

func appendComplete(dst []byte) []byte { return eventstream.Append(dst, completeEvent, nil) }

// Events is an answer that comes as a stream of events.
type Events struct {
	out     *Responder
	control *http.ResponseController
	config  StreamConfig

	// mu guards the writer.
	mu   sync.Mutex
	err  error
	quit context.CancelFunc
	// silent is closed when there are no more heartbeats.
	silent chan struct{}
}

// Stream begins an answer that is a stream of events. End it before the handler returns.
func (o *Responder) Stream(ctx context.Context, c StreamConfig, log *slog.Logger) *Events {
	e := &Events{out: o, control: http.NewResponseController(o.w), config: c, silent: make(chan struct{})}
	o.media = EventStream
	o.Status = http.StatusOK
	// Proxies that gather an answer before they pass it on let this one through.
	o.w.Header()["X-Accel-Buffering"] = []string{"no"}
	// The deadline for reading the request would end a stream that takes longer. Who serves us may have none.
	_ = e.control.SetReadDeadline(time.Time{})
	o.writeHead(http.StatusOK)
	e.write([]byte(eventstream.Heartbeat))
	ctx, e.quit = context.WithCancel(ctx)
	telemetry.Go(ctx, log, "event stream heartbeat", func() error { e.beat(ctx); return nil }, func(error) { close(e.silent) })
	return e
}

// Next writes a response. The error says that the client did not take it.
func (e *Events) Next(body []byte) error { return e.write(eventstream.Append(nil, nextEvent, body)) }

// Fail writes the errors for which there are no further responses, and ends the stream.
func (e *Events) Fail(errs gqlerr.List) {
	_ = e.Next(errorBody(errs)) // a client that is gone needs no reason
	e.End()
}

// GoAway ends the stream because the router stops.
func (e *Events) GoAway(errs gqlerr.List) { e.Fail(errs) }

// End says that there are no further responses.
func (e *Events) End() {
	e.quit()
	<-e.silent
	_ = e.write(appendComplete(nil))
}

// beat writes a comment now and then: a proxy on the way takes a silent connection for a dead one.
func (e *Events) beat(ctx context.Context) {
	ticks := time.NewTicker(e.config.Heartbeat)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			_ = e.write([]byte(eventstream.Heartbeat)) // the next response meets the same error
		}
	}
}

// write sends bytes at once. After an error nothing more is sent: half an event may have been.
func (e *Events) write(data []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return e.err
	}
	e.err = e.control.SetWriteDeadline(time.Now().Add(e.config.WriteTimeout))
	if e.err == nil || errors.Is(e.err, http.ErrNotSupported) {
		_, e.err = e.out.w.Write(data)
		e.out.Bytes += len(data)
	}
	if e.err == nil {
		e.err = e.control.Flush()
	}
	return e.err
}

// errOver is the error of a response for an operation that the client has ended.
var errOver = errors.New("the operation is over")
