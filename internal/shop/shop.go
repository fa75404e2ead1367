// Package shop starts the shop as it runs in production, for end-to-end tests and benchmarks: the four
// services, Redis and the router, each a process of its own on a free loopback port with its store in a
// given folder.
package shop

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Services are the shop's four, in the order of their ports.
var Services = []string{"user", "product", "order", "credit"}

// Metrics after the name of a service or the router is the name of the address at which it answers /metrics, and
// profiles under /debug/pprof/.
const Metrics = " metrics"

// Config is how a shop runs.
type Config struct {
	// Root is the repository, Binaries the folder that Build has written, Dir the one for the services' data.
	Root, Binaries, Dir string
	// Postgres keeps what the services know in a Postgres of the shop's own; without it each has a SQLite file.
	Postgres bool
	// Env are variables for every program, as name=value. They hold over the shop's own.
	Env []string
	// Between, if not nil, returns the address by which the router reaches a service in place of the service's own: that
	// of a proxy.
	Between func(service, address string) (string, error)
}

// Shop is a running system.
type Shop struct {
	// Programs are the services, "router", where redis-server is installed "redis", with Config.Postgres "postgres", and
	// after StartStorefront "storefront".
	Programs map[string]*Program
	// Addresses are host:port by the same names; those of a service or the router with Metrics
	// after them answer operators.
	Addresses map[string]string
	// Databases are the URLs of the services' stores, as DATABASE_URL has them.
	Databases map[string]string
	// RouterKey is the key with which requests to the services are signed.
	RouterKey string

	env         []string
	miniredis   *miniredis.Miniredis
	postgresDir string
}

// Build builds the shop's programs from the repository at root into the folder binaries.
func Build(root, binaries string, flags ...string) error {
	args := append([]string{"build", "-o", binaries + string(filepath.Separator)}, flags...)
	args = append(args, "./cmd/weft", "./cmd/storefront")
	for _, name := range Services {
		args = append(args, "./subgraphs/"+name)
	}
	build := exec.Command("go", args...)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the shop: %w\n%s", err, out)
	}
	return nil
}

// Start starts a whole shop with demo data, on SQLite, and returns when all of it is ready. It runs the programs
// in binaries with the configuration of the repository at root, and keeps their data in dir. The
// caller ends it with Stop, also when Start fails.
func Start(root, binaries, dir string) (*Shop, error) {
	return StartAs(Config{Root: root, Binaries: binaries, Dir: dir})
}

// StartAs starts a shop as config says; the rest is as for Start. It returns postgres.ErrNone if config asks for
// Postgres and there is none.
func StartAs(config Config) (*Shop, error) {
	s := &Shop{Programs: map[string]*Program{}, Addresses: map[string]string{}, Databases: map[string]string{}, RouterKey: secret()}
	names := append([]string{"router", "redis"}, Services...)
	for _, name := range append([]string{"router"}, Services...) {
		names = append(names, name+Metrics)
	}
	if config.Postgres {
		names = append(names, "postgres")
	}
	if err := s.takeAddresses(names); err != nil {
		return s, err
	}
	s.env = append(s.environment(), config.Env...)
	if err := s.addRedis(config.Dir); err != nil {
		return s, err
	}
	if config.Postgres {
		if err := s.addPostgres(); err != nil {
			return s, err
		}
	}
	for _, name := range Services {
		if err := s.addService(name, config); err != nil {
			return s, err
		}
	}
	for _, name := range Services {
		if err := s.Programs[name].awaitReady(); err != nil {
			return s, err
		}
	}
	return s, s.addRouter(config)
}

// takeAddresses finds a free address for each name.
func (s *Shop) takeAddresses(names []string) error {
	for _, name := range names {
		address, err := FreeAddress()
		if err != nil {
			return err
		}
		s.Addresses[name] = address
	}
	return nil
}

// Stop stops everything that still runs, what asks before what is asked. The error names what did not end well.
func (s *Shop) Stop() error {
	var errs []error
	for _, row := range [][]string{{"storefront"}, {"router"}, Services, {"redis", "postgres"}} {
		errs = append(errs, s.stopTogether(row))
	}
	if s.miniredis != nil {
		s.miniredis.Close()
	}
	if s.postgresDir != "" {
		errs = append(errs, os.RemoveAll(s.postgresDir))
	}
	return errors.Join(errs...)
}

// stopTogether stops those of the programs that run, at the same time: each may take a second.
func (s *Shop) stopTogether(names []string) error {
	errs := make([]error, len(names))
	var stopped sync.WaitGroup
	for i, name := range names {
		if p := s.Programs[name]; p != nil && p.Running() {
			stopped.Go(func() { errs[i] = p.Stop() })
		}
	}
	stopped.Wait()
	return errors.Join(errs...)
}

// URL is the router's GraphQL endpoint.
func (s *Shop) URL() string { return "http://" + s.Addresses["router"] + "/graphql" }

func (s *Shop) addService(name string, config Config) error {
	dir := filepath.Join(config.Dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if s.Databases[name] == "" {
		s.Databases[name] = "sqlite:" + filepath.Join(dir, "store.db")
	}
	p := &Program{Name: name, dir: dir, args: []string{filepath.Join(config.Binaries, name)}}
	p.env = append(s.env[:len(s.env):len(s.env)], "LISTEN="+s.Addresses[name], "DATABASE_URL="+s.Databases[name], "DATA_DIR="+dir,
		"METRICS_LISTEN="+s.Addresses[name+Metrics])
	p.ready = answers200("http://" + s.Addresses[name] + "/readyz")
	s.Programs[name] = p
	return p.launch()
}

// addRouter starts the router, which reaches each service at its address or at what lies between.
func (s *Shop) addRouter(config Config) error {
	env := append(s.env[:len(s.env):len(s.env)], "ROUTER_METRICS_LISTEN="+s.Addresses["router"+Metrics])
	if config.Between != nil {
		for _, name := range Services {
			address, err := config.Between(name, s.Addresses[name])
			if err != nil {
				return fmt.Errorf("put something between the router and %s: %w", name, err)
			}
			env = append(env, strings.ToUpper(name)+"_URL=http://"+address)
			if name == "user" { // the router asks it for keys and sessions, too
				env = append(env, "JWKS_URL=http://"+address+"/.well-known/jwks.json", "INTROSPECTION_URL=http://"+address+"/introspect")
			}
		}
	}
	router := &Program{
		Name: "router", dir: config.Root, env: env,
		args: []string{filepath.Join(config.Binaries, "weft"), "serve", "--config", "router.yaml", "--supergraph", "supergraph.yaml",
			"--listen", s.Addresses["router"]},
		ready: answers200("http://" + s.Addresses["router"] + "/readyz"),
	}
	s.Programs["router"] = router
	return router.Start()
}

// addRedis starts a real Redis where one is installed, else one in this process.
func (s *Shop) addRedis(dir string) error {
	address := s.Addresses["redis"]
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		s.miniredis = miniredis.NewMiniRedis()
		return s.miniredis.StartAddr(address)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	p := &Program{Name: "redis", dir: dir, args: []string{binary, "--bind", host, "--port", port, "--save", "", "--appendonly", "no"}}
	p.ready = func() error { return pingRedis(address) }
	s.Programs["redis"] = p
	return p.Start()
}

func pingRedis(address string) error {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(startTimeout)); err != nil {
		return err
	}
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return err
	}
	answer := make([]byte, len("+PONG"))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if string(answer) != "+PONG" {
		return fmt.Errorf("PING gives %q", answer)
	}
	return nil
}

// environment is what all programs get: the variables of dev.yaml and router.yaml.
func (s *Shop) environment() []string {
	user := "http://" + s.Addresses["user"]
	variables := [][2]string{
		{"ROUTER_KEY", s.RouterKey}, {"PEER_KEY", secret()}, {"INTROSPECTION_SECRET", secret()}, {"INTROSPECTION_CLIENT", "router"},
		{"REDIS_URL", "redis://" + s.Addresses["redis"]}, {"JWKS_URL", user + "/.well-known/jwks.json"},
		{"INTROSPECTION_URL", user + "/introspect"}, {"TOKEN_ISSUER", user}, {"TOKEN_AUDIENCE", "shop"},
		{"DEMO_DATA", "true"}, {"COOKIE_SECURE", "false"}, {"SESSION_COOKIE", "session"},
		{"USER_URL", user}, {"PRODUCT_URL", "http://" + s.Addresses["product"]},
		{"ORDER_URL", "http://" + s.Addresses["order"]}, {"CREDIT_URL", "http://" + s.Addresses["credit"]},
	}
	env := os.Environ()
	for _, v := range variables {
		env = append(env, v[0]+"="+v[1])
	}
	return env
}

func secret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: it ends the program instead
	return hex.EncodeToString(raw)
}
