// Package upstream calls subgraphs over HTTP: it is the engine's Fetcher.
//
// In comes a fetch (the body is already written), out come the answer's bytes or a FetchError that says why there are
// none. The passes of one call: check the number of representations, set the headers by rules, join an identical query
// that is in flight, sign, send, read within the limit, collect cookies, mask errors. A subscription is a stream of such
// answers (subscribe.go), over a WebSocket that it shares (socket.go) or a request of its own (stream.go). The package
// does not know plans, schemas or who is calling; a Call carries what one client's request contributes.
package upstream

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/signature"
)

// Target is a subgraph of the supergraph.
type Target struct {
	// Name is the subgraph's name, URL its address in the supergraph.
	Name, URL string
}

// NewTransport returns the connection pool for all subgraphs. It is shared by the Clients of successive supergraphs.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: dialer.DialContext,
		// A burst must not close and open connections: as many stay open as the burst had.
		MaxIdleConns:        0,
		MaxIdleConnsPerHost: 512,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
		// Answers are unpacked here, within their limit.
		DisableCompression: true,
		WriteBufferSize:    16 << 10,
		ReadBufferSize:     16 << 10,
	}
}

// Options are what all subgraphs share.
type Options struct {
	// All is how a subgraph is called that Subgraphs does not name; Subgraphs by name.
	All       Config
	Subgraphs map[string]Config
	// ExposeErrors shows clients the errors of all subgraphs, and why a call failed: for development.
	ExposeErrors bool
	// Transport is the connection pool.
	Transport http.RoundTripper
	// Epoch is shared by the Clients of successive supergraphs; nil gives the Client one of its own.
	Epoch *Epoch
	// Reopened counts attempts to open a lost event stream again; nil gives the Client a counter of its own.
	Reopened *atomic.Uint64
	// Log gets what clients do not see.
	Log *slog.Logger
}

// Client calls the subgraphs of one supergraph. It is immutable but for flights and the epoch and safe for concurrent use.
type Client struct {
	options   Options
	subgraphs map[string]*subgraph
}

// Epoch counts the beginnings and ends of writes. The zero value is ready to use.
type Epoch struct{ writes atomic.Uint64 }

// subgraph is one subgraph, ready to be called.
type subgraph struct {
	name    string
	config  Config
	url     *url.URL
	key     *signature.Key // nil when requests are not signed
	flights flights
	// streams is the address of its event streams, sockets are the connections that carry them.
	streams *url.URL
	sockets sockets
}

// NewClient returns the Client for the targets. A target without an address is an error.
func NewClient(options Options, targets []Target) (*Client, error) {
	if options.Epoch == nil {
		options.Epoch = new(Epoch)
	}
	if options.Reopened == nil {
		options.Reopened = new(atomic.Uint64)
	}
	c := &Client{options: options, subgraphs: map[string]*subgraph{}}
	for _, target := range targets {
		config, ok := options.Subgraphs[target.Name]
		if !ok {
			config = options.All
		}
		address := config.URL
		if address == "" {
			address = target.URL
		}
		if address == "" {
			return nil, fmt.Errorf("subgraph %q has no address: give it a routing_url in the supergraph or subgraphs.%s.url in the configuration",
				target.Name, target.Name)
		}
		u, err := parseURL(address)
		if err != nil {
			return nil, fmt.Errorf("the address of subgraph %q: %w", target.Name, err)
		}
		s := &subgraph{name: target.Name, config: config, url: u, streams: u}
		if text := config.Subscriptions.URL; text != "" {
			if s.streams, err = parseStreamURL(text); err != nil {
				return nil, fmt.Errorf("the address of subgraph %q for subscriptions: %w", target.Name, err)
			}
		}
		if config.SigningKey != "" {
			if s.key, err = signature.NewKey(config.SigningKey); err != nil {
				return nil, fmt.Errorf("subgraph %q: %w", target.Name, err)
			}
		}
		c.subgraphs[target.Name] = s
	}
	return c, nil
}

// Address returns where a subgraph is called, without a password, or "" for one that there is not.
func (c *Client) Address(name string) string {
	s := c.subgraphs[name]
	if s == nil {
		return ""
	}
	return s.url.Redacted()
}

// Unused returns the configured names that no target has, sorted: probably misspelt.
func Unused(configured map[string]Config, targets []Target) []string {
	var names []string
	for name := range configured {
		if !slices.ContainsFunc(targets, func(t Target) bool { return t.Name == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// explain makes a *graph.FetchError of why a call failed, and adds what a client may know of it in development. The engine
// hands failures to who asked for the operation, and they are logged there, once. The failure itself may belong to others
// too, who joined the call.
func (c *Client) explain(err error) error {
	var failure *graph.FetchError
	if !errors.As(err, &failure) {
		failure = &graph.FetchError{Reason: graph.Crashed, Err: err}
	}
	if !c.options.ExposeErrors || failure.Message != "" || failure.Err == nil {
		return failure
	}
	explained := *failure
	explained.Message, explained.Err = failure.Err.Error(), nil
	return &explained
}
