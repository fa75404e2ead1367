package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// services are the shop's four, in the order of their ports.
var services = []string{"user", "product", "order", "credit"}

// shop is a running system: four services, a router and a Redis.
type shop struct {
	t         *testing.T
	programs  map[string]*program
	addresses map[string]string
	redis     redisServer
	routerKey string
}

// redisServer is a real redis-server, or one in this process where none is installed.
type redisServer interface {
	start()
	stop()
}

// startShop starts a whole shop with demo data and returns when all of it is ready.
func startShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, programs: map[string]*program{}, addresses: map[string]string{}, routerKey: secret()}
	for _, name := range append([]string{"router", "redis"}, services...) {
		s.addresses[name] = freeAddress(t)
	}
	s.redis = newRedis(t, s.addresses["redis"])
	s.redis.start()
	env := s.environment()
	for _, name := range services {
		p := newProgram(t, name, filepath.Join(binaries, name))
		p.dir = t.TempDir()
		p.env = append(env, "LISTEN="+s.addresses[name], "DATABASE_URL=sqlite:"+filepath.Join(p.dir, "store.db"), "DATA_DIR="+p.dir)
		p.ready = answers200("http://" + s.addresses[name] + "/readyz")
		s.programs[name] = p
		p.launch()
	}
	for _, name := range services {
		s.programs[name].awaitReady()
	}
	router := newProgram(t, "router", filepath.Join(binaries, "weft"), "serve",
		"--config", "router.yaml", "--supergraph", "supergraph.yaml", "--listen", s.addresses["router"])
	router.dir, router.env = root, env
	router.ready = answers200("http://" + s.addresses["router"] + "/readyz")
	s.programs["router"] = router
	router.start()
	return s
}

// environment is what all the shop's programs get: the variables of dev.yaml and router.yaml.
func (s *shop) environment() []string {
	user := "http://" + s.addresses["user"]
	variables := map[string]string{
		"ROUTER_KEY": s.routerKey, "PEER_KEY": secret(), "INTROSPECTION_SECRET": secret(), "INTROSPECTION_CLIENT": "router",
		"REDIS_URL": "redis://" + s.addresses["redis"], "PRODUCT_URL": "http://" + s.addresses["product"],
		"JWKS_URL": user + "/.well-known/jwks.json", "INTROSPECTION_URL": user + "/introspect",
		"TOKEN_ISSUER": user, "TOKEN_AUDIENCE": "shop", "DEMO_DATA": "true", "COOKIE_SECURE": "false", "SESSION_COOKIE": "session",
		"USER_URL": user, "ORDER_URL": "http://" + s.addresses["order"], "CREDIT_URL": "http://" + s.addresses["credit"],
	}
	env := os.Environ()
	for name, value := range variables {
		env = append(env, name+"="+value)
	}
	return env
}

// stop stops a part of the shop; the end of the test brings it back if the test does not.
func (s *shop) stop(name string) {
	s.t.Helper()
	s.programs[name].stop()
}

// start starts a part again and waits until it is ready.
func (s *shop) start(name string) {
	s.t.Helper()
	s.programs[name].start()
}

func secret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: it ends the program instead
	return hex.EncodeToString(raw)
}

func newRedis(t *testing.T, address string) redisServer {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Log("redis-server is not installed: this test runs on an in-process Redis")
		return &inProcessRedis{t: t, address: address}
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	p := newProgram(t, "redis", binary, "--bind", host, "--port", port, "--save", "", "--appendonly", "no")
	p.dir = t.TempDir()
	p.ready = func() error {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		answer := make([]byte, 5)
		if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
			return err
		}
		if _, err := conn.Read(answer); err != nil || string(answer) != "+PONG" {
			return fmt.Errorf("PING gives %q, %v", answer, err)
		}
		return nil
	}
	return p
}

// inProcessRedis is miniredis on a fixed address. Its keys do not expire here: no test waits that long.
type inProcessRedis struct {
	t       *testing.T
	address string
	server  *miniredis.Miniredis
}

func (r *inProcessRedis) start() {
	r.t.Helper()
	r.server = miniredis.NewMiniRedis()
	if err := r.server.StartAddr(r.address); err != nil {
		r.t.Fatalf("start the in-process Redis: %v", err)
	}
	r.t.Cleanup(r.server.Close)
}

func (r *inProcessRedis) stop() { r.server.Close() }
