package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/eventstream"
	"github.com/weft-graph/weft/router/telemetry"
)

var acceptStream = []string{eventstream.MediaType}

// readStream subscribes by a request of its own whose answer is a stream of server-sent events.
func (s *Subscription) readStream(ctx context.Context) ending {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	response, err := s.openStream(ctx)
	if err != nil {
		return lost(false, err)
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return badStatus(response.StatusCode)
	}
	limit := s.subgraph.config.MaxAnswerBytes
	switch media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); media {
	case eventstream.MediaType:
		return s.readEvents(eventstream.NewReader(response.Body, int(limit)))
	case "application/json", "application/graphql-response+json": // the one answer to an operation that is refused
		var body []byte
		if err := appendLimited(&body, response.Body, limit); err != nil {
			return lost(false, err)
		}
		s.push(body) // it is the first
		return ending{hasBegun: true}
	}
	return ending{err: &graph.FetchError{Reason: graph.BadAnswer, Err: errors.New("the answer to a subscription is no event stream")}}
}

// readEvents reads the events of a stream to its end, which is the event "complete".
func (s *Subscription) readEvents(r *eventstream.Reader) ending {
	for {
		event, err := r.Next()
		switch {
		case errors.Is(err, eventstream.ErrTooLarge):
			return ending{err: &graph.FetchError{Reason: graph.TooLarge, Err: err}, hasBegun: true}
		case errors.Is(err, io.EOF):
			return lost(true, errors.New("the stream ended without the event \"complete\""))
		case err != nil:
			return lost(true, err)
		case event.Name == "complete":
			return ending{hasBegun: true}
		case event.Name != "next" || len(event.Data) == 0:
			continue // a name that this protocol does not have
		case !s.push(event.Data):
			return ending{err: ErrTooSlow, hasBegun: true}
		}
	}
}

// openStream sends the request and waits for the head of the answer, at most for the subgraph's timeout.
func (s *Subscription) openStream(ctx context.Context) (*http.Response, error) {
	request := (&http.Request{
		Method: http.MethodPost, URL: s.subgraph.streams, Host: s.subgraph.streams.Host, Header: s.header.Clone(),
		ContentLength: int64(len(s.body)), Body: io.NopCloser(bytes.NewReader(s.body)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	request.Header["Accept"] = acceptStream
	request.Header.Del("Accept-Encoding")
	if s.subgraph.key != nil {
		s.subgraph.key.Sign(request, s.body, time.Now())
	}
	var response *http.Response
	opened := make(chan error, 1)
	// The context must outlive the head of the answer, so that it cannot carry the timeout.
	telemetry.Go(ctx, s.client.options.Log, "open an event stream", func() (err error) {
		response, err = s.client.options.Transport.RoundTrip(request)
		return err
	}, func(err error) { opened <- err })
	timeout := time.NewTimer(s.subgraph.config.Timeout)
	defer timeout.Stop()
	select {
	case err := <-opened:
		return response, err
	case <-timeout.C:
		telemetry.Go(ctx, s.client.options.Log, "close an event stream", func() error {
			if err := <-opened; err == nil {
				return response.Body.Close()
			}
			return nil
		}, nil)
		return nil, errors.New("the subgraph did not begin the stream in time")
	}
}
