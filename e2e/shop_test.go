package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"testing"

	"github.com/weft-graph/weft/internal/shop"
)

// system is a running shop of a test's own.
type system struct {
	*shop.Shop
	// dir is where each service keeps its data, in a folder of its name.
	dir string
}

// startShop starts a whole shop with demo data. The end of the test stops it, wants every process to end well, and
// after a failure shows what each of them said last.
func startShop(t *testing.T) system {
	t.Helper()
	return startShopAs(t, shop.Config{Root: root, Binaries: binaries, Dir: t.TempDir()})
}

func startShopAs(t *testing.T, config shop.Config) system {
	t.Helper()
	s := system{dir: config.Dir}
	var err error
	s.Shop, err = shop.StartAs(config)
	t.Cleanup(func() {
		httpClient.CloseIdleConnections() // a server that stops waits for those that were never used
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if !t.Failed() {
			return
		}
		for _, name := range append([]string{"router"}, shop.Services...) {
			if p := s.Programs[name]; p != nil {
				t.Logf("the last lines of %s:\n%s", name, p.Log(30))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stop, start and kill do it to one of the programs.
func (s system) stop(t *testing.T, name string) { t.Helper(); must(t, s.Programs[name].Stop()) }

func (s system) start(t *testing.T, name string) { t.Helper(); must(t, s.Programs[name].Start()) }

func (s system) kill(t *testing.T, name string) { t.Helper(); must(t, s.Programs[name].Kill()) }

// forgetRedis restarts Redis, which keeps nothing on disk.
func (s system) forgetRedis(t *testing.T) {
	t.Helper()
	must(t, s.StopRedis())
	must(t, s.StartRedis())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// unique is a text that was never used before.
func unique() string {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails: it ends the program instead
	return hex.EncodeToString(raw)
}
