package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/telemetry"
	"github.com/weft-graph/weft/router/upload"
)

// Files are the files of a client's request, on their way to a subgraph.
type Files struct {
	*upload.Files
	// Abandon makes reading from the client fail at once: a subgraph has answered before the files had come.
	Abandon func()
}

// abandonAfter is how long a client's file is waited for when the subgraph has answered without it.
const abandonAfter = time.Second

// upload calls a subgraph with the files that stand in the request, as they come from the client. The subgraph's timeout
// does not count: the client's request has its own.
func (c *Call) upload(ctx context.Context, s *subgraph, req *graph.FetchRequest) (graph.FetchResponse, error) {
	if len(req.Entities) > 0 {
		return graph.FetchResponse{}, &graph.FetchError{
			Reason: graph.BadAnswer, Message: "a file cannot be sent to a subgraph that only adds to an entity: pass it to a root field",
		}
	}
	sending, err := c.incoming.Files.Send(req.Body)
	if errors.Is(err, upload.ErrTaken) {
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.BadAnswer, Message: err.Error()}
	}
	if err != nil {
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.Crashed, Err: err}
	}
	c.client.options.Epoch.writes.Add(1)
	defer c.client.options.Epoch.writes.Add(1)
	got, err := c.stream(ctx, s, sending)
	if err != nil {
		return graph.FetchResponse{}, c.client.explain(err)
	}
	return c.take(ctx, s, req, got), nil
}

// stream sends the request while it is being written, and waits until nothing reads from the client any more.
func (c *Call) stream(ctx context.Context, s *subgraph, sending *upload.Sending) (*answer, error) {
	in, out := io.Pipe()
	written := make(chan error, 1)
	telemetry.Go(ctx, c.client.options.Log, "upload", func() error { return sending.Write(out) }, func(err error) {
		out.CloseWithError(err) // nil ends the body well, any other error cuts it off
		written <- err
	})
	request := (&http.Request{
		Method: http.MethodPost, URL: s.url, Host: s.url.Host, Header: c.header(s), ContentLength: -1,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	request.Header["Content-Type"] = []string{sending.ContentType()}
	body := io.Reader(in)
	if s.key != nil {
		body = s.key.SignStream(request, in, time.Now())
	}
	request.Body = struct {
		io.Reader
		io.Closer
	}{body, in}
	response, err := c.client.options.Transport.RoundTrip(request)
	var got *answer
	if err == nil {
		got, err = s.readAnswer(ctx, response)
	}
	in.Close() // who still writes is told that nobody reads
	late := time.NewTimer(abandonAfter)
	defer late.Stop()
	select {
	case <-written:
	case <-late.C:
		c.incoming.Files.Done()
		c.incoming.Files.Abandon()
		<-written
	}
	var failure *graph.FetchError
	if err != nil && !errors.As(err, &failure) {
		err = callFailed(ctx, err)
	}
	return got, err
}
