package upstream

import (
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/weft-graph/weft/router/settings"
	"github.com/weft-graph/weft/router/signature"
)

// Config says how one subgraph is called.
type Config struct {
	// URL replaces the address that the supergraph names, so that one supergraph serves laptop and cluster.
	URL string `yaml:"url"`
	// Timeout bounds one call, from the connection to the last byte of the answer.
	Timeout time.Duration `yaml:"timeout"`
	// MaxAnswerBytes is the longest answer that is read, after it was unpacked.
	MaxAnswerBytes int64 `yaml:"max_answer" unit:"bytes"`
	// MaxRepresentations is how many entities one call may ask for.
	MaxRepresentations int `yaml:"max_representations"`
	// Token forwards the caller's verified token as Authorization: Bearer. Cookies are never forwarded. For a token that
	// could not be checked it sends Weft-Identity: unchecked instead.
	Token bool `yaml:"token"`
	// SetCookie passes Set-Cookie of the subgraph's answers to mutations on to the client.
	SetCookie bool `yaml:"set_cookie"`
	// SigningKey is the secret shared with the subgraph; requests are signed with it. Empty does not sign.
	SigningKey string `yaml:"signing_key"`
	// Errors says what clients see of the errors that the subgraph reports: masked or exposed. Development exposes all.
	Errors Errors `yaml:"errors"`
	// Deduplicate sends identical queries that are in flight at the same time once.
	Deduplicate bool `yaml:"deduplicate"`
	// Headers are the rules for request headers, in the order in which they are applied.
	Headers []HeaderRule `yaml:"headers"`
	// Subscriptions says how its event streams are opened.
	Subscriptions Subscriptions `yaml:"subscriptions"`
}

// Subscriptions says how the event streams of one subgraph are opened.
type Subscriptions struct {
	// Protocol is websocket or sse.
	Protocol Protocol `yaml:"protocol"`
	// URL is the address of the streams; empty is that of the subgraph.
	URL string `yaml:"url"`
	// Heartbeat is how often a WebSocket is asked whether it lives; it is lost when it does not answer before the next.
	Heartbeat time.Duration `yaml:"heartbeat"`
	// MaxBackoff is the longest pause between two attempts to open a lost stream again.
	MaxBackoff time.Duration `yaml:"max_backoff"`
	// MaxWaiting is how many events may wait for a slow client before its subscription is ended.
	MaxWaiting int `yaml:"max_waiting"`
}

// Protocol is how event streams are opened.
type Protocol string

const (
	// WebSocket is graphql-transport-ws: all subscriptions with the same credential share a connection.
	WebSocket Protocol = "websocket"
	// EventStream is server-sent events, a request for each subscription.
	EventStream Protocol = "sse"
)

// Errors says what clients see of a subgraph's errors.
type Errors string

const (
	// ErrorsMasked keeps place and code of an error and hides what it says.
	ErrorsMasked Errors = "masked"
	// ErrorsExposed passes message and extensions on: for a subgraph that masks its internal errors itself.
	ErrorsExposed Errors = "exposed"
)

// HeaderRule changes the headers of a request to a subgraph. Exactly one of Forward, Insert and Remove is set.
type HeaderRule struct {
	// Forward copies this header of the client's request.
	Forward string `yaml:"forward"`
	// As is the name under which Forward sends it; empty keeps the name.
	As string `yaml:"as"`
	// Default is sent by Forward when the client did not send the header; empty sends nothing.
	Default string `yaml:"default"`
	// WithoutCookie makes Forward hold only for requests that no cookie authenticates: what a script on the page must
	// not be able to ask for with the browser's session.
	WithoutCookie bool `yaml:"without_cookie"`
	// Insert sets this header to Value.
	Insert string `yaml:"insert"`
	// Value is what Insert sets.
	Value string `yaml:"value"`
	// Remove takes away what an earlier rule has set.
	Remove string `yaml:"remove"`
}

// Defaults are the settings of a subgraph of which the configuration says nothing.
func Defaults() Config {
	return Config{
		Timeout: 10 * time.Second, MaxAnswerBytes: 32 << 20, MaxRepresentations: 10_000, Errors: ErrorsMasked, Deduplicate: true,
		Subscriptions: Subscriptions{
			Protocol: WebSocket, Heartbeat: 15 * time.Second, MaxBackoff: 10 * time.Second, MaxWaiting: 64,
		},
	}
}

// Validate reports what is wrong with the values.
func (c Config) Validate(report func(path, message string)) {
	if c.URL != "" {
		if _, err := parseURL(c.URL); err != nil {
			report("url", err.Error())
		}
	}
	if c.Timeout <= 0 {
		report("timeout", "must be more than 0")
	}
	if c.MaxAnswerBytes <= 0 || c.MaxAnswerBytes > maxAnswerBytes {
		report("max_answer", fmt.Sprintf("must be more than 0 and at most %d", int64(maxAnswerBytes)))
	}
	if c.MaxRepresentations <= 0 {
		report("max_representations", "must be more than 0")
	}
	if c.SigningKey != "" && len(c.SigningKey) < signature.MinKeyBytes {
		report("signing_key", fmt.Sprintf("must have at least %d characters", signature.MinKeyBytes))
	}
	if c.Errors != ErrorsMasked && c.Errors != ErrorsExposed {
		report("errors", fmt.Sprintf("unknown value %q: use masked or exposed", c.Errors))
	}
	c.Subscriptions.validate(func(path, message string) { report("subscriptions."+path, message) })
	for i, rule := range c.Headers {
		rule.validate(func(message string) { report(fmt.Sprintf("headers[%d]", i), message) })
	}
}

func (c Subscriptions) validate(report func(path, message string)) {
	if c.Protocol != WebSocket && c.Protocol != EventStream {
		report("protocol", fmt.Sprintf("unknown value %q: use websocket or sse", c.Protocol))
	}
	if c.URL != "" {
		if _, err := parseStreamURL(c.URL); err != nil {
			report("url", err.Error())
		}
	}
	if c.Heartbeat <= 0 {
		report("heartbeat", "must be more than 0")
	}
	if c.MaxBackoff < minBackoff {
		report("max_backoff", fmt.Sprintf("must be at least %s", minBackoff))
	}
	if c.MaxWaiting <= 0 {
		report("max_waiting", "must be more than 0")
	}
}

// maxAnswerBytes is what the engine's 32-bit references into a body can reach.
const maxAnswerBytes = 1<<31 - 1

func (r HeaderRule) validate(report func(message string)) {
	set := 0
	for _, name := range []string{r.Forward, r.Insert, r.Remove} {
		if name != "" {
			set++
		}
	}
	switch {
	case set != 1:
		report("must have exactly one of forward, insert and remove")
		return
	case r.Forward == "" && (r.As != "" || r.Default != "" || r.WithoutCookie):
		report("as, default and without_cookie belong to forward")
	case r.Insert == "" && r.Value != "":
		report("value belongs to insert")
	case r.Insert != "" && r.Value == "":
		report("insert needs a value")
	}
	for _, name := range []string{r.Forward, r.As, r.Insert, r.Remove} {
		if name == "" {
			continue
		}
		if !settings.IsToken(name) {
			report(fmt.Sprintf("%q is not the name of a header", name))
		} else if canonical := textproto.CanonicalMIMEHeaderKey(name); slices.Contains(reserved, canonical) {
			report(canonical + " is the router's own: it cannot be forwarded or set")
		}
	}
	if strings.ContainsAny(r.Value+r.Default, "\r\n\x00") {
		report("a value cannot have a line break")
	}
}

// reserved are headers that belong to the connection, say how the body is written, or are set by the router from what
// it has verified. Cookie is among them: only the router reads cookies.
var reserved = []string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Content-Type", "Content-Encoding", "Accept",
	"Accept-Encoding", "Cookie", "Set-Cookie", "X-Request-Id", "X-Forwarded-For", identityHeader, signature.Header, signature.TimeHeader,
}

func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || !settings.IsURL(text) || u.Fragment != "" {
		return nil, fmt.Errorf("%q is not an http or https URL", text)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// parseStreamURL is parseURL that also takes the schemes of WebSocket, which mean the same.
func parseStreamURL(text string) (*url.URL, error) {
	for from, to := range map[string]string{"ws://": "http://", "wss://": "https://"} {
		if rest, ok := strings.CutPrefix(text, from); ok {
			text = to + rest
		}
	}
	return parseURL(text)
}

// applyRules sets the headers of a request to a subgraph by the rules, from those of the client's request.
func applyRules(rules []HeaderRule, incoming Incoming, dst http.Header) {
	client := incoming.Header
	for _, rule := range rules {
		switch {
		case rule.WithoutCookie && incoming.ByCookie:
		case rule.Forward != "":
			name := rule.As
			if name == "" {
				name = rule.Forward
			}
			name = textproto.CanonicalMIMEHeaderKey(name)
			if values := client[textproto.CanonicalMIMEHeaderKey(rule.Forward)]; len(values) > 0 {
				dst[name] = values
			} else if rule.Default != "" {
				dst[name] = []string{rule.Default}
			}
		case rule.Insert != "":
			dst[textproto.CanonicalMIMEHeaderKey(rule.Insert)] = []string{rule.Value}
		default:
			delete(dst, textproto.CanonicalMIMEHeaderKey(rule.Remove))
		}
	}
}
