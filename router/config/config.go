// Package config is the router's configuration: the values of all its parts, read from router.yaml and the environment.
//
// In comes a YAML file, or nothing; out comes a Config that is valid, or every mistake with file, line and column. Each
// part declares its own settings, this package puts them together. reference.yaml documents every one with its default.
package config

import (
	_ "embed" // reference.yaml
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weft-graph/weft/router/auth"
	"github.com/weft-graph/weft/router/limits"
	"github.com/weft-graph/weft/router/persisted"
	"github.com/weft-graph/weft/router/playground"
	"github.com/weft-graph/weft/router/settings"
	"github.com/weft-graph/weft/router/telemetry"
	"github.com/weft-graph/weft/router/transport"
	"github.com/weft-graph/weft/router/upstream"
)

// Reference is a router.yaml that has every setting with its default, and says what it means.
//
//go:embed reference.yaml
var Reference string

// Config is the configuration of a router.
type Config struct {
	// Listen is the address of the router's socket, host:port.
	Listen string `yaml:"listen"`
	// Supergraph is the file with the graph: supergraph SDL, or a supergraph.yaml that is composed. A relative path
	// starts at the configuration file's folder.
	Supergraph string `yaml:"supergraph"`
	// Contract is the file with the contract of which only the part of the graph that it leaves is served. A relative
	// path starts at the configuration file's folder.
	Contract string `yaml:"contract"`
	// Watch loads the supergraph, its contract and the manifest of trusted documents, again when their files change.
	Watch bool `yaml:"watch"`
	// Path is the path of the GraphQL endpoint.
	Path string `yaml:"path"`
	// Development shows clients the errors of subgraphs in full, allows introspection, answers to the Weft-Debug header,
	// and lets the playground sign people in.
	Development bool `yaml:"development"`
	// Introspection allows clients to ask for the schema.
	Introspection bool `yaml:"introspection"`
	// Playground is the page at the root.
	Playground playground.Config `yaml:"playground"`
	// Server is about connections.
	Server Server `yaml:"server"`
	// Log says what is logged.
	Log telemetry.Config `yaml:"log"`
	// Limits bound one request.
	Limits limits.Config `yaml:"limits"`
	// Planning says how operations are planned.
	Planning Planning `yaml:"planning"`
	// Overrides says for which requests the labels of progressive overrides are on.
	Overrides Overrides `yaml:"overrides"`
	// Persisted says which documents clients may name by their id.
	Persisted persisted.Config `yaml:"persisted"`
	// Subscriptions says how clients subscribe.
	Subscriptions transport.StreamConfig `yaml:"subscriptions"`
	// CORS lets pages of other origins call the router.
	CORS transport.CORSConfig `yaml:"cors"`
	// Auth says who is calling.
	Auth auth.Config `yaml:"auth"`
	// AllSubgraphs says how every subgraph is called.
	AllSubgraphs upstream.Config `yaml:"all_subgraphs"`
	// Subgraphs says by name what is different for one subgraph; its header rules come after those of AllSubgraphs.
	Subgraphs map[string]upstream.Config `yaml:"subgraphs" like:"AllSubgraphs"`
}

// Server is about connections.
type Server struct {
	// ReadTimeout bounds the time in which a request must have come, headers and body.
	ReadTimeout time.Duration `yaml:"read_timeout"`
	// IdleTimeout closes a connection on which no request comes.
	IdleTimeout time.Duration `yaml:"idle_timeout"`
	// RequestTimeout bounds the time in which a request is answered.
	RequestTimeout time.Duration `yaml:"request_timeout"`
	// DrainTimeout is how long a router that stops waits for the requests that it has begun.
	DrainTimeout time.Duration `yaml:"drain_timeout"`
	// MetricsListen is the address of a socket of its own for metrics; empty for none.
	MetricsListen string `yaml:"metrics_listen"`
	// Gzip packs answers for clients that accept it.
	Gzip bool `yaml:"gzip"`
	// TrustedProxies are the networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8.
	TrustedProxies []string `yaml:"trusted_proxies"`
}

// Default is the configuration without a file.
func Default() Config {
	return Config{
		Listen: "127.0.0.1:4000",
		Watch:  true,
		Path:   "/graphql",
		Server: Server{
			ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, RequestTimeout: time.Minute,
			DrainTimeout: 20 * time.Second, Gzip: true,
		},
		Playground:    playground.Defaults(),
		Log:           telemetry.Defaults(),
		Limits:        limits.Defaults(),
		Planning:      planningDefaults(),
		Overrides:     Overrides{Labels: map[string]float64{}},
		Subscriptions: transport.StreamDefaults(),
		CORS:          transport.CORSDefaults(),
		Auth:          auth.Defaults(),
		AllSubgraphs:  upstream.Defaults(),
	}
}

// Load reads the configuration file at path with the process's environment.
func Load(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	return Parse(path, text, os.LookupEnv)
}

// Parse reads a configuration, and the operations of the playground that it names as files. The error is settings.Mistakes. lookup gives the values of environment variables.
func Parse(name string, text []byte, lookup func(string) (string, bool)) (Config, error) {
	c := Default()
	file := settings.Parse(name, text, lookup)
	file.Decode(&c)
	c.validate(file)
	c.Playground.Load(filepath.Dir(name), file.Within("playground"))
	if err := file.Err(); err != nil {
		return Config{}, err
	}
	for _, path := range []*string{&c.Supergraph, &c.Contract} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(filepath.Dir(name), *path)
		}
	}
	c.Persisted.Resolve(filepath.Dir(name))
	return c, nil
}

// validate reports what is wrong with the values, each part its own.
func (c *Config) validate(file *settings.File) {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		file.Report("listen", fmt.Sprintf("%q is not an address: write host:port, such as 127.0.0.1:4000", c.Listen))
	}
	if !strings.HasPrefix(c.Path, "/") || strings.ContainsAny(c.Path, " ?#{}") || slices.Contains(ownPaths, c.Path) ||
		strings.HasPrefix(c.Path, playground.Folder) {
		file.Report("path", fmt.Sprintf("%q cannot be the endpoint: write a path such as /graphql that is none of %s",
			c.Path, strings.Join(ownPaths, ", ")))
	}
	c.Server.validate(file.Within("server"))
	c.Log.Validate(file.Within("log"))
	c.Limits.Validate(file.Within("limits"))
	c.Planning.validate(file.Within("planning"))
	c.Overrides.validate(file.Within("overrides"))
	c.Persisted.Validate(file.Within("persisted"))
	c.Subscriptions.Validate(file.Within("subscriptions"))
	c.CORS.Validate(file.Within("cors"))
	c.Auth.Validate(file.Within("auth"))
	c.validateSubgraph("all_subgraphs", c.AllSubgraphs, file)
	if c.AllSubgraphs.URL != "" {
		file.Report("all_subgraphs.url", "belongs to one subgraph: write it below subgraphs")
	}
	for name, subgraph := range c.Subgraphs {
		c.validateSubgraph("subgraphs."+name, subgraph, file)
	}
}

// ownPaths are the router's paths besides the endpoint.
var ownPaths = []string{"/", "/healthz", "/readyz", playground.Folder}

func (s *Server) validate(report func(path, message string)) {
	for _, limit := range []struct {
		name  string
		value time.Duration
	}{
		{"read_timeout", s.ReadTimeout}, {"idle_timeout", s.IdleTimeout}, {"request_timeout", s.RequestTimeout},
		{"drain_timeout", s.DrainTimeout},
	} {
		if limit.value <= 0 {
			report(limit.name, "must be more than 0")
		}
	}
	if _, _, err := net.SplitHostPort(s.MetricsListen); s.MetricsListen != "" && err != nil {
		report("metrics_listen", fmt.Sprintf("%q is not an address: write host:port, such as 127.0.0.1:9100", s.MetricsListen))
	}
	for i, network := range s.TrustedProxies {
		if _, err := netip.ParsePrefix(network); err != nil {
			report(fmt.Sprintf("trusted_proxies[%d]", i), fmt.Sprintf("%q is not a network: write 10.0.0.0/8, or 10.1.2.3/32 for one address", network))
		}
	}
}

// validateSubgraph adds to the subgraph's own checks what only the whole configuration shows.
func (c *Config) validateSubgraph(path string, subgraph upstream.Config, file *settings.File) {
	subgraph.Validate(file.Within(path))
	hasAuth := len(c.Auth.JWKS) > 0
	if subgraph.Token && !hasAuth {
		file.Report(path+".token", "there is no verified token to forward: set auth.jwks")
	}
	for i, rule := range subgraph.Headers {
		if hasAuth && strings.EqualFold(rule.Forward, "Authorization") {
			file.Report(fmt.Sprintf("%s.headers[%d]", path, i), "the router verifies tokens: forward the verified one with token: true")
		}
	}
}
