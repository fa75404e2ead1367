package upstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/telemetry"
)

// Call is one client request's door to the subgraphs: a graph.Fetcher. It is safe for concurrent use.
type Call struct {
	client   *Client
	incoming Incoming

	fetches atomic.Int64
	mu      sync.Mutex
	cookies []string
}

// Incoming is what a client's request contributes to the requests that it causes.
type Incoming struct {
	// Header is the client's, for the rules.
	Header http.Header
	// Token is the caller's verified token, or "".
	Token string
	// Unchecked is set when a token came and nobody could say whether it is good; Token is "" then.
	Unchecked bool
	// ByCookie is set when a cookie brought the token.
	ByCookie bool
	// RequestID and ClientAddress are passed on.
	RequestID, ClientAddress string
	// Files are those of a multipart request; nil without.
	Files *Files
}

// Call returns the Fetcher for one client request.
func (c *Client) Call(incoming Incoming) *Call { return &Call{client: c, incoming: incoming} }

// Fetches returns how many subgraph calls there were.
func (c *Call) Fetches() int { return int(c.fetches.Load()) }

// Cookies returns the Set-Cookie headers that subgraphs have sent for the client. All fetches must have ended.
func (c *Call) Cookies() []string { return c.cookies }

// Fetch calls a subgraph. It implements graph.Fetcher.
func (c *Call) Fetch(ctx context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	c.fetches.Add(1)
	s := c.client.subgraphs[req.Subgraph]
	if s == nil {
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.Crashed, Err: fmt.Errorf("no subgraph %q", req.Subgraph)}
	}
	if failure := s.checkRepresentations(req); failure != nil {
		return graph.FetchResponse{}, c.client.explain(failure)
	}
	if files := c.incoming.Files; files != nil && files.StandIn(req.Body) {
		return c.upload(ctx, s, req)
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	out := outgoing{header: c.header(s), body: req.Body}
	got, err := c.send(ctx, s, req.Kind, out)
	if err != nil {
		return graph.FetchResponse{}, c.client.explain(err)
	}
	return c.take(ctx, s, req, got), nil
}

// take keeps an answer's cookies for the client and returns its body.
func (c *Call) take(ctx context.Context, s *subgraph, req *graph.FetchRequest, got *answer) graph.FetchResponse {
	if req.Kind == graph.Mutation && s.config.SetCookie && len(got.cookies) > 0 {
		c.mu.Lock()
		c.cookies = append(c.cookies, got.cookies...)
		c.mu.Unlock()
	}
	return c.client.response(ctx, s, got)
}

// send sends a request, or joins one that is in flight and means the same.
func (c *Call) send(ctx context.Context, s *subgraph, kind graph.Kind, out outgoing) (*answer, error) {
	if kind != graph.Query {
		c.client.options.Epoch.writes.Add(1)
		defer c.client.options.Epoch.writes.Add(1)
		return c.client.roundTrip(ctx, s, kind, out)
	}
	if !s.config.Deduplicate {
		return c.client.roundTrip(ctx, s, kind, out)
	}
	return c.client.join(ctx, s, out)
}

func (s *subgraph) checkRepresentations(req *graph.FetchRequest) *graph.FetchError {
	n := 0
	for _, batch := range req.Entities {
		n += len(batch.Representations)
	}
	if n <= s.config.MaxRepresentations {
		return nil
	}
	return &graph.FetchError{
		Reason:  graph.TooManyRepresentations,
		Message: fmt.Sprintf("the operation asks the subgraph for %d entities at once, and at most %d are allowed", n, s.config.MaxRepresentations),
	}
}

// header returns the headers of a request to s, without its signature. What the rules set cannot replace what the
// router sets, because the rules may not name it; but two they may: Authorization, for graphs whose subgraphs verify
// tokens themselves, and a verified token comes before them; and User-Agent, which otherwise names the router.
func (c *Call) header(s *subgraph) http.Header {
	header := make(http.Header, 8+len(s.config.Headers))
	header["User-Agent"] = userAgent
	applyRules(s.config.Headers, c.incoming, header)
	header["Content-Type"] = contentType
	header["Accept"] = accept
	header["Accept-Encoding"] = acceptEncoding
	if c.incoming.RequestID != "" {
		header[telemetry.RequestIDHeader] = []string{c.incoming.RequestID}
	}
	if c.incoming.ClientAddress != "" {
		header["X-Forwarded-For"] = []string{c.incoming.ClientAddress}
	}
	if s.config.Token && c.incoming.Token != "" {
		header["Authorization"] = []string{"Bearer " + c.incoming.Token}
	}
	if s.config.Token && c.incoming.Unchecked {
		header[identityHeader] = unchecked
	}
	return header
}

// identityHeader tells a subgraph that gets tokens that there was one which nobody could check: to answer as to somebody
// anonymous would say that a caller who is logged in is not.
const identityHeader = "Weft-Identity"

// Header values that are shared by all requests and never changed.
var (
	contentType    = []string{"application/json"}
	accept         = []string{"application/graphql-response+json, application/json;q=0.9"}
	acceptEncoding = []string{"gzip"}
	userAgent      = []string{"weft"}
	unchecked      = []string{"unchecked"}
)

// outgoing is a request to a subgraph before it is signed.
type outgoing struct {
	header http.Header
	body   []byte
}

// roundTrip signs and sends a request and reads the answer.
func (c *Client) roundTrip(ctx context.Context, s *subgraph, kind graph.Kind, out outgoing) (*answer, error) {
	source := &bodySource{data: out.body}
	defer source.detach()
	response, err := c.transmit(ctx, s, kind, out, source)
	for sent := 1; sent < maxSends && kind == graph.Query && isCut(err) && ctx.Err() == nil; sent++ {
		response, err = c.transmit(ctx, s, kind, out, source)
	}
	if err != nil {
		return nil, callFailed(ctx, err)
	}
	return s.readAnswer(ctx, response)
}

// readAnswer reads what a subgraph has answered.
func (s *subgraph) readAnswer(ctx context.Context, response *http.Response) (*answer, error) {
	defer response.Body.Close()
	record(ctx, response.StatusCode, false)
	body, err := readAnswer(response, s.config.MaxAnswerBytes)
	if err != nil {
		return nil, readFailed(ctx, err, s.config.MaxAnswerBytes)
	}
	got := &answer{body: body, cookies: response.Header["Set-Cookie"], httpStatus: response.StatusCode}
	got.users.Store(1)
	got.isPrivate = len(got.cookies) > 0 || strings.Contains(strings.ToLower(response.Header.Get("Cache-Control")), "no-store")
	if response.StatusCode < 200 || response.StatusCode > 299 {
		got.status = response.StatusCode
	}
	return got, nil
}

// isCut reports whether the connection was closed while the request was being written: the subgraph had given up an idle
// connection. net/http sends a query again when it fails to read an answer there, but not after a partial write.
func isCut(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed)
}

// maxSends is how often a query is sent at most: a subgraph that has restarted leaves more than one dead connection.
const maxSends = 3

// transmit signs and sends a request once, as far as the connection pool does not know better.
func (c *Client) transmit(ctx context.Context, s *subgraph, kind graph.Kind, out outgoing, source *bodySource) (*http.Response, error) {
	r := (&http.Request{
		Method: http.MethodPost, URL: s.url, Host: s.url.Host, Header: out.header, ContentLength: int64(len(out.body)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: source.open(), GetBody: source.reopen,
	}).WithContext(ctx)
	if s.key != nil {
		s.key.Sign(r, out.body, time.Now())
	}
	if kind == graph.Query {
		// Tells net/http that it may send the request again over another connection when an idle one turns out to be
		// dead; a header without a value is not sent.
		r.Header["Idempotency-Key"] = nil
	}
	return c.options.Transport.RoundTrip(r)
}

func callFailed(ctx context.Context, err error) *graph.FetchError {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &graph.FetchError{Reason: graph.Timeout, Err: err}
	}
	return &graph.FetchError{Reason: graph.Unreachable, Err: err}
}

func readFailed(ctx context.Context, err error, limit int64) *graph.FetchError {
	switch {
	case errors.Is(err, errTooLarge):
		return &graph.FetchError{Reason: graph.TooLarge, Err: fmt.Errorf("the answer is longer than %d bytes", limit)}
	case errors.Is(err, errEncoding):
		return &graph.FetchError{Reason: graph.BadAnswer, Err: err}
	}
	return callFailed(ctx, fmt.Errorf("read the answer: %w", err))
}
